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
    wanted : tuple of Wanted
        The skeleton's cells, in order.
    theirs : tuple of Theirs
        The learner's cells, in order.
    found : mapping of int to int
        Positions in the skeleton to places in the learner's notebook, one to one.
    copies : mapping of int to int
        How often a skeleton cell is there, where that is more than once.
    dropped : frozenset of int
        Places of copies that add nothing.
    """

    wanted: "tuple[Wanted, ...]"
    theirs: "tuple[Theirs, ...]"
    found: Mapping[int, int]
    copies: Mapping[int, int]
    dropped: frozenset[int]

    @property
    def answered(self) -> int:
        """How many solutions and written answers are more than the stub."""
        return sum(
            self.wanted[position].is_answered_by(self.theirs[place])
            for position, place in self.found.items()
        )


def align(skeleton: Skeleton, notebook: NotebookNode) -> Alignment:
    """Find the cells of a skeleton in a learner's notebook, by the surest sign first.

    Those are the grade id, the cell id, the names that a solution defines, the content, and last
    a likeness, or nothing else that it could be, between two neighbours that were found.
    """
    search = _Search(_wanted(skeleton), _learners(notebook))
    search.by_grade_id()
    search.by_cell_id()
    search.by_names()
    search.by_content()
    search.by_weak_claim()
    search.by_place()
    search.drop_idle_copies()
    return Alignment(
        wanted=tuple(search.wanted),
        theirs=tuple(search.theirs),
        found=search.found,
        copies=search.copies,
        dropped=frozenset(search.dropped),
    )


def as_cell_id(text: str) -> str:
    """Return a text as nbformat allows it for a cell id, which may be empty."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", text)[:64]


@dataclass(frozen=True)
class Theirs:
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
class Wanted:
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

    def is_answered_by(self, piece: Theirs) -> bool:
        return not self.cell.locked and piece.squeezed not in ("", *self.contents)

    def is_unchanged_in(self, piece: Theirs) -> bool:
        """Whether a cell has the released content, white space aside."""
        return piece.squeezed in self.contents

    def is_credible(self, piece: Theirs) -> bool:
        """Whether a cell with this grade id or cell id can be the cell."""
        if piece.squeezed in ("", *self.contents):
            return True
        if (
            self.cell.locked
        ):  # a learner's code that carries a test's grade id is not an edited test
            return not piece.names - self.names or _shared_words(self, piece) >= _SAME_MARK
        return not self.names or not piece.names or bool(self.names & piece.names_and_imports)


def _wanted(skeleton: Skeleton) -> list[Wanted]:
    return [
        Wanted(position, cell, skeleton.visible(cell))
        for position, cell in enumerate(skeleton.cells)
    ]


