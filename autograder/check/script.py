"""An assignment as a list of code cells: what runs, what it is worth, and where it was written."""

from __future__ import annotations  # nbformat takes seconds to import, which chain.py need not wait

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.regions import exercise_of

if TYPE_CHECKING:
    from nbformat import NotebookNode


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
        The line of ``assignment.md`` in which the code begins, where it is found there.
    """

    code: str
    role: str
    grade_id: str = ""
    exercise: str = ""
    points: float = 0.0
    line: int | None = None


@dataclass(frozen=True)
class Script:
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


def make_script(source: NotebookNode, release: NotebookNode, text: str) -> Script:
    """Lay out an assignment's code.

    Parameters
    ----------
    source, release : nbformat.NotebookNode
        The instructor's notebook and the learner's, cell for cell the same.
    text : str
        The content of ``assignment.md``, in which the lines are looked up.
    """
    exercises = [
        cell.metadata.nbgrader.grade_id
        for cell in source.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    cells, stub, released = [], [], []
    below = 0  # cells come in the text's order, so equal cells get different lines
    for cell, twin in zip(source.cells, release.cells, strict=True):
        if cell.cell_type != "code":
            continue
        found = text.find(f"\n{cell.source}\n", below)
        line = text.count("\n", 0, found + 1) + 1 if found >= 0 else None
        below = max(below, found + 1)
        cells.append(_cell(cell, exercises, line))
        stub.append(cell.source if cells[-1].role == "tests" else twin.source)
        released.append(twin.source)
    return Script(tuple(cells), tuple(stub), tuple(released))


def _cell(cell: NotebookNode, exercises: list[str], line: int | None) -> Cell:
    nbgrader = cell.metadata.get("nbgrader", {})
    grade_id = nbgrader.get("grade_id", "")
    if nbgrader.get("solution"):
        return Cell(cell.source, "exercise", grade_id, grade_id, 0.0, line)
    if nbgrader.get("grade"):
        exercise = exercise_of(grade_id, exercises)
        return Cell(cell.source, "tests", grade_id, exercise, float(nbgrader["points"]), line)
    role = "parameters" if "parameters" in cell.metadata.get("tags", []) else "ordinary"
    return Cell(cell.source, role, line=line)
