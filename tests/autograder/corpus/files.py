"""Submissions that are no notebook, or one that nobody's notebook server writes."""

import copy
import os
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from . import RIGHT, WRONG, Submission


def _is(content: bytes) -> Callable[[NotebookNode], bytes]:
    return lambda notebook: content


def _is_folder(folder: Path) -> None:
    notebook = next(folder.glob("*.ipynb"))
    content = notebook.read_bytes()
    notebook.unlink()
    notebook.mkdir()
    (notebook / "inside.txt").write_bytes(content)


def _is_pipe(folder: Path) -> None:
    notebook = next(folder.glob("*.ipynb"))
    notebook.unlink()
    os.mkfifo(notebook)


def _raise_points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.get("grade"):
            cell.metadata.nbgrader["points"] = 1000
            cell.source = "1000"


def _unlock_tests(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            marks.update(grade=False, locked=False, solution=True, task=False)
            cell.source = "pass"


def _steal_ids(notebook: NotebookNode) -> None:
    """Give each test's id to a cell above that always succeeds, the test another."""
    cells = []
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            forged = copy.deepcopy(cell)
            forged.source, forged.id = "4", f"forged-{len(cells)}"
            cells.append(forged)
            marks["grade_id"] = f"{marks['grade_id']}_old"
        cells.append(cell)
    notebook.cells = cells


def _twice(notebook: NotebookNode) -> None:
    """Have every test twice, the other one with more points and nothing to fail."""
    for cell in [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]:
        forged = copy.deepcopy(cell)
        forged.source = "pass"
        forged.metadata.nbgrader["points"] = 50
        forged["id"] += "-2"
        notebook.cells.append(forged)


def _skip_tests(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        cell.metadata["deletable"] = False
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}
    notebook.metadata["forwardpass"] = {"outcomes": dict.fromkeys(RIGHT, "passed")}


def _hand_in_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": "4"},
                    "metadata": {},
                    "execution_count": 1,
                }
            ]


def _to_markdown(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.cell_type = "markdown"


def _claim_99(notebook: NotebookNode) -> None:
    notebook.update(nbformat=99, nbformat_minor=-1)


def _huge(notebook: NotebookNode) -> bytes:
    return b'{"cells": [' + b'{"cell_type": "code", "source": "x"},' * 10_000 + b"{}]}"


_NOTHING = dict.fromkeys(WRONG, "failed")

FILES = [
    Submission("is broken JSON", edit=_is(b'{"cells": [{"cell_type": '), no_grade="is broken"),
    Submission("is empty", edit=_is(b""), no_grade="is empty"),
    Submission(
        "has no cells",
        edit=_is(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'),
        no_grade="has no cells",
    ),
    Submission("is a number", edit=_is(b"42"), no_grade="is not a notebook"),
    Submission(
        "is nested deeply", edit=_is(b'{"cells": ' + b"[" * 200_000), no_grade="nested too deeply"
    ),
    Submission("has too many cells", edit=_huge, no_grade="cells; the limit is"),
    Submission(
        "has too many values",
        edit=_is(b'{"cells": [' + b"0," * 3_000_001 + b"0]}"),
        no_grade="too many values",
    ),
    Submission("is a program", edit=_is(b"\x7fELF" + bytes(range(256)) * 50), no_grade="is broken"),
    Submission(
        "is a zip archive", edit=_is(b"PK\x03\x04" + bytes(100)), no_grade="is a zip archive"
    ),
    Submission(
        "is a web page", edit=_is(b"<html><script>alert(1)</script>"), no_grade="is a web page"
    ),
    Submission("is no UTF-8", edit=_is(b'{"cells": "\xff\xfe\xfa"}'), no_grade="is not a notebook"),
    Submission("is a folder", lay=_is_folder, no_grade="is a folder"),
    Submission("is a pipe", lay=_is_pipe, no_grade="there is no w90_assignment.ipynb"),
    Submission("has another name altogether", file="homework.py", no_grade="only homework.py"),
    Submission("claims nbformat 99", edit=_claim_99),
    Submission("raises the points", WRONG, edit=_raise_points, expected=_NOTHING),
    Submission("unlocks the tests", WRONG, edit=_unlock_tests, expected=_NOTHING),
    Submission("steals the tests' ids", WRONG, edit=_steal_ids, expected=_NOTHING),
    Submission("has every test twice", WRONG, edit=_twice, expected=_NOTHING),
    Submission("skips the tests by tags", WRONG, edit=_skip_tests, expected=_NOTHING),
    Submission("hands in outputs", WRONG, edit=_hand_in_outputs, expected=_NOTHING),
    Submission("makes text of the tests", WRONG, edit=_to_markdown, expected=_NOTHING),
    Submission(
        "has lone surrogates and zeros",
        before={"mean": "s = '\ud800 \0'", "relu": "print('\\ud800\\x00\\x1b[31m')"},
    ),
    Submission(
        "has an integer without end",
        edit=_is(b'{"cells": ' + b"9" * 5000 + b"}"),
        no_grade="a number in it is too long",
    ),
]
