"""What people really hand in: nothing of it costs a grade, and nobody is blamed for it."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import open_course
from autograder.errors import InputError

from ..equality import courses
from ..equality.courses import answer, hand_in, locked, plain, solution, write_source
from ..equality.courses import test as graded_test

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "field"
c.LateSubmissionPlugin.penalty_method = "zero"
c.SubmissionLimits.files = 8

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec
)

class Choice(NbGraderPreprocessor):
    def preprocess_cell(self, cell, resources, index):
        chosen = cell.metadata.get("extended_cell", {}).get("choice")
        if chosen and resources and self.course:
            cell.source = "chosen: " + ",".join(chosen)
        return cell, resources

    def preprocess(self, notebook, resources):
        self.course = notebook.metadata.get("course_form")
        return super().preprocess(notebook, resources)

c.Autograde.sanitize_preprocessors = [
    ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata, Choice
]
"""
HIDDEN = "### BEGIN HIDDEN TESTS\nassert f(2) == 3\n### END HIDDEN TESTS"
RIGHT = {"first": {"f": "def f(x):\n    return x + 1"}, "second": {"g": "g = 2 * f(1)"}}


def heavy() -> NotebookNode:
    """Return a cell that the instructor's tag leaves out."""
    cell = plain("model = 'trained anew'")
    cell.metadata["tags"] = ["skip-execution"]
    return cell


def choose(notebook: NotebookNode) -> None:
    """Answer as e2xgrader's forms do: in the metadata."""
    notebook.metadata["course_form"] = "exam"
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "choice":
            cell.metadata["extended_cell"] = {"type": "singlechoice", "choice": ["0"]}


@dataclass
class Class:
    """A graded class, and what the console showed."""

    root: Path
    table: str

    def row(self, learner: str) -> str:
        """A learner's lines of the table as one."""
        lines, taken = [], False
        for line in self.table.splitlines():
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            if len(cells) == 5:
                taken = cells[0] == learner if cells[0] else taken
                if taken:
                    lines.append(cells)
        return " ".join(" ".join(column) for column in zip(*lines, strict=True))

    def scores(self, learner: str) -> dict[str, float | None]:
        with courses.gradebook(self.root) as book:
            notebooks = book.find_submission("ps1", learner).notebooks
            return {grade.name: grade.auto_score for one in notebooks for grade in one.grades}

    def executed(self, learner: str, name: str = "first") -> NotebookNode:
        path = self.root / "autograded" / learner / "ps1" / f"{name}.ipynb"
        return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(CONFIG)
    data = root / "shared.csv"
    data.write_text("7")
    first = [
        plain("model = 'saved'"),
        heavy(),
        solution("f", "### BEGIN SOLUTION\ndef f(x):\n    return x + 1\n### END SOLUTION"),
        graded_test("f_test", 1, f"assert f(1) == 2\n{HIDDEN}"),
        graded_test("m_test", 2, "assert model == 'saved'"),
        graded_test("d_test", 1, "assert open('data.csv').read() == '7'"),
        answer("choice", 2, "YOUR ANSWER HERE", "markdown"),
    ]
    second = [
        locked("run", "import pathlib\n%run first.ipynb"),
        solution("g", "g = 0"),
        graded_test("g_test", 3, "assert g == 4"),
        graded_test("h_test", 1, "assert 'f(2)' not in pathlib.Path('first.ipynb').read_text()"),
    ]
    write_source(root, "ps1", {"first": first, "second": second}, {"data.csv": "7"})
    (root / "source/ps1/data.csv").unlink()
    (root / "source/ps1/data.csv").symlink_to(data)
    with courses.gradebook(root) as book:
        book.update_or_create_assignment("ps1", duedate="2031-05-02 12:00:00 UTC")
        book.add_student("gus")
    times = {
        "ann": b"2031-05-02 13:59:00 CEST",
        "bob": b"2031-05-02 13:59:00 +0200",
        "cem": b"2031-05-02 14:01:00 CEST",
        "dan": b"some time ago",
    }
    for learner, time in times.items():
        folder = hand_in(root, "ps1", learner, RIGHT, change=choose)
        (folder / "timestamp.txt").write_bytes(time)
    many = {f"aa/{number}.txt": "x" for number in range(12)}
    for learner in ("fay", "hal", "ida"):
        hand_in(root, "ps1", learner, RIGHT, many)
    hand_in(root, "ps1", "eve", RIGHT)
    (root / "submitted/eve/ps1").rename(root / "inner")
    (root / "submitted/eve/ps1/ps1").mkdir(parents=True)
    (root / "inner").rename(root / "submitted/eve/ps1/ps1/PS1")
    hand_in(root, "ps1", "Gus ", RIGHT)
    (root / "submitted/Gus /ps1").rename(root / "submitted/Gus /PS1")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert courses.grade(root, "ps1") == 0
    return Class(root, out.getvalue())


