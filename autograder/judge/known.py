"""What is known of a notebook's names while it is read from top to bottom."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence

from autograder.judge.effects import Statement, alias_of
from autograder.judge.libraries import makes_generator, shows
from autograder.judge.mentions import EVERYWHERE, NOTEBOOK

# What an expression is made of whose value never changes.
_CONSTANT = (
    *(ast.BinOp, ast.BoolOp, ast.Compare, ast.Constant, ast.FormattedValue, ast.IfExp),
    *(ast.JoinedStr, ast.Name, ast.Tuple, ast.UnaryOp, ast.boolop, ast.cmpop, ast.expr_context),
    *(ast.operator, ast.unaryop),
)


class Known:
    """What names stand for, after the statements that it was told of.

    Attributes
    ----------
    imports : dict of str to str
        Imported names, and the dotted path of each.
    generators : set of str
        Random generators that the notebook made.
    """

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}
        self.generators: set[str] = set()
        self._own: set[str] = set()  # all names with a value that is not imported
        self._plain: set[str] = set()  # imports, and constants made of constants
        self._aliases: dict[str, set[str]] = defaultdict(set)

    def learn(self, does: Statement) -> None:
        """Take note of the names that a statement binds."""
        for name in does.binds:
            self.imports.pop(name, None)
            self.generators.discard(name)
            self._plain.discard(name)
            for partner in self._aliases.pop(name, ()):
                self._aliases[partner].discard(name)
        self._own = (self._own | does.binds) - does.imports.keys()
        self.imports |= does.imports
        self._plain |= does.imports.keys()
        if makes_generator(does.node):
            self.generators |= does.binds
        elif (
            isinstance(does.node, ast.Assign)
            and all(isinstance(node, _CONSTANT) for node in ast.walk(does.node.value))
            and self.are_plain(does.reads)
        ):
            self._plain |= does.always
        for name, other in alias_of(does.node).items():
            if other in self._own:
                self._aliases[name].add(other)
                self._aliases[other].add(name)

    def are_plain(self, names: Iterable[str]) -> bool:
        """Say whether names are imported, Python's, or constants made of such."""
        return all(name in self._plain or name in EVERYWHERE - NOTEBOOK for name in names)

    def may_change(self, function: Sequence[str]) -> bool:
        """Say whether a function, the names of ``a.b.c``, may change its arguments.

        Methods of the notebook's objects do not: they change their object.
        """
        if not function:
            return False
        if function[0] in self.imports:
            return not shows(".".join([self.imports[function[0]], *function[1:]]))
        return len(function) == 1 and (function[0] in self._own or function[0] not in EVERYWHERE)

    def with_aliases(self, names: Iterable[str]) -> frozenset[str]:
        """Return names, with those that stand for the same objects or for parts of them.

        Imports and Python's own are left out, since what changes a library is a setting, and so
        are constants.
        """
        found = set(names) & self._own - self._plain
        pending = list(found)
        while pending:
            more = self._aliases.get(pending.pop(), set()) - found
            found |= more
            pending += more
        return frozenset(found)
