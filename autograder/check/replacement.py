"""A slip as calls on the reference, ``replace("old text", "new text")``: read, never executed."""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autograder.errors import InputError
from autograder.regions import MARKERS, inside

_NAME = "replace"


@dataclass(frozen=True)
class Replacement:
    """One call.

    Attributes
    ----------
    old, new : str
        What stands in a solution, and what takes its place. Several lines are without the
        indentation that they have in common.
    line : int
        The line of the call in its file, counted from 1.
    """

    old: str
    new: str
    line: int


def read_replacements(body: ast.Module, path: Path) -> tuple[Replacement, ...]:
    """Return the calls of a block; none if the block is a whole cell.

    Raises
    ------
    InputError
        If a block has other statements beside its calls, or a call other arguments than two texts.
    """
    if not any(_is_call(statement) for statement in body.body):
        return ()
    return tuple(_read(statement, path) for statement in body.body)


def apply_replacements(
    replacements: tuple[Replacement, ...], cell: str, exercise: str, path: Path
) -> str:
    """Return an exercise's cell with replacements made in its solution, one after another.

    Parameters
    ----------
    replacements : tuple of Replacement
        Each is looked up in what the ones before it left.
    cell : str
        The cell of the assignment, with the markers around its solution.
    exercise : str
    path : pathlib.Path
        The file that the replacements stand in.

    Returns
    -------
    str
        The cell without markers.

    Raises
    ------
    InputError
        If an old text does not occur exactly once in the regions of the solution, or the result
        is not valid Python or the same code as before.
    """
    parts = list(_parts(cell))
    before = _joined(parts)
    for replacement in replacements:
        places = [
            (index, *place)
            for index, (is_solution, code) in enumerate(parts)
            if is_solution
            for place in _places(code, replacement.old)
        ]
        if len(places) != 1:
            todo = "add what stands around it" if places else "copy it from assignment.md"
            raise InputError(
                f"the old text occurs {len(places)} times in the solution of {exercise!r}, after "
                f"the calls above it: {todo}, so that it occurs once",
                path,
                replacement.line,
            )
        index, start, end, indent = places[0]
        code = parts[index][1]
        parts[index] = (True, code[:start] + _shifted(replacement.new, indent) + code[end:])
    after = _joined(parts)
    line = replacements[-1].line
    try:
        is_same = ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))
    except SyntaxError as error:
        raise InputError(
            f"the solution of {exercise!r} is not valid Python after this call: {error.msg}: "
            f"{(error.text or '').strip()}",
            path,
            line,
        ) from None
    if is_same:
        raise InputError(
            f"the solution of {exercise!r} is the same code as before after this call: replace "
            "something else",
            path,
            line,
        )
    return after


def _is_call(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == _NAME
    )


def _read(statement: ast.stmt, path: Path) -> Replacement:
    if not _is_call(statement):
        raise InputError(
            f"a block is either a whole cell or calls of {_NAME}: take this statement out",
            path,
            statement.lineno,
        )
    try:
        # A keyword or another number of arguments is a ValueError, too.
        old, new = (_text(node) for node in (*statement.value.args, *statement.value.keywords))
    except ValueError:
        old = new = ""
    if not old:
        raise InputError(
            f'this call has another form: write {_NAME}("old text", "new text"), both texts as '
            "they are, the old one not empty",
            path,
            statement.lineno,
        )
    return Replacement(old, new, statement.lineno)


def _text(node: ast.AST) -> str:
    """Return the text that an argument is, several lines without their common indentation."""
    text = ast.literal_eval(node)
    if not isinstance(text, str):
        raise ValueError("not a text")
    return textwrap.dedent(text).strip("\n") if "\n" in text else text


def _parts(cell: str) -> Iterator[tuple[bool, str]]:
    """Yield a cell without markers in parts: is it a solution's, and its lines."""
    lines = cell.split("\n")
    solution = frozenset(inside(cell, MARKERS["solution"]))
    kept = [
        index
        for index, line in enumerate(lines)
        if not any(marker in line for marker in MARKERS["solution"])
    ]
    for is_solution, indices in groupby(kept, solution.__contains__):
        yield is_solution, "\n".join(lines[index] for index in indices)


def _joined(parts: list[tuple[bool, str]]) -> str:
    return "\n".join(code for _, code in parts)


def _places(code: str, old: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a text begins and ends in some code, and the indentation of its first line."""
    first = old.partition("\n")[0]
    start = code.find(first)
    while start >= 0:
        line = code[code.rfind("\n", 0, start) + 1 :]
        indent = line[: len(line) - len(line.lstrip(" "))]
        here = _shifted(old, indent)
        if code.startswith(here, start):
            yield start, start + len(here), indent
        start = code.find(first, start + 1)


def _shifted(text: str, indent: str) -> str:
    """Indent all lines of a text but its first."""
    return textwrap.indent(text, indent).removeprefix(indent)
