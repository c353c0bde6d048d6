"""Honest notebooks that went through many hands: other files, versions, metadata and orders."""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from . import Submission


def _colab(notebook: NotebookNode) -> None:
    notebook.metadata = NotebookNode(
        colab={"provenance": [], "toc_visible": True, "gpuType": "T4"},
        kernelspec={"name": "python3", "display_name": "Python 3"},
        accelerator="GPU",
    )
    for number, cell in enumerate(notebook.cells):
        marks = cell.metadata.get("nbgrader")
        cell.metadata = NotebookNode(id=f"aB3-{number}", colab={"base_uri": "https://localhost"})
        if marks:
            cell.metadata["nbgrader"] = marks
            cell.metadata["outputId"] = "c0ffee"


def _version_3(notebook: NotebookNode) -> bytes:
    return nbformat.writes(notebook, version=3).encode()


def _minor(number: int) -> Any:
    def edit(notebook: NotebookNode) -> None:
        notebook.nbformat_minor = number
        for cell in notebook.cells:
            if number < 5:
                cell.pop("id", None)

    return edit


def _without_metadata(notebook: NotebookNode) -> None:
    notebook.metadata = NotebookNode()
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def _with_edited_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if marks := cell.metadata.get("nbgrader"):
            marks.pop("checksum", None)
            marks["points"] = 0
            marks["locked"] = False


def _with_copies(notebook: NotebookNode) -> None:
    notebook.cells = [c for cell in notebook.cells for c in (cell, copy.deepcopy(cell))]


def _without_tests(notebook: NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]


def _reordered(notebook: NotebookNode) -> None:
    tests = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    notebook.cells = [c for c in notebook.cells if c not in tests] + tests[::-1]


def _retyped(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in ("mean", "relu_tests"):
            cell.cell_type = "raw"


def _executed(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 41
            cell.outputs = [nbformat.v4.new_output("stream", text="from yesterday\n")]


def _utf_16(notebook: NotebookNode) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


def _with_old_copies(folder: Path) -> None:
    notebook = next(folder.glob("*.ipynb"))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "w90_assignment-checkpoint.ipynb").write_text("{}")
    (folder / "helpers.py").write_text("def one():\n    return 1\n")
    (folder / "data.csv").write_text("a,b\n1,2\n")
    (folder / "w90_assignment_old.ipynb").write_bytes(notebook.read_bytes()[:100])


UNTIDY = [
    Submission("comes from Colab", edit=_colab, file="Copy of w90_assignment.ipynb"),
    Submission("was downloaded twice", file="w90_assignment (1).ipynb"),
    Submission("was renamed", file="w90_assignment_Müller_final.ipynb"),
    Submission("has nbformat 3", edit=_version_3),
    Submission("has nbformat 4 0", edit=_minor(0)),
    Submission("has nbformat 4 2", edit=_minor(2)),
    Submission("has nbformat 4 4", edit=_minor(4)),
    Submission("lost its metadata", edit=_without_metadata),
    Submission("has edited metadata", edit=_with_edited_metadata),
    Submission("has every cell twice", edit=_with_copies),
    Submission("deleted the tests", edit=_without_tests),
    Submission("moved the tests to the end", edit=_reordered),
    Submission("changed the type of cells", edit=_retyped),
    Submission("was executed before", edit=_executed),
    Submission("is saved as UTF-16", edit=_utf_16),
    Submission(
        "has old copies beside it",
        lay=_with_old_copies,
        before={
            "mean": """\
from helpers import one
open('data.csv').read(); one()
"""
        },
    ),
]
