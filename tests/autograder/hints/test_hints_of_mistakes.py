"""Known mistakes of a small course, run as learners run them, and what learners then get."""

from pathlib import Path

import nbformat
import pytest

from autograder.check.hints import hint_faults
from autograder.check.unit import load_unit
from autograder.cli import main
from autograder.syllabus import load_syllabus
from forwardpass.hints import FILE, find_hints, key_of


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, course_writer) -> Path:
    """Return the small course with its hints written and built."""
    root = course_writer(tmp_path_factory.mktemp("hints"))
    assert main(["hints", "w90", "--course-dir", str(root), "--jobs", "2"]) == 0
    assert main(["build", "--course-dir", str(root)]) == 0
    return root


def faults(root: Path) -> list[str]:
    syllabus = load_syllabus(root)
    tested = load_unit(root, syllabus.units[0], syllabus)
    return [fault.message for fault in hint_faults(tested) if fault.path.name == FILE]


def test_what_a_mistake_says_opens_its_hint(course: Path) -> None:
    message = "halve([1, 3]) differs in 2 of 2 elements, first at index [0]: 1, expected 0.5."
    file = course / "release" / "w90_tiny" / FILE
    assert find_hints(file, key_of("halve", "", "CheckFailed", message)) == [
        "is the result smaller?"
    ]


def test_a_mistake_that_visible_tests_let_pass_is_counted_and_not_told(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hints", "w90", "--course-dir", str(course)]) == 0
    assert capsys.readouterr().out == (
        "w90_tiny: of 6 known mistakes 5 fail a visible test, and 5 get a hint of their own\n"
    )


def test_what_is_written_is_the_same_every_time(course: Path) -> None:
    path = course / "course" / "w90_tiny" / FILE
    before = path.read_bytes()
    assert main(["hints", "--course-dir", str(course), "--jobs", "1"]) == 0
    assert path.read_bytes() == before


def test_colab_gets_the_file_too(course: Path) -> None:
    notebook = nbformat.read(course / "release" / "w90_tiny" / "w90_assignment.ipynb", 4)
    assert f"/release/w90_tiny/{FILE}" in notebook.cells[1].source
    lesson = nbformat.read(course / "release" / "w90_tiny" / "w90_lesson.ipynb", 4)
    assert FILE not in lesson.cells[1].source


def test_hints_of_now_are_no_fault_and_those_of_before_are(
    course: Path, small_course: Path
) -> None:
    assert faults(course) == []
    folder = small_course / "course" / "w90_tiny"
    (folder / FILE).write_bytes((course / "course" / "w90_tiny" / FILE).read_bytes())
    assert faults(small_course) == []
    mistakes = folder / "mistakes.py"
    mistakes.write_text(mistakes.read_text().replace("is the result smaller?", "is it smaller?"))
    (message,) = faults(small_course)
    assert "run autograder hints w90_tiny, then autograder build" in message


def test_a_solution_that_fails_is_named(
    small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small_course / "course" / "w90_tiny" / "assignment.md"
    path.write_text(path.read_text().replace("np.asarray(x) / 2", "np.asarray(x) / 3"))
    assert main(["hints", "--course-dir", str(small_course)]) == 2
    assert "assignment.md" in (told := capsys.readouterr().err)
    assert "the instructor's solution fails here (CheckFailed: halve([1, 3])" in told
    assert not (path.with_name(FILE)).exists()
