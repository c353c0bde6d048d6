"""Mutants of a reference solution: the same cell with one small slip in it.

A test suite that lets a mutant live would let a learner's slip live too (DeMillo, Lipton and
Sayward 1978, "Hints on test data selection").
"""

import ast
import copy
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from autograder import regions
from autograder.check.operators import OPERATORS

# A test cannot see annotations and decorators.
_SKIPPED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "ctx", "op", "ops"})
# A seed chooses among equally good results, a tolerance at twice its size is not a slip, and the
# others only change what is displayed.
_SKIPPED_ARGUMENTS = frozenset(
    {"seed", "random_state", "generator", "atol", "rtol"}
    | {"desc", "disable", "leave", "verbose", "stacklevel"}
)
_SEEDING = frozenset({"default_rng", "RandomState", "manual_seed", "seed", "set_random_seed"})
_DROPPED = re.compile(r"pass[ \t]*#[ \t]*(?P<original>.*\S)")


@dataclass(frozen=True)
class Mutant:
    """One mutant of one exercise.

    Attributes
    ----------
    exercise : str
    line : int
        The line of the solution cell in which the slip is, counted from 1.
    original, mutated : str
        The innermost statement around it, before and after, on one line: of a compound statement
        the head alone, ``for i in range(n): ...``. A dropped statement is ``pass  # statement``.
    code : str
        The whole cell with the slip in it.
    """

    exercise: str
    line: int
    original: str
    mutated: str
    code: str


@dataclass(frozen=True)
class _Site:
    """A node, what is around it, and the place in which a replacement would stand."""

    node: ast.AST
    ancestors: tuple[ast.AST, ...]
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.ancestors[-1], self.field, node)
        else:
            getattr(self.ancestors[-1], self.field)[self.index] = node

    @property
    def statement(self) -> ast.stmt:
        chain = (*self.ancestors, self.node)
        return next(node for node in reversed(chain) if isinstance(node, ast.stmt))


def make_mutants(exercise: str, code: str) -> tuple[Mutant, ...]:
    """Return every mutant of a solution cell, in the order of its text.

    Only what stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is changed: no
    docstring, text, annotation, seed, printing or message of an error.

    Parameters
    ----------
    exercise : str
    code : str
        The solution cell of the reference, markers included.
    """
    tree = ast.parse(code)
    # Of a statement across two regions a line is in neither.
    lines = {index + 1 for index in regions.inside(code, regions.MARKERS["solution"])}
    seen = {ast.unparse(tree)}
    mutants = []
    for site in _sites(tree, ()):
        node = site.node
        if not lines.issuperset(range(node.lineno, node.end_lineno + 1)):
            continue
        original = statement_text(site.statement)
        for operator in OPERATORS:
            for replacement in operator(node, site.ancestors):
                site.put(replacement)
                changed, whole = ast.unparse(tree), site.statement
                mutated = (
                    f"pass  # {original}"
                    if isinstance(replacement, ast.Pass)
                    else statement_text(replacement if whole is node else whole)
                )
                site.put(node)
                if changed not in seen:
                    seen.add(changed)
                    mutants.append(Mutant(exercise, node.lineno, original, mutated, changed))
    return tuple(mutants)


def sample_of(
    mutants: Sequence[Mutant], most: int | None, excused: Collection[str]
) -> tuple[Mutant, ...]:
    """Return some mutants of one exercise, the same ones as long as its solution is the same.

    Parameters
    ----------
    mutants : sequence of Mutant
    most : int or None
        How many beside those that are excused; None: all.
    excused : collection of str
        What `Mutant.mutated` is of those that have a reason to live: all of them are taken.
    """
    others = [mutant for mutant in mutants if mutant.mutated not in excused]
    chosen = set(sorted(others, key=_digest)[:most])
    return tuple(mutant for mutant in mutants if mutant in chosen or mutant.mutated in excused)


def _digest(mutant: Mutant) -> bytes:
    return hashlib.sha256(mutant.code.encode()).digest()


def statement_text(statement: ast.stmt) -> str:
    """Return a statement on one line, ``...`` in place of the body of a compound one."""
    if hasattr(statement, "body"):
        statement = copy.copy(statement)
        statement.body = [ast.Expr(ast.Constant(...))]
        if hasattr(statement, "decorator_list"):
            statement.decorator_list = []
        for field in ("orelse", "finalbody"):
            if hasattr(statement, field):
                setattr(statement, field, [])
    return re.sub(r"\s*\n\s*", " ", ast.unparse(statement))


def equivalent_text(code: str) -> str:
    """Return the statement of an ``equivalent`` block in the form of `Mutant.mutated`."""
    if dropped := _DROPPED.fullmatch(code.strip()):
        try:
            return f"pass  # {statement_text(ast.parse(dropped['original']).body[0])}"
        except (SyntaxError, IndexError):
            return code.strip()  # no statement: it will match no mutant, and be reported so
    return statement_text(ast.parse(code).body[0])


def _sites(node: ast.AST, ancestors: tuple[ast.AST, ...]) -> Iterator[_Site]:
    """Yield every expression and statement that may be changed, outer ones first."""
    inside = (*ancestors, node)
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS or (
            isinstance(node, ast.Raise | ast.Assert) and field != "test"
        ):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_untouched(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield _Site(child, inside, field, index)
            yield from _sites(child, inside)


def _is_untouched(node: ast.AST) -> bool:
    """Say whether a node, with all that is in it, is not what a test should see."""
    if isinstance(node, ast.Expr):
        value = node.value
        is_docstring = isinstance(value, ast.Constant)
        return is_docstring or (isinstance(value, ast.Call) and _called(value) == "print")
    if isinstance(node, ast.keyword):
        return node.arg in _SKIPPED_ARGUMENTS
    if isinstance(node, ast.Call):
        return _called(node) in _SEEDING
    return isinstance(node, ast.JoinedStr)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")
