"""Check one unit: prepare it, run everything, judge."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from autograder.build.unit import build_unit
from autograder.check.mistakes import parse_mistakes
from autograder.check.mutants import make_mutants
from autograder.check.plan import (
    SEEDS,
    Trial,
    alone_trial,
    ensemble_trials,
    exercise_trials,
    reference_trial,
    time_limit,
    untouched_trials,
)
from autograder.check.report import Fault, UnitReport
from autograder.check.runner import RunnerFailed, execute
from autograder.check.script import make_script
from autograder.check.verdict import (
    Material,
    Outcome,
    budget_faults,
    exercise_faults,
    exercise_report,
    loses,
    reference_faults,
    untouched_faults,
)
from autograder.syllabus import Syllabus, Unit

# Nothing has been timed yet, so the first run may take five budgets, plus a minute for cold
# imports.
_FIRST_FACTOR, _FIRST_EXTRA = 5, 60


def load_unit(root: Path, unit: Unit, syllabus: Syllabus) -> Material:
    """Build a unit and read what its tests are tested on.

    Raises
    ------
    InputError
        If the unit does not build, or its ``mistakes.py`` is missing or breaks a rule.
    """
    built = build_unit(root, unit, syllabus)
    folder = root / "course" / unit.id
    script = make_script(built.cells, built.release)
    return Material(
        unit=unit,
        folder=folder,
        script=script,
        variants=parse_mistakes(folder / "mistakes.py", script.exercises),
        mutants=tuple(
            mutant
            for cell in script.cells
            if cell.role == "exercise"
            for mutant in make_mutants(cell.exercise, cell.code)
        ),
        files=dict(built.public_files),
    )


def check_unit(
    material: Material, at_once: int, on_progress: Callable[[int, int], None]
) -> UnitReport:
    """Run a unit's reference, untouched notebook, variants and mutants, and judge them.

    Parameters
    ----------
    material : Material
    at_once : int
        How many runs are executed at a time.
    on_progress : callable
        Called with the number of runs that have ended, and of all.
    """
    script = material.script
    outcomes: list[Outcome] = []
    expected = 0

    def run(trials: list[Trial]) -> None:
        nonlocal expected
        expected += len(trials)
        # The longest first, so that none is waited for alone.
        trials = sorted(trials, key=lambda trial: -trial.run.limit)
        with closing(execute(script, trials, material.files, at_once)) as results:
            for outcome in results:
                outcomes.append(outcome)
                on_progress(len(outcomes), expected)

    try:
        # Alone, so that its time is its own.
        limit = _FIRST_FACTOR * material.unit.assignment_budget + _FIRST_EXTRA
        run([reference_trial(script, SEEDS[0], limit)])
        result = outcomes[0][1]
        seconds = [getattr(result.of(i), "seconds", 0.0) for i in range(len(script.cells))]
        sound = not any(reference_faults(material, outcomes[0]))
        run(_trials(material, seconds, sound))
        suspects = [
            member
            for trial, result in outcomes
            if trial.kind == "ensemble" and loses(script, trial, result)
            for member in trial.subject
        ]
        # Alone, the suspects show which of them loses; that result stands for them.
        kept = [outcome for outcome in outcomes if outcome[0].subject not in suspects]
        run([alone_trial(script, suspect, seconds) for suspect in suspects])
        outcomes = kept + outcomes[expected - len(suspects) :]
    except RunnerFailed as error:
        broken = Fault(
            material.assignment, None, "", f"the process that runs the reference died ({error})"
        )
        return UnitReport(material.unit, 0.0, (), (broken,))
    return _report(material, seconds, sound, outcomes)


def _trials(material: Material, seconds: list[float], sound: bool) -> list[Trial]:
    """Return all runs after the first; if the reference fails, its variants would tell nothing."""
    script = material.script
    limit = time_limit(seconds)
    trials = [
        *untouched_trials(script, limit),
        *(reference_trial(script, seed, limit) for seed in SEEDS[1:]),
    ]
    if sound:
        blocks = [block for block in material.variants if block.kind != "equivalent"]
        for exercise in script.exercises:
            changed = [v for v in (*blocks, *material.mutants) if v.exercise == exercise]
            trials += exercise_trials(script, exercise, changed, seconds)
        alternatives = [block for block in blocks if block.kind == "alternative"]
        trials += ensemble_trials(script, alternatives, seconds)
    return trials


def _report(
    material: Material, seconds: list[float], sound: bool, outcomes: list[Outcome]
) -> UnitReport:
    script = material.script
    faults: list[Fault] = []
    for outcome in sorted(outcomes, key=lambda o: (o[0].kind, o[0].run.seed)):
        if outcome[0].kind == "reference":
            faults += reference_faults(material, outcome)
        elif outcome[0].kind in ("stub", "release"):
            faults += untouched_faults(material, outcome)
    exercises = []
    if sound:
        for exercise in script.exercises:
            own = [outcome for outcome in outcomes if outcome[0].exercise == exercise]
            own.sort(key=lambda o: getattr(o[0].subject, "line", 0))  # they end in any order
            cells = (script.position(exercise), *script.tests(exercise))
            faults += exercise_faults(material, exercise, own)
            exercises.append(
                exercise_report(material, exercise, sum(seconds[i] for i in cells), own)
            )
    else:
        faults.append(
            Fault(
                material.assignment,
                None,
                "",
                "mistakes, alternatives and mutants were not tried: correct the reference first",
            )
        )
    # Of three, the fastest: what else the machine does is not the unit's fault.
    total = min(
        sum(cell.seconds for cell in result.cells)
        for trial, result in outcomes
        if trial.kind == "reference"
    )
    faults += budget_faults(material, total)
    # The stub and the release have most of their errors in common.
    return UnitReport(material.unit, total, tuple(exercises), tuple(dict.fromkeys(faults)))
