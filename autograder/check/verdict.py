"""The promises of a unit, and what breaks them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.check.mistakes import WRONG, Variant
from autograder.check.mutants import Mutant, equivalent_text
from autograder.check.plan import Trial
from autograder.check.report import (
    DIED,
    FULL_MARKS,
    POINTS_LOST,
    TIMED_OUT,
    ExerciseReport,
    Fault,
    Tried,
)
from autograder.check.results import CellResult, RunResult
from autograder.check.script import Script
from autograder.syllabus import Unit

MISTAKES, ALTERNATIVES = 3, 1  # that an exercise needs

Outcome = tuple[Trial, RunResult]


@dataclass(frozen=True)
class Material:
    """What is checked.

    Attributes
    ----------
    unit : Unit
    folder : pathlib.Path
        The unit's folder in ``course/``, as messages name it.
    script : Script
    variants : tuple of Variant
    mutants : tuple of Mutant
    files : dict of str to bytes
        What the notebook finds in its working directory.
    """

    unit: Unit
    folder: Path
    script: Script
    variants: tuple[Variant, ...]
    mutants: tuple[Mutant, ...]
    files: dict[str, bytes]

    @property
    def assignment(self) -> Path:
        """Where the exercises are written."""
        return self.folder / "assignment.md"

    @property
    def mistakes(self) -> Path:
        """Where the variants are written."""
        return self.folder / "mistakes.py"


def reference_faults(material: Material, outcome: Outcome) -> Iterator[Fault]:
    """Yield where the reference is not worth full marks with a seed."""
    trial, result = outcome
    script, seed = material.script, trial.run.seed
    for cell in result.cells:
        points = script.cells[cell.cell].points
        if cell.error:
            yield _at(material, cell.cell, f"the reference fails with seed {seed}: {cell.cause}")
        elif cell.score(points) < points:
            yield _at(
                material,
                cell.cell,
                f"the reference earns {cell.score(points):g} of {points:g} with seed {seed}",
            )
    yield from _unfinished(material, outcome, f"the reference with seed {seed}")


def untouched_faults(material: Material, outcome: Outcome) -> Iterator[Fault]:
    """Yield where the untouched notebook earns points, or has an error that is not its stub's."""
    trial, result = outcome
    for cell in result.cells:
        points = material.script.cells[cell.cell].points
        if cell.error and cell.error != "NotImplementedError":
            yield _at(
                material,
                cell.cell,
                f"the untouched notebook fails with {cell.cause}: before the exercises are "
                "written, only NotImplementedError may be raised",
            )
        elif trial.kind == "stub" and cell.score(points) > 0:
            yield _at(
                material,
                cell.cell,
                f"the untouched notebook earns {cell.score(points):g} of {points:g} points here: "
                "call what the exercise asks for",
            )
    yield from _unfinished(material, outcome, "the untouched notebook")


def exercise_faults(
    material: Material, exercise: str, outcomes: Sequence[Outcome]
) -> Iterator[Fault]:
    """Yield what the variants and mutants of an exercise show."""
    script = material.script
    for trial, result in outcomes:
        if trial.kind == "control" and loses(script, trial, result):
            yield _at(
                material,
                script.position(exercise),
                f"the reference loses points when only this exercise's tests follow it, so the "
                f"numbers of this exercise mean nothing ({_first_loss(material, trial, result)}): "
                "these tests must not need the cells of other tests, and TensorFlow must be "
                "imported in a cell that computes nothing",
            )
        elif trial.kind in WRONG and not loses(script, trial, result):
            yield _of(
                material,
                trial.subject,
                f"this {trial.kind} keeps full marks ({trial.subject.title}): add a test that "
                "fails with it",
            )
        elif trial.kind == "alternative" and loses(script, trial, result):
            yield _of(
                material,
                trial.subject,
                f"this alternative is right but loses ({trial.subject.title}): correct the test "
                f"or the alternative; {_first_loss(material, trial, result)}",
            )
    yield from _too_few(material, exercise, outcomes)
    yield from _mutant_faults(material, exercise, outcomes)


def budget_faults(material: Material, seconds: float) -> Iterator[Fault]:
    """Yield a fault if the reference takes longer than the syllabus allows."""
    allowed = material.unit.assignment_budget
    if seconds > allowed:
        yield Fault(
            material.assignment,
            None,
            "",
            f"the reference takes {seconds:.1f} s, the syllabus allows {allowed:g} s: make the "
            "slowest cells smaller",
        )


def exercise_report(
    material: Material, exercise: str, seconds: float, outcomes: Iterable[Outcome]
) -> ExerciseReport:
    """Return what became of an exercise's variants and mutants."""
    script = material.script
    excuses = {equivalent_text(block.code) for block in _equivalents(material, exercise)}
    tried = []
    for trial, result in outcomes:
        ending = {"died": DIED, "timed out": TIMED_OUT}.get(result.end, POINTS_LOST)
        outcome = ending if loses(script, trial, result) else FULL_MARKS
        if isinstance(trial.subject, Variant):
            tried.append(Tried(trial.kind, trial.subject.title, trial.subject.line, outcome))
        elif isinstance(trial.subject, Mutant):
            text, line = trial.subject.mutated, _line(material, trial.subject)
            excused = outcome == FULL_MARKS and text in excuses
            tried.append(Tried("mutant", text, line, outcome, excused))
    tried.sort(key=lambda item: (item.kind, item.line or 0))
    return ExerciseReport(exercise, script.points(exercise), seconds, tuple(tried))


