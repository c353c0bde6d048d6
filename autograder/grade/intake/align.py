"""Find the skeleton's cells in a learner's notebook, whatever happened to it on the way."""

import difflib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from nbformat import NotebookNode

from autograder.grade.skeleton import Skeleton, SkeletonCell
from autograder.regions import without_whitespace
from autograder.source_code import defined_names

# Less text than this, "pass" or "# code", is the same in cells that have nothing else in common.
_TELLING_LENGTH = 16
# How alike two texts are that stand in the same place, or have the same grade id, and are one cell.
_SAME_PLACE, _SAME_MARK = 0.6, 0.4
# Bounds for a hostile notebook: words compared of a cell, cells compared in a gap, cells heard that
# claim the same grade id, characters of a notebook that are parsed rather than searched for
# definitions.
_COMPARED_WORDS, _COMPARED_CELLS, _CLAIMING_CELLS, _PARSED_LENGTH = 300, 12, 50, 1_000_000
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Alignment:
    """Which of a learner's cells are which cells of the skeleton.

    Attributes
    ----------
    expected : tuple of ExpectedCell
        The skeleton's cells, in order.
    submitted : tuple of SubmittedCell
        The learner's cells, in order.
    found : mapping of int to int
        Positions in the skeleton to places in the learner's notebook, one to one.
    copies : mapping of int to int
        How often a skeleton cell is there, where that is more than once.
    dropped : frozenset of int
        Places of copies that add nothing.
    """

    expected: "tuple[ExpectedCell, ...]"
    submitted: "tuple[SubmittedCell, ...]"
    found: Mapping[int, int]
    copies: Mapping[int, int]
    dropped: frozenset[int]

    @property
    def answered(self) -> int:
        """How many solutions and written answers are more than the stub."""
        return sum(
            self.expected[position].is_answered_by(self.submitted[place])
            for position, place in self.found.items()
        )


def align(skeleton: Skeleton, notebook: NotebookNode) -> Alignment:
    """Find the cells of a skeleton in a learner's notebook, by the surest sign first.

    Those are the grade id, the cell id, the names that a solution defines, the content, and last
    a likeness, or nothing else that it could be, between two neighbours that were found.
    """
    search = _Search(_expected(skeleton), _learners(notebook))
    search.by_grade_id()
    search.by_cell_id()
    search.by_names()
    search.by_content()
    search.by_weak_claim()
    search.by_place()
    search.drop_idle_copies()
    return Alignment(
        expected=tuple(search.expected),
        submitted=tuple(search.submitted),
        found=search.found,
        copies=search.copies,
        dropped=frozenset(search.dropped),
    )


def as_cell_id(text: str) -> str:
    """Return a text as nbformat allows it for a cell id, which may be empty."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", text)[:64]


@dataclass(frozen=True)
class SubmittedCell:
    """A learner's cell, with what a comparison asks of it."""

    place: int
    cell: Mapping[str, Any]
    cell_type: str
    source: str
    id: str
    metadata: Mapping[str, Any]
    marks: Mapping[str, Any] | None
    is_parsed: bool

    @cached_property
    def grade_id(self) -> str | None:
        grade_id = self.marks.get("grade_id") if self.marks else None
        return grade_id if isinstance(grade_id, str) else None

    @cached_property
    def squeezed(self) -> str:
        return without_whitespace(self.source)

    @cached_property
    def names(self) -> frozenset[str]:
        if self.cell_type != "code":
            return frozenset()
        return defined_names(self.source, parse=self.is_parsed)

    @cached_property
    def names_and_imports(self) -> frozenset[str]:
        if self.cell_type != "code":
            return frozenset()
        return defined_names(self.source, parse=self.is_parsed, imports=True)


@dataclass(frozen=True)
class ExpectedCell:
    """A cell of the skeleton, as learners got it."""

    position: int
    cell: SkeletonCell
    visible: str

    @cached_property
    def squeezed(self) -> str:
        return without_whitespace(self.visible)

    @cached_property
    def contents(self) -> tuple[str, ...]:
        """Squeezed contents that are not a change: the released one and that with hidden tests."""
        return self.squeezed, without_whitespace(self.cell.source)

    @cached_property
    def names(self) -> frozenset[str]:
        return _stub_names(self.visible) if self.cell.cell_type == "code" else frozenset()

    def is_answered_by(self, submitted: SubmittedCell) -> bool:
        return not self.cell.locked and submitted.squeezed not in ("", *self.contents)

    def is_unchanged_in(self, submitted: SubmittedCell) -> bool:
        """Whether a cell has the released content, white space aside."""
        return submitted.squeezed in self.contents

    def is_credible(self, submitted: SubmittedCell) -> bool:
        """Whether a cell with this grade id or cell id can be the cell."""
        if submitted.squeezed in ("", *self.contents):
            return True
        if self.cell.locked:
            # A learner's code that carries a test's grade id is not an edited test.
            return not submitted.names - self.names or _shared_words(self, submitted) >= _SAME_MARK
        return (
            not self.names or not submitted.names or bool(self.names & submitted.names_and_imports)
        )


