"""Hold test cells to what they may look at, so that hidden tests can run in another process.

There, a test has what ordinary cells define and what it makes itself. Of the learner's notebook it
has the names of its own exercise, whose calls are sent across, and nothing else.
"""

import ast
import builtins
import dis
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from autograder.build.text import TextCell
from autograder.errors import InputError
from autograder.regions import MARKERS, inside
from autograder.source_code import parsed_cell

# What hands out the notebook's names, or runs code that nobody has looked at.
_NOTEBOOK = frozenset({"globals", "locals", "eval", "exec", "get_ipython", "__import__"})
# The same without an argument.
_NOTEBOOK_ALONE = frozenset({"vars", "dir"})
# Attributes through which a function, a module or a frame gives away what it is made of.
_INSIDES = frozenset(
    {"__closure__", "__code__", "__dict__", "__globals__", "_getframe", "currentframe"}
)
_SOURCES = frozenset({"getsource", "getsourcefile", "getsourcelines"})
# Python's own, in every module.
_EVERYWHERE = frozenset(dir(builtins)) | {"__annotations__"}


@dataclass(frozen=True)
class _Name:
    name: str
    line: int  # of the text, from 1


@dataclass(frozen=True)
class _Code:
    """What some code binds and reads among the names of the notebook."""

    binds: tuple[_Name, ...]
    reads: tuple[_Name, ...]


def require_apart(cells: Iterable[TextCell], path: Path) -> None:
    """Refuse a test cell that looks at more of the notebook than its own exercise.

    A test may use builtins, what it imports or defines itself, what ordinary cells above it import
    or define without any answer, the names that its exercise's cell defines outside the solution,
    and ``check.lend`` with names of exercises. A cell that says ``in_process`` is exempt.

    Parameters
    ----------
    cells : iterable of TextCell
        An assignment, in its order.
    path : pathlib.Path
        The file that they come from.

    Raises
    ------
    InputError
        If a test uses anything else; the error says what to write instead.
    """
    code = [cell for cell in cells if cell.kind == "code"]
    answers = _Answers(code)
    locked: dict[str, tuple[str, ...]] = {}  # name -> the names that its definition reads
    tested: set[str] = set()  # names that tests above define
    for cell in code:
        if "tests" in cell.attributes:
            if "in_process" not in cell.attributes:
                _TestCell(cell, answers, locked, frozenset(tested), path).require_apart()
            tested |= {bound.name for bound in _code_of(cell).binds}
        elif "exercise" not in cell.attributes:
            for statement in _tree_of(cell).body:
                part = _analyse([statement], cell.line)
                reads = tuple(read.name for read in part.reads)
                locked |= {bound.name: reads for bound in part.binds}


class _Answers:
    """The names that exercises define, and where."""

    def __init__(self, cells: Iterable[TextCell]) -> None:
        self.exercises: dict[str, str] = {}  # name -> exercise that promises it
        self.solutions: dict[str, str] = {}  # name -> exercise whose solution alone has it
        for cell in cells:
            if exercise := cell.attributes.get("exercise"):
                solution = {cell.line + i for i in inside(cell.source, MARKERS["solution"])}
                for bound in _code_of(cell).binds:
                    names = self.solutions if bound.line in solution else self.exercises
                    names[bound.name] = exercise


