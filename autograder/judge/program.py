"""An instructor's notebook as a list of statements, and where its names come from."""

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from autograder.judge.cells import CellKind, InstructorCell
from autograder.judge.effects import Statement, at_once, names_alone, statement_of
from autograder.judge.known import Known
from autograder.judge.libraries import RANDOM, draws, seeds, sets
from autograder.judge.mentions import EVERYWHERE, NOTEBOOK, mentions
from autograder.regions import Markers, inside
from autograder.source_code import plain_python

Where = Literal["answer", "below", "nothing", "notebook", "ordinary", "python", "solution", "tests"]


@dataclass(frozen=True)
class Item:
    """A statement at its place.

    Attributes
    ----------
    cell : int
    kind : {"ordinary", "exercise", "test"}
        An import outside the solution of an exercise is ordinary.
    does : Statement
    reads, changes : frozenset of str
        Those of the statement, with `RANDOM`, and with what the functions that it calls change.
    late : frozenset of str
        What it reads in the functions that it calls; names of the notebook at this place.
    solution : frozenset of str
        The names that only lines of a solution bind.
    is_setting : bool
        Whether it changes how a library works, and needs nothing for it that takes time.
    is_seed : bool
        Whether the random numbers below it do not depend on those above it.
    is_shown : bool
        Whether it is the last expression of its cell, the one that a notebook shows.
    """

    cell: int
    kind: CellKind
    does: Statement
    reads: frozenset[str]
    changes: frozenset[str]
    late: frozenset[str]
    solution: frozenset[str]
    is_setting: bool
    is_seed: bool
    is_shown: bool


