"""The promises of a unit, and what breaks them."""

from collections.abc import Iterable, Iterator, Sequence

from autograder.check.assignment import AssignmentCode
from autograder.check.mistakes import WRONG, Variant, equivalents
from autograder.check.mutants import Mutant, equivalent_text
from autograder.check.plan import Trial, UnitUnderTest
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

MISTAKES, ALTERNATIVES = 3, 1  # that an exercise needs
MOST_UNJUDGED = 0.05  # of a unit's points

TrialResult = tuple[Trial, RunResult]


def reference_faults(tested: UnitUnderTest, outcome: TrialResult) -> Iterator[Fault]:
    """Yield where the reference is not worth full marks with a seed."""
    trial, result = outcome
    how = "in one process, as learners run it" if trial.is_local else f"with seed {trial.seed}"
    for cell in result.cells:
        points = tested.assignment.cells[cell.cell].points
        if cell.error:
            yield _at(tested, cell.cell, f"the reference fails {how}: {cell.cause}")
        elif cell.score(points) < points:
            earned = f"{cell.score(points):g} of {points:g}"
            yield _at(tested, cell.cell, f"the reference earns {earned} {how}")
    yield from _unfinished(tested, outcome, f"the reference {how}")


def judged_faults(tested: UnitUnderTest) -> Iterator[Fault]:
    """Yield the tests that no judge can run, if their points are too many."""
    cells, reasons = tested.assignment.cells, tested.judged.reasons
    missing = sum(cells[index].points for index in reasons)
    if missing > MOST_UNJUDGED * sum(cell.points for cell in cells):
        for index, reason in reasons.items():
            yield _at(
                tested,
                index,
                f"no judge can run these tests ({reason}), and {missing:g} points are too many for "
                f"that: at least {1 - MOST_UNJUDGED:.0%} of a unit's are judged",
            )


def untouched_faults(tested: UnitUnderTest, outcome: TrialResult) -> Iterator[Fault]:
    """Yield where the untouched notebook earns points, or has an error that is not its stub's."""
    trial, result = outcome
    for cell in result.cells:
        points = tested.assignment.cells[cell.cell].points
        if cell.error and cell.error != "NotImplementedError":
            yield _at(
                tested,
                cell.cell,
                f"the untouched notebook fails with {cell.cause}: before the exercises are "
                "written, only NotImplementedError may be raised",
            )
        elif trial.kind == "stub" and cell.score(points) > 0:
            yield _at(
                tested,
                cell.cell,
                f"the untouched notebook earns {cell.score(points):g} of {points:g} points here: "
                "call what the exercise asks for",
            )
    yield from _unfinished(tested, outcome, "the untouched notebook")


def exercise_faults(
    tested: UnitUnderTest, exercise: str, outcomes: Sequence[TrialResult]
) -> Iterator[Fault]:
    """Yield what the variants and mutants of an exercise show."""
    assignment = tested.assignment
    for trial, result in outcomes:
        if trial.kind == "control" and loses(assignment, trial, result):
            yield _at(
                tested,
                assignment.position(exercise),
                f"the reference loses points when only this exercise's tests follow it, so the "
                f"numbers of this exercise mean nothing ({_first_loss(tested, trial, result)}): "
                "these tests must not need the cells of other tests, and TensorFlow must be "
                "imported in a cell that computes nothing",
            )
        elif trial.kind in WRONG and not loses(assignment, trial, result):
            yield _of(
                tested,
                trial.subject,
                f"this {trial.kind} keeps full marks ({trial.subject.title}): add a test that "
                "fails with it",
            )
        elif trial.kind == "alternative" and loses(assignment, trial, result):
            yield _of(
                tested,
                trial.subject,
                f"this alternative is right but loses ({trial.subject.title}): correct the test "
                f"or the alternative; {_first_loss(tested, trial, result)}",
            )
    yield from _too_few(tested, exercise, outcomes)
    yield from _mutant_faults(tested, exercise, outcomes)


def budget_faults(tested: UnitUnderTest, seconds: float) -> Iterator[Fault]:
    """Yield a fault if the reference takes longer than the syllabus allows."""
    allowed = tested.unit.assignment_budget
    if seconds > allowed:
        yield Fault(
            tested.assignment_path,
            None,
            "",
            f"the reference takes {seconds:.1f} s of processor time, the syllabus allows "
            f"{allowed:g} s: make the slowest cells smaller",
        )


def exercise_report(
    tested: UnitUnderTest, exercise: str, seconds: float, outcomes: Iterable[TrialResult]
) -> ExerciseReport:
    """Return what became of an exercise's variants and mutants."""
    assignment = tested.assignment
    excuses = {equivalent_text(block.code) for block in equivalents(tested.variants, exercise)}
    tried = []
    for trial, result in outcomes:
        ending = {"died": DIED, "timed out": TIMED_OUT}.get(result.end, POINTS_LOST)
        outcome = ending if loses(assignment, trial, result) else FULL_MARKS
        if isinstance(trial.subject, Variant):
            tried.append(Tried(trial.kind, trial.subject.title, trial.subject.line, outcome))
        elif isinstance(trial.subject, Mutant):
            text, line = trial.subject.mutated, _line(tested, trial.subject)
            excused = outcome == FULL_MARKS and text in excuses
            tried.append(Tried("mutant", text, line, outcome, excused))
    tried.sort(key=lambda item: (item.kind, item.line or 0))
    tests = [index for index in assignment.tests(exercise) if index not in tested.judged.reasons]
    judged = sum(assignment.cells[index].points for index in tests)
    return ExerciseReport(exercise, assignment.points(exercise), judged, seconds, tuple(tried))


