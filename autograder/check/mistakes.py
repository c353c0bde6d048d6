"""Read a unit's ``mistakes.py``: wrong and unusual right answers, a block each."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.check.replacement import apply_replacements, read_replacements
from autograder.errors import InputError
from autograder.files import read_utf8

KINDS = ("mistake", "alternative", "crash", "endless", "equivalent")
# These kinds must lose points.
WRONG = frozenset({"mistake", "crash", "endless"})

_MARKER = re.compile(r"^#\s*%%")
_HEADING = re.compile(r"^#\s*%%\s*(?P<kind>\w+)\s*:\s*(?P<exercise>\w+)\s*\|\s*(?P<title>.*\S)\s*$")
_HINT = re.compile(r"^#\s*hint:\s*(?P<hint>.*\S)\s*$")


@dataclass(frozen=True)
class Variant:
    """One block of a ``mistakes.py``.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    exercise : str
        The exercise whose solution cell the code replaces.
    title : str
        What is wrong or unusual about it, or why a mutant is equivalent.
    code : str
        The code of the cell, without blank lines around it: as the block has it, or the
        reference with the block's replacements.
    line : int
        The line of the heading, counted from 1.
    hint : str
        What a learner who made this mistake should look at; empty where the block says nothing.
    """

    kind: str
    exercise: str
    title: str
    code: str
    line: int
    hint: str = ""


def equivalents(variants: Iterable[Variant], exercise: str) -> list[Variant]:
    """Return the blocks that say why mutants of an exercise may live."""
    return [
        block for block in variants if block.kind == "equivalent" and block.exercise == exercise
    ]


def parse_mistakes(path: Path, cells: Mapping[str, str]) -> tuple[Variant, ...]:
    """Read the blocks of a ``mistakes.py`` in their order.

    Parameters
    ----------
    path : pathlib.Path
    cells : mapping of str to str
        The reference in which blocks replace something: every exercise's cell in the instructor's
        notebook, see `autograder.notebooks.exercise_cells`.

    Raises
    ------
    InputError
        If the file is missing, or a block has a heading of another form, an unknown kind or
        exercise, no code, code that is not valid Python, or a replacement that does not fit the
        reference; the error names file and line.
    """
    try:
        lines = read_utf8(path).splitlines()
    except FileNotFoundError:
        raise InputError("there is no such file: docs/writing_a_week.md says how", path) from None
    starts = [number for number, line in enumerate(lines, start=1) if _MARKER.match(line)]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    return tuple(
        _variant(lines, start, end, path, cells) for start, end in zip(starts, ends, strict=False)
    )


def _variant(
    lines: list[str], start: int, end: int, path: Path, cells: Mapping[str, str]
) -> Variant:
    heading = _HEADING.match(lines[start - 1])
    if heading is None:
        raise InputError(
            "this heading has another form: write # %% mistake: exercise | title", path, start
        )
    kind, exercise = heading["kind"], heading["exercise"]
    if kind not in KINDS:
        raise InputError(
            f"{kind!r} is not a kind of block: the kinds are {', '.join(KINDS)}", path, start
        )
    if exercise not in cells:
        raise InputError(
            f"the assignment has no exercise {exercise!r}: it has {', '.join(cells)}",
            path,
            start,
        )
    hint = _HINT.match(lines[start]) if start < end else None
    first = start + 1 if hint else start
    body = lines[first:end]
    for number, line in enumerate(body, start=first + 1):
        if _HINT.match(line):
            raise InputError("a hint is one line, directly below its heading", path, number)
    try:
        # The empty lines above give errors the file's line numbers.
        tree = ast.parse("\n" * first + "\n".join(body))
    except SyntaxError as error:
        raise InputError(
            f"the code of this block is not valid Python: {error.msg}", path, error.lineno or start
        ) from None
    if not tree.body:
        raise InputError("this block has no code below its heading", path, start)
    replacements = read_replacements(tree, path)
    if kind == "equivalent" and (replacements or len(tree.body) != 1):
        raise InputError(
            "an equivalent block holds exactly one statement, the mutated one", path, start
        )
    if replacements:
        code = apply_replacements(replacements, cells[exercise], exercise, path)
    else:
        code = "\n".join(body)
    return Variant(
        kind, exercise, heading["title"], code.strip("\n"), start, hint["hint"] if hint else ""
    )
