"""Read a week's Jupytext Markdown into cells that know the line they came from."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from IPython.core.inputtransformer2 import TransformerManager
from jupytext.languages import _JUPYTER_LANGUAGES

from autograder.errors import InputError

_FENCE = re.compile(r"^(?P<ticks>```+)\s*(?P<language>[\w+#-]*)(?P<attributes>.*)$")
_REGION = re.compile(r"^<!--\s*#region\b(?P<attributes>.*?)-->\s*$")
_END_REGION = re.compile(r"^<!--\s*#endregion\s*-->\s*$")


@dataclass(frozen=True)
class TextCell:
    """One cell of a text.

    Attributes
    ----------
    kind : str
        ``"code"`` or ``"markdown"``.
    source : str
    attributes : dict
        What stands on the fence, ``{"exercise": "sigmoid"}``.
    line : int
        The line of the text in which the cell's source begins, counted from 1; 0 for prose, which
        nothing needs to point at.
    """

    kind: str
    source: str
    attributes: dict[str, Any]
    line: int


def read_text(path: Path) -> list[TextCell]:
    """Read a lesson or an assignment.

    Raises
    ------
    InputError
        If the file is missing, a fence or region is not closed, a fence is of another language, an
        attribute cannot be read, or a code cell is no Python.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError("there is no such file", path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"this is no UTF-8 text (byte {error.start})", path) from None
    openings = list(_openings(text, path))
    notebook = jupytext.reads(text, fmt="md")

    cells = []
    positions = iter(openings)
    for cell in notebook.cells:
        attributes = dict(cell.metadata)
        attributes.pop("lines_to_next_cell", None)  # jupytext's own, about blank lines
        source = cell.source.strip("\n")
        if cell.cell_type == "markdown" and not attributes:
            if source:
                cells.append(TextCell("markdown", source, {}, 0))
            continue
        opening = next(positions, None)
        if opening is None or opening.kind != cell.cell_type:
            raise InputError("fences and cells do not match here", path, opening and opening.line)
        if "incorrectly_encoded_metadata" in attributes:
            raise InputError(
                f'the attributes {opening.attributes!r} cannot be read: write name="value"',
                path,
                opening.line,
            )
        cells.append(TextCell(cell.cell_type, source, attributes, opening.line + 1))
        if cell.cell_type == "code":
            _require_python(source, path, opening.line)
    return cells


@dataclass(frozen=True)
class _Opening:
    kind: str
    attributes: str
    line: int


def _openings(text: str, path: Path) -> Iterator[_Opening]:
    """Yield where jupytext begins a cell with attributes: it does not report lines itself."""
    closing: re.Pattern[str] | None = None
    opened = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if closing is not None:
            if closing.match(line):
                closing = None
            elif closing is not _END_REGION and line.startswith("```"):
                raise InputError("this fence is never closed: another one begins", path, opened)
            continue
        if region := _REGION.match(line):
            closing, opened = _END_REGION, number
            yield _Opening("markdown", region["attributes"].strip(), number)
        elif _END_REGION.match(line):
            raise InputError("this ends a region that nothing began", path, number)
        elif fence := _FENCE.match(line):
            closing, opened = re.compile(f"^{fence['ticks']}\\s*$"), number
            if fence["language"] == "python":
                yield _Opening("code", fence["attributes"].strip(), number)
            elif fence["language"] in _JUPYTER_LANGUAGES:
                raise InputError(
                    f"a fence of {fence['language']} would become a cell: open and close text that "
                    "is only to be read with ~~~",
                    path,
                    number,
                )
    if closing is not None:
        what = "region" if closing is _END_REGION else "fence"
        raise InputError(f"this {what} is never closed", path, opened)


def _require_python(source: str, path: Path, fence_line: int) -> None:
    """Refuse a cell that Python, with IPython's magics, cannot parse."""
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        line = fence_line + (error.lineno or 1)
        raise InputError(f"this is no valid Python: {error.msg}", path, line) from None