class Program:
    """The statements of a notebook in their order.

    Attributes
    ----------
    cells : tuple of InstructorCell
    items : list of Item
    texts : dict of int to str
        The Python of each cell, without magics.
    trees : dict of int to ast.Module
        The same, parsed; a cell that Python refuses is missing.
    """

    def __init__(self, cells: Iterable[InstructorCell], solution: Markers) -> None:
        self.cells = tuple(cells)
        self.items: list[Item] = []
        self.texts: dict[int, str] = {}
        self.trees: dict[int, ast.Module] = {}
        self._solution = solution
        self._events: dict[str, list[int]] = defaultdict(list)
        self._answers: dict[str, str] = {}  # all names of exercises -> their exercise
        self._known = Known()
        self._used: dict[tuple[str, int], tuple[frozenset[str], frozenset[str]]] = {}
        self._stars: list[int] = []
        self._starts: list[int] = []
        for index in range(len(self.cells)):
            self._starts.append(len(self.items))
            self._add(index)
        self._starts.append(len(self.items))

    def items_of(self, cell: int) -> range:
        """Return the indices of a cell's statements."""
        return range(self._starts[cell], self._starts[cell + 1])

    def origin(self, name: str, before: int) -> tuple[Where, str]:
        """Say where a name comes from.

        Parameters
        ----------
        name : str
        before : int
            The index of the item, or of the first item of a test, that uses it.

        Returns
        -------
        where : str
            ``"answer"`` of an exercise above or ``"below"``, ``"solution"`` where only a solution
            imports it, ``"ordinary"``, other ``"tests"``, ``"python"``, ``"notebook"`` where the
            whole notebook is open to it, or ``"nothing"``.
        exercise : str
            The grade id of the exercise, or empty.
        """
        is_ordinary = False
        for index in self._before(name, before):
            item = self.items[index]
            if item.kind == "exercise":
                where = "solution" if item.does.is_import else "answer"
                return where, self.cells[item.cell].grade_id
            if item.kind == "test":
                if is_ordinary:
                    break
                return "tests", ""
            if name in item.does.binds:
                is_ordinary = True
            if name in item.does.always:
                break
        if is_ordinary:
            return "ordinary", ""
        if name in NOTEBOOK:
            return "notebook", ""
        if self._stars and self._stars[0] < before:
            return "ordinary", ""
        if name in EVERYWHERE:
            return "python", ""
        return ("below", self._answers[name]) if name in self._answers else ("nothing", "")

    @property
    def modules(self) -> frozenset[str]:
        """The names that the notebook imports."""
        return frozenset(self._known.imports)

    def is_promised(self, name: str, before: int) -> bool:
        """Say whether an exercise above a place defines a name, and not merely its solution.

        A function or class is defined by whoever solves the exercise, wherever it stands.
        """
        return any(
            name in item.does.binds and (name not in item.solution or item.does.is_definition)
            for index in self._before(name, before)
            if (item := self.items[index]).kind == "exercise"
        )

    def obstacle(self, index: int) -> tuple[str, Where, str] | None:
        """Return a name for which a statement cannot be executed without answers, or None.

        Returns
        -------
        tuple or None
            The name, and where it comes from: see `origin`.
        """
        item = self.items[index]
        for name in sorted(item.reads - {RANDOM}):
            where, exercise = self.origin(name, index)
            if where not in ("ordinary", "python"):
                return name, where, exercise
        for name in sorted(item.late - {RANDOM}):
            where, exercise = self.origin(name, index)
            if where not in ("ordinary", "python", "nothing"):
                return name, where, exercise
        return None

    def used_later(self, name: str, before: int) -> frozenset[str]:
        """Return the names that may be read when what a name stands for is called."""
        return self._functions(name, before)[0]

    def _functions(self, name: str, before: int) -> tuple[frozenset[str], frozenset[str]]:
        """Return what functions under a name, and those that they were made with, read and change.

        The names that they read are not followed: which functions those are depends on when the
        call is made.
        """
        events = self._events.get(name, [])
        last = bisect_left(events, before)
        if not last:
            return frozenset(), frozenset()
        key = (name, events[last - 1])
        if key not in self._used:
            reads: set[str] = set()
            changes: set[str] = set()
            for index in self._before(name, before):
                item = self.items[index]
                if item.kind != "ordinary":
                    break
                reads |= item.does.late
                changes |= item.does.late_changes
                for read in item.does.reads - {name}:
                    more = self._functions(read, index)
                    reads |= more[0]
                    changes |= more[1]
                if name in item.does.always:
                    break
            self._used[key] = frozenset(reads), frozenset(changes)
        return self._used[key]

    def _before(self, name: str, before: int) -> Iterator[int]:
        """Yield the items before a place that bind or change a name, the last of them first."""
        events = self._events.get(name, [])
        yield from reversed(events[: bisect_left(events, before)])

    def _add(self, cell: int) -> None:
        source, kind = self.cells[cell].source, self.cells[cell].kind
        try:
            text = plain_python(source).replace("\r\n", "\n").replace("\r", "\n")
            tree = ast.parse(text)
            # Of a test it matters only which names it has.
            parts = [tree.body] if kind == "test" else [[node] for node in tree.body]
            found = [mentions(part) for part in parts]
        except (SyntaxError, ValueError, RecursionError):  # it fails in a kernel as well
            return
        self.texts[cell], self.trees[cell] = text, tree
        if kind == "test":
            self._append(cell, names_alone(tree, found[0]), set(), is_last=False)
            return
        hidden = self._hidden(text) if kind == "exercise" else set()
        for node, names in zip(tree.body, found, strict=True):
            does = statement_of(node, names, self._known.may_change)
            self._append(cell, does, hidden, is_last=node is tree.body[-1])

    def _hidden(self, text: str) -> set[int]:
        """Return the lines, from 1, that learners do not see; nbgrader may replace a whole cell."""
        found = {index + 1 for index in inside(text, self._solution)}
        return found or set(range(1, text.count("\n") + 2))

    def _append(self, cell: int, does: Statement, hidden: set[int], is_last: bool) -> None:
        place, known = len(self.items), self._known
        kind, exercise = self.cells[cell].kind, self.cells[cell].grade_id
        open_names = {m.name for m in does.mentions if m.how == "bind" and m.line not in hidden}
        if kind == "exercise" and does.is_import and does.node.lineno not in hidden:
            kind = "ordinary"
        late, called = self._called(does, place)
        is_seed = seeds(does.node, known.imports)
        draws_now = RANDOM in late or draws(at_once(does.node), known.imports)
        changes = known.with_aliases(does.changes | called | (does.reads & known.generators))
        item = Item(
            cell=cell,
            kind=kind,
            does=self._with_functions(does),
            reads=does.reads | ({RANDOM} if draws_now and not is_seed else set()),
            changes=changes | ({RANDOM} if draws_now or is_seed else set()),
            late=late,
            solution=frozenset(does.binds - open_names),
            is_setting=(
                kind == "ordinary"
                and sets(does.node, known.imports)
                and known.are_plain(does.reads)
            ),
            is_seed=is_seed,
            is_shown=is_last and isinstance(does.node, ast.Expr),
        )
        self.items.append(item)
        touched = set(does.binds)
        if kind == "exercise":
            touched |= (changes | item.does.late_changes) - {RANDOM}
            self._answers |= dict.fromkeys(touched, exercise)
        elif kind == "ordinary":
            touched |= item.changes
        for name in touched:
            self._events[name].append(place)
            self._functions(name, place + 1)  # remembered, so that no long way is gone at once
        if does.has_star and kind == "ordinary":
            self._stars.append(place)
        if kind != "test":
            known.learn(does)

    def _with_functions(self, does: Statement) -> Statement:
        """Add what only the libraries know to what a statement's functions do when called."""
        more = does.late & self._known.generators
        if does.late and draws(ast.walk(does.node), self._known.imports):
            more |= {RANDOM}
        changes = self._known.with_aliases(does.late_changes) | (does.late_changes & does.binds)
        return replace(does, late=does.late | more, late_changes=changes | more)

    def _called(self, does: Statement, place: int) -> tuple[frozenset[str], frozenset[str]]:
        """Return what functions that a statement may call read and change, however deep."""
        if not does.calls:
            return frozenset(), frozenset()
        pending = [*does.reads, *(() if does.is_definition else does.late)]
        reached: set[str] = set(() if does.is_definition else does.late)
        changes: set[str] = set(() if does.is_definition else does.late_changes)
        while pending:
            reads, changed = self._functions(pending.pop(), place)
            changes |= changed
            pending += reads - reached
            reached |= reads
        return frozenset(reached), frozenset(changes)