def loses(script: Script, trial: Trial, result: RunResult) -> bool:
    """Say whether a run loses points: one with alternatives anywhere, others on their exercise."""
    if result.end != "finished":
        return True
    if trial.kind in ("alternative", "ensemble"):
        return any(_falls_short(script, cell) for cell in result.cells)
    own = script.tests(trial.exercise)
    return any(_falls_short(script, cell) for cell in result.cells if cell.cell in own)


def _falls_short(script: Script, cell: CellResult) -> bool:
    points = script.cells[cell.cell].points
    return bool(cell.error) or cell.score(points) < points


def _too_few(material: Material, exercise: str, outcomes: Sequence[Outcome]) -> Iterator[Fault]:
    """Yield which blocks an exercise still needs."""
    script = material.script
    runs = {
        kind: [result for trial, result in outcomes if trial.kind == kind]
        for kind in ("mistake", "alternative")
    }
    if script.is_quiz(exercise):
        for index in script.tests(exercise):
            results = [result.of(index) for result in runs["mistake"]]
            if not any(cell is None or _falls_short(script, cell) for cell in results):
                yield _at(
                    material,
                    index,
                    f"no mistake answers {script.cells[index].grade_id} wrongly: write one",
                )
        return
    for kind, needed in (("mistake", MISTAKES), ("alternative", ALTERNATIVES)):
        found = len(runs[kind])
        if found < needed:
            plural = "s" if needed > 1 else ""
            yield Fault(
                material.mistakes,
                None,
                exercise,
                f"{found} of at least {needed} {kind}{plural}: write {needed - found} more",
            )


def _mutant_faults(
    material: Material, exercise: str, outcomes: Sequence[Outcome]
) -> Iterator[Fault]:
    """Yield the survivors without an excuse, and the excuses without a survivor."""
    mutants = [(trial, result) for trial, result in outcomes if trial.kind == "mutant"]
    survivors = [
        trial.subject for trial, result in mutants if not loses(material.script, trial, result)
    ]
    equivalents = _equivalents(material, exercise)
    excuses = {equivalent_text(block.code) for block in equivalents}
    for mutant in sorted(survivors, key=lambda mutant: mutant.line):
        if mutant.mutated not in excuses:
            yield Fault(
                material.assignment,
                _line(material, mutant),
                exercise,
                f"no test notices `{mutant.original}` -> `{mutant.mutated}`: add a test, or an "
                "equivalent block with the reason",
            )
    alive = {mutant.mutated for mutant in survivors}
    made = {trial.subject.mutated for trial, _ in mutants}
    for block in equivalents:
        text = equivalent_text(block.code)
        if text not in alive:
            why = "that mutant dies" if text in made else f"no mutant reads `{text}`"
            yield _of(material, block, f"this equivalent block is stale, {why}: take it out")


def _equivalents(material: Material, exercise: str) -> list[Variant]:
    return [
        block
        for block in material.variants
        if block.kind == "equivalent" and block.exercise == exercise
    ]


def _line(material: Material, mutant: Mutant) -> int | None:
    """Return the line of ``assignment.md`` in which a mutant differs."""
    first = material.script.cells[material.script.position(mutant.exercise)].line
    return first and first + mutant.line - 1


def _first_loss(material: Material, trial: Trial, result: RunResult) -> str:
    """Say where a run that should keep full marks loses some."""
    for cell in result.cells:
        if _falls_short(material.script, cell):
            cause = cell.cause or "it earns only a part"
            return f"{_place(material, cell.cell)}: {cause}"
    steps = trial.run.steps
    index = steps[min(len(result.cells), len(steps) - 1)][0]
    return f"{_place(material, index)}: the process {_ending(trial, result)}"


def _unfinished(material: Material, outcome: Outcome, what: str) -> Iterator[Fault]:
    trial, result = outcome
    if result.end != "finished":
        index = trial.run.steps[min(len(result.cells), len(trial.run.steps) - 1)][0]
        yield _at(material, index, f"{what}: the process {_ending(trial, result)} in this cell")


def _ending(trial: Trial, result: RunResult) -> str:
    return result.end if result.end == "died" else f"was stopped after {trial.run.limit:.0f} s"


def _place(material: Material, index: int) -> str:
    """Name a cell: its grade id and its line, where it has them."""
    cell = material.script.cells[index]
    line = f"{material.assignment.name}:{cell.line}" if cell.line else ""
    return " in ".join(filter(None, [cell.grade_id, line])) or f"code cell {index + 1}"


def _at(material: Material, index: int, message: str) -> Fault:
    """Return a fault of a cell."""
    cell = material.script.cells[index]
    where = "" if cell.line else f"code cell {index + 1}: "
    return Fault(material.assignment, cell.line, cell.grade_id, where + message)


def _of(material: Material, block: Variant, message: str) -> Fault:
    """Return a fault of a block of mistakes.py."""
    return Fault(material.mistakes, block.line, block.exercise, message)
