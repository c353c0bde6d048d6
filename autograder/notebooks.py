"""Read and write notebook files: one clear error for a bad one, the same bytes every time."""

import os
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import InputError
from autograder.files import read_utf8


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


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as a file's content: sorted keys, indented by one, a final newline."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT, sort_keys=True) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a file completely or not at all, whatever interrupts it.

    The text goes to a temporary file in the same folder, which then takes the file's place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would lock a course's other instructors out
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
