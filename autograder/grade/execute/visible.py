"""Say which judged tests bind names that other cells of the notebook read.

A judge runs a test as a whole. In the kernel, its visible part is of use only where another cell
reads a name that it binds; and where one reads a name that the hidden part binds, there is no
judging it.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.judge.mentions import first_reads, mentions
from autograder.source_code import parsed_anyway

_WORD = re.compile(r"[^\W\d]\w*")
_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$", re.MULTILINE)
# What is in these may not be executed.
_PERHAPS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)
_STAR = re.compile(r"\bimport\s+\*")


@dataclass(frozen=True)
class _Names:
    """What a cell does with names of the notebook.

    Attributes
    ----------
    reads : frozenset of str
        Before it gives them a value of its own, or in a function.
    late : frozenset of str
        In a function alone, whenever that is called.
    binds, always : frozenset of str
        What it gives a value, perhaps or for certain.
    """

    reads: frozenset[str]
    late: frozenset[str]
    binds: frozenset[str]
    always: frozenset[str]


def read_elsewhere(cells: Sequence[NotebookNode], visible: Mapping[int, str]) -> frozenset[int]:
    """Return the indices of the judged tests whose visible parts the kernel runs, too.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Of a learner's notebook.
    visible : mapping of int to str
        What learners see of each test that is judged, by the index of its cell.
    """
    return _read_elsewhere(cells, visible, dict.fromkeys(visible, ""))


def hidden_names_read(cells: Sequence[NotebookNode], visible: Mapping[int, str]) -> frozenset[int]:
    """Return the indices of the tests whose hidden parts bind what other cells read.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Of the instructor's notebook.
    visible : mapping of int to str
        What learners see of each test that could be judged, by the index of its cell.
    """
    return _read_elsewhere(cells, {index: cells[index].source for index in visible}, visible)


def _read_elsewhere(
    cells: Sequence[NotebookNode], parts: Mapping[int, str], known: Mapping[int, str]
) -> frozenset[int]:
    """Return the parts that bind what other cells read, and what is not known without them."""
    names = {
        index: _names_of(cell.source)
        for index, cell in enumerate(cells)
        if cell.cell_type == "code" and index not in parts
    }
    found: set[int] = set()
    for index in sorted(parts, reverse=True):  # what a part binds, only a later one reads
        part = _names_of(parts[index])
        new = part.binds - _names_of(known[index]).binds
        has_star = _STAR.search(parts[index]) and not _STAR.search(known[index])
        if has_star or _is_read(new, index, names):
            names[index] = part
            found.add(index)
    return frozenset(found)


def _is_read(bound: frozenset[str], index: int, names: Mapping[int, _Names]) -> bool:
    """Whether names that are bound at a place are read at another, as far as can be seen."""
    for place in sorted(names):
        if place < index and bound & names[place].late:
            return True
        if place > index:
            if bound & names[place].reads:
                return True
            bound -= names[place].always
    return False


def _names_of(source: str) -> _Names:
    """Return the names of a cell; of code that cannot be read, every word counts as read."""
    tree = None if _MAGIC.search(source) else parsed_anyway(source)
    try:
        statements = [] if tree is None else [(node, mentions([node])) for node in tree.body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the compiler's refusals
        tree = None
    if tree is None:
        words = frozenset(_WORD.findall(source))
        return _Names(words, words, words, frozenset())
    reads: set[str] = set()
    late: set[str] = set()
    binds: set[str] = set()
    always: set[str] = set()
    for node, found in statements:
        at_once = {mention.name for mention in first_reads(found) if not mention.late}
        reads |= (at_once | _deleted(node)) - always
        late |= {mention.name for mention in found if mention.how == "read" and mention.late}
        bound = {mention.name for mention in found if mention.how == "bind"}
        binds |= bound
        always |= set() if isinstance(node, _PERHAPS) else bound
    reads |= late - always
    return _Names(frozenset(reads), frozenset(late), frozenset(binds), frozenset(always))


def _deleted(node: ast.stmt) -> set[str]:
    """Return the names that a statement deletes, which have to be there."""
    targets = [t for one in ast.walk(node) if isinstance(one, ast.Delete) for t in one.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}