def _learners(notebook: NotebookNode) -> list[Theirs]:
    pieces = []
    length = 0
    for place, cell in enumerate(notebook.cells):
        source, metadata = cell.get("source"), cell.get("metadata")
        source = source if isinstance(source, str) else ""
        metadata = metadata if isinstance(metadata, Mapping) else {}
        marks = metadata.get("nbgrader")
        cell_type = cell.get("cell_type")
        length += len(source)
        pieces.append(
            Theirs(
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
    return pieces


class _Search:
    """What was found of a skeleton so far; its methods are called in the order of `align`."""

    def __init__(self, wanted: list[Wanted], theirs: list[Theirs]) -> None:
        self.wanted = wanted
        self.theirs = theirs
        self.found: dict[int, int] = {}
        self.copies: dict[int, int] = {}
        self.dropped: set[int] = set()
        self._used: set[int] = set()  # found, dropped or another copy of a found cell
        known = {want.cell.grade_id for want in wanted}
        self._claims: dict[str, list[Theirs]] = defaultdict(list)
        for piece in theirs:
            if piece.grade_id in known and len(self._claims[piece.grade_id]) < _CLAIMING_CELLS:
                self._claims[piece.grade_id].append(piece)

    def by_grade_id(self) -> None:
        for want in self.wanted:
            claims = self._claims.get(want.cell.grade_id, [])
            credible = [piece for piece in claims if want.is_credible(piece)]
            self._take(want, credible)

    def by_cell_id(self) -> None:
        pieces: dict[str, Theirs] = {}
        for piece in self._unclaimed():
            pieces.setdefault(piece.id, piece)
        for want in self._missing():
            piece = pieces.get(as_cell_id(want.cell.grade_id))
            # An untouched stub may lie beside an answer in a cell that lost its id.
            is_idle = piece is not None and want.names and not want.is_answered_by(piece)
            if piece is not None and not is_idle and want.is_credible(piece):
                self._take(want, [piece])

    def by_names(self) -> None:
        """Find solutions by what they define, as far as only one solution does."""
        shared = Counter(name for want in self.wanted for name in want.names)
        for want in self._missing():
            own = {name for name in want.names if shared[name] == 1}
            if want.cell.locked or not own:
                continue
            scores = {piece.place: len(own & piece.names) for piece in self._free()}
            best = max(scores.values(), default=0)
            if best:
                pieces = [piece for piece in self._free() if scores[piece.place] == best]
                self._take(want, pieces)

    def by_content(self) -> None:
        """Find cells by their text, as far as it is no one else's text."""
        wants, pieces = defaultdict(list), defaultdict(list)
        for want in self._missing():
            if len(want.squeezed) >= _TELLING_LENGTH:
                wants[want.squeezed].append(want)
        for piece in self._free():
            pieces[piece.squeezed].append(piece)
        for text, group in wants.items():
            if len(group) == len(pieces[text]):
                for want, piece in zip(group, pieces[text], strict=True):
                    self._take(want, [piece])
            elif len(group) == 1:
                self._take(group[0], pieces[text])

    def by_weak_claim(self) -> None:
        """Accept a solution under another name, if it has the grade id and looks like the stub."""
        for want in self._missing():
            claims = self._claims.get(want.cell.grade_id, []) if not want.cell.locked else []
            for piece in claims:
                if piece.place not in self._used and _shared_words(want, piece) >= _SAME_MARK:
                    self._take(want, [piece])
                    break

    def by_place(self) -> None:
        """Find cells between the same two neighbours, the most alike first."""
        bounds = {-1: -1, **self.found, len(self.wanted): len(self.theirs)}
        positions = sorted(bounds)
        for before, after in itertools.pairwise(positions):
            wants = self.wanted[before + 1 : after][:_COMPARED_CELLS]
            gap = self.theirs[bounds[before] + 1 : bounds[after]]
            free = [piece for piece in gap if self._is_free(piece)][:_COMPARED_CELLS]
            pairs = sorted(
                (-_likeness(want, piece), want.position, piece.place)
                for want in wants
                for piece in free
                if not (want.names and not want.cell.locked and piece.names)
            )
            for likeness, position, place in pairs:
                if -likeness >= _SAME_PLACE and position not in self.found:
                    self._take(self.wanted[position], [self.theirs[place]])
            self._take_only_one(wants, free)

    def _take_only_one(self, wants: list[Wanted], free: list[Theirs]) -> None:
        """Match an answer that need not look like its stub, where nothing else is left."""
        open_wants = [
            want
            for want in wants
            if want.position not in self.found and not (want.cell.locked or want.names)
        ]
        if len(open_wants) == 1:
            kind = open_wants[0].cell.cell_type
            pieces = [piece for piece in free if self._is_free(piece) and piece.cell_type == kind]
            if len(pieces) == 1:
                self._take(open_wants[0], pieces)

    def drop_idle_copies(self) -> None:
        """Drop what repeats a test, or a stub that would overwrite the answer to it."""
        texts = {
            text: want
            for want in self.wanted
            if want.cell.grade or (want.names and not want.cell.locked)
            for text in want.contents
            if len(text) >= _TELLING_LENGTH
        }
        for piece in self._free():
            want = texts.get(piece.squeezed)
            if want is not None:
                self.copies[want.position] = self.copies.get(want.position, 1) + 1
                self.dropped.add(piece.place)

    def _take(self, want: Wanted, pieces: Sequence[Theirs]) -> None:
        """Choose among the copies of a cell: the first answer, of those that define its names."""
        pieces = [piece for piece in pieces if self._is_free(piece)]
        if not pieces:
            return
        if want.cell.locked:
            ranks = [piece.squeezed not in want.contents for piece in pieces]
        else:
            ranks = [
                (not want.is_answered_by(piece), not (want.names & piece.names))
                if len(pieces) > 1
                else (False, False)
                for piece in pieces
            ]
        chosen = pieces[ranks.index(min(ranks))]
        self.found[want.position] = chosen.place
        self._used.update(piece.place for piece in pieces)
        repeated = {
            piece.place
            for piece in pieces
            if piece is not chosen and piece.squeezed in ("", *want.contents)
        }
        self.dropped |= repeated
        if len(pieces) > 1:
            self.copies[want.position] = len(pieces)

    def _missing(self) -> list[Wanted]:
        return [want for want in self.wanted if want.position not in self.found]

    def _is_free(self, piece: Theirs) -> bool:
        return piece.place not in self._used

    def _free(self) -> list[Theirs]:
        return [piece for piece in self.theirs if self._is_free(piece)]

    def _unclaimed(self) -> list[Theirs]:
        return [piece for piece in self._free() if piece.grade_id not in self._claims]


_stub_names = lru_cache(maxsize=512)(defined_names)


def _words(text: str) -> list[str]:
    return _WORD.findall(text[: 12 * _COMPARED_WORDS])[:_COMPARED_WORDS]


def _shared_words(want: Wanted, piece: Theirs) -> float:
    """Return the part of the words that two cells share, between 0 and 1."""
    theirs, ours = Counter(_words(piece.source)), Counter(_words(want.visible))
    return 2 * (theirs & ours).total() / max((theirs.total() + ours.total()), 1)


def _likeness(want: Wanted, piece: Theirs) -> float:
    """Return how alike two cells are, the order of words included, between 0 and 1."""
    bound = _shared_words(want, piece)
    if bound < _SAME_PLACE:
        return bound
    words = _words(want.visible), _words(piece.source)
    return difflib.SequenceMatcher(None, *words, autojunk=False).ratio()
