"""What public nbgrader courses are like: the gradebooks of nbgrader and of ours are the same."""

from pathlib import Path

import pytest

from ..corpus import needs_bwrap
from ..equality import courses, other_courses
from ..equality.other_courses import NAMES, SHAPES

pytestmark = needs_bwrap

Both = tuple[Path, Path]  # what nbgrader made of the course, and what we made of it


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    copies = courses.copies(other_courses.write(tmp_path_factory.mktemp("others") / "course"))
    with courses.meanwhile(other_courses.grade_by_nbgrader, copies[0]):
        for assignment in NAMES.values():
            assert courses.grade(copies[1], assignment) == 0
    return copies


@pytest.mark.parametrize("shape", SHAPES)
def test_every_row_of_the_gradebook_is_the_same(shape: str, both: Both) -> None:
    theirs, ours = (_rows(course, NAMES[shape]) for course in both)
    assert courses.first_difference(theirs, ours) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_right_and_wrong_answers_score_what_they_should(shape: str, both: Both) -> None:
    """Otherwise two gradebooks full of zeros would do."""
    for number, learner in enumerate(("ada", "bob")):
        scores = {
            label.rsplit("/", 1)[1]: row["auto_score"]
            for label, row in _rows(both[1], NAMES[shape])["grade"].items()
            if label.split("/")[1] == learner and row["auto_score"] is not None
        }
        expected = {name: pair[number] for name, pair in SHAPES[shape].scores.items()}
        assert {name: scores.get(name) for name in expected} == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_the_executed_notebooks_have_the_same_cells_and_files_beside_them(
    shape: str, both: Both
) -> None:
    folders = [course / "autograded" for course in both]
    for learner in ("ada", "bob"):
        theirs, ours = (courses.files(folder / learner / NAMES[shape]) for folder in folders)
        assert courses.first_difference(theirs, ours) is None


def _rows(course: Path, assignment: str) -> dict[str, dict[str, dict]]:
    """Return the rows of one assignment."""
    return {
        table: {label: row for label, row in rows.items() if label.split("/")[0] == assignment}
        for table, rows in courses.tables(f"sqlite:///{course}/gradebook.db").items()
    }
