"""The instructor's part of an assignment: the cells that every submission is rebuilt on."""

import json
from dataclasses import dataclass
from typing import Any

from nbgrader.api import (
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    TaskCell,
)
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

from autograder.course import Course
from autograder.errors import InputError
from autograder.regions import Markers, without
from autograder.source_code import defined_names

_SCHEMA_VERSION = 3
# What nbgrader takes out of a release version after it saved the cells in the gradebook.
_NBGRADER_REGIONS = (
    ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    ("BEGIN MARK SCHEME", "END MARK SCHEME"),
)


@dataclass(frozen=True)
class SkeletonCell:
    """One nbgrader cell as the gradebook knows it.

    Attributes
    ----------
    grade_id, cell_type : str
    source : str
        As nbgrader saved it: without solutions, with hidden tests.
    grade, solution, task, locked : bool
        nbgrader's marks.
    points : float or None
        None for a cell that is not graded.
    checksum : str
        nbgrader's, of the saved source; empty where the gradebook has none.
    """

    grade_id: str
    cell_type: str
    source: str
    grade: bool
    solution: bool
    task: bool
    locked: bool
    points: float | None
    checksum: str

    @property
    def nbgrader(self) -> dict[str, Any]:
        """The nbgrader metadata with which nbgrader's own autograde would end for this cell."""
        marks = {
            "cell_type": self.cell_type,
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": _SCHEMA_VERSION,
            "solution": self.solution,
            "task": self.task,
        }
        if self.checksum:
            marks["checksum"] = self.checksum
        if self.points is not None:
            # The gradebook keeps floats, a notebook mostly whole numbers.
            marks["points"] = int(self.points) if self.points.is_integer() else self.points
        return marks


@dataclass(frozen=True)
class Skeleton:
    """The nbgrader cells of one notebook of an assignment.

    Attributes
    ----------
    name : str
        Of the notebook, without ``.ipynb``.
    cells : tuple of SkeletonCell
        In the order of the instructor's notebook.
    kernelspec : dict or None
    regions : tuple of Markers
        Begin and end of what a learner's version lacks: hidden tests and mark schemes.
    """

    name: str
    cells: tuple[SkeletonCell, ...]
    kernelspec: dict[str, Any] | None
    regions: tuple[Markers, ...] = _NBGRADER_REGIONS

    def defined(self) -> tuple[str, ...]:
        """Return the names that the exercises' stubs define."""
        stubs = (cell.source for cell in self.cells if cell.solution and cell.cell_type == "code")
        return tuple(sorted({name for stub in stubs for name in defined_names(stub)}))

    def visible(self, cell: SkeletonCell) -> str:
        """Return the source of a cell as learners got it."""
        source = cell.source
        for markers in self.regions:
            source = without(source, markers)
        return source


def read_skeletons(course: Course, assignment: str) -> tuple[Skeleton, ...]:
    """Read the skeletons of an assignment's notebooks from the gradebook, in one short session.

    Raises
    ------
    InputError
        If the gradebook does not know the assignment.
    """
    hidden_tests = ClearHiddenTests(config=course.config)
    mark_scheme = ClearMarkScheme(config=course.config)
    regions = (
        (hidden_tests.begin_test_delimeter, hidden_tests.end_test_delimeter),
        (mark_scheme.begin_mark_scheme_delimeter, mark_scheme.end_mark_scheme_delimeter),
    )
    with course.gradebook() as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            raise InputError(f"the gradebook has no assignment {assignment!r}") from None
        found = [
            (notebook.name, notebook.kernelspec, _cells(gradebook, notebook))
            for notebook in sorted(notebooks, key=lambda notebook: notebook.name)
        ]
    return tuple(
        Skeleton(
            name=name,
            cells=_in_order(cells, course.cell_order(assignment, name)),
            kernelspec=(json.loads(kernelspec) if kernelspec else None) or None,
            regions=regions,
        )
        for name, kernelspec, cells in found
    )


def _cells(gradebook: Gradebook, notebook: Notebook) -> list[SkeletonCell]:
    """Return a notebook's cells as they were saved, which is their order there, if not a promise.

    nbgrader's models load each cell's columns by a query of its own; one query a table will do.
    """

    def named(table: type) -> dict[str, Any]:
        rows = gradebook.db.query(table).filter(table.notebook_id == notebook.id)
        return {row.name: row for row in rows}

    grades, solutions, tasks = named(GradeCell), named(SolutionCell), named(TaskCell)
    cells = []
    for name, source in named(SourceCell).items():
        graded = grades.get(name) or tasks.get(name)
        cells.append(
            SkeletonCell(
                grade_id=name,
                cell_type=source.cell_type,
                source=source.source or "",
                grade=name in grades,
                solution=name in solutions,
                task=name in tasks,
                locked=bool(source.locked),
                points=float(graded.max_score) if graded else None,
                checksum=source.checksum or "",
            )
        )
    return cells


def _in_order(cells: list[SkeletonCell], grade_ids: list[str]) -> tuple[SkeletonCell, ...]:
    """Sort cells as the instructor's notebook does; one that it lacks stays after its neighbour.

    A gradebook has no column for the order. It comes out as it was saved from SQLite, but not
    from PostgreSQL after an update, and nbgrader updates in place once submissions are in.
    """
    places = {grade_id: place for place, grade_id in enumerate(grade_ids)}
    keyed = []
    place = -1
    for number, cell in enumerate(cells):
        place = places.get(cell.grade_id, place)
        keyed.append((place, cell.grade_id not in places, number, cell))
    return tuple(cell for *_, cell in sorted(keyed, key=lambda key: key[:3]))
