"""What the skeleton of an assignment promises: the gradebook's cells, as values, in order."""

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import GenerateAssignment
from nbgrader.nbgraderformat import MetadataValidator

from autograder.cli import main
from autograder.course import Course, open_course
from autograder.errors import InputError
from autograder.grade.skeleton import Skeleton, SkeletonCell, read_skeletons

CELL = SkeletonCell("double", "code", "...", False, True, False, False, None, "0" * 32)


def put_in_gradebook(course: Course) -> None:
    directory = course.directory("w90_tiny")
    directory.release_directory = "generated"
    GenerateAssignment(coursedir=directory, config=course.config).start()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    """Return a course in its gradebook, for all tests that only look."""
    root = course_writer(tmp_path_factory.mktemp("course"))
    assert main(["build", "--course-dir", str(root)]) == 0
    put_in_gradebook(open_course(root))
    return root


@pytest.fixture
def course(built: Path) -> Course:
    return open_course(built)


@pytest.fixture
def own_course(built: Path, tmp_path: Path) -> Course:
    """Return a copy of the course, for a test that changes it."""
    shutil.copytree(built, tmp_path / "own")
    return open_course(tmp_path / "own")


class TestReading:
    def test_the_cells_come_in_the_order_of_the_source(self, course: Course) -> None:
        source = nbformat.read(course.root / "source/w90_tiny/w90_assignment.ipynb", as_version=4)
        marks = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
        (skeleton,) = read_skeletons(course, "w90_tiny")
        assert [cell.grade_id for cell in skeleton.cells] == [
            mark["grade_id"] for mark in marks if mark
        ]

    def test_a_source_that_was_rearranged_since_gives_the_order(self, own_course: Course) -> None:
        path = own_course.root / "source/w90_tiny/w90_assignment.ipynb"
        source = nbformat.read(path, as_version=4)
        source.cells.reverse()
        nbformat.write(source, path)
        (skeleton,) = read_skeletons(own_course, "w90_tiny")
        grade_ids = [cell.grade_id for cell in skeleton.cells]
        assert grade_ids.index("quiz_tests") < grade_ids.index("double")

    @pytest.mark.parametrize("content", [None, "{broken"])
    def test_without_a_source_the_saved_order_holds(
        self, content: str | None, own_course: Course
    ) -> None:
        (before,) = read_skeletons(own_course, "w90_tiny")
        for step in ("source", "release"):
            path = own_course.root / step / "w90_tiny/w90_assignment.ipynb"
            path.unlink()
            if content:
                path.write_text(content)
        assert read_skeletons(own_course, "w90_tiny") == (before,)

    def test_hidden_tests_are_inside_and_solutions_are_not(self, course: Course) -> None:
        (skeleton,) = read_skeletons(course, "w90_tiny")
        cells = {cell.grade_id: cell for cell in skeleton.cells}
        assert "check.hidden.close" in cells["double_tests"].source
        assert "check.hidden" not in skeleton.visible(cells["double_tests"])
        assert "check.close" in skeleton.visible(cells["double_tests"])
        assert "np.asarray(x) * 2" not in cells["double"].source
        assert (cells["double_tests"].points, cells["double"].points) == (4.0, None)
        assert skeleton.kernelspec == {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        }

    def test_the_courses_own_markers_of_hidden_tests_are_used(self, own_course: Course) -> None:
        (own_course.root / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            "c.ClearHiddenTests.begin_test_delimeter = 'VERSTECKT AN'\n"
            "c.ClearHiddenTests.end_test_delimeter = 'VERSTECKT AUS'\n"
        )
        (skeleton,) = read_skeletons(open_course(own_course.root), "w90_tiny")
        cell = replace(CELL, source="a\n# VERSTECKT AN\nb\n# VERSTECKT AUS")
        assert skeleton.visible(cell) == "a"

    def test_skeletons_can_be_sent_to_a_worker(self, course: Course) -> None:
        skeletons = read_skeletons(course, "w90_tiny")
        assert pickle.loads(pickle.dumps(skeletons)) == skeletons

    def test_an_unknown_assignment_is_named(self, course: Course) -> None:
        with pytest.raises(InputError, match="no assignment 'w91'"):
            read_skeletons(course, "w91")


class TestMetadata:
    @pytest.mark.parametrize(
        "cell",
        [
            CELL,
            SkeletonCell("t", "code", "", True, False, False, True, 2.5, "0" * 32),
            SkeletonCell("m", "markdown", "", True, True, False, False, 2.0, "0" * 32),
            SkeletonCell("k", "markdown", "", False, False, True, True, 2.0, ""),
        ],
    )
    def test_nbgrader_finds_it_valid(self, cell: SkeletonCell) -> None:
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        MetadataValidator().validate_cell(make("", metadata={"nbgrader": cell.nbgrader}))


class TestVisible:
    @pytest.mark.parametrize(
        ("source", "visible"),
        [
            ("a\n# BEGIN HIDDEN TESTS\nb\n# END HIDDEN TESTS\nc", "a\nc"),
            ("a\n### BEGIN HIDDEN TESTS\nb", "a"),
            ("a\n=== BEGIN MARK SCHEME\nb\n=== END MARK SCHEME", "a"),
            ("a\n\n", "a\n\n"),
        ],
    )
    def test_it_lacks_what_learners_did_not_get(self, source: str, visible: str) -> None:
        cell = SkeletonCell("t", "code", source, True, False, False, True, 1.0, "")
        assert Skeleton("n", (cell,), None).visible(cell) == visible
