"""An assignment as a list of code cells: what runs, what it is worth, and where it was written."""

from __future__ import annotations  # nbformat takes seconds to import, which chain.py need not wait

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.judge.cells import CellKind, InstructorCell

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from autograder.build.exercises import MarkedCell


@dataclass(frozen=True)
class Cell:
    """One code cell of an assignment.

    Attributes
    ----------
    code : str
    role : str
        ``"parameters"``, ``"exercise"``, ``"tests"`` or ``"ordinary"``.
    grade_id : str
        nbgrader's name of an exercise or of tests; empty for other cells.
    exercise : str
        The exercise that the cell is, or tests; empty for other cells.
    points : float
        What a test cell is worth.
    line : int or None
        The line of ``assignment.md`` in which the code begins; None for what the build adds.
    in_process : bool
        Whether tests say that they look at the notebook itself.
    without : tuple of str
        Packages without which an exercise is to be solved.
    """

    code: str
    role: str
    grade_id: str = ""
    exercise: str = ""
    points: float = 0.0
    line: int | None = None
    in_process: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssignmentCode:
    """The code of an assignment in its three forms, cell by cell.

    Attributes
    ----------
    cells : tuple of Cell
        The reference: solutions, visible and hidden tests.
    stub : tuple of str
        The untouched notebook as a grader runs it: stubs, visible and hidden tests.
    release : tuple of str
        The untouched notebook as a learner runs it: stubs and visible tests.
    """

    cells: tuple[Cell, ...]
    stub: tuple[str, ...]
    release: tuple[str, ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the exercises in their order."""
        return tuple(cell.exercise for cell in self.cells if cell.role == "exercise")

    @property
    def parameters(self) -> int | None:
        """The index of the cell that sets the parameters."""
        roles = [cell.role for cell in self.cells]
        return roles.index("parameters") if "parameters" in roles else None

    def for_judge(self) -> list[InstructorCell]:
        """Return the reference as a judge reads it."""
        kinds: dict[str, CellKind] = {"exercise": "exercise", "tests": "test"}
        return [
            InstructorCell(
                cell.code,
                kinds.get(cell.role, "ordinary"),
                cell.grade_id,
                cell.in_process,
                cell.without,
            )
            for cell in self.cells
        ]

    def position(self, exercise: str) -> int:
        """Return the index of an exercise's solution cell."""
        return next(
            index
            for index, cell in enumerate(self.cells)
            if cell.role == "exercise" and cell.exercise == exercise
        )

    def tests(self, exercise: str) -> tuple[int, ...]:
        """Return the indices of an exercise's test cells."""
        return tuple(
            index
            for index, cell in enumerate(self.cells)
            if cell.role == "tests" and cell.exercise == exercise
        )

    def points(self, exercise: str) -> float:
        """Return what an exercise is worth."""
        return sum(self.cells[index].points for index in self.tests(exercise))

    def is_quiz(self, exercise: str) -> bool:
        """Say whether an exercise is only letters to fill in: ``answer_1 = ...``."""
        statements = ast.parse(self.cells[self.position(exercise)].code).body
        values = [getattr(statement, "value", None) for statement in statements]
        return all(
            isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
            for statement in statements
        ) and any(isinstance(value, ast.Constant) and value.value is ... for value in values)


def make_assignment_code(marked: Sequence[MarkedCell], release: NotebookNode) -> AssignmentCode:
    """Lay out an assignment's code.

    Parameters
    ----------
    marked : sequence of MarkedCell
        The instructor's cells.
    release : nbformat.NotebookNode
        The learner's notebook, cell for cell the same.
    """
    cells, stub, released = [], [], []
    for one, twin in zip(marked, release.cells, strict=True):
        if one.cell.kind != "code":
            continue
        cells.append(_cell(one))
        stub.append(one.cell.source if cells[-1].role == "tests" else twin.source)
        released.append(twin.source)
    return AssignmentCode(tuple(cells), tuple(stub), tuple(released))


def _cell(marked: MarkedCell) -> Cell:
    cell, attributes = marked.cell, marked.cell.attributes
    line = cell.line or None
    if exercise := attributes.get("exercise"):
        without = marked.without
        return Cell(cell.source, "exercise", exercise, exercise, line=line, without=without)
    if exercise := attributes.get("tests"):
        grade_id, points = marked.nbgrader["grade_id"], float(marked.nbgrader["points"])
        in_process = "in_process" in attributes
        return Cell(cell.source, "tests", grade_id, exercise, points, line, in_process)
    role = "parameters" if "parameters" in attributes.get("tags", []) else "ordinary"
    return Cell(cell.source, role, line=line)
