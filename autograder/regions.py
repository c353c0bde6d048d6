"""Marked regions in the source of a cell, as nbgrader finds them: solutions, hidden tests."""

from typing import Literal

Kind = Literal["solution", "hidden tests"]
# What a line contains at the begin and at the end of a region.
Markers = tuple[str, str]

# As the build writes them; another course's settings may name other ones.
MARKERS: dict[Kind, Markers] = {
    "solution": ("### BEGIN SOLUTION", "### END SOLUTION"),
    "hidden tests": ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
}


def inside(source: str, markers: Markers) -> list[int]:
    """Return the indices, from 0, of the lines in all regions of a kind, without the markers.

    A marker may stand anywhere in its line, as for nbgrader's ``ClearHiddenTests``.
    """
    begin, end = markers
    found = []
    is_inside = False
    for index, line in enumerate(source.split("\n")):
        if begin in line:
            is_inside = True
        elif end in line:
            is_inside = False
        elif is_inside:
            found.append(index)
    return found


def without(source: str, markers: Markers) -> str:
    """Return a source without its regions of a kind and their markers."""
    hidden = set(inside(source, markers))
    kept = [
        line
        for index, line in enumerate(source.split("\n"))
        if index not in hidden and not any(marker in line for marker in markers)
    ]
    return "\n".join(kept)


def squeeze(text: str) -> str:
    """Return a text without any white space, for comparisons that indentation must not fool."""
    return "".join(text.split())
