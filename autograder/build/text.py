"""Read a unit's Jupytext Markdown into cells that know the line they came from."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from jupytext.languages import _JUPYTER_LANGUAGES
from jupytext.stringparser import StringParser

from autograder.errors import InputError
from autograder.files import read_utf8
from autograder.regions import MARKERS
from autograder.source_code import plain_python

_FENCE = re.compile(r"^(?P<marks>```+|~~~+)\s*(?P<language>[\w+#-]*)(?P<attributes>.*)$")
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
        If the file is missing, a fence or region is not closed, a fence is of another language or
        would not be read as Markdown reads it, an attribute cannot be read, a code cell is not
        valid Python, or a marker of nbgrader's stands in plain prose.
    """
    try:
        text = read_utf8(path)
    except FileNotFoundError:
        raise InputError("there is no such file", path) from None
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
        blank = len(cell.source) - len(cell.source.lstrip("\n"))
        line = opening.line + blank + 1
        cells.append(TextCell(cell.cell_type, source, attributes, line))
        if cell.cell_type == "code":
            _require_python(source, path, line)
    return cells


@dataclass(frozen=True)
class _Opening:
    kind: str
    attributes: str
    line: int


def _openings(text: str, path: Path) -> Iterator[_Opening]:
    """Yield where jupytext begins a cell with attributes: it does not report lines itself.

    What Markdown and jupytext would read differently is refused, with a way to write it.
    """
    lines = enumerate(text.split("\n"), start=1)
    for number, line in lines:
        if region := _REGION.match(line):
            if not any(_END_REGION.match(later) for _, later in lines):
                message = "this region is never closed: write <!-- #endregion --> below it"
                raise InputError(message, path, number)
            yield _Opening("markdown", region["attributes"].strip(), number)
        elif _END_REGION.match(line):
            raise InputError("this ends a region that nothing began", path, number)
        elif fence := _FENCE.match(line):
            marks, language = fence["marks"], fence["language"]
            if marks.startswith("~"):
                _skip_tildes(lines, marks, path, number)
            elif language == "python":
                yield _Opening("code", fence["attributes"].strip(), number)
                _skip_code(lines, marks, path, number)
            elif language in _JUPYTER_LANGUAGES or len(marks) > 3:
                raise InputError(
                    f"a fence of {language or marks} would become a cell, or hide the next one: "
                    "open and close text that is only to be read with ~~~",
                    path,
                    number,
                )
            else:
                _skip_prose(lines, marks, path, number)
        elif any(marker in line for markers in MARKERS.values() for marker in markers):
            raise InputError(
                "this marker stands in plain prose, which is published as it is: it belongs into "
                "an exercise, its tests, or a task",
                path,
                number,
            )


_Lines = Iterator[tuple[int, str]]


def _skip_code(lines: _Lines, marks: str, path: Path, opened: int) -> None:
    """Go behind a code cell: the next fence that is as long as its own, or longer."""
    # Jupytext ends no cell within a string, Markdown does.
    strings = StringParser("python")
    for number, line in lines:
        is_quoted = strings.is_quoted()
        strings.read_line(line)
        if _closes(line, marks):
            if is_quoted:
                raise InputError(
                    "this line ends the cell within a string: close the string, or open and close "
                    f"the cell with one backtick more, {marks}`python",
                    path,
                    number,
                )
            return
        if line.startswith(marks) and not is_quoted:
            break
    raise _unclosed(marks, path, opened)


def _skip_prose(lines: _Lines, marks: str, path: Path, opened: int) -> None:
    """Go behind a fence that stays prose."""
    for _, line in lines:
        if line.rstrip() == marks:
            return
        if line.startswith(marks):
            break
    raise _unclosed(marks, path, opened)


def _skip_tildes(lines: _Lines, marks: str, path: Path, opened: int) -> None:
    """Go behind a text between tildes, which jupytext does not know: to it, that is prose."""
    for number, line in lines:
        if _closes(line, marks):
            return
        if line.startswith("```") or _REGION.match(line):
            raise InputError(
                f"this would begin a cell, although it stands between {marks}: put a space before "
                "it",
                path,
                number,
            )
    raise _unclosed(marks, path, opened)


def _closes(line: str, marks: str) -> bool:
    """Say whether a line ends what these marks opened: with as many, or more, and nothing else."""
    found = line.rstrip()
    return len(found) >= len(marks) and not found.strip(marks[0])


def _unclosed(marks: str, path: Path, opened: int) -> InputError:
    return InputError(f"this fence is never closed: write {marks} below it", path, opened)


def _require_python(source: str, path: Path, first_line: int) -> None:
    """Refuse a cell that Python, with IPython's magics, cannot compile."""
    try:
        compile(
            plain_python(source),
            str(path),
            "exec",
            ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
            dont_inherit=True,
        )
    except SyntaxError as error:
        line = first_line + (error.lineno or 1) - 1
        raise InputError(f"this is not valid Python: {error.msg}", path, line) from None