FULL = {"f_test": 1, "m_test": 2, "d_test": 1, "g_test": 3, "h_test": 1}
LEARNERS = ["ann", "bob", "cem", "dan", "eve", "fay", "gus"]


@pytest.mark.parametrize("learner", LEARNERS)
def test_nothing_of_it_costs_a_point(graded: Class, learner: str) -> None:
    scores = graded.scores(learner)
    assert {name: scores[name] for name in FULL} == FULL


def test_metadata_reach_the_courses_own_preprocessors(graded: Class) -> None:
    assert graded.scores("ann")["choice"] is None  # a person marks it
    assert graded.scores("fay")["choice"] == 0  # nothing was chosen
    (cell,) = [c for c in graded.executed("ann").cells if c.source == "chosen: 0"]
    assert cell.metadata.extended_cell.choice == ["0"]
    assert graded.executed("ann").metadata.course_form == "exam"


@pytest.mark.parametrize(
    ("learner", "shown"), [("ann", "8 / 10"), ("bob", "8 / 10"), ("cem", "0 / 10")]
)
def test_the_table_has_the_score_after_the_penalty(graded: Class, learner: str, shown: str) -> None:
    assert f" {shown} " in graded.row(learner)


def test_a_penalty_is_named(graded: Class) -> None:
    assert "8 off for lateness" in graded.row("cem")
    assert "late" not in graded.row("ann")


def test_an_unreadable_time_is_said(graded: Class) -> None:
    assert "('some time ago'); it was taken for none" in graded.row("dan")


def test_honest_learners_have_no_note(graded: Class) -> None:
    assert graded.row("ann").split()[4] == "graded"
    assert len(graded.row("ann").split()) == 6  # nothing behind the seconds


def test_what_nearly_matches_is_used_and_said(graded: Class) -> None:
    assert "'Gus ' was taken for that of 'gus'" in graded.row("gus")
    assert "'PS1' was taken for 'ps1'" in graded.row("gus")
    assert "it was graded as first.ipynb" in graded.row("eve")
    with courses.gradebook(graded.root) as book:
        assert "Gus " not in {student.id for student in book.students}


def test_a_note_of_many_is_written_once(graded: Class) -> None:
    assert graded.table.count("c.SubmissionLimits.files") == 1
    assert "[1] 3 of 9 submissions: 'aa/" in graded.table
    assert graded.row("fay").endswith("[1]")


def test_files_behind_links_lie_beside_the_graded_notebook(graded: Class) -> None:
    copied = graded.root / "autograded/ann/ps1/data.csv"
    assert copied.read_text() == "7"
    assert not copied.is_symlink()


class TestNames:
    @pytest.fixture
    def course(self, tmp_path: Path) -> Callable[..., list]:
        def submissions(*folders: str, known: tuple[str, ...] = ()) -> list:
            for folder in folders:
                (tmp_path / "submitted" / folder).mkdir(parents=True)
            if known:
                with courses.gradebook(tmp_path) as book:
                    for learner in known:
                        book.add_student(learner)
            course = open_course(tmp_path)
            return course.submissions("ps1", course.learners(), course.assignments())

        return submissions

    def test_two_folders_of_one_name_are_two_learners_and_asked_about(
        self, course: Callable[..., list]
    ) -> None:
        upper, lower = course("Ann/ps1", "ann/ps1", known=("ann",))
        assert (upper.learner, lower.learner) == ("Ann", "ann")
        assert upper.notes == ("There is also 'ann': is this the same learner?",)
        assert lower.notes == ()

    def test_a_name_that_fits_two_learners_is_left_as_it_is(
        self, course: Callable[..., list]
    ) -> None:
        (found,) = course("ANN/ps1", known=("ann", "Ann"))
        assert found.learner == "ANN"
        assert "is this the same learner?" in found.notes[0]

    def test_two_folders_that_could_be_the_assignment_are_refused(
        self, course: Callable[..., list]
    ) -> None:
        with pytest.raises(InputError, match="could both be ps1"):
            course("ann/PS1", "ann/ps1 ")

    def test_another_assignments_folder_is_not_taken(
        self, course: Callable[..., list], tmp_path: Path
    ) -> None:
        (tmp_path / "source/PS1").mkdir(parents=True)
        (tmp_path / "source/PS1/p.ipynb").write_text("{}")
        assert course("ann/PS1") == []
