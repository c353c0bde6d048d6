"""Read and write notebook files: one clear error for a bad one, the same bytes every time."""

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import InputError
from autograder.files import read_utf8

# What JupyterLab 4 writes for the kernel of this course, so that opening a notebook changes
# nothing. The version is that of one Python 3.11; another one is not a difference, see `as_built`.
EDITOR_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11.7",
    },
}


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


def as_built(content: bytes) -> bytes:
    """Return a notebook's file as it was before it was merely opened in an editor.

    JupyterLab saves a notebook soon after it was opened, with the kernel's own description of
    itself: its name as displayed and the version of its Python.

    Parameters
    ----------
    content : bytes
        A notebook's file.

    Returns
    -------
    bytes
        The same with `EDITOR_METADATA`; unchanged where it is not a notebook of Python, or is
        written in another way than JupyterLab and `notebook_text` do.
    """
    try:
        notebook = nbformat.reads(content.decode("utf-8"), as_version=nbformat.NO_CONVERT)
        is_python = notebook.metadata.kernelspec.name == EDITOR_METADATA["kernelspec"]["name"]
        if not is_python or notebook_text(notebook).encode() != content:
            return content
        notebook.metadata.update(copy.deepcopy(EDITOR_METADATA))
        return notebook_text(notebook).encode()
    except (ValueError, KeyError, AttributeError, TypeError):  # nbformat's ways to fail
        return content


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as a file's content: sorted keys, indented by one, a final newline."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT, sort_keys=True) + "\n"
