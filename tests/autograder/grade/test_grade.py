"""What `autograder grade` promises: a grade for each submission, whatever one contains."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grade.feedback.hiding import HideHiddenTests

RIGHT = {
    "double": "def double(x):\n    return x + x",
    "halve": "def halve(x):\n    return x / 2",
    "quiz": 'answer_1 = "b"',
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    """Return a course in which a small class was graded once, for all tests that only look."""
    course = course_writer(tmp_path_factory.mktemp("course"))
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 3\n")
    assert main(["build", "--course-dir", str(course)]) == 0
    submit(course, "sample01", RIGHT)
    submit(course, "sample02", {})
    submit(course, "sample03", {**RIGHT, "halve": "def halve(x):\n    import os; os._exit(3)"})
    submit(course, "sample04", {**RIGHT, "halve": "def halve(x):\n    while True:\n        pass"})
    noisy = "def double(x):\n    import warnings; warnings.warn('hm'); print(In)\n    return x + x"
    spy = "def halve(x):\n    raise ValueError(str(In))"
    submit(course, "sample05", {**RIGHT, "double": noisy, "halve": spy})
    (folder := course / "submitted/sample06/w90_tiny").mkdir(parents=True)
    (folder / "w90_assignment.ipynb").write_text("{broken")
    submit(course, "sample07", RIGHT, name="my answers.ipynb")
    assert main(["grade", "w90", "--course-dir", str(course)]) == 1  # one has no grade
    return course


def submit(
    course: Path, learner: str, answers: Mapping[str, str], name: str = "w90_assignment.ipynb"
) -> Path:
    """Hand in a release notebook with these answers."""
    notebook = nbformat.read(course / "release/w90_tiny/w90_assignment.ipynb", as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    path = course / "submitted" / learner / "w90_tiny" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def scores(course: Path, learner: str) -> dict[str, float]:
    """Return a learner's scores by grade id, as the gradebook has them."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        notebook = gradebook.find_submission_notebook("w90_assignment", "w90_tiny", learner)
        return {grade.name: grade.score for grade in notebook.grades}


def feedback(course: Path, learner: str) -> str:
    return (course / f"feedback/{learner}/w90_tiny/w90_assignment.html").read_text()


