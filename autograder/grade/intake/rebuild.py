"""Rebuild what a learner handed in on the instructor's skeleton, ready to execute."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.grade.intake.align import Alignment, SubmittedCell, as_cell_id
from autograder.grade.intake.repair_notes import repair_notes
from autograder.grade.released import Released
from autograder.grade.skeleton import Skeleton, SkeletonCell

_TAG = re.compile(r"[^,]{1,100}")
# A place in the rebuilt notebook: a position in the skeleton or None, a learner's cell or None.
_Place = tuple[int | None, SubmittedCell | None]


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


def rebuild(
    skeleton: Skeleton,
    notebook: NotebookNode,
    aligned: Alignment,
    released: Released | None = None,
) -> Rebuilt:
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
        What was handed in, as `autograder.grade.intake.folder` reads it; not changed.
    aligned : Alignment
        Of these two.
    released : Released or None
        What the course had handed out; None where nothing is known of it.
    """
    released = released or Released()
    order = _arranged(aligned)
    elsewhere = _defined_elsewhere(order, aligned)
    cells = []
    taken_off: set[str] = set()
    for position, submitted in order:
        expected = aligned.expected[position].cell if position is not None else None
        tags, unwanted = _tags(submitted, expected, released)
        taken_off |= unwanted
        if expected is None:
            cells.append(
                _cell(submitted, tags, submitted.cell_type, submitted.source, submitted.id)
            )
            continue
        source = expected.source
        if position in elsewhere:
            source = f"# The cell {expected.grade_id} was missing; another one has its answer."
        elif submitted is not None and not expected.locked:
            source = submitted.source
        identity = submitted.id if submitted is not None else expected.grade_id
        cells.append(
            _cell(submitted, tags, expected.cell_type, source, identity, expected.nbgrader)
        )
    _make_ids_unique(cells)

    metadata = dict(notebook.get("metadata") or {})
    for key in ("kernelspec", "language_info"):  # the course's, or none
        metadata.pop(key, None)
    if skeleton.kernelspec:
        metadata["kernelspec"] = skeleton.kernelspec
        if language := skeleton.kernelspec.get("language"):
            metadata["language_info"] = {"name": language}
    rebuilt = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    notes = repair_notes(aligned, elsewhere, released, taken_off)
    return Rebuilt(from_dict(rebuilt), tuple(notes))


def _arranged(aligned: Alignment) -> list[_Place]:
    """Return the cells in the skeleton's order, each other cell behind the one that it follows."""
    position_of = {place: position for position, place in aligned.found.items()}
    followers: dict[int, list[SubmittedCell]] = {-1: []}
    anchor = -1
    for submitted in aligned.submitted:
        if submitted.place in position_of:
            anchor = position_of[submitted.place]
            followers[anchor] = []
        elif submitted.place not in aligned.dropped:
            followers[anchor].append(submitted)

    order: list[_Place] = []
    anchors = sorted(followers)
    ends = [*anchors[1:], len(aligned.expected)]
    for anchor, end in zip(anchors, ends, strict=True):
        if anchor >= 0:
            order.append((anchor, aligned.submitted[aligned.found[anchor]]))
        extra = followers[anchor]
        # A deleted test comes back behind the code that may belong to the answer, but before the
        # text that leads to the next exercise; a deleted solution comes back behind that text.
        codes = [
            number
            for number, submitted in enumerate(extra, start=1)
            if submitted.cell_type == "code"
        ]
        missing = range(anchor + 1, end)
        locked = 0
        while locked < len(missing) and aligned.expected[missing[locked]].cell.locked:
            locked += 1
        split = max(codes, default=0)
        order += [(None, submitted) for submitted in extra[:split]]
        order += [(position, None) for position in missing[:locked]]
        order += [(None, submitted) for submitted in extra[split:]]
        order += [(position, None) for position in missing[locked:]]
    return order


def _defined_elsewhere(order: Sequence[_Place], aligned: Alignment) -> frozenset[int]:
    """Return the deleted solutions whose answer was merged into an earlier cell of the learner.

    Their stub would overwrite that answer.
    """
    written: list[tuple[frozenset[str], SubmittedCell]] = []
    elsewhere = set()
    for position, submitted in order:
        expected = aligned.expected[position] if position is not None else None
        if submitted is not None and (expected is None or not expected.cell.locked):
            own = expected.names if expected is not None else frozenset()
            written.append((own, submitted))
        elif (
            expected is not None
            and expected.names
            and not expected.cell.locked
            and any(expected.names <= submitted.names - own for own, submitted in written)
        ):
            elsewhere.add(position)
    return frozenset(elsewhere)


def _cell(
    submitted: SubmittedCell | None,
    tags: Sequence[str],
    cell_type: str,
    source: str,
    identity: str,
    marks: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a cell that is ready to execute, with nothing of the learner's that could steer it."""
    metadata = dict(submitted.metadata) if submitted is not None else {}
    metadata.pop("nbgrader", None)
    metadata.pop("tags", None)
    if tags:
        metadata["tags"] = list(tags)
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
    elif submitted is not None and submitted.cell.get("attachments"):
        cell["attachments"] = submitted.cell["attachments"]
    return cell


def _tags(
    submitted: SubmittedCell | None, expected: SkeletonCell | None, released: Released
) -> tuple[list[str], set[str]]:
    """Return the tags that a cell has in grading, and those that are the learner's alone.

    How a cell is executed is for the course to say. Its tags hold where the cell is its own; a
    changed one has those that the learner left there.
    """
    grade_id = expected.grade_id if expected is not None else None
    identity, squeezed = ("", "") if submitted is None else (submitted.id, submitted.squeezed)
    courses = released.tags_of(grade_id, identity, squeezed)
    is_courses = expected.locked if expected is not None else released.tags_of(None, "", squeezed)
    steering = {tag.lower() for tag in released.steering}
    tags, unwanted = [], set()
    for tag in _own_tags(submitted):
        plain = tag.strip().lower()
        if plain not in steering or tag in courses:
            tags.append(tag)
        else:
            unwanted.add(plain)
    if is_courses:
        tags += sorted(courses.difference(tags))
    return tags, unwanted


def _own_tags(submitted: SubmittedCell | None) -> list[str]:
    tags = submitted.metadata.get("tags") if submitted is not None else None
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
