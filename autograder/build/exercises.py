"""Turn the short attributes of an assignment's fences into nbgrader's metadata, schema 3."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import Any

from autograder import regions
from autograder.build.text import TextCell
from autograder.build.visibility import require_apart
from autograder.errors import InputError
from autograder.regions import MARKERS, Kind, grade_id_of
from autograder.syllabus import Unit

# What a cell can be; its attribute names it. A person marks those of the second line.
_ROLES = {"exercise", "tests"}
_BY_HAND = {"manual", "task"}
_ATTRIBUTES = _ROLES | _BY_HAND | {"part", "points", "tags", "in_process", "without"}
# Where a region of a kind may stand, and what is wrong with it elsewhere.
_PLACES: dict[Kind, tuple[set[str], str]] = {
    "solution": ({"exercise", "manual"}, "a solution outside an exercise would be published"),
    "hidden tests": ({"tests"}, "hidden tests outside a test cell would be published"),
    "mark scheme": ({"task"}, "a mark scheme belongs to a task, and would be published elsewhere"),
}
_NEEDS: dict[str, Kind] = {"exercise": "solution", "task": "mark scheme"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class MarkedCell:
    """A cell of an assignment and the nbgrader metadata that it gets.

    Attributes
    ----------
    cell : TextCell
    nbgrader : dict or None
        ``metadata.nbgrader`` but for the grade id of an ordinary code cell, which follows from its
        content; None for prose.
    without : tuple of str
        The packages that an exercise is to be solved without.
    """

    cell: TextCell
    nbgrader: dict[str, Any] | None
    without: tuple[str, ...] = ()


def mark_assignment(cells: Iterable[TextCell], unit: Unit, path: Path) -> list[MarkedCell]:
    """Give every cell of an assignment its nbgrader metadata.

    Raises
    ------
    InputError
        If an exercise has no tests or tests have no exercise above them, an id is used twice, a
        solution or hidden region is missing, misplaced or not closed, an attribute is unknown or
        has a value that it cannot have, the points do not add up to the syllabus, or tests look at
        more than their exercise.
    """
    cells = list(cells)
    marked: list[MarkedCell] = []
    lines: dict[str, int] = {}  # grade id -> line of its cell
    tested: set[str] = set()
    total = 0.0
    for cell in cells:
        nbgrader = _mark(cell, path)
        if nbgrader is not None and "grade_id" in nbgrader:
            grade_id = nbgrader["grade_id"]
            if grade_id in lines:
                raise InputError(
                    f"the id {grade_id!r} is used twice, first in line {lines[grade_id]}: "
                    'give one of the cells another name, or its tests a part="..."',
                    path,
                    cell.line,
                )
            if "tests" in cell.attributes:
                exercise = cell.attributes["tests"]
                if exercise not in lines:
                    raise InputError(
                        f"these tests have no exercise {exercise!r} above them", path, cell.line
                    )
                tested.add(exercise)
            lines[grade_id] = cell.line
            total += nbgrader.get("points", 0)
        marked.append(MarkedCell(cell, nbgrader, _without(cell, path)))
    for cell in cells:
        exercise = cell.attributes.get("exercise")
        if exercise is not None and exercise not in tested:
            raise InputError(
                f'the exercise {exercise!r} has no tests: add a cell tests="{exercise}" below it',
                path,
                cell.line,
            )
    if abs(total - unit.points) > 1e-9:
        line = f":{unit.points_line}" if unit.points_line else ""
        raise InputError(
            f"the points add up to {total:g}, course/syllabus.yml{line} promises {unit.points:g}",
            path,
        )
    require_parameters(cells, path)
    require_apart(cells, path)
    return marked


def ordinary(cell: TextCell) -> MarkedCell:
    """Return a cell that is neither exercise nor test: code is locked, prose is free."""
    return MarkedCell(cell, None if cell.kind == "markdown" else _metadata(locked=True))


def require_parameters(cells: Iterable[TextCell], path: Path) -> None:
    """Refuse a notebook without exactly one parameters cell that sets the profile.

    Raises
    ------
    InputError
        If there is none, more than one, or one that does not set PROFILE.
    """
    found = [cell for cell in cells if "parameters" in cell.attributes.get("tags", [])]
    if len(found) != 1:
        raise InputError(
            f'there are {len(found)} cells tagged "parameters": a notebook needs exactly one', path
        )
    if not re.search(r'^PROFILE = "quick"', found[0].source, flags=re.MULTILINE):
        raise InputError('the parameters do not set PROFILE = "quick"', path, found[0].line)


def require_no_exercises(cells: Iterable[TextCell], path: Path) -> None:
    """Refuse a lesson that holds what belongs into an assignment.

    Raises
    ------
    InputError
        If a cell has an attribute other than tags.
    """
    for cell in cells:
        for name in cell.attributes.keys() - {"tags"}:
            raise InputError(
                f"the attribute {name!r} has no place in a lesson: exercises belong into the "
                "assignment",
                path,
                cell.line,
            )


def _mark(cell: TextCell, path: Path) -> dict[str, Any] | None:
    """Return the nbgrader metadata of one cell, after checking it alone."""

    def refuse(message: str) -> InputError:
        return InputError(message, path, cell.line or None)

    attributes = cell.attributes
    for name in attributes.keys() - _ATTRIBUTES:
        raise refuse(
            f"the attribute {name!r} is unknown: known are {', '.join(sorted(_ATTRIBUTES))}"
        )
    named = attributes.keys() & (_ROLES | _BY_HAND)
    if len(named) > 1:
        raise refuse(f"one cell cannot be {' and '.join(sorted(named))} at once")
    role = next(iter(named), None)
    if (role in _BY_HAND) != (cell.kind == "markdown" and bool(attributes)):
        raise refuse(
            "what a person marks is a region of prose with manual= or task=, and nothing else is "
            "one"
        )
    if role is not None and not _NAME.fullmatch(str(attributes[role])):
        raise refuse(f"the name {attributes[role]!r} is not in lower case with underscores")
    if "part" in attributes and role != "tests":
        raise refuse('part="..." belongs to tests="..."')
    if "in_process" in attributes and (role != "tests" or attributes["in_process"] is not None):
        raise refuse('in_process belongs to tests="...", and has no value')
    if ("points" in attributes) != (role is not None and role != "exercise"):
        raise refuse(
            "points belong to tests, written answers and tasks, and each of them needs points"
        )

    found = {kind for kind in _PLACES if _has_region(cell, kind, path)}
    for kind in sorted(found):
        roles, message = _PLACES[kind]
        if role not in roles:
            raise refuse(message)
    if role in _NEEDS and _NEEDS[role] not in found:
        begin, end = MARKERS[_NEEDS[role]]
        raise refuse(
            f"the {role} {attributes[role]!r} has no {_NEEDS[role]} between {begin} and {end}"
        )
    if role == "task" and not regions.without(cell.source, MARKERS["mark scheme"]).strip():
        raise refuse(f"the task {attributes['task']!r} does not say what is to be done")

    if role is None:
        return ordinary(cell).nbgrader
    if role == "exercise":
        return _metadata(grade_id=attributes["exercise"], solution=True)
    points = attributes["points"]
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise refuse(f"points={points!r} is not a number of points")
    if role == "manual":
        return _metadata(grade_id=attributes["manual"], points=points, grade=True, solution=True)
    if role == "task":
        return _metadata(grade_id=attributes["task"], points=points, task=True, locked=True)
    grade_id = grade_id_of(attributes["tests"], str(attributes.get("part", "")))
    return _metadata(grade_id=grade_id, points=points, grade=True, locked=True)


def _without(cell: TextCell, path: Path) -> tuple[str, ...]:
    """Return the packages that an exercise is to be solved without."""
    if "without" not in cell.attributes:
        return ()
    if "exercise" not in cell.attributes:
        raise InputError('without="..." belongs to exercise="..."', path, cell.line)
    value = cell.attributes["without"]
    packages = value.split() if isinstance(value, str) else []
    parts = ".".join(packages).split(".")
    is_named = all(part.isidentifier() and not iskeyword(part) for part in parts)
    if not is_named or len(set(packages)) < len(packages):
        raise InputError(
            f"without={value!r}: name packages as they are imported, each once, with blanks "
            'between: without="torch scipy.special"',
            path,
            cell.line,
        )
    return tuple(packages)


def _metadata(
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    task: bool = False,
    **more: Any,
) -> dict[str, Any]:
    return {
        "schema_version": 3,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
        **more,
    }


def _has_region(cell: TextCell, what: Kind, path: Path) -> bool:
    """Say whether a cell has such a region, after checking that its markers alternate."""
    begin, end = MARKERS[what]
    opened: int | None = None
    found = False
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        if begin in line:
            if opened is not None:
                raise InputError(f"{begin} comes twice without an end between", path, number)
            opened, found = number, True
        elif end in line:
            if opened is None:
                raise InputError(f"{end} has no {begin} above it", path, number)
            opened = None
    if opened is not None:
        raise InputError(f"{begin} is never closed: write {end}", path, opened)
    return found