def loses(assignment: AssignmentCode, trial: Trial, result: RunResult) -> bool:
    """Say whether a run loses points: one with alternatives anywhere, others on their exercise."""
    if result.end != "finished":
        return True
    if trial.kind in ("alternative", "combined"):
        return any(_falls_short(assignment, cell) for cell in result.cells)
    own = assignment.tests(trial.exercise)
    return any(_falls_short(assignment, cell) for cell in result.cells if cell.cell in own)


def _falls_short(assignment: AssignmentCode, cell: CellResult) -> bool:
    points = assignment.cells[cell.cell].points
    return bool(cell.error) or cell.score(points) < points


def _too_few(
    tested: UnitUnderTest, exercise: str, outcomes: Sequence[TrialResult]
) -> Iterator[Fault]:
    """Yield which blocks an exercise still needs."""
    assignment = tested.assignment
    runs = {
        kind: [result for trial, result in outcomes if trial.kind == kind]
        for kind in ("mistake", "alternative")
    }
    if assignment.is_quiz(exercise):
        for index in assignment.tests(exercise):
            results = [result.of(index) for result in runs["mistake"]]
            if not any(cell is None or _falls_short(assignment, cell) for cell in results):
                yield _at(
                    tested,
                    index,
                    f"no mistake answers {assignment.cells[index].grade_id} wrongly: write one",
                )
        return
    for kind, needed in (("mistake", MISTAKES), ("alternative", ALTERNATIVES)):
        found = len(runs[kind])
        if found < needed:
            plural = "s" if needed > 1 else ""
            yield Fault(
                tested.mistakes_path,
                None,
                exercise,
                f"{found} of at least {needed} {kind}{plural}: write {needed - found} more",
            )


def _mutant_faults(
    tested: UnitUnderTest, exercise: str, outcomes: Sequence[TrialResult]
) -> Iterator[Fault]:
    """Yield the survivors without an excuse, and the excuses without a survivor."""
    mutants = [(trial, result) for trial, result in outcomes if trial.kind == "mutant"]
    survivors = [
        trial.subject for trial, result in mutants if not loses(tested.assignment, trial, result)
    ]
    reasons = equivalents(tested.variants, exercise)
    excuses = {equivalent_text(block.code) for block in reasons}
    for mutant in sorted(survivors, key=lambda mutant: mutant.line):
        if mutant.mutated not in excuses:
            yield Fault(
                tested.assignment_path,
                _line(tested, mutant),
                exercise,
                f"no test notices `{mutant.original}` -> `{mutant.mutated}`: add a test, or an "
                "equivalent block with the reason",
            )
    alive = {mutant.mutated for mutant in survivors}
    made = {trial.subject.mutated for trial, _ in mutants}
    for block in reasons:
        text = equivalent_text(block.code)
        if text not in alive:
            why = "that mutant dies" if text in made else f"no mutant reads `{text}`"
            yield _of(tested, block, f"this equivalent block is stale, {why}: take it out")


def _line(tested: UnitUnderTest, mutant: Mutant) -> int | None:
    """Return the line of ``assignment.md`` in which a mutant differs."""
    first = tested.assignment.cells[tested.assignment.position(mutant.exercise)].line
    return first and first + mutant.line - 1


def _first_loss(tested: UnitUnderTest, trial: Trial, result: RunResult) -> str:
    """Say where a run that should keep full marks loses some."""
    for cell in result.cells:
        if _falls_short(tested.assignment, cell):
            cause = cell.cause or "it earns only a part"
            return f"{_place(tested, cell.cell)}: {cause}"
    steps = trial.steps
    index = steps[min(len(result.cells), len(steps) - 1)][0]
    return f"{_place(tested, index)}: the process {_ending(trial, result)}"


def _unfinished(tested: UnitUnderTest, outcome: TrialResult, what: str) -> Iterator[Fault]:
    trial, result = outcome
    if result.end != "finished":
        index = trial.steps[min(len(result.cells), len(trial.steps) - 1)][0]
        yield _at(tested, index, f"{what}: the process {_ending(trial, result)} in this cell")


def _ending(trial: Trial, result: RunResult) -> str:
    return (
        result.end
        if result.end == "died"
        else f"was stopped after {trial.limit:.0f} s of processor time"
    )


def _place(tested: UnitUnderTest, index: int) -> str:
    """Name a cell: its grade id and its line, where it has them."""
    cell = tested.assignment.cells[index]
    line = f"{tested.assignment_path.name}:{cell.line}" if cell.line else ""
    return " in ".join(filter(None, [cell.grade_id, line])) or f"code cell {index + 1}"


def _at(tested: UnitUnderTest, index: int, message: str) -> Fault:
    """Return a fault of a cell."""
    cell = tested.assignment.cells[index]
    where = "" if cell.line else f"code cell {index + 1}: "
    return Fault(tested.assignment_path, cell.line, cell.grade_id, where + message)


def _of(tested: UnitUnderTest, block: Variant, message: str) -> Fault:
    """Return a fault of a block of mistakes.py."""
    return Fault(tested.mistakes_path, block.line, block.exercise, message)
