"""Tasks: what a person marks by a mark scheme, as nbgrader's task cells."""

from pathlib import Path

import nbformat
import pytest

from autograder.cli import main

from ..project_course import MODEL_ANSWER, SCHEME, add_project


@pytest.fixture
def text(small_course: Path) -> Path:
    """Return the assignment of a project with a task in it."""
    return add_project(small_course) / "assignment.md"


def build(course: Path) -> int:
    return main(["build", "--course-dir", str(course)])


def cell(course: Path, step: str, grade_id: str) -> nbformat.NotebookNode:
    notebook = nbformat.read(course / step / "p90_whole/p90_assignment.ipynb", as_version=4)
    (found,) = (
        one
        for one in notebook.cells
        if one.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def edit(path: Path, old: str, new: str) -> None:
    content = path.read_text()
    assert content.count(old) == 1
    path.write_text(content.replace(old, new))


class TestNotebooks:
    def test_the_source_has_nbgraders_task_with_its_mark_scheme(
        self, small_course: Path, text: Path
    ) -> None:
        assert build(small_course) == 0
        task = cell(small_course, "source", "report")
        assert task.cell_type == "markdown"
        assert SCHEME in task.source
        assert task.metadata.nbgrader == {
            "grade": False,
            "grade_id": "report",
            "locked": True,
            "points": 10,
            "schema_version": 3,
            "solution": False,
            "task": True,
        }

    def test_the_release_has_the_description_locked_and_no_mark_scheme(
        self, small_course: Path, text: Path
    ) -> None:
        build(small_course)
        task = cell(small_course, "release", "report")
        assert task.source.strip() == (
            "Write one page for your client. Use as many cells below this one as you like."
        )
        assert task.metadata.editable is False
        assert task.metadata.deletable is False
        for path in (small_course / "release").rglob("*.ipynb"):
            assert SCHEME not in path.read_text()

    def test_what_stands_below_a_task_is_a_learners_to_write_in(
        self, small_course: Path, text: Path
    ) -> None:
        build(small_course)
        path = small_course / "release/p90_whole/p90_assignment.ipynb"
        below = [one for one in nbformat.read(path, as_version=4).cells if "*Write" in one.source]
        assert [one.metadata for one in below] == [{}]

    def test_a_written_answer_stands_beside_a_task(self, small_course: Path, text: Path) -> None:
        build(small_course)
        assert cell(small_course, "source", "why").source == MODEL_ANSWER
        answer = cell(small_course, "release", "why")
        assert answer.source == "YOUR ANSWER HERE"
        assert answer.metadata.nbgrader.task is False
        assert answer.metadata.get("editable", True)


REGION = '<!-- #region task="report" points=10 -->'
# What is replaced, by what, the line of the refusal, what it says.
BROKEN = {
    "no mark scheme": (
        f"\n### BEGIN MARK SCHEME\n{SCHEME}### END MARK SCHEME\n",
        "",
        "Write one page",
        "the task 'report' has no mark scheme between ### BEGIN MARK SCHEME and ### END MARK SCH",
    ),
    "a mark scheme that is not closed": (
        "### END MARK SCHEME\n",
        "",
        "### BEGIN MARK SCHEME",
        "### BEGIN MARK SCHEME is never closed",
    ),
    "nothing to do": (
        "Write one page for your client. Use as many cells below this one as you like.\n\n",
        "",
        "### BEGIN MARK SCHEME",
        "the task 'report' does not say what is to be done",
    ),
    "a written answer with a mark scheme": (
        REGION,
        '<!-- #region manual="report" points=10 -->',
        "Write one page",
        "a mark scheme belongs to a task",
    ),
    "a task that is a written answer as well": (
        REGION,
        '<!-- #region task="report" manual="why_so" points=10 -->',
        "Write one page",
        "one cell cannot be manual and task at once",
    ),
    "a task without points": (
        REGION,
        '<!-- #region task="report" -->',
        "Write one page",
        "each of them needs points",
    ),
    "a model answer in a task": (
        "### END MARK SCHEME\n",
        "### END MARK SCHEME\n### BEGIN SOLUTION\nDear client\n### END SOLUTION\n",
        "Write one page",
        "a solution outside an exercise",
    ),
    "hidden tests in a task": (
        "### END MARK SCHEME\n",
        "### END MARK SCHEME\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n",
        "Write one page",
        "hidden tests outside a test cell",
    ),
    "a task that is code": (
        '```python tests="model" points=20',
        '```python task="model_report" points=20',
        "check.close(model(2.0)",
        "what a person marks is a region of prose",
    ),
    "a mark scheme in plain prose": (
        "*Write here.*",
        "### BEGIN MARK SCHEME\nall of it\n### END MARK SCHEME",
        "### BEGIN MARK SCHEME\nall",
        "this marker stands in plain prose",
    ),
    "a mark scheme in a code cell": (
        "values = check",
        "### BEGIN MARK SCHEME\n### END MARK SCHEME\nvalues = check",
        "check.close(model(2.0)",
        "a mark scheme belongs to a task",
    ),
    "a name that is taken": (
        '<!-- #region manual="why" points=2 -->',
        '<!-- #region manual="report" points=2 -->',
        MODEL_ANSWER,
        "the id 'report' is used twice",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize("case", BROKEN)
    def test_what_is_mixed_up_is_refused_with_file_and_line(
        self, case: str, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        old, new, place, message = BROKEN[case]
        edit(text, old, new)
        content = text.read_text()
        line = 1 + content[: content.index(place)].count("\n")
        assert build(small_course) == 2
        error = capsys.readouterr().err.strip().splitlines()[-1]
        assert f"p90_whole/assignment.md:{line}: " in error
        assert message in error
        assert not (small_course / "release").exists()

    def test_the_points_of_tasks_count(
        self, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(text, REGION, REGION.replace("10", "12"))
        assert build(small_course) == 2
        assert "add up to 34, course/syllabus.yml" in capsys.readouterr().err

    def test_a_task_has_no_place_in_a_lesson(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lesson = small_course / "course/w90_tiny/lesson.md"
        lesson.write_text(f"{lesson.read_text()}\n{REGION}\nWrite.\n<!-- #endregion -->\n")
        assert build(small_course) == 2
        assert "has no place in a lesson" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["w90_tiny/lesson.md", "p90_whole/notes.md"])
    def test_a_line_of_a_mark_scheme_elsewhere_is_a_leak(
        self, name: str, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = small_course / "course" / name
        before = path.read_text() if path.exists() else ""
        path.write_text(f"{before}\n{SCHEME.splitlines()[1]}\n")
        assert build(small_course) == 1
        error = capsys.readouterr().err
        assert "of the mark scheme of 'report' in p90_whole" in error
        assert not (small_course / "release").exists()
