"""What marks and names mean: the regions of a cell, grade ids of tests.

Regions hold solutions, hidden tests, and the mark schemes of tasks.
"""

from collections.abc import Iterable
from typing import Literal

Kind = Literal["solution", "hidden tests", "mark scheme"]
# What a line contains at the begin and at the end of a region.
Markers = tuple[str, str]

# As the build writes them; another course's settings may name other ones.
MARKERS: dict[Kind, Markers] = {
    "solution": ("### BEGIN SOLUTION", "### END SOLUTION"),
    "hidden tests": ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
    "mark scheme": ("### BEGIN MARK SCHEME", "### END MARK SCHEME"),
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
    kept = [line for index, line in enumerate(source.split("\n")) if index not in hidden]
    return without_markers("\n".join(kept), markers)


def without_markers(source: str, markers: Markers) -> str:
    """Return a source with the content of its regions, but without the lines of the markers."""
    lines = source.split("\n")
    return "\n".join(line for line in lines if not any(marker in line for marker in markers))


def grade_id_of(exercise: str, part: str = "") -> str:
    """Return the grade id of the tests of an exercise, ``name_tests`` or ``name_tests_part``."""
    return f"{exercise}_tests_{part}" if part else f"{exercise}_tests"


def exercise_of(grade_id: str, exercises: Iterable[str]) -> str:
    """Return the exercise that a graded cell tests: of several names that fit, the longest.

    Anything but ``name_tests`` and ``name_tests_part``, and so every cell of a course with other
    habits, is its own exercise.

    Examples
    --------
    >>> exercise_of("dense_tests_backward", {"dense", "dense_layer"})
    'dense'
    >>> exercise_of("test_dense", {"dense"})
    'test_dense'
    """
    tested = [name for name in exercises if f"{grade_id}_".startswith(f"{grade_id_of(name)}_")]
    return max(tested, key=len, default=grade_id)


def without_whitespace(text: str) -> str:
    """Return a text without any white space, for comparisons that indentation must not fool."""
    return "".join(text.split())
