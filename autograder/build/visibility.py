"""Hold test cells to what they may look at, so that hidden tests can run in another process.

There, a test has what ordinary cells define and what it makes itself. Of the learner's notebook it
has the names of its own exercise, whose calls are sent across, and nothing else. What a judge in
another process cannot do at all is known to `autograder.judge.needs`; here stands what this course
asks of its authors in addition, and what they can do instead.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.build.text import TextCell
from autograder.errors import InputError
from autograder.judge.cells import InstructorCell
from autograder.judge.needs import Needs, Refusal, needs_of_tests
from autograder.judge.program import Program
from autograder.regions import MARKERS

_BY_ARGUMENT = "hand it what it needs as an argument, and lend answers with check.lend(name=...)"
_BY_NAME = "call the exercise by its name"
# What to do instead, by the kind of a refusal.
_REMEDIES = {
    "below": "move these tests below it",
    "invalid": "correct them",
    "made": _BY_ARGUMENT,
    "names": "name what is meant",
    "module": _BY_NAME,
    "notebook": "call the exercise, and replace names with check.lend(name=...)",
    "nothing": "import or define it in these tests, or in an ordinary cell above",
    "private": "use objects through their public methods and attributes",
    "process": "test what an answer returns",
    "solution": "import it in these tests, or in an ordinary cell above",
    "source": "test what an answer does, not how it is written",
    "unused": "call the exercise that they test",
    "tests": "define it in these tests, or in an ordinary cell above both",
}


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
    program = Program(map(_for_a_judge, code), MARKERS["solution"])
    promised, solutions = _answers(program)
    for needs in needs_of_tests(program):
        cell = code[needs.index]
        if "in_process" in cell.attributes:
            continue
        tests = _Tests(cell.attributes["tests"], needs, promised, solutions)
        for message, line in tests.refusals(program.trees[needs.index]):
            raise InputError(message, path, cell.line + line - 1)


def _for_a_judge(cell: TextCell) -> InstructorCell:
    attributes = cell.attributes
    if "tests" in attributes:
        return InstructorCell(cell.source, "test", attributes["tests"])
    if "exercise" in attributes:
        return InstructorCell(cell.source, "exercise", attributes["exercise"])
    return InstructorCell(cell.source, "ordinary")


def _answers(program: Program) -> tuple[dict[str, str], dict[str, str]]:
    """Return the exercises that promise names, and those whose solutions alone have names."""
    promised: dict[str, str] = {}
    solutions: dict[str, str] = {}
    for item in program.items:
        if item.kind == "exercise":
            exercise = program.cells[item.cell].grade_id
            promised |= dict.fromkeys(item.does.binds - item.solution, exercise)
            solutions |= dict.fromkeys(item.solution, exercise)
    return promised, solutions


@dataclass(frozen=True)
class _Tests:
    """The tests of an exercise in one cell."""

    exercise: str
    needs: Needs
    promised: dict[str, str]
    solutions: dict[str, str]

    def refusals(self, tree: ast.Module) -> Iterator[tuple[str, int]]:
        """Yield what the tests may not look at, what to do instead, and the line in the cell."""
        for read in self.needs.reads:
            if message := self._refusal_of_answer(read.name):
                yield message, read.line
        lines = {read.name: read.line for read in self.needs.reads}
        for name, through in self.needs.needed.answers.items():
            exercise = self.promised.get(name) or self.solutions.get(name)
            if name != through and exercise != self.exercise:
                yield (
                    f"tests use {through!r}, which an ordinary cell makes with {name!r} of the "
                    f"exercise {exercise!r}: {_BY_ARGUMENT}",
                    lines[through],
                )
        for refusal in self.needs.refusals:
            yield f"{refusal.reason}: {_remedy(refusal)}", refusal.line
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="lend"), keywords=keywords):
                    for keyword in keywords:
                        if keyword.arg is not None and keyword.arg not in self.promised:
                            yield (
                                f"tests lend {keyword.arg!r}, which no exercise defines: lend "
                                "names of exercises",
                                node.lineno,
                            )

    def _refusal_of_answer(self, name: str) -> str | None:
        """Say why the tests may not use an answer; None if they may, or if it is none."""
        exercise = self.promised.get(name)
        if exercise is None and name in self.needs.needed.answers:
            return (
                f"tests use {name!r}, which the solution of {self.solutions.get(name)!r} alone "
                "defines: another right answer may do without it, so test what the exercise "
                "promises"
            )
        if exercise in (None, self.exercise):
            return None
        return (
            f"tests of {self.exercise!r} use {name!r}, which the exercise {exercise!r} defines: "
            f"define a reference in these tests, and lend it where the answer calls {name!r}, with "
            f"check.lend({name}=...)"
        )


def _remedy(refusal: Refusal) -> str:
    if refusal.kind == "replaced":
        return f"lend it, with check.lend({refusal.name}=...), or take another name"
    return _REMEDIES[refusal.kind]
