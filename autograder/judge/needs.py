"""Say which tests of an instructor's notebook can be judged apart from the learner's process.

A judge has builtins, what ordinary cells define without any answer, what the test itself makes, and
the calls of names that exercises above it define. All is found by reading, nothing is executed.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.judge.apart import Form, barred
from autograder.judge.cells import InstructorCell
from autograder.judge.mentions import Mention, first_reads
from autograder.judge.plan import JudgedCell, JudgePlan
from autograder.judge.program import Program, Where
from autograder.judge.slices import Obstacle, Slice, slice_for, sliced_text
from autograder.regions import MARKERS, Markers, exercise_of

_OPEN = "to which the whole notebook is open (magics and lines that begin with ! do, too)"


@dataclass(frozen=True)
class Refusal:
    """Why a test cannot be judged.

    Attributes
    ----------
    kind : str
        What its author could do about it depends on this.
    reason : str
        One line: "tests use 'x', which other tests define".
    name : str
        The name that it is about, or empty.
    line : int
        Of the cell, from 1.
    """

    kind: Form | Where | Literal["in_process", "invalid", "made", "replaced", "unused"]
    reason: str
    name: str = ""
    line: int = 1


@dataclass(frozen=True)
class Needs:
    """What a test cell needs.

    Attributes
    ----------
    index : int
        Of its cell.
    reads, binds : tuple of Mention
        The names of the notebook that it reads, before it gives them a value of its own, and those
        that it gives one, in the order of the code.
    needed : Slice
    refusals : tuple of Refusal
        Empty where the test can be judged.
    """

    index: int
    reads: tuple[Mention, ...]
    binds: tuple[Mention, ...]
    needed: Slice
    refusals: tuple[Refusal, ...]


def plan(cells: Iterable[InstructorCell], solution: Markers = MARKERS["solution"]) -> JudgePlan:
    """Return what a judge runs of a notebook.

    Parameters
    ----------
    cells : iterable of InstructorCell
        In the order of the notebook.
    solution : Markers
        Begin and end of the solutions in them.
    """
    program = Program(cells, solution)
    tests = {needs.index: needs for needs in needs_of_tests(program)}
    reasons = {index: needs.refusals[0].reason for index, needs in tests.items() if needs.refusals}
    run: set[int] = set()
    for index, needs in tests.items():
        if index not in reasons:
            run |= needs.needed.items
    judged = []
    defined = _classes(program)
    for index, cell in enumerate(program.cells):
        text = program.texts.get(index, "")
        if index in reasons:
            judged.append(JudgedCell("", "skipped"))
        elif index in tests:
            names = tuple(sorted(tests[index].needed.answers))
            classes = tuple(name for name in names if name in defined)
            absent = _absent(cell.grade_id, program.cells)
            judged.append(JudgedCell(text, "test", names, classes, absent))
        else:
            items = [program.items[i] for i in program.items_of(index) if i in run]
            judged.append(JudgedCell(sliced_text(text, items) if items else "", cell.kind))
    return JudgePlan(tuple(judged), reasons)


def _classes(program: Program) -> set[str]:
    """Return the names of the classes that exercises define."""
    return {
        statement.name
        for index, tree in program.trees.items()
        if program.cells[index].kind == "exercise"
        for statement in tree.body
        if isinstance(statement, ast.ClassDef)
    }


def _absent(grade_id: str, cells: Sequence[InstructorCell]) -> tuple[str, ...]:
    """Return the packages without which the exercise is to be solved that a cell tests."""
    exercises = {cell.grade_id: cell.without for cell in cells if cell.kind == "exercise"}
    return exercises.get(exercise_of(grade_id, exercises), ())


def needs_of_tests(program: Program) -> list[Needs]:
    """Return what each test cell of a notebook needs, in their order."""
    return [
        _needs_of(index, program) for index, cell in enumerate(program.cells) if cell.kind == "test"
    ]


def _needs_of(index: int, program: Program) -> Needs:
    places = program.items_of(index)
    found = [mention for i in places for mention in program.items[i].does.mentions]
    binds = [mention for mention in found if mention.how == "bind"]
    reads = list(first_reads(found))
    needed = slice_for([read.name for read in reads], places.start, program)
    return Needs(
        index,
        tuple(reads),
        tuple(binds),
        needed,
        tuple(_refusals(index, program, reads, binds, needed)),
    )


def _refusals(
    index: int,
    program: Program,
    reads: Sequence[Mention],
    binds: Sequence[Mention],
    needed: Slice,
) -> Iterable[Refusal]:
    if program.cells[index].in_process:
        yield Refusal("in_process", "the author says in_process")
    if index not in program.trees:
        yield Refusal("invalid", "tests are not valid Python")
        return
    place = program.items_of(index).start
    read_names = {read.name for read in reads}
    for bound in binds:
        where, exercise = program.origin(bound.name, place)
        if where == "answer" and (
            bound.name in read_names or program.is_promised(bound.name, place)
        ):
            yield Refusal(
                "replaced",
                f"tests replace {bound.name!r}, which the exercise {exercise!r} defines",
                *(bound.name, bound.line),
            )
    for read in reads:
        for obstacle in needed.obstacles:
            if obstacle.through == read.name:
                kind = obstacle.where if obstacle.name == read.name else "made"
                yield Refusal(kind, f"tests use {_said(obstacle)}", read.name, read.line)
    for bar in barred(program.trees[index], program.modules):
        yield Refusal(bar.form, f"tests {bar.what}", line=bar.line)
    if not needed.answers:  # so they are about files, or the process
        yield Refusal("unused", "tests use no name that an exercise defines")


def _said(obstacle: Obstacle) -> str:
    """Say what is wrong with a name, after "tests use"."""
    name, of = repr(obstacle.name), f"of the exercise {obstacle.exercise!r}"
    if obstacle.name == obstacle.through:
        match obstacle.where:
            case "notebook":
                return f"{obstacle.name}, {_OPEN}"
            case "below":
                return f"{name}, which the exercise {obstacle.exercise!r} defines below them"
            case "solution":
                return f"{name}, which only the solution {of} imports"
            case "tests":
                return f"{name}, which other tests define"
            case _:
                return f"{name}, which nothing above them defines"
    made = f"{obstacle.through!r}, which an ordinary cell makes with {name}"
    match obstacle.where:
        case "answer" | "below" | "solution":
            return f"{made} {of}"
        case "tests":
            return f"{made}, which tests define"
        case "nothing":
            return f"{made}, which nothing above it defines"
        case _:
            return made
