"""Rebuild what a learner handed in on the instructor's skeleton, ready to execute."""

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.grade.align import Alignment, Theirs, Wanted, align, as_cell_id
from autograder.grade.skeleton import Skeleton, SkeletonCell

# nbclient obeys the first two, papermill the third: none of them is a learner's to set.
_UNSAFE_TAGS = frozenset({"skip-execution", "raises-exception", "injected-parameters"})
_TAG = re.compile(r"[^,]{1,100}")
# More cells than these are counted, not named.
_NAMED_CELLS = 5

# A place in the rebuilt notebook: a position in the skeleton or None, a learner's cell or None.
_Place = tuple[int | None, Theirs | None]


@dataclass(frozen=True)
class Rebuilt:
    """A submission on the instructor's skeleton.

    Attributes
    ----------
    notebook : nbformat.NotebookNode
        Valid nbformat 4.5 without outputs, with each skeleton cell once and in order.
    repairs : tuple of str
        What was put right, as plain sentences for the learner.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...]


def rebuild(skeleton: Skeleton, notebook: NotebookNode) -> Rebuilt:
    """Put a learner's cells on the skeleton; whatever the notebook holds, nothing is raised.

    Locked cells get the skeleton's source, solutions and written answers the learner's. All other
    cells of the learner stay behind the cell that they follow. Where a solution is there several
    times, the first answer takes its place and the other answers stay where they were: so the last
    of those before a test is what the test meets, which is what the learner saw on running the
    notebook from top to bottom.

    Parameters
    ----------
    skeleton : Skeleton
    notebook : nbformat.NotebookNode
        What was handed in, as `autograder.grade.intake.read_submission` reads it; not changed.
    """
    aligned = align(skeleton, notebook)
    order = _arranged(aligned)
    elsewhere = _defined_elsewhere(order, aligned)
    cells = []
    for position, piece in order:
        if position is None:
            cells.append(_cell(piece, piece.cell_type, piece.source, piece.id))
            continue
        cell = aligned.wanted[position].cell
        source = cell.source
        if position in elsewhere:
            source = f"# The cell {cell.grade_id} had been deleted; another one has its answer."
        elif piece is not None and not cell.locked:
            source = piece.source
        identity = piece.id if piece is not None else cell.grade_id
        cells.append(_cell(piece, cell.cell_type, source, identity, cell.nbgrader))
    _make_ids_unique(cells)

    metadata = {}
    if skeleton.kernelspec:
        metadata["kernelspec"] = skeleton.kernelspec
        if language := skeleton.kernelspec.get("language"):
            metadata["language_info"] = {"name": language}
    rebuilt = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return Rebuilt(from_dict(rebuilt), tuple(_repairs(aligned, elsewhere)))


def _arranged(aligned: Alignment) -> list[_Place]:
    """Return the cells in the skeleton's order, each other cell behind the one that it follows."""
    position_of = {place: position for position, place in aligned.found.items()}
    followers: dict[int, list[Theirs]] = {-1: []}
    anchor = -1
    for piece in aligned.theirs:
        if piece.place in position_of:
            anchor = position_of[piece.place]
            followers[anchor] = []
        elif piece.place not in aligned.dropped:
            followers[anchor].append(piece)

    order: list[_Place] = []
    anchors = sorted(followers)
    ends = [*anchors[1:], len(aligned.wanted)]
    for anchor, end in zip(anchors, ends, strict=True):
        if anchor >= 0:
            order.append((anchor, aligned.theirs[aligned.found[anchor]]))
        extra = followers[anchor]
        # A deleted test comes back behind the code that may belong to the answer, but before the
        # text that leads to the next exercise; a deleted solution comes back behind that text.
        codes = [number for number, piece in enumerate(extra, start=1) if piece.cell_type == "code"]
        missing = range(anchor + 1, end)
        locked = 0
        while locked < len(missing) and aligned.wanted[missing[locked]].cell.locked:
            locked += 1
        split = max(codes, default=0)
        order += [(None, piece) for piece in extra[:split]]
        order += [(position, None) for position in missing[:locked]]
        order += [(None, piece) for piece in extra[split:]]
        order += [(position, None) for position in missing[locked:]]
    return order


