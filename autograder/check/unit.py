"""Check one unit: prepare it, run everything, judge."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from autograder.build.unit import build_unit
from autograder.check.assignment import make_assignment_code
from autograder.check.hints import hint_faults
from autograder.check.mistakes import equivalents, parse_mistakes
from autograder.check.mutants import equivalent_text, make_mutants, sample_of
from autograder.check.plan import (
    SEEDS,
    Trial,
    UnitUnderTest,
    alone_trial,
    combined_trials,
    exercise_trials,
    local_trial,
    reference_trial,
    time_limit,
    untouched_trials,
)
from autograder.check.report import Fault, UnitReport
from autograder.check.runner import ReferenceServer, RunnerFailed
from autograder.check.verdict import (
    TrialResult,
    budget_faults,
    exercise_faults,
    exercise_report,
    judged_faults,
    loses,
    reference_faults,
    untouched_faults,
)
from autograder.judge.needs import plan
from autograder.notebooks import exercise_cells
from autograder.syllabus import Syllabus, Unit

# Nothing has been timed yet, so the first run may take five budgets, plus a minute for cold
# imports.
_FIRST_FACTOR, _FIRST_EXTRA = 5, 60


def load_unit(
    root: Path, unit: Unit, syllabus: Syllabus, most_mutants: int | None = None
) -> UnitUnderTest:
    """Build a unit and read what its tests are tested on.

    Parameters
    ----------
    root : pathlib.Path
        Holds ``course/``.
    unit : Unit
    syllabus : Syllabus
    most_mutants : int, optional
        See `UnitUnderTest`.

    Raises
    ------
    InputError
        If the unit does not build, or its ``mistakes.py`` is missing or breaks a rule.
    """
    built = build_unit(root, unit, syllabus)
    folder = root / "course" / unit.id
    assignment = make_assignment_code(built.cells, built.published[unit.assignment_name])
    variants = parse_mistakes(folder / "mistakes.py", exercise_cells(built.source))
    return UnitUnderTest(
        unit=unit,
        folder=folder,
        assignment=assignment,
        variants=variants,
        mutants=tuple(
            mutant
            for cell in assignment.cells
            if cell.role == "exercise"
            for mutant in sample_of(
                make_mutants(cell.exercise, cell.code),
                most_mutants,
                {equivalent_text(v.code) for v in equivalents(variants, cell.exercise)},
            )
        ),
        files=dict(built.public_files),
        judged=plan(assignment.for_judge()),
        most_mutants=most_mutants,
    )


def check_unit(
    tested: UnitUnderTest,
    server: ReferenceServer,
    at_once: Callable[[], int],
    on_progress: Callable[[int, int], None],
) -> UnitReport:
    """Run a unit's reference, untouched notebook, variants and mutants, and judge them.

    Parameters
    ----------
    tested : UnitUnderTest
    server : ReferenceServer
        Has imported the packages that the assignment imports.
    at_once : callable
        Returns how many runs are executed at a time; it is asked again and again.
    on_progress : callable
        Called with the number of runs that have ended, and of all that are known of.
    """
    assignment = tested.assignment
    runs = _Runs(tested, server, at_once, on_progress)
    try:
        limit = _FIRST_FACTOR * tested.unit.assignment_budget + _FIRST_EXTRA
        (reference,) = runs.execute([reference_trial(assignment, SEEDS[0], limit)])
        result = reference[1]
        seconds = [getattr(result.of(i), "seconds", 0.0) for i in range(len(assignment.cells))]
        sound = not any(reference_faults(tested, reference))
        outcomes = runs.execute(_trials(tested, seconds, sound), result.loaded)
        suspects = [
            member
            for trial, result in outcomes
            if trial.kind == "combined" and loses(assignment, trial, result)
            for member in trial.subject
        ]
        alone = runs.execute([alone_trial(assignment, s, seconds) for s in suspects], result.loaded)
    except RunnerFailed as error:
        broken = Fault(
            *(tested.assignment_path, None, ""),
            f"the process that runs the reference died ({error})",
        )
        return UnitReport(tested.unit, 0.0, (), (broken,))
    # Alone, the suspects show which of them loses; that result stands for them.
    kept = [outcome for outcome in outcomes if outcome[0].subject not in suspects]
    return _report(tested, server.seconds, seconds, [reference, *kept, *alone])


class _Runs:
    """Executes a unit's runs, and tells how far they are."""

    def __init__(
        self,
        tested: UnitUnderTest,
        server: ReferenceServer,
        at_once: Callable[[], int],
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._tested = tested
        self._server = server
        self._at_once = at_once
        self._on_progress = on_progress
        self._ended = self._expected = 0

    def execute(self, trials: Iterable[Trial], preloaded: Sequence[str] = ()) -> list[TrialResult]:
        """Return how the runs ended, in that order."""
        # The longest first, so that none is waited for alone.
        trials = sorted(trials, key=lambda trial: -trial.limit)
        self._expected += len(trials)
        outcomes = []
        results = self._server.execute(*(self._tested, trials, self._at_once, preloaded))
        with closing(results):
            for outcome in results:
                outcomes.append(outcome)
                self._ended += 1
                self._on_progress(self._ended, self._expected)
        return outcomes


def _trials(tested: UnitUnderTest, seconds: list[float], sound: bool) -> list[Trial]:
    """Return all runs after the first; if the reference fails, its variants would tell nothing."""
    assignment = tested.assignment
    limit = time_limit(seconds)
    trials = [
        *untouched_trials(assignment, limit),
        local_trial(assignment, limit),
        *(reference_trial(assignment, seed, limit) for seed in SEEDS[1:]),
    ]
    if sound:
        blocks = [block for block in tested.variants if block.kind != "equivalent"]
        for exercise in assignment.exercises:
            changed = [v for v in (*blocks, *tested.mutants) if v.exercise == exercise]
            trials += exercise_trials(assignment, exercise, changed, seconds)
        alternatives = [block for block in blocks if block.kind == "alternative"]
        trials += combined_trials(assignment, alternatives, seconds)
    return trials


def _report(
    tested: UnitUnderTest, imports: float, seconds: list[float], outcomes: list[TrialResult]
) -> UnitReport:
    """Judge: ``imports`` and, cell by cell, the reference took so many seconds."""
    assignment = tested.assignment
    faults: list[Fault] = []
    for outcome in sorted(outcomes, key=lambda o: (o[0].kind, o[0].seed)):
        if outcome[0].kind in ("reference", "local"):
            faults += reference_faults(tested, outcome)
        elif outcome[0].kind in ("stub", "release"):
            faults += untouched_faults(tested, outcome)
    exercises = []
    if any(trial.kind == "control" for trial, _ in outcomes):
        for exercise in assignment.exercises:
            own = [outcome for outcome in outcomes if outcome[0].exercise == exercise]
            own.sort(key=lambda o: getattr(o[0].subject, "line", 0))  # they end in any order
            cells = (assignment.position(exercise), *assignment.tests(exercise))
            faults += exercise_faults(tested, exercise, own)
            exercises.append(exercise_report(tested, exercise, sum(seconds[i] for i in cells), own))
    else:
        faults.append(
            Fault(
                *(tested.assignment_path, None, ""),
                "mistakes, alternatives and mutants were not tried: correct the reference first",
            )
        )
    total = imports + sum(seconds)
    faults += [*hint_faults(tested), *judged_faults(tested), *budget_faults(tested, total)]
    # The stub and the release have most of their errors in common.
    found = tuple(dict.fromkeys(faults))
    most = tested.most_mutants
    return UnitReport(tested.unit, total, tuple(exercises), found, most_mutants=most)