class TestGrades:
    def test_a_right_submission_has_full_marks(self, graded: Path) -> None:
        assert scores(graded, "sample01") == {
            "double_tests": 4,
            "halve_tests": 4,
            "quiz_tests": 2,
        }

    def test_an_untouched_one_has_none(self, graded: Path) -> None:
        assert set(scores(graded, "sample02").values()) == {0}

    def test_a_dead_kernel_costs_the_test_in_which_it_died(self, graded: Path) -> None:
        assert scores(graded, "sample03") == {
            "double_tests": 4,
            "halve_tests": 0,
            "quiz_tests": 2,
        }
        assert "the Python process ended while this cell ran" in feedback(graded, "sample03")

    def test_an_endless_loop_costs_its_own_exercise(self, graded: Path) -> None:
        assert scores(graded, "sample04") == {
            "double_tests": 4,
            "halve_tests": 0,
            "quiz_tests": 2,
        }

    def test_a_warning_costs_nothing(self, graded: Path) -> None:
        assert scores(graded, "sample05")["double_tests"] == 4

    def test_a_broken_notebook_gets_no_grade_and_a_reason(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", "w90", "--course-dir", str(graded)]) == 1
        captured = capsys.readouterr()
        assert "1 of 7 submissions have no grade" in captured.err
        assert "w90_assignment.ipynb is broken" in " ".join(captured.out.replace("│", " ").split())

    def test_a_renamed_notebook_is_graded_and_told_so(self, graded: Path) -> None:
        assert sum(scores(graded, "sample07").values()) == 10
        assert "my answers.ipynb" in feedback(graded, "sample07")

    def test_every_graded_submission_has_a_feedback_page(self, graded: Path) -> None:
        found = {path.parts[-3] for path in (graded / "feedback").rglob("*.html")}
        assert found == {f"sample0{number}" for number in (1, 2, 3, 4, 5, 7)}


class TestSecondRun:
    def test_unchanged_submissions_keep_their_grades(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = (graded / "autograded/sample01/w90_tiny/w90_assignment.ipynb").stat().st_mtime_ns
        main(["grade", "w90", "--course-dir", str(graded)])
        after = (graded / "autograded/sample01/w90_tiny/w90_assignment.ipynb").stat().st_mtime_ns
        assert before == after
        assert "sample01: kept" in capsys.readouterr().err

    def test_a_newer_submission_is_graded_again_and_stays_as_it_is(
        self, small_course: Path
    ) -> None:
        main(["build", "--course-dir", str(small_course)])
        submit(small_course, "sample01", {})
        assert main(["grade", "w90_tiny", "--course-dir", str(small_course)]) == 0
        path = submit(small_course, "sample01", RIGHT)
        os.utime(path, (time.time() + 5, time.time() + 5))
        before = path.read_bytes()
        assert main(["grade", "w90_tiny", "--course-dir", str(small_course)]) == 0
        assert sum(scores(small_course, "sample01").values()) == 10
        assert path.read_bytes() == before


class TestFeedback:
    def test_it_never_shows_a_hidden_test(self, graded: Path) -> None:
        for page in (graded / "feedback").rglob("*.html"):
            text = page.read_text()
            assert "BEGIN HIDDEN" not in text
            assert "sum with itself" not in text, page
            assert "check.rng" not in text

    def test_it_shows_the_visible_tests_and_the_scores(self, graded: Path) -> None:
        assert "10 of 10 points" in feedback(graded, "sample01")
        assert "double([1, 3])" in feedback(graded, "sample01")

    def test_it_begins_with_what_failed_and_why(self, graded: Path) -> None:
        page = feedback(graded, "sample02")
        overview = page[page.index('class="overview"') : page.index("</table>")]
        assert overview.count("✗") == 3
        assert "not answered yet" in overview

    def test_frames_of_the_learners_own_code_stay(self) -> None:
        learner = "\x1b[36mCell In[3], line 2, in f(x)\x1b[39m\n      2 return x[9]"
        test = "\x1b[36mCell In[4], line 5\x1b[39m\n----> 5 secret_input = f(hidden_numbers)"
        cell = nbformat.v4.new_code_cell(
            "### BEGIN HIDDEN TESTS\nsecret_input = f(hidden_numbers)\n### END HIDDEN TESTS",
            execution_count=4,
            outputs=[
                nbformat.v4.new_output(
                    "error", ename="IndexError", evalue="9", traceback=[test, learner]
                )
            ],
        )
        cleaned = clean(cell)
        assert cleaned.outputs[0].traceback == [learner]

    def test_what_is_printed_while_hidden_tests_run_is_not_shown(self) -> None:
        cell = nbformat.v4.new_code_cell(
            "### BEGIN HIDDEN TESTS\nf(1)\n### END HIDDEN TESTS",
            outputs=[nbformat.v4.new_output("stream", text="the input is 1")],
        )
        assert clean(cell).outputs == []


def clean(cell: NotebookNode) -> NotebookNode:
    notebook, _ = HideHiddenTests().preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    return notebook.cells[0]


class TestBadInput:
    @pytest.mark.parametrize(
        ("prepare", "arguments", "message"),
        [
            (None, ["w91"], "has no assignment 'w91'"),
            (None, ["w90"], "there are no submissions of w90_tiny"),
            ("c = get_config(\n", ["w90"], "nbgrader_config.py: this file fails ("),
        ],
    )
    def test_one_line_says_what_is_wrong(
        self,
        prepare: str | None,
        arguments: list[str],
        message: str,
        small_course: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        main(["build", "--course-dir", str(small_course)])
        if prepare:
            (small_course / "nbgrader_config.py").write_text(prepare)
        capsys.readouterr()
        assert main(["grade", *arguments, "--course-dir", str(small_course)]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert "Traceback" not in error

    def test_a_missing_course_directory_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", "w90", "--course-dir", str(tmp_path / "nowhere")]) == 2
        assert "nowhere: there is no such course directory" in capsys.readouterr().err
