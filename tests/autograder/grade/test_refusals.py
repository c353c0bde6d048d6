"""What cannot be graded is refused in one line that says where, what is wrong and what to do."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from ..equality import courses
from ..equality.courses import hand_in, solution, write_source
from ..equality.courses import test as graded_test

CELLS = [solution("f", "def f(x):\n    return x + 1"), graded_test("t", 1, "assert f(1) == 2")]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a course of two cells and one submission, not graded yet."""
    write_source(tmp_path, "ps1", {"p": CELLS})
    hand_in(tmp_path, "ps1", "ann", {"p": {}})
    return tmp_path


def change_source(course: Path, change: Callable[[nbformat.NotebookNode], None]) -> None:
    path = course / "source/ps1/p.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def refusal(course: Path, capsys: pytest.CaptureFixture[str], assignment: str = "ps1") -> str:
    """Return the one line with which grading ends."""
    capsys.readouterr()
    assert courses.grade(course, assignment, "--sandbox", "none") == 2
    lines = capsys.readouterr().err.splitlines()
    return next(line for line in lines if line.startswith("autograder grade: "))


class TestTheSource:
    @pytest.mark.parametrize(
        ("key", "value", "says"),
        [
            ("grade_id", "my t", "cell 2: nbgrader's grade_id takes letters, digits, - and _"),
            ("points", -2, "cell 2: nbgrader's points of 't' is a number of at least 0"),
            ("points", "two", "cell 2: nbgrader's points of 't' is a number, and here it is 'two'"),
            ("locked", "yes", "cell 2: nbgrader's locked of 't' is a boolean"),
            ("schema_version", 9, "cell 2: its nbgrader metadata is of a newer nbgrader"),
        ],
    )
    def test_a_fault_is_named_with_notebook_and_cell(
        self,
        course: Path,
        capsys: pytest.CaptureFixture[str],
        key: str,
        value: object,
        says: str,
    ) -> None:
        change_source(course, lambda nb: nb.cells[1].metadata.nbgrader.update({key: value}))
        told = refusal(course, capsys)
        assert str(course / "source/ps1/p.ipynb") in told
        assert says in told

    def test_a_path_in_which_nbgrader_finds_nothing_is_named(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        elsewhere = course.rename(course.parent / "autumn [2031]")
        assert "rename" in refusal(elsewhere, capsys)

    def test_brackets_in_a_notebooks_name_are_no_fault(self, tmp_path: Path) -> None:
        write_source(tmp_path, "Week 1", {"01 sums [24 points]": CELLS})
        hand_in(tmp_path, "Week 1", "ann lee", {"01 sums [24 points]": {}})
        assert courses.grade(tmp_path, "Week 1", "--sandbox", "none") == 0


class TestWhatWasGradedBefore:
    @pytest.fixture
    def graded(self, course: Path) -> Path:
        assert courses.grade(course, "ps1", "--sandbox", "none") == 0
        return course

    def test_a_new_cell_is_named_and_what_to_do(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        more = graded_test("t2", 1, "assert f(2) == 3")
        change_source(graded, lambda nb: nb.cells.append(more))
        told = refusal(graded, capsys)
        assert "new cell: t2" in told
        assert "nbgrader db assignment remove ps1 --force" in told

    def test_a_renamed_notebook_is_named(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (graded / "source/ps1/p.ipynb").rename(graded / "source/ps1/q.ipynb")
        told = refusal(graded, capsys)
        assert "new notebook: q; notebook no longer there: p" in told


class TestTheGradebook:
    def test_one_of_an_older_nbgrader_is_to_be_upgraded(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with sqlite3.connect(course / "gradebook.db") as book:
            book.execute("alter table student drop column lms_user_id")
        told = refusal(course, capsys)
        assert "it has no student.lms_user_id" in told
        assert "nbgrader db upgrade" in told

    def test_one_that_another_program_holds_is_refused_and_left_alone(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book = sqlite3.connect(course / "gradebook.db", isolation_level=None)
        book.execute("BEGIN EXCLUSIVE")
        assert "another program holds the gradebook" in refusal(course, capsys)
        book.close()
        assert not (course / "autograded").exists()
        assert courses.grade(course, "ps1", "--sandbox", "none") == 0

    def test_a_file_that_is_none_is_refused(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (course / "gradebook.db").write_bytes(b"not a database, but long enough for one" * 9)
        assert "file is not a database" in refusal(course, capsys)


class TestKernels:
    def test_one_called_python_is_this_pythons(self, tmp_path: Path) -> None:
        kernel = {"display_name": "Python", "language": "python", "name": "python"}
        write_source(tmp_path, "ps1", {"p": CELLS}, kernelspec=kernel)
        hand_in(tmp_path, "ps1", "ann", {"p": {}})
        assert courses.grade(tmp_path, "ps1", "--sandbox", "none") == 0

    @pytest.mark.parametrize("setting", ["ExecutePreprocessor", "Execute"])
    def test_one_that_the_settings_name_is_taken(self, tmp_path: Path, setting: str) -> None:
        config = f"c = get_config()\nc.{setting}.kernel_name = 'python3'\n"
        (tmp_path / "nbgrader_config.py").write_text(config)
        kernel = {"display_name": "Elsewhere", "language": "python", "name": "conda-env-elsewhere"}
        write_source(tmp_path, "ps1", {"p": CELLS}, kernelspec=kernel)
        hand_in(tmp_path, "ps1", "ann", {"p": {}})
        assert courses.grade(tmp_path, "ps1", "--sandbox", "none") == 0

    def test_one_that_is_not_installed_is_named_with_the_setting(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kernel = {"display_name": "Elsewhere", "language": "python", "name": "conda-env-elsewhere"}
        write_source(tmp_path, "ps1", {"p": CELLS}, kernelspec=kernel)
        hand_in(tmp_path, "ps1", "ann", {"p": {}})
        told = refusal(tmp_path, capsys)
        assert "p.ipynb wants the kernel 'conda-env-elsewhere'" in told
        assert "c.ExecutePreprocessor.kernel_name" in told
