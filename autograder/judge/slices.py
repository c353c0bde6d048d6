"""Find what a test needs of a notebook: statements of ordinary cells, and names of exercises."""

from collections.abc import Collection
from dataclasses import dataclass, field

from autograder.judge.libraries import RANDOM
from autograder.judge.program import Item, Program, Where


@dataclass(frozen=True)
class Obstacle:
    """A name that keeps a test from being judged.

    Attributes
    ----------
    name : str
    where : str
        Where the name comes from, as `Program.origin` says.
    exercise : str
        The exercise that defines it, or empty.
    through : str
        The name in the test that leads to it; the same where the test names it itself.
    """

    name: str
    where: Where
    exercise: str
    through: str


@dataclass
class Slice:
    """What a test needs.

    Attributes
    ----------
    items : set of int
        Indices of the statements that the judge runs, in the program's items.
    answers : dict of str to str
        The names of exercises that it needs, each with the name in the test that leads to it.
    obstacles : list of Obstacle
        Empty where a judge can run the test.
    """

    items: set[int] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)


def slice_for(names: Collection[str], place: int, program: Program) -> Slice:
    """Return what a test needs that reads names of the notebook.

    This goes through the notebook from the test upwards, as Weiser did (Program slicing, 1981). A
    statement is needed if it binds or changes a needed name, and then the names are needed that it
    reads.

    Parameters
    ----------
    names : collection of str
        What the test reads, in its order.
    place : int
        The index of the test's first item.
    program : Program
    """
    search = _Search(program)
    for name in names:
        search.need(name, place)
    for index in range(place - 1, -1, -1):
        search.look_at(index)
    return search.found


def sliced_text(text: str, items: Collection[Item]) -> str:
    """Return the text of a cell with some of its statements, each in its own lines.

    Parameters
    ----------
    text : str
        A cell's Python.
    items : collection of Item
        Statements of the cell, in their order.
    """
    lines = [line.encode() for line in text.split("\n")]
    kept = [b""] * len(lines)
    for item in items:
        node = item.does.node
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
        for index in range(first, node.end_lineno):
            begin = node.col_offset if index == first else 0
            end = node.end_col_offset if index == node.end_lineno - 1 else None
            part = lines[index][begin:end]
            kept[index] = kept[index] + b"; " + part if kept[index] else part
    return b"\n".join(kept).decode().rstrip("\n")


class _Search:
    def __init__(self, program: Program) -> None:
        self.found = Slice()
        self._program = program
        self._needed: dict[str, str] = {}  # name -> the name in the test that leads to it

    def need(self, name: str, before: int) -> None:
        """Note that the test reads a name, and may call it."""
        pending, seen = [name], set()
        while pending:
            current = pending.pop()
            if current in seen or current == RANDOM:  # a test may draw any numbers
                continue
            seen.add(current)
            where, exercise = self._program.origin(current, before)
            if where == "answer":
                self.found.answers.setdefault(current, name)
            elif where == "ordinary":
                self._needed.setdefault(current, name)
                pending += self._program.used_later(current, before)
            elif where == "nothing" and current != name:
                pass  # a function that reads it fails in a kernel as well
            elif where != "python":
                self.found.obstacles.append(Obstacle(current, where, exercise, name))

    def look_at(self, index: int) -> None:
        """Decide whether a statement is needed, and what it needs."""
        item = self._program.items[index]
        if item.kind != "ordinary":
            return
        bound = self._needed.keys() & (self._needed if item.does.has_star else item.does.binds)
        hit = bound | (item.changes & self._needed.keys())
        if not hit and not item.is_setting:
            return
        through = self._needed[min(hit)] if hit else ""
        obstacle = self._program.obstacle(index)
        if obstacle is not None:
            # What a notebook shows at the end of a cell is called for its value.
            if hit and (bound or not item.is_shown):
                self.found.obstacles.append(Obstacle(*obstacle, through))
            return
        self.found.items.add(index)
        for name in item.does.always | ({RANDOM} if item.is_seed else set()):
            self._needed.pop(name, None)
        for name in sorted(item.reads | item.late):
            if name == RANDOM or self._program.origin(name, index)[0] == "ordinary":
                self._needed.setdefault(name, through or name)
