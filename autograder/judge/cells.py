"""The code cells of an instructor's notebook, as far as judging needs them."""

from __future__ import annotations  # nbformat takes seconds to import, and most need it not

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from autograder.notebooks import absent_packages

if TYPE_CHECKING:
    from nbformat import NotebookNode

CellKind = Literal["ordinary", "exercise", "test"]


@dataclass(frozen=True)
class InstructorCell:
    """A code cell of an instructor's notebook.

    Attributes
    ----------
    source : str
        With solutions and hidden tests.
    kind : {"ordinary", "exercise", "test"}
    grade_id : str
        Of an exercise or a test.
    in_process : bool
        Whether the author of a test says that it looks at the notebook itself.
    without : tuple of str
        Packages without which an exercise is to be solved.
    """

    source: str
    kind: CellKind
    grade_id: str = ""
    in_process: bool = False
    without: tuple[str, ...] = ()


def cells_of(notebook: NotebookNode) -> list[InstructorCell]:
    """Return the code cells of a notebook in nbgrader's source version, in their order.

    A cell that is both graded and a solution is an exercise: a person marks it. What an author
    marks as ``in_process`` is a tag.
    """
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        marks = cell.metadata.get("nbgrader", {})
        kind: CellKind = "ordinary"
        if marks.get("solution"):
            kind = "exercise"
        elif marks.get("grade"):
            kind = "test"
        in_process = "in_process" in cell.metadata.get("tags", ())
        grade_id = marks.get("grade_id", "")
        without = absent_packages(cell)
        cells.append(InstructorCell(cell.source, kind, grade_id, in_process, without))
    return cells
