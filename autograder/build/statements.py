"""What each statement of a solution tells: nothing, how a library is called, or a thought."""

import ast
from collections.abc import Collection
from dataclasses import dataclass, replace

from autograder.source_code import parsed_anyway

# The shape of any program: `else:`, `return Z`, `for i in range(n):`, `optimizer.step()`.
NOTHING = 0
# A function called with plain arguments: `self.drop = nn.Dropout(p=dropout)`.
IDIOM = 1
# Anything that computes: `dW = A_prev.T @ dZ`.
THOUGHT = 3

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SILENT = (
    *(*_DEFINITIONS, ast.Import, ast.ImportFrom, ast.Raise, ast.Try),
    *(ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal),
)
_COMPUTING = (
    *(ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.Slice),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
# `loss = criterion(model(images), labels)` calls a library; a call deeper within is a formula.
_DEEPEST_CALL = 2
_COUNTING = frozenset({"range", "enumerate", "reversed"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Statement:
    """A statement, of a compound one the head alone.

    Attributes
    ----------
    first, last : int
        Its lines, counted from 0.
    weight : int
        What it tells together with its neighbours: `NOTHING`, `IDIOM` or `THOUGHT`.
    calls_own : bool
        Whether it calls what the notebook defines: that is not an idiom of a library.
    is_choice : bool
        Whether it only gives a name a constant, as a quiz wants it: ``answer_1 = "c"``.
    constants : int
        How many numbers and words of texts stand in it.
    """

    first: int
    last: int
    weight: int
    calls_own: bool = False
    is_choice: bool = False
    constants: int = 0


def statements_of(source: str, own: Collection[str]) -> list[Statement]:
    """Return the statements of a cell in their order.

    Parameters
    ----------
    source : str
        Where it is not Python, each line is taken by itself, and as a thought where it cannot be
        read so.
    own : collection of str
        The functions and classes that the notebook defines.
    """
    tree = parsed_anyway(source)
    if tree is None:
        lines = enumerate(source.split("\n"))
        return [
            replace(statement_in(line, own), first=index, last=index)
            for index, line in lines
            if line.strip()
        ]
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    found: list[Statement] = []
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        statement = _statement(node, own)
        if found and statement.first <= found[-1].last:  # several in a line
            statement = _together(found.pop(), statement)
        found.append(statement)
    return found


def names_defined(source: str) -> set[str]:
    """Return the names of the functions and classes in a cell, those of methods included."""
    tree = parsed_anyway(source)
    nodes = ast.walk(tree) if tree is not None else ()
    return {node.name for node in nodes if isinstance(node, _DEFINITIONS)}


def statement_in(line: str, own: Collection[str]) -> Statement:
    """Return one line by itself: of a statement over several lines, or of a text like Python."""
    line = _balanced(line.strip().rstrip(","))
    tree = parsed_anyway(line) or parsed_anyway(f"{line} pass")
    if tree is None:
        return Statement(0, 0, THOUGHT)
    return _statement(tree.body[0], own) if tree.body else Statement(0, 0, NOTHING)


def _balanced(line: str) -> str:
    """Return a line with the brackets that other lines open or close."""
    opened: list[str] = []
    before = ""
    for mark in line:
        if mark in _PAIRS:
            opened.append(_PAIRS[mark])
        elif mark in _PAIRS.values():
            if opened:
                opened.pop()
            else:
                before = next(key for key, value in _PAIRS.items() if value == mark) + before
    return before + line + "".join(reversed(opened))


def _together(one: Statement, other: Statement) -> Statement:
    return Statement(
        one.first,
        max(one.last, other.last),
        max(one.weight, other.weight),
        one.calls_own or other.calls_own,
        one.is_choice and other.is_choice,
        one.constants + other.constants,
    )


def _statement(node: ast.stmt, own: Collection[str]) -> Statement:
    body = getattr(node, "body", None)
    first = node.lineno - 1
    last = max(first, body[0].lineno - 2) if body else node.end_lineno - 1
    parts = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.stmt)]
    inner = [child for part in parts for child in ast.walk(part)]
    called = {child.func.id for child in inner if _is_call_of_name(child)}
    return Statement(
        first,
        last,
        _weight(node, parts),
        calls_own=not called.isdisjoint(own),
        is_choice=isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant),
        constants=sum(map(_words, inner)),
    )


def _is_call_of_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _weight(node: ast.stmt, parts: list[ast.AST]) -> int:
    if isinstance(node, _SILENT):
        return NOTHING
    if isinstance(node, ast.If | ast.While) and _is_guard(node.test):
        texts = [child for child in ast.walk(node.test) if _is_text(child)]
        return IDIOM if texts else NOTHING
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript):
        return THOUGHT
    if any(_computes(part) for part in parts):
        return THOUGHT
    if all(_is_bare(part) for part in parts):
        results = ast.walk(node.value) if isinstance(node, ast.Assign) else ()
        return IDIOM if any(isinstance(part, ast.Call) for part in results) else NOTHING
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
        name = getattr(node.iter.func, "id", "")
        return NOTHING if name in _COUNTING and all(map(_is_bare, node.iter.args)) else IDIOM
    return NOTHING if isinstance(node, ast.With | ast.AsyncWith) else IDIOM


def _words(node: ast.AST) -> int:
    return len(str(node.value).split()) if isinstance(node, ast.Constant) else 0


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _computes(part: ast.AST, calls: int = 0) -> bool:
    """Say whether an expression does more than to call functions with plain arguments.

    ``calls`` is the number of calls among whose arguments the expression stands.
    """
    if isinstance(part, _COMPUTING):
        return True
    if isinstance(part, ast.BinOp):  # `epoch + 1` only counts
        sides = (part.left, part.right)
        counts = isinstance(part.op, ast.Add | ast.Sub) and any(
            isinstance(side, ast.Constant) for side in sides
        )
        return not (counts and all(_is_bare(side) for side in sides))
    if isinstance(part, ast.UnaryOp):
        return not _is_bare(part.operand)
    if isinstance(part, ast.Subscript):
        picks = isinstance(part.value, ast.Call) and not isinstance(part.slice, ast.Constant)
        return picks or not _is_bare(part.slice) or _computes(part.value, calls)
    if isinstance(part, ast.Call):
        arguments = [*part.args, *(keyword.value for keyword in part.keywords)]
        return (
            calls == _DEEPEST_CALL
            or _computes(part.func, calls)
            or any(_computes(argument, calls + 1) for argument in arguments)
        )
    return any(_computes(child, calls) for child in ast.iter_child_nodes(part))


def _is_guard(test: ast.expr) -> bool:
    """Say whether a condition only compares names and numbers: ``step < 1``, ``b is None``."""
    if isinstance(test, ast.Compare):
        return all(_is_bare(side) for side in (test.left, *test.comparators))
    return _is_bare(test)


def _is_bare(part: ast.AST) -> bool:
    """Say whether an expression is made of names, constants and calls without arguments."""
    if isinstance(part, ast.Call):
        return not part.args and not part.keywords and _is_bare(part.func)
    if isinstance(part, ast.Attribute):
        return _is_bare(part.value)
    if isinstance(part, ast.UnaryOp):
        return _is_bare(part.operand)
    if isinstance(part, ast.Tuple | ast.List):
        return all(_is_bare(item) for item in part.elts)
    if isinstance(part, ast.Dict):
        return not part.keys
    return isinstance(part, ast.Name | ast.Constant | ast.expr_context | ast.operator)