def _expected(skeleton: Skeleton) -> list[ExpectedCell]:
    return [
        ExpectedCell(position, cell, skeleton.visible(cell))
        for position, cell in enumerate(skeleton.cells)
    ]


def _learners(notebook: NotebookNode) -> list[SubmittedCell]:
    submitted_cells = []
    length = 0
    for place, cell in enumerate(notebook.cells):
        source, metadata = cell.get("source"), cell.get("metadata")
        source = source if isinstance(source, str) else ""
        metadata = metadata if isinstance(metadata, Mapping) else {}
        marks = metadata.get("nbgrader")
        cell_type = cell.get("cell_type")
        length += len(source)
        submitted_cells.append(
            SubmittedCell(
                place=place,
                cell=cell,
                cell_type=cell_type if cell_type in ("code", "markdown") else "raw",
                source=source,
                id=cell["id"] if isinstance(cell.get("id"), str) else "",
                metadata=metadata,
                marks=marks if isinstance(marks, Mapping) else None,
                is_parsed=length <= _PARSED_LENGTH,
            )
        )
    return submitted_cells


class _Search:
    """What was found of a skeleton so far; its methods are called in the order of `align`."""

    def __init__(self, expected: list[ExpectedCell], submitted: list[SubmittedCell]) -> None:
        self.expected = expected
        self.submitted = submitted
        self.found: dict[int, int] = {}
        self.copies: dict[int, int] = {}
        self.dropped: set[int] = set()
        self._used: set[int] = set()  # found, dropped or another copy of a found cell
        known = {one.cell.grade_id for one in expected}
        self._claims: dict[str, list[SubmittedCell]] = defaultdict(list)
        for cell in submitted:
            if cell.grade_id in known and len(self._claims[cell.grade_id]) < _CLAIMING_CELLS:
                self._claims[cell.grade_id].append(cell)

    def by_grade_id(self) -> None:
        for expected in self.expected:
            claims = self._claims.get(expected.cell.grade_id, [])
            credible = [submitted for submitted in claims if expected.is_credible(submitted)]
            self._take(expected, credible)

    def by_cell_id(self) -> None:
        submitted_cells: dict[str, SubmittedCell] = {}
        for submitted in self._unclaimed():
            submitted_cells.setdefault(submitted.id, submitted)
        for expected in self._missing():
            submitted = submitted_cells.get(as_cell_id(expected.cell.grade_id))
            # An untouched stub may lie beside an answer in a cell that lost its id.
            is_idle = (
                submitted is not None and expected.names and not expected.is_answered_by(submitted)
            )
            if submitted is not None and not is_idle and expected.is_credible(submitted):
                self._take(expected, [submitted])

    def by_names(self) -> None:
        """Find solutions by the names that only one of them defines."""
        shared = Counter(name for expected in self.expected for name in expected.names)
        for expected in self._missing():
            own = {name for name in expected.names if shared[name] == 1}
            if expected.cell.locked or not own:
                continue
            scores = {submitted.place: len(own & submitted.names) for submitted in self._free()}
            best = max(scores.values(), default=0)
            if best:
                submitted_cells = [
                    submitted for submitted in self._free() if scores[submitted.place] == best
                ]
                self._take(expected, submitted_cells)

    def by_content(self) -> None:
        """Find cells by their text, where no other cell has the same."""
        expected_cells, submitted_cells = defaultdict(list), defaultdict(list)
        for expected in self._missing():
            if len(expected.squeezed) >= _TELLING_LENGTH:
                expected_cells[expected.squeezed].append(expected)
        for submitted in self._free():
            submitted_cells[submitted.squeezed].append(submitted)
        for text, group in expected_cells.items():
            if len(group) == len(submitted_cells[text]):
                for expected, submitted in zip(group, submitted_cells[text], strict=True):
                    self._take(expected, [submitted])
            elif len(group) == 1:
                self._take(group[0], submitted_cells[text])

    def by_weak_claim(self) -> None:
        """Accept a solution under another name, if it has the grade id and looks like the stub."""
        for expected in self._missing():
            claims = (
                self._claims.get(expected.cell.grade_id, []) if not expected.cell.locked else []
            )
            for submitted in claims:
                if (
                    submitted.place not in self._used
                    and _shared_words(expected, submitted) >= _SAME_MARK
                ):
                    self._take(expected, [submitted])
                    break

    def by_place(self) -> None:
        """Find cells between the same two neighbours, the most alike first."""
        bounds = {-1: -1, **self.found, len(self.expected): len(self.submitted)}
        positions = sorted(bounds)
        for before, after in itertools.pairwise(positions):
            expected_cells = self.expected[before + 1 : after][:_COMPARED_CELLS]
            gap = self.submitted[bounds[before] + 1 : bounds[after]]
            free = [submitted for submitted in gap if self._is_free(submitted)][:_COMPARED_CELLS]
            pairs = sorted(
                (-_likeness(expected, submitted), expected.position, submitted.place)
                for expected in expected_cells
                for submitted in free
                if not (expected.names and not expected.cell.locked and submitted.names)
            )
            for likeness, position, place in pairs:
                if -likeness >= _SAME_PLACE and position not in self.found:
                    self._take(self.expected[position], [self.submitted[place]])
            self._take_only_one(expected_cells, free)

    def _take_only_one(self, expected_cells: list[ExpectedCell], free: list[SubmittedCell]) -> None:
        """Match an answer that need not look like its stub, where nothing else is left."""
        open_cells = [
            expected
            for expected in expected_cells
            if expected.position not in self.found and not (expected.cell.locked or expected.names)
        ]
        if len(open_cells) == 1:
            kind = open_cells[0].cell.cell_type
            submitted_cells = [
                submitted
                for submitted in free
                if self._is_free(submitted) and submitted.cell_type == kind
            ]
            if len(submitted_cells) == 1:
                self._take(open_cells[0], submitted_cells)

    def drop_idle_copies(self) -> None:
        """Drop what repeats a test, or a stub that would overwrite the answer to it."""
        texts = {
            text: expected
            for expected in self.expected
            if expected.cell.grade or (expected.names and not expected.cell.locked)
            for text in expected.contents
            if len(text) >= _TELLING_LENGTH
        }
        for submitted in self._free():
            expected = texts.get(submitted.squeezed)
            if expected is not None:
                self.copies[expected.position] = self.copies.get(expected.position, 1) + 1
                self.dropped.add(submitted.place)

    def _take(self, expected: ExpectedCell, submitted_cells: Sequence[SubmittedCell]) -> None:
        """Choose among the copies of a cell: the first answer, of those that define its names."""
        submitted_cells = [submitted for submitted in submitted_cells if self._is_free(submitted)]
        if not submitted_cells:
            return
        if expected.cell.locked:
            ranks = [submitted.squeezed not in expected.contents for submitted in submitted_cells]
        else:
            ranks = [
                (not expected.is_answered_by(submitted), not (expected.names & submitted.names))
                if len(submitted_cells) > 1
                else (False, False)
                for submitted in submitted_cells
            ]
        chosen = submitted_cells[ranks.index(min(ranks))]
        self.found[expected.position] = chosen.place
        self._used.update(submitted.place for submitted in submitted_cells)
        repeated = {
            submitted.place
            for submitted in submitted_cells
            if submitted is not chosen and submitted.squeezed in ("", *expected.contents)
        }
        self.dropped |= repeated
        if len(submitted_cells) > 1:
            self.copies[expected.position] = len(submitted_cells)

    def _missing(self) -> list[ExpectedCell]:
        return [expected for expected in self.expected if expected.position not in self.found]

    def _is_free(self, submitted: SubmittedCell) -> bool:
        return submitted.place not in self._used

    def _free(self) -> list[SubmittedCell]:
        return [submitted for submitted in self.submitted if self._is_free(submitted)]

    def _unclaimed(self) -> list[SubmittedCell]:
        return [submitted for submitted in self._free() if submitted.grade_id not in self._claims]


_stub_names = lru_cache(maxsize=512)(defined_names)


def _words(text: str) -> list[str]:
    return _WORD.findall(text[: 12 * _COMPARED_WORDS])[:_COMPARED_WORDS]


def _shared_words(expected: ExpectedCell, submitted: SubmittedCell) -> float:
    """Return the part of the words that two cells share, between 0 and 1."""
    theirs, ours = Counter(_words(submitted.source)), Counter(_words(expected.visible))
    return 2 * (theirs & ours).total() / max((theirs.total() + ours.total()), 1)


def _likeness(expected: ExpectedCell, submitted: SubmittedCell) -> float:
    """Return how alike two cells are, the order of words included, between 0 and 1."""
    bound = _shared_words(expected, submitted)
    if bound < _SAME_PLACE:
        return bound
    words = _words(expected.visible), _words(submitted.source)
    return difflib.SequenceMatcher(None, *words, autojunk=False).ratio()