@dataclass(frozen=True)
class _TestCell:
    cell: TextCell
    answers: _Answers
    locked: dict[str, tuple[str, ...]]
    tested: frozenset[str]
    path: Path

    def require_apart(self) -> None:
        """Refuse the first thing that the cell may not look at.

        Raises
        ------
        InputError
        """
        code = _code_of(self.cell)
        for bound in code.binds:
            if exercise := self.answers.exercises.get(bound.name):
                raise self._error(
                    f"these tests replace {bound.name!r}, which the exercise {exercise!r} defines: "
                    f"lend it, with check.lend({bound.name}=...), or take another name",
                    bound.line,
                )
        own = {bound.name for bound in code.binds}
        for read in code.reads:
            if read.name not in own and (message := self._refusal(read.name)):
                raise self._error(message, read.line)
        for node in ast.walk(_tree_of(self.cell)):
            if message := self._refusal_of_node(node):
                raise self._error(message, self.cell.line + node.lineno - 1)

    def _error(self, message: str, line: int) -> InputError:
        return InputError(message, self.path, line)

    def _refusal(self, name: str) -> str | None:
        """Say why the tests may not read a name of the notebook; None if they may."""
        tests = self.cell.attributes["tests"]
        exercise = self.answers.exercises.get(name)
        if exercise == tests:
            return None
        if exercise is not None:
            return (
                f"tests of {tests!r} use {name!r}, which the exercise {exercise!r} defines: define "
                f"a reference in these tests, and lend it where the answer calls {name!r}, with "
                f"check.lend({name}=...)"
            )
        if name in _NOTEBOOK:
            return (
                f"tests use {name}, to which the whole notebook is open (magics and lines that "
                "begin with ! do, too): call the exercise, and replace names with "
                "check.lend(name=...)"
            )
        if name in self.locked:
            return self._refusal_of_locked(name)
        if name in _EVERYWHERE:
            return None
        if name in self.answers.solutions:
            return (
                f"tests use {name!r}, which the solution of {self.answers.solutions[name]!r} alone "
                "defines: another right answer may do without it, so test what the exercise "
                "promises"
            )
        if name in self.tested:
            return (
                f"tests use {name!r}, which other tests define: define it in these tests, or in an "
                "ordinary cell above both"
            )
        return (
            f"tests use {name!r}, which nothing above them defines: import or define it in these "
            "tests, or in an ordinary cell above"
        )

    def _refusal_of_locked(self, name: str) -> str | None:
        """Say what a name of an ordinary cell rests on that these tests may not look at."""
        reached, waiting = set(), [name]
        while waiting:
            current = waiting.pop()
            if current in reached:
                continue
            reached.add(current)
            exercise = self.answers.exercises.get(current)
            if exercise == self.cell.attributes["tests"]:
                continue
            if exercise is not None or (current in _NOTEBOOK and current not in self.locked):
                of = f" of the exercise {exercise!r}" if exercise else ""
                return (
                    f"tests use {name!r}, which an ordinary cell makes with {current!r}{of}: hand "
                    "it what it needs as an argument, and lend answers with check.lend(name=...)"
                )
            waiting += self.locked.get(current, ())
        return None

    def _refusal_of_node(self, node: ast.AST) -> str | None:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _NOTEBOOK_ALONE:
                return (
                    f"tests call {name}(), to which the whole notebook is open: name what is meant"
                )
            case ast.Call(func=ast.Attribute(attr="lend"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg is not None and keyword.arg not in self.answers.exercises:
                        return (
                            f"tests lend {keyword.arg!r}, which no exercise defines: lend names of "
                            "exercises"
                        )
            case (
                ast.Attribute(value=ast.Name(id="sys"), attr="modules")
                | ast.alias(name="__main__")
                | ast.ImportFrom(module="__main__")
            ):
                return "tests look at the notebook as a module: call the exercise by its name"
            case ast.Attribute(attr=name) | ast.alias(name=name) if name in _SOURCES:
                return f"tests use {name}: test what an answer does, not how it is written"
            case ast.Attribute(attr=name) if name in _INSIDES or self._is_private(node):
                return (
                    f"tests use {ast.unparse(node)}, which is private: use objects through their "
                    "public methods and attributes"
                )
        return None

    def _is_private(self, node: ast.Attribute) -> bool:
        """Whether an attribute is private, and of another object than the test's own."""
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
        is_special = node.attr.startswith("__") and node.attr.endswith("__")
        return node.attr.startswith("_") and not is_special and not is_own


def _tree_of(cell: TextCell) -> ast.Module:
    return parsed_cell(cell.source)


def _code_of(cell: TextCell) -> _Code:
    return _analyse(_tree_of(cell).body, cell.line)


def _analyse(statements: list[ast.stmt], first_line: int) -> _Code:
    """Let the compiler tell which names are the notebook's: its scopes are Python's own."""
    code = compile(
        ast.Module(statements, []),
        "<cell>",
        "exec",
        ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
        optimize=0,
    )
    binds, reads = [], []
    for part in _parts(code):
        instructions = list(dis.get_instructions(part))
        # In the body of a class, a name that it binds is its own.
        own = {found.argval for found in instructions if found.opname == "STORE_NAME"}
        for found in instructions:
            if found.opname == "STORE_GLOBAL" or (found.opname == "STORE_NAME" and part is code):
                mentions = binds
            elif found.opname == "LOAD_GLOBAL" or (
                found.opname == "LOAD_NAME" and (part is code or found.argval not in own)
            ):
                mentions = reads
            else:
                continue
            if found.positions.lineno is not None:  # or the compiler clears an exception's name
                mentions.append(_Name(found.argval, first_line + found.positions.lineno - 1))
    return _Code(tuple(binds), tuple(reads))


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)
