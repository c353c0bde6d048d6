"""Read a unit's ``mistakes.py``: wrong and unusual right answers, a block each."""

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import InputError
from autograder.files import read_utf8

KINDS = ("mistake", "alternative", "crash", "endless", "equivalent")
# These kinds must lose points.
WRONG = frozenset({"mistake", "crash", "endless"})

_MARKER = re.compile(r"^#\s*%%")
_HEADING = re.compile(r"^#\s*%%\s*(?P<kind>\w+)\s*:\s*(?P<exercise>\w+)\s*\|\s*(?P<title>.*\S)\s*$")


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
        The code below the heading, without blank lines around it.
    line : int
        The line of the heading, counted from 1.
    """

    kind: str
    exercise: str
    title: str
    code: str
    line: int


def parse_mistakes(path: Path, exercises: Collection[str] | None = None) -> tuple[Variant, ...]:
    """Read the blocks of a ``mistakes.py`` in their order.

    Parameters
    ----------
    path : pathlib.Path
    exercises : collection of str, optional
        The exercises of the unit; with them, a block of another name is refused.

    Raises
    ------
    InputError
        If the file is missing, or a block has a heading of another form, an unknown kind or
        exercise, no code, or code that is not valid Python; the error names file and line.
    """
    try:
        lines = read_utf8(path).splitlines()
    except FileNotFoundError:
        raise InputError("there is no such file: docs/writing_a_week.md says how", path) from None
    starts = [number for number, line in enumerate(lines, start=1) if _MARKER.match(line)]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    return tuple(
        _variant(lines, start, end, path, exercises)
        for start, end in zip(starts, ends, strict=False)
    )


def _variant(
    lines: list[str], start: int, end: int, path: Path, exercises: Collection[str] | None
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
    if exercises is not None and exercise not in exercises:
        raise InputError(
            f"the assignment has no exercise {exercise!r}: it has {', '.join(exercises)}",
            path,
            start,
        )
    body = lines[start:end]
    try:
        # The empty lines above give errors the file's line numbers.
        tree = ast.parse("\n" * start + "\n".join(body))
    except SyntaxError as error:
        raise InputError(
            f"the code of this block is not valid Python: {error.msg}", path, error.lineno or start
        ) from None
    if not tree.body:
        raise InputError("this block has no code below its heading", path, start)
    if kind == "equivalent" and len(tree.body) != 1:
        raise InputError(
            "an equivalent block holds exactly one statement, the mutated one", path, start
        )
    return Variant(kind, exercise, heading["title"], "\n".join(body).strip("\n"), start)
