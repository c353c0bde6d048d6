"""Which submissions share code, beyond what the assignment gave them."""

import csv
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.similar.comparison import SOLUTION

LOOP = """\
def double(x):
    total = 0
    for number in range(2):
        total = total + x
        if number > 5:
            raise ValueError("this never happens")
    return total
"""
COPIED = LOOP.replace("total", "amount").replace("number", "i") + "\n# written by myself\n"
OTHER = """\
def double(x):
    parts = [x, x]
    while len(parts) > 1:
        first, second, *parts = parts
        parts.insert(0, first + second)
    (result,) = parts
    return result
"""
SHORT = "double = lambda x, times=2, zero=0: sum((x for _ in range(times)), start=zero)"


def hand_in(course: Path, learner: str, code: str) -> None:
    """Write an executed submission, as grading leaves it."""
    notebook = nbformat.read(course / "release/w90_tiny/w90_assignment.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            cell.source = code
    for folder in ("submitted", "autograded"):
        path = course / folder / learner / "w90_tiny/w90_assignment.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


@pytest.fixture
def course(tmp_path: Path, course_writer: Callable[[Path], Path]) -> Path:
    course = course_writer(tmp_path / "course")
    assert main(["build", "--course-dir", str(course)]) == 0
    return course


def compare(course: Path, *options: str) -> list[dict[str, str]]:
    assert main(["similar", "w90", "--course-dir", str(course), *options]) == 0
    with (course / "reports/w90_tiny/similar.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class TestPairs:
    def test_renamed_code_is_found_and_other_code_is_not(self, course: Path) -> None:
        hand_in(course, "sample01", LOOP)
        hand_in(course, "sample02", COPIED)
        hand_in(course, "sample03", OTHER)
        (row,) = compare(course)
        assert {row["one"], row["other"]} == {"sample01", "sample02"}
        assert float(row["share_of_one"]) > 0.9
        page = (course / "reports/w90_tiny/similar.html").read_text()
        assert "amount = amount + x" in page

    def test_what_the_release_gave_is_nobodys_code(self, course: Path) -> None:
        given = "".join(f"def helper_{number}(x):\n    {LOOP[18:]}\n" for number in range(3))
        path = course / "release/w90_tiny/w90_assignment.ipynb"
        release = nbformat.read(path, as_version=4)
        for cell in release.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = f"{given}\n{cell.source}"
        nbformat.write(release, path)
        hand_in(course, "sample01", f"{given}\n{SHORT}")
        hand_in(course, "sample02", f"{given}\n{OTHER}")
        assert compare(course, "--share", "0.5") == []

    def test_the_instructors_solution_is_compared_too(self, course: Path) -> None:
        source = course / "source/w90_tiny/w90_assignment.ipynb"
        notebook = nbformat.read(source, as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = OTHER
        nbformat.write(notebook, source)
        hand_in(course, "sample01", LOOP)
        hand_in(course, "sample03", OTHER)
        (row,) = compare(course)
        assert {row["one"], row["other"]} == {"sample03", SOLUTION}

    def test_a_name_cannot_write_into_the_page(self, course: Path) -> None:
        hand_in(course, "a<b>c", LOOP)
        hand_in(course, "sample02", COPIED)
        (row,) = compare(course)
        assert {row["one"], row["other"]} == {"a<b>c", "sample02"}
        assert "a<b>c" not in (course / "reports/w90_tiny/similar.html").read_text()


class TestRefusals:
    def test_it_takes_two(self, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
        hand_in(course, "sample01", LOOP)
        assert main(["similar", "w90", "--course-dir", str(course)]) == 2
        assert "autograder grade w90_tiny" in capsys.readouterr().err

    def test_a_share_above_one(self, course: Path) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["similar", "w90", "--share", "80", "--course-dir", str(course)])
        assert stopped.value.code == 2
