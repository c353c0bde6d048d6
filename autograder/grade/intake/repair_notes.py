"""Say what was put right in a notebook, as something that is so, not as somebody's doing.

A cell that is not there may have been deleted, or have come into the course after the release.
"""

import bisect
from collections.abc import Collection, Iterator, Sequence

from autograder.grade.intake.align import Alignment, ExpectedCell, SubmittedCell
from autograder.grade.released import Released
from autograder.grade.skeleton import SkeletonCell

# More cells than these are counted, not named.
_NAMED_CELLS = 5
# Older versions of nbgrader marked cells otherwise; what they say means nothing today.
_SCHEMA_VERSION = 3


def repair_notes(
    aligned: Alignment, elsewhere: frozenset[int], released: Released, taken_off: Collection[str]
) -> Iterator[str]:
    """Yield one sentence for each kind of thing that was put right.

    Parameters
    ----------
    aligned : Alignment
    elsewhere : frozenset of int
        Positions of the solutions whose answer is in another cell.
    released : Released
    taken_off : collection of str
        Tags that cells had and the course's have not.
    """
    found = [
        (aligned.expected[here], aligned.submitted[place]) for here, place in aligned.found.items()
    ]
    found.sort(key=lambda pair: pair[0].position)
    deleted = [expected for expected in aligned.expected if expected.position not in aligned.found]
    missing = [expected for expected in deleted if expected.position not in elsewhere]
    yield from _sentence(
        [expected for expected in missing if released.is_new(expected.cell.grade_id)],
        "is new in the course since the release; it was added.",
        "are new in the course since the release; they were added.",
    )
    yield from _sentence(
        [expected for expected in missing if not released.is_new(expected.cell.grade_id)],
        "was missing; it was put back.",
        "were missing; they were put back.",
    )
    yield from _sentence(
        [expected for expected in deleted if expected.position in elsewhere],
        "was missing; its answer was found in another cell.",
        "were missing; their answers were found in other cells.",
    )
    for position in sorted(aligned.copies)[: 4 * _NAMED_CELLS]:
        expected, count = aligned.expected[position], aligned.copies[position]
        kept = "the course's was kept"
        if not expected.cell.locked:
            is_answered = expected.is_answered_by(aligned.submitted[aligned.found[position]])
            kept = "the first answer was graded" if is_answered else "one was kept"
        yield f"The cell {expected.cell.grade_id} was there {count} times; {kept}."
    yield from _sentence(
        [] if _is_in_order(found, released) else _moved(found),
        "was in another place; it was put back in its own.",
        "were in other places; they were put back in their own.",
    )
    differing = [
        (expected, released.has_text(expected.cell.grade_id, submitted.squeezed))
        for expected, submitted in found
        if expected.cell.locked and not expected.is_unchanged_in(submitted)
    ]
    yield from _sentence(
        [expected for expected, is_as_released in differing if is_as_released],
        "has changed in the course since the release; its new version was used.",
        "have changed in the course since the release; their new versions were used.",
    )
    yield from _sentence(
        [expected for expected, is_as_released in differing if not is_as_released],
        "differed from the course's; the course's was used.",
        "differed from the course's; the course's were used.",
    )
    for kind in ("code", "markdown"):
        retyped = [
            expected
            for expected, submitted in found
            if expected.cell.cell_type == kind != submitted.cell_type
        ]
        yield from _sentence(
            retyped,
            f"was not a {kind} cell; it is one again.",
            f"were not {kind} cells; they are again.",
        )
    yield from _sentence(
        [expected for expected, submitted in found if submitted.grade_id != expected.cell.grade_id],
        "did not have its nbgrader mark; it was recognised without.",
        "did not have their nbgrader marks; they were recognised without.",
    )
    yield from _sentence(
        [
            expected
            for expected, submitted in found
            if submitted.grade_id == expected.cell.grade_id
            and not _has_settings(submitted, expected.cell)
            and not released.has_settings(expected.cell.grade_id, submitted.marks or {})
        ],
        "had other nbgrader settings than the course's; the course's were used.",
        "had other nbgrader settings than the course's; the course's were used.",
    )
    yield from _strangers(aligned, released)
    for tag in sorted(taken_off):
        yield f"The tag {tag} counts only where the course's own cells have it."


