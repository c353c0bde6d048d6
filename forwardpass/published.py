"""What a course published: its record of files, and notebooks as they were before they were opened.

The build writes ``release/`` by these rules, and learners' folders are brought up to date by them.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from forwardpass.errors import InputError
from forwardpass.files import read_utf8

MANIFEST = "manifest.json"
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


def read_manifest(root: Path) -> dict[str, str]:
    """Return the digest of every file that the last build wrote, by path; empty where none did.

    Raises
    ------
    InputError
        If the record is damaged.
    """
    try:
        return json.loads(read_utf8(root / MANIFEST))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise InputError(
            "this file is damaged: restore it with `git checkout`", root / MANIFEST
        ) from None


def manifest_text(files: Mapping[str, bytes]) -> str:
    """Return the record of files, by path, as `read_manifest` reads it."""
    return record_text({path: digest(content) for path, content in files.items()})


def record_text(digests: Mapping[str, str]) -> str:
    """Return a record of digests by path."""
    return json.dumps(digests, indent=1, sort_keys=True) + "\n"


def normalised(path: str, content: bytes) -> bytes:
    """Return a file's content without what an editor adds to a notebook when it opens it."""
    return as_built(content) if path.endswith(".ipynb") else content


def digest(content: bytes) -> str:
    """Return what the manifest records of a file's content."""
    return hashlib.sha256(content).hexdigest()


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
