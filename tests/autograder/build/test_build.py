"""What `autograder build` promises: the notebooks, the refusals, the leak gate, the comparison."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.notebooks import absent_packages


def build(course: Path, *options: str) -> int:
    return main(["build", "--course-dir", str(course), *options])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def cells_of(path: Path) -> dict[str, nbformat.NotebookNode]:
    """Return the cells that nbgrader knows, by grade id."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


@pytest.fixture
def text(small_course: Path) -> Path:
    return small_course / "course" / "w90_tiny" / "assignment.md"


class TestNotebooks:
    def test_the_release_has_stubs_and_visible_tests_only(self, small_course: Path) -> None:
        assert build(small_course) == 0
        cells = cells_of(small_course / "release/w90_tiny/w90_assignment.ipynb")
        assert "raise NotImplementedError" in cells["double"].source
        assert "return np.asarray(x) * 2" not in cells["double"].source
        assert "double([1, 3])" in cells["double_tests"].source
        assert "HIDDEN" not in cells["double_tests"].source

    def test_a_quiz_keeps_its_ellipses_and_nothing_to_delete(self, small_course: Path) -> None:
        build(small_course)
        cells = cells_of(small_course / "release/w90_tiny/w90_assignment.ipynb")
        assert cells["quiz"].source == "answer_1 = ..."

    def test_the_source_has_everything_and_nbgraders_metadata(self, small_course: Path) -> None:
        build(small_course)
        cells = cells_of(small_course / "source/w90_tiny/w90_assignment.ipynb")
        assert "return np.asarray(x) * 2" in cells["double"].source
        assert "twice is the sum with itself" in cells["double_tests"].source
        assert cells["double_tests"].metadata.nbgrader == {
            "grade": True,
            "grade_id": "double_tests",
            "locked": True,
            "points": 4,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        assert cells["double"].metadata.nbgrader.solution

    def test_test_cells_and_ordinary_code_are_locked(self, small_course: Path) -> None:
        build(small_course)
        cells = cells_of(small_course / "release/w90_tiny/w90_assignment.ipynb")
        assert cells["double_tests"].metadata.editable is False
        payoff = next(cell for cell in cells.values() if "twice ten" in cell.source)
        assert payoff.metadata.editable is False
        assert payoff.metadata.nbgrader.locked

    def test_an_exercise_carries_what_it_is_to_be_solved_without(
        self, small_course: Path, text: Path
    ) -> None:
        edit(text, 'exercise="halve"', 'exercise="halve" without="torch scipy.special"')
        assert build(small_course) == 0
        for tree in ("source", "release"):
            cells = cells_of(small_course / tree / "w90_tiny/w90_assignment.ipynb")
            named = {name: absent_packages(cell) for name, cell in cells.items()}
            assert named.pop("halve") == ("torch", "scipy.special")
            assert not any(named.values())

    def test_a_learner_may_edit_the_parameters(self, small_course: Path) -> None:
        build(small_course)
        notebook = nbformat.read(
            small_course / "release/w90_tiny/w90_assignment.ipynb", as_version=4
        )
        parameters = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
        assert len(parameters) == 1
        assert parameters[0].metadata.editable is True
        assert parameters[0].metadata.nbgrader.locked  # grading restores them

    def test_a_locked_cell_keeps_its_id_when_its_text_is_mended(
        self, small_course: Path, text: Path
    ) -> None:
        build(small_course)
        before = cells_of(small_course / "source/w90_tiny/w90_assignment.ipynb").keys()
        edit(text, "half of twice ten", "one half of twice ten")
        build(small_course)
        assert cells_of(small_course / "source/w90_tiny/w90_assignment.ipynb").keys() == before

    def test_every_notebook_begins_with_badge_and_installation(self, small_course: Path) -> None:
        build(small_course)
        for name in ("w90_lesson.ipynb", "w90_assignment.ipynb"):
            badge, install = nbformat.read(
                small_course / "release/w90_tiny" / name, as_version=4
            ).cells[:2]
            address = f"github/example/tiny/blob/main/release/w90_tiny/{name}"
            assert address in badge.source
            assert "google.colab" in install.source
            assert "git+https://github.com/example/tiny@main" in install.source

    def test_a_week_installs_in_colab_what_it_lacks(self, small_course: Path) -> None:
        syllabus = small_course / "course/syllabus.yml"
        edit(syllabus, "    packages: [numpy]\n", "    packages: [numpy]\n    colab: [optuna]\n")
        build(small_course)
        lesson = nbformat.read(small_course / "release/w90_tiny/w90_lesson.ipynb", as_version=4)
        assert lesson.cells[1].source.endswith("    %pip install --quiet optuna")

    def test_lessons_have_no_source_version(self, small_course: Path) -> None:
        build(small_course)
        names = {path.name for path in (small_course / "source").rglob("*.ipynb")}
        assert names == {"w90_assignment.ipynb"}

    def test_a_written_answer_becomes_a_manually_graded_cell(
        self, small_course: Path, text: Path
    ) -> None:
        question = (
            '<!-- #region manual="why" points=2 -->\n'
            "Because doubling is linear.\n"
            "<!-- #endregion -->\n\n## Quiz"
        )
        edit(text, "## Quiz", question)
        edit(text, 'tests="halve" points=4', 'tests="halve" points=2')
        assert build(small_course) == 0
        why = cells_of(small_course / "release/w90_tiny/w90_assignment.ipynb")["why"]
        assert why.cell_type == "markdown"
        assert why.metadata.nbgrader.points == 2
        assert why.source == "YOUR ANSWER HERE"

    def test_public_files_travel_and_private_ones_do_not(self, small_course: Path) -> None:
        data = small_course / "course/w90_tiny/data"
        data.mkdir()
        (data / "numbers.csv").write_text("1,2\n")
        (data / "raw.bin").write_bytes(b"\xff\x00\xfe")
        build(small_course)
        release = small_course / "release/w90_tiny"
        assert (release / "data/numbers.csv").read_text() == "1,2\n"
        assert (release / "data/raw.bin").read_bytes() == b"\xff\x00\xfe"
        assert not (release / "mistakes.py").exists()

    def test_two_builds_are_the_same_to_the_byte(self, small_course: Path) -> None:
        def everything() -> dict[str, bytes]:
            return {
                str(path): path.read_bytes()
                for folder in ("source", "release")
                for path in (small_course / folder).rglob("*")
                if path.is_file()
            }

        build(small_course)
        first = everything()
        for path in map(Path, first):
            path.unlink()
        build(small_course)
        assert everything() == first


BROKEN = {
    "an exercise without tests": (
        '```python tests="halve" points=4',
        '```python tests="double" part="again" points=4',
        "'halve' has no tests",
    ),
    "tests without an exercise": ('tests="halve"', 'tests="treble"', "no exercise 'treble'"),
    "a duplicate id": ('tests="halve"', 'tests="double"', "'double_tests' is used twice"),
    "points that do not add up": ("points=4", "points=5", "add up to 11"),
    "points that are no number": ("points=4", 'points="four"', "not a number of points"),
    "tests without points": ('tests="halve" points=4', 'tests="halve"', "needs points"),
    "a solution that is not closed": (
        "    ### END SOLUTION\n",
        "",
        "BEGIN SOLUTION is never closed",
    ),
    "a solution that is missing": (
        "    ### BEGIN SOLUTION\n    return np.asarray(x) * 2\n    ### END SOLUTION\n",
        "    return np.asarray(x) * 2\n",
        "'double' has no solution",
    ),
    "a solution outside an exercise": (
        'print("half',
        '### BEGIN SOLUTION\n### END SOLUTION\nprint("half',
        "outside an exercise",
    ),
    "hidden tests that are not closed": (
        "### END HIDDEN TESTS\n",
        "",
        "BEGIN HIDDEN TESTS is never closed",
    ),
    "hidden tests outside a test cell": (
        'print("half',
        '### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\nprint("half',
        "outside a test cell",
    ),
    "an unknown attribute": (
        'exercise="double"',
        'exercise="double" level=3',
        "'level' is unknown",
    ),
    "an attribute that cannot be read": ('exercise="double"', "exercise=dou ble=", "attribute"),
    "a fence that is not closed": ("```\n\n## Double", "\n## Double", "fence is never closed"),
    "a last fence that is not closed": (
        'b", 1)\n### END HIDDEN TESTS\n```',
        "",
        "fence is never closed",
    ),
    "a fence of another language": ("## Double", "```bash\nls\n```\n\n## Double", "fence of bash"),
    "a cell that is no Python": ("return np.asarray(x) * 2", "return np.asarray(x *", "Python"),
    "packages that an ordinary cell does without": (
        '```python tests="double"',
        '```python without="torch" tests="double"',
        'without="..." belongs to exercise="..."',
    ),
    **{
        f"a package that cannot be {what}": (
            'exercise="double"',
            f'exercise="double" {attribute}',
            "name packages as they are imported",
        )
        for what, attribute in {
            "imported": 'without="scikit-learn"',
            "a keyword": 'without="scipy.class"',
            "begun by a dot": 'without=".special"',
            "one of several with commas": 'without="torch, scipy"',
            "named twice": 'without="torch scipy torch"',
            "nothing": 'without=""',
            "left out": "without",
            "a list": 'without=["torch"]',
        }.items()
    },
    "no parameters": (' tags=["parameters"]', "", "needs exactly one"),
}


class TestRefusals:
    @pytest.mark.parametrize("case", BROKEN)
    def test_it_refuses_naming_file_and_line(
        self, case: str, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        old, new, message = BROKEN[case]
        edit(text, old, new)
        assert build(small_course) == 2
        error = capsys.readouterr().err.strip().splitlines()[-1]
        assert message in error
        assert "assignment.md" in error
        assert not (small_course / "release").exists()

    def test_the_line_is_the_right_one(
        self, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(text, 'exercise="halve"', 'exercise="Halve!"')
        line = next(
            number
            for number, content in enumerate(text.read_text().splitlines(), start=1)
            if "Halve!" in content
        )
        build(small_course)
        assert f"assignment.md:{line + 1}:" in capsys.readouterr().err

    def test_an_exercise_has_no_place_in_a_lesson(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lesson = small_course / "course/w90_tiny/lesson.md"
        edit(lesson, "```python\ntotal", '```python exercise="total"\ntotal')
        assert build(small_course) == 2
        assert "no place in a lesson" in capsys.readouterr().err

    def test_an_unknown_week_is_named_with_a_suggestion(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert build(small_course, "w09") == 2
        assert "'w09'" in (error := capsys.readouterr().err)
        assert "did you mean w90" in error

    def test_settings_that_fail_are_one_line(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (small_course / "nbgrader_config.py").write_text("c = get_config(\n")
        assert build(small_course) == 2
        assert "nbgrader_config.py: this file fails (SyntaxError" in capsys.readouterr().err

    def test_settings_are_read_as_a_windows_editor_writes_them(self, small_course: Path) -> None:
        assert build(small_course) == 0
        path = small_course / "nbgrader_config.py"
        path.write_bytes(
            b"\xef\xbb\xbfc = get_config()\r\nc.ClearSolutions.code_stub = {\r\n"
            b"  'python': 'pass  # your answer'}\r\n"
        )
        assert build(small_course) == 0
        release = small_course / "release/w90_tiny/w90_assignment.ipynb"
        assert "pass  # your answer" in release.read_text()

    def test_a_folder_without_a_course_says_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert build(tmp_path) == 2
        assert "syllabus.yml: there is no such file" in capsys.readouterr().err

    def test_a_syllabus_that_is_no_yaml_is_named_with_the_line(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(small_course / "course/syllabus.yml", "branch: main", "branch: [main")
        assert build(small_course) == 2
        assert "syllabus.yml:4" in capsys.readouterr().err


class TestLeakGate:
    def refused(self, course: Path, capsys: pytest.CaptureFixture[str]) -> str:
        assert build(course) == 1
        assert not (course / "release").exists()
        return capsys.readouterr().err

    def test_a_solution_line_in_a_lesson_stops_the_build(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(
            small_course / "course/w90_tiny/lesson.md",
            "total = sum",
            "# return  np.asarray( x )*2\ntotal = sum",
        )
        error = self.refused(small_course, capsys)
        assert "release/w90_tiny/w90_lesson.ipynb cell" in error
        assert "solution of 'double'" in error

    def test_a_solution_line_in_a_hint_stops_the_build(
        self, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(text, "## Halve", "## Halve\n\n~~~python\nreturn np.asarray(x) / 2\n~~~")
        assert "solution of 'halve'" in self.refused(small_course, capsys)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_a_hidden_test_line_in_a_helper_file_stops_the_build(
        self, encoding: str, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        helper = small_course / "course/w90_tiny/helper.py"
        line = 'numbers = check.rng("halve").normal(size=(2, 3))\n'
        helper.write_text(line, encoding=encoding)
        assert "helper.py:1: gives away a line of the hidden test" in self.refused(
            small_course, capsys
        )

    def test_a_hidden_line_that_the_author_also_shows_is_no_secret(
        self, small_course: Path, text: Path
    ) -> None:
        edit(text, 'print("half', 'numbers = check.rng("halve").normal(size=(2, 3))\nprint("half')
        assert build(small_course) == 0

    def test_a_unit_that_is_built_alone_does_not_give_another_one_away(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        syllabus = small_course / "course/syllabus.yml"
        text = syllabus.read_text()
        weeks = text[text.index("  - id:") :]
        syllabus.write_text(text + weeks.replace("w90_tiny", "w91_next"))
        shutil.copytree(small_course / "course/w90_tiny", small_course / "course/w91_next")
        edit(small_course / "course/w91_next/assignment.md", "asarray(x) * 2", "add(x, x) + 0 * x")
        assert build(small_course) == 0
        edit(
            small_course / "course/w90_tiny/lesson.md",
            "total = sum",
            "# return np.add(x, x) + 0 * x\ntotal = sum",
        )
        assert build(small_course, "w90") == 1
        assert "solution of 'double' in w91_next" in capsys.readouterr().err


class TestComparison:
    def test_a_fresh_build_does_not_differ(self, small_course: Path) -> None:
        build(small_course)
        assert build(small_course, "--check") == 0

    def test_check_names_the_cell_that_differs_and_writes_nothing(
        self, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        path = small_course / "release/w90_tiny/w90_assignment.ipynb"
        before = path.read_bytes()
        edit(text, "half of twice ten", "one half of twice ten")
        assert build(small_course, "--check") == 1
        output = capsys.readouterr().out
        assert f"{path}: differs from a fresh build, first in cell" in output
        assert path.read_bytes() == before

    def test_check_reports_missing_files_and_weeks_that_are_gone(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        (small_course / "release/w90_tiny/w90_lesson.ipynb").unlink()
        (small_course / "course/w90_tiny/data.csv").write_text("1\n")
        build(small_course)
        (small_course / "course/w90_tiny/data.csv").unlink()
        (small_course / "release/w90_tiny/w90_lesson.ipynb").unlink()
        assert build(small_course, "--check") == 1
        output = capsys.readouterr().out
        assert "w90_lesson.ipynb: is missing" in output
        assert "data.csv: is no longer part of the course" in output

    def test_a_learners_answers_are_never_overwritten(
        self, small_course: Path, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        path = small_course / "release/w90_tiny/w90_assignment.ipynb"
        answered = json.loads(path.read_text())
        answered["cells"][-1]["source"] = ["my own work"]
        path.write_text(json.dumps(answered))
        edit(text, "half of twice ten", "one half of twice ten")
        assert build(small_course) == 2
        assert "changed since the last build" in capsys.readouterr().err
        assert "my own work" in path.read_text()

    def opened(self, path: Path) -> None:
        """Save a notebook as JupyterLab does after it was opened with another Python 3.11."""
        notebook = nbformat.read(path, as_version=4)
        assert notebook.metadata.kernelspec.display_name == "Python 3 (ipykernel)"
        assert notebook.metadata.language_info.pygments_lexer == "ipython3"
        notebook.metadata.kernelspec.display_name = "My Python"
        notebook.metadata.language_info.version = "3.11.99"
        path.write_text(nbformat.writes(notebook) + "\n")

    def test_a_notebook_that_was_opened_is_no_difference(self, small_course: Path) -> None:
        build(small_course)
        path = small_course / "release/w90_tiny/w90_lesson.ipynb"
        built = path.read_bytes()
        self.opened(path)
        assert path.read_bytes() != built
        assert build(small_course, "--check") == 0
        assert build(small_course) == 0
        assert path.read_bytes() == built

    def test_a_notebook_that_was_opened_is_built_anew_when_its_text_changes(
        self, small_course: Path
    ) -> None:
        build(small_course)
        path = small_course / "release/w90_tiny/w90_lesson.ipynb"
        self.opened(path)
        edit(small_course / "course/w90_tiny/lesson.md", "# A tiny", "# A very tiny")
        assert build(small_course) == 0
        assert "# A very tiny" in path.read_text()

    @pytest.mark.parametrize("what", ["an output", "a count", "another kernel", "another format"])
    def test_a_notebook_that_was_run_or_rewritten_is_a_difference(
        self, what: str, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        path = small_course / "release/w90_tiny/w90_lesson.ipynb"
        notebook = nbformat.read(path, as_version=4)
        if what == "an output":
            notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="quick 6")]
        elif what == "a count":
            notebook.cells[-1].execution_count = 1
        elif what == "another kernel":
            notebook.metadata.kernelspec.name = "python4"
        text = nbformat.writes(notebook) + "\n"
        path.write_text(json.dumps(notebook, indent=2) if what == "another format" else text)
        assert build(small_course, "--check") == 1
        assert "w90_lesson.ipynb: differs from a fresh build" in capsys.readouterr().out
        assert build(small_course) == 2

    def test_files_that_no_build_wrote_are_left_alone(self, small_course: Path) -> None:
        build(small_course)
        notes = small_course / "release/w90_tiny/notes.txt"
        notes.write_text("mine")
        assert build(small_course) == 0
        assert build(small_course, "--check") == 0
        assert notes.read_text() == "mine"