def _defined_elsewhere(order: Sequence[_Place], aligned: Alignment) -> frozenset[int]:
    """Return the deleted solutions whose answer was merged into an earlier cell of the learner.

    Their stub would overwrite that answer.
    """
    written: list[tuple[frozenset[str], Theirs]] = []
    elsewhere = set()
    for position, piece in order:
        want = aligned.wanted[position] if position is not None else None
        if piece is not None and (want is None or not want.cell.locked):
            own = want.names if want is not None else frozenset()
            written.append((own, piece))
        elif (
            want is not None
            and want.names
            and not want.cell.locked
            and any(want.names <= piece.names - own for own, piece in written)
        ):
            elsewhere.add(position)
    return frozenset(elsewhere)


def _cell(
    piece: Theirs | None,
    cell_type: str,
    source: str,
    identity: str,
    marks: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a cell that is ready to execute, with nothing of the learner's that could steer it."""
    metadata: dict[str, Any] = {}
    if piece is not None:
        if tags := [tag for tag in _tags(piece) if tag.strip().lower() not in _UNSAFE_TAGS]:
            metadata["tags"] = tags
        if isinstance(piece.metadata.get("collapsed"), bool):
            metadata["collapsed"] = piece.metadata["collapsed"]
    if marks is not None:
        metadata["nbgrader"] = dict(marks)
    cell: dict[str, Any] = {
        "cell_type": cell_type,
        "id": identity,
        "metadata": metadata,
        "source": source,
    }
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif piece is not None and piece.cell.get("attachments"):
        cell["attachments"] = piece.cell["attachments"]
    return cell


def _tags(piece: Theirs) -> list[str]:
    tags = piece.metadata.get("tags")
    if not isinstance(tags, list):
        return []
    return list(dict.fromkeys(tag for tag in tags if isinstance(tag, str) and _TAG.fullmatch(tag)))


def _make_ids_unique(cells: Sequence[dict[str, Any]]) -> None:
    """Make all cell ids valid and unique, changing the skeleton's last, the same way every time."""
    seen: set[str] = set()
    counts: dict[str, int] = {}
    for is_extra in (False, True):
        for cell in cells:
            if ("nbgrader" in cell["metadata"]) is is_extra:
                continue
            base = unique = as_cell_id(cell["id"]) or "cell"
            while unique in seen:
                counts[base] = counts.get(base, 1) + 1
                unique = f"{base[:56]}-{counts[base]}"
            seen.add(unique)
            cell["id"] = unique


def _repairs(aligned: Alignment, elsewhere: frozenset[int]) -> Iterator[str]:
    """Yield one sentence for each kind of thing that was put right."""
    found = [(aligned.wanted[here], aligned.theirs[place]) for here, place in aligned.found.items()]
    found.sort(key=lambda pair: pair[0].position)
    deleted = [want for want in aligned.wanted if want.position not in aligned.found]
    yield from _sentence(
        [want for want in deleted if want.position not in elsewhere],
        "had been deleted; it was put back.",
        "had been deleted; they were put back.",
    )
    yield from _sentence(
        [want for want in deleted if want.position in elsewhere],
        "had been deleted; its answer was found in another cell.",
        "had been deleted; their answers were found in other cells.",
    )
    for position in sorted(aligned.copies)[: 4 * _NAMED_CELLS]:
        want, count = aligned.wanted[position], aligned.copies[position]
        kept = "the course's was kept"
        if not want.cell.locked:
            is_answered = want.is_answered_by(aligned.theirs[aligned.found[position]])
            kept = "the first answer was graded" if is_answered else "one was kept"
        yield f"The cell {want.cell.grade_id} was there {count} times; {kept}."
    yield from _sentence(
        _moved(found),
        "had been moved; it was put back in its place.",
        "had been moved; they were put back in their places.",
    )
    yield from _sentence(
        [want for want, piece in found if want.cell.locked and not want.is_unchanged_in(piece)],
        "had been changed; the original was put back.",
        "had been changed; the originals were put back.",
    )
    for kind in ("code", "markdown"):
        retyped = [want for want, piece in found if want.cell.cell_type == kind != piece.cell_type]
        yield from _sentence(
            retyped,
            f"was no {kind} cell any more; it is one again.",
            f"were no {kind} cells any more; they are again.",
        )
    yield from _sentence(
        [want for want, piece in found if piece.grade_id != want.cell.grade_id],
        "had lost its nbgrader mark; it was recognised without.",
        "had lost their nbgrader marks; they were recognised without.",
    )
    yield from _sentence(
        [
            want
            for want, piece in found
            if piece.grade_id == want.cell.grade_id and not _has_settings(piece, want.cell)
        ],
        "had other nbgrader settings than the course's; the course's were used.",
        "had other nbgrader settings than the course's; the course's were used.",
    )
    yield from _strangers(aligned)
    unsafe = {tag.strip().lower() for piece in aligned.theirs for tag in _tags(piece)}
    for tag in sorted(unsafe & _UNSAFE_TAGS):
        yield f"The tag {tag} was taken off: in grading, all cells run alike."


def _sentence(wants: Sequence[Wanted], one: str, many: str) -> Iterator[str]:
    names = [want.cell.grade_id for want in wants]
    if len(names) == 1:
        yield f"The cell {names[0]} {one}"
    elif names:
        shown = names[: _NAMED_CELLS - 1] if len(names) > _NAMED_CELLS else names[:-1]
        left = len(names) - len(shown)
        last = names[-1] if left == 1 else f"{left} more"
        yield f"The cells {', '.join(shown)} and {last} {many}"


def _moved(found: Sequence[tuple[Wanted, Theirs]]) -> list[Wanted]:
    """Return the fewest cells whose moving explains the learner's order."""
    ends: list[int] = []  # of the rising runs of each length so far, their smallest last place
    lengths = []
    for _, piece in found:
        length = bisect.bisect_left(ends, piece.place)
        ends[length : length + 1] = [piece.place]
        lengths.append(length)
    moved = []
    needed = len(ends) - 1
    for (want, _), length in zip(reversed(found), reversed(lengths), strict=True):
        if length == needed:
            needed -= 1
        else:
            moved.append(want)
    return moved[::-1]


def _has_settings(piece: Theirs, cell: SkeletonCell) -> bool:
    """Whether a cell's nbgrader metadata say what the course says, as far as it matters."""
    marks = piece.marks or {}
    is_grade, is_solution = marks.get("grade") is True, marks.get("solution") is True
    # nbgrader's rule for what counts as locked, whatever the mark says.
    is_locked = not is_solution and (is_grade or marks.get("locked") is True)
    said = is_grade, is_solution, marks.get("task", False) is True, is_locked
    has_points = cell.points is None or marks.get("points") == cell.points
    return has_points and said == (cell.grade, cell.solution, cell.task, cell.locked)


def _strangers(aligned: Alignment) -> Iterator[str]:
    """Tell of cells with the nbgrader mark of another cell, or of none that the course knows."""
    known = {want.cell.grade_id for want in aligned.wanted}
    copied = {aligned.wanted[position].cell.grade_id for position in aligned.copies}
    used = {*aligned.found.values(), *aligned.dropped}
    count = sum(
        piece.place not in used
        and bool(piece.marks)
        and (piece.grade_id not in known or piece.grade_id not in copied)
        for piece in aligned.theirs
    )
    if count == 1:
        yield "A cell had an nbgrader mark that is not its own; it ran as an ordinary cell."
    elif count:
        yield f"{count} cells had nbgrader marks that are not their own; they ran as ordinary ones."
