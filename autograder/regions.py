"""nbgrader's marked regions in the source of a cell: solutions and hidden tests."""

from typing import Literal

Kind = Literal["solution", "hidden tests"]

MARKERS: dict[Kind, tuple[str, str]] = {
    "solution": ("### BEGIN SOLUTION", "### END SOLUTION"),
    "hidden tests": ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
}


def inside(source: str, kind: Kind) -> list[int]:
    """Return the indices, from 0, of the lines in all regions of a kind, without the markers."""
    begin, end = MARKERS[kind]
    found = []
    is_inside = False
    for index, line in enumerate(source.splitlines()):
        if begin in line:
            is_inside = True
        elif end in line:
            is_inside = False
        elif is_inside:
            found.append(index)
    return found


def without(source: str, kind: Kind) -> str:
    """Return a source without its regions of a kind and their markers."""
    hidden = set(inside(source, kind))
    kept = [
        line
        for index, line in enumerate(source.splitlines())
        if index not in hidden and not any(marker in line for marker in MARKERS[kind])
    ]
    return "\n".join(kept)


def squeeze(text: str) -> str:
    """Return a text without any white space, for comparisons that indentation must not fool."""
    return "".join(text.split())
