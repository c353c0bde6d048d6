"""Read notebook files, with one clear error for a bad one, and what their cells say."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import InputError
from autograder.files import read_utf8
from forwardpass.published import notebook_text

__all__ = ["absent_packages", "exercise_cells", "notebook_text", "read_notebook"]


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any nbformat version as version 4.

    Raises
    ------
    InputError
        If the file is missing, or is not a notebook.
    """
    try:
        return nbformat.reads(read_utf8(path), as_version=4)
    except FileNotFoundError:
        raise InputError("there is no such notebook", path) from None
    except (ValueError, KeyError, AttributeError, TypeError) as error:  # nbformat's ways to fail
        raise InputError(
            f"this is not a readable notebook ({type(error).__name__})", path
        ) from None


def exercise_cells(notebook: NotebookNode) -> dict[str, str]:
    """Return the source of every code cell that learners write in, by its grade id, in order."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def absent_packages(cell: NotebookNode) -> tuple[str, ...]:
    """Return the packages that an exercise is to be solved without; none for any other cell."""
    return tuple(cell.metadata.get("forwardpass", {}).get("without", ()))