def _is_in_order(found: Sequence[tuple[ExpectedCell, SubmittedCell]], released: Released) -> bool:
    """Whether the cells are in the order in which learners got them."""
    places = {submitted.grade_id: submitted.place for _, submitted in found}
    if not released.order or not places.keys() <= set(released.order):
        return False
    order = [places[grade_id] for grade_id in released.order if grade_id in places]
    return order == sorted(order)


def _sentence(expected_cells: Sequence[ExpectedCell], one: str, many: str) -> Iterator[str]:
    names = [expected.cell.grade_id for expected in expected_cells]
    if len(names) == 1:
        yield f"The cell {names[0]} {one}"
    elif names:
        shown = names[: _NAMED_CELLS - 1] if len(names) > _NAMED_CELLS else names[:-1]
        left = len(names) - len(shown)
        last = names[-1] if left == 1 else f"{left} more"
        yield f"The cells {', '.join(shown)} and {last} {many}"


def _moved(found: Sequence[tuple[ExpectedCell, SubmittedCell]]) -> list[ExpectedCell]:
    """Return the fewest cells whose moving explains the learner's order."""
    ends: list[int] = []  # of the rising runs of each length so far, their smallest last place
    lengths = []
    for _, submitted in found:
        length = bisect.bisect_left(ends, submitted.place)
        ends[length : length + 1] = [submitted.place]
        lengths.append(length)
    moved = []
    needed = len(ends) - 1
    for (expected, _), length in zip(reversed(found), reversed(lengths), strict=True):
        if length == needed:
            needed -= 1
        else:
            moved.append(expected)
    return moved[::-1]


def _has_settings(submitted: SubmittedCell, cell: SkeletonCell) -> bool:
    """Whether a cell's nbgrader metadata say what the course says, in what matters."""
    marks = submitted.marks or {}
    is_grade, is_solution = marks.get("grade") is True, marks.get("solution") is True
    # nbgrader's rule for what counts as locked, whatever the mark says.
    is_locked = not is_solution and (is_grade or marks.get("locked") is True)
    said = is_grade, is_solution, marks.get("task", False) is True, is_locked
    has_points = cell.points is None or marks.get("points") == cell.points
    return has_points and said == (cell.grade, cell.solution, cell.task, cell.locked)


def _strangers(aligned: Alignment, released: Released) -> Iterator[str]:
    """Tell of cells with the nbgrader mark of another cell, or of none that the course knows."""
    known = {expected.cell.grade_id for expected in aligned.expected}
    former = set(released.order) - known  # the course has taken them out since
    copied = {aligned.expected[position].cell.grade_id for position in aligned.copies}
    used = {*aligned.found.values(), *aligned.dropped}
    count = sum(
        submitted.place not in used
        and _means_something(submitted)
        and submitted.grade_id not in former
        and (submitted.grade_id not in known or submitted.grade_id not in copied)
        for submitted in aligned.submitted
    )
    if count == 1:
        yield "A cell had an nbgrader mark that is not its own; it ran as an ordinary cell."
    elif count:
        yield f"{count} cells had nbgrader marks that are not their own; they ran as ordinary ones."


def _means_something(submitted: SubmittedCell) -> bool:
    """Whether a cell's marks make it one of nbgrader's."""
    marks = submitted.marks or {}
    version = marks.get("schema_version")
    return (
        isinstance(version, int)
        and version >= _SCHEMA_VERSION
        and any(marks.get(name) is True for name in ("grade", "solution", "task", "locked"))
    )
