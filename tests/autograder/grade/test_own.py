"""A learner marks one notebook, their own: no class, no folders to set up."""

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from autograder.cli import main

ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "halve": "def halve(x):\n    return x / 2",
    "quiz": 'answer_1 = "a"',  # the wrong one, which only a hidden test knows
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    course = course_writer(tmp_path_factory.mktemp("course"))
    assert main(["build", "--course-dir", str(course)]) == 0
    return course


@pytest.fixture
def notebook(course: Path, tmp_path: Path) -> Path:
    """Return a learner's notebook, which a browser named when it was downloaded twice."""
    content = nbformat.read(course / "release/w90_tiny/w90_assignment.ipynb", as_version=4)
    for cell in content.cells:
        cell.source = ANSWERS.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    path = tmp_path / "w90_assignment (1).ipynb"
    nbformat.write(content, path)
    return path


def mark(course: Path, notebook: Path) -> int:
    return main(["grade", "--mine", str(notebook), "--course-dir", str(course)])


class TestMarking:
    def test_hidden_tests_count_and_the_page_is_named(
        self, course: Path, notebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = notebook.read_bytes()
        assert mark(course, notebook) == 0
        printed = capsys.readouterr().out
        assert "8 / 10" in printed  # the quiz is worth 2
        page = Path(unquote(urlsplit(printed.splitlines()[-1]).path))
        assert "8 of 10 points" in page.read_text()
        assert notebook.read_bytes() == before

    def test_no_gradebook_of_a_class_is_touched(self, course: Path, notebook: Path) -> None:
        (course / "gradebook.db").unlink(missing_ok=True)
        mark(course, notebook)
        assert not (course / "gradebook.db").exists()
        assert not (course / "submitted").exists()

    def test_a_corrected_notebook_is_marked_anew(
        self, course: Path, notebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mark(course, notebook)
        notebook.write_text(
            notebook.read_text().replace('answer_1 = \\"a\\"', 'answer_1 = \\"b\\"')
        )
        capsys.readouterr()
        assert mark(course, notebook) == 0
        assert "10 / 10" in capsys.readouterr().out


class TestRefusals:
    def test_a_file_that_is_no_assignment(
        self, course: Path, notebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = Path(shutil.copy(notebook, notebook.with_name("w91_assignment.ipynb")))
        assert mark(course, other) == 2
        line = capsys.readouterr().err
        assert str(other) in line
        assert "w90_assignment.ipynb" in line

    def test_a_file_that_is_not_there(
        self, course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert mark(course, tmp_path / "w90_assignment.ipynb") == 2
        assert "cannot be read" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [[], ["w90", "--mine", "w90_assignment.ipynb"]])
    def test_neither_an_assignment_nor_a_notebook_or_both(
        self, course: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", *arguments, "--course-dir", str(course)]) == 2
        assert "--mine" in capsys.readouterr().err
