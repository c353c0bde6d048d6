"""Run every known mistake through the visible tests, and note which messages it ends in."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from autograder.check.assignment import AssignmentCode
from autograder.check.mistakes import Variant
from autograder.check.plan import Trial, UnitUnderTest, local_trial, time_limit
from autograder.check.runner import ReferenceServer
from autograder.errors import InputError
from autograder.judge.forking import last_checkpoint
from forwardpass.hints import MOST, key_of
from forwardpass.results import tests_of

# Nothing has been timed yet, so the first run may take five budgets, plus a minute for imports.
_FIRST_FACTOR, _FIRST_EXTRA = 5, 60


@dataclass(frozen=True)
class Recording:
    """What the visible tests of a unit say about its known mistakes.

    Attributes
    ----------
    hints : dict of bytes to list of str
        By the key of a failure, the hints of the mistakes that end in it.
    mistakes : int
        How many have a hint.
    seen : int
        How many of them fail a visible test.
    recognised : int
        How many of those have a failure that at most `MOST` different hints share.
    """

    hints: dict[bytes, list[str]]
    mistakes: int
    seen: int
    recognised: int


def record(
    tested: UnitUnderTest,
    server: ReferenceServer,
    jobs: int,
    on_progress: Callable[[int, int], None],
) -> Recording:
    """Run the mistakes of a unit as learners run their notebooks.

    Parameters
    ----------
    tested : UnitUnderTest
    server : ReferenceServer
        Has imported the packages that the assignment imports.
    jobs : int
        How many runs are executed at a time.
    on_progress : callable
        Called with the number of runs that have ended, and of all.

    Raises
    ------
    InputError
        If the instructor's solution fails: then its mistakes would tell nothing.
    RunnerFailed
        If the process that executes the runs dies.
    """
    assignment = tested.assignment
    limit = _FIRST_FACTOR * tested.unit.assignment_budget + _FIRST_EXTRA
    # A run of this kind reports the modules that it loads.
    first = replace(local_trial(assignment, limit), kind="reference")
    ((_, reference),) = server.execute(tested, [first], lambda: 1)
    if failed := next((cell for cell in reference.cells if cell.error), None):
        line = assignment.cells[failed.cell].line
        raise InputError(
            f"the instructor's solution fails here ({failed.cause})", tested.assignment_path, line
        )
    seconds = [getattr(reference.of(i), "seconds", 0.0) for i in range(len(assignment.cells))]
    trials = [
        _trial(assignment, variant, seconds)
        for variant in tested.variants
        if variant.kind == "mistake" and variant.hint and not assignment.is_quiz(variant.exercise)
    ]
    failures: dict[bytes, list[str]] = defaultdict(list)
    keys_of_mistakes = []
    results = server.execute(tested, trials, lambda: jobs, reference.loaded)
    with closing(results):
        for done, (trial, result) in enumerate(results, start=1):
            tests = assignment.tests(trial.exercise)
            keys = [
                _key(assignment.release[cell.cell], cell.error, cell.message)
                for cell in result.cells
                if cell.cell in tests and cell.error
            ]
            keys_of_mistakes.append(keys)
            for key in keys:
                failures[key].append(trial.subject.hint)
            on_progress(done, len(trials))
    told = {key for key, hints in failures.items() if len(set(hints)) <= MOST}
    return Recording(
        hints=dict(failures),
        mistakes=len(trials),
        seen=sum(bool(keys) for keys in keys_of_mistakes),
        recognised=sum(not told.isdisjoint(keys) for keys in keys_of_mistakes),
    )


def _trial(assignment: AssignmentCode, variant: Variant, seconds: Sequence[float]) -> Trial:
    """Return a run of a mistake through all visible tests of its exercise."""
    start, tests = assignment.position(variant.exercise), assignment.tests(variant.exercise)
    is_ordinary = [cell.role not in ("exercise", "tests") for cell in assignment.cells]
    checkpoint = last_checkpoint([cell.code for cell in assignment.cells], is_ordinary, start)
    steps = tuple(_steps(assignment, variant, range(checkpoint, tests[-1] + 1)))
    limit = time_limit(seconds[index] for index, _ in steps)
    return Trial("mistake", variant.exercise, variant, checkpoint, steps, limit, is_local=True)


def _steps(
    assignment: AssignmentCode, variant: Variant, indices: range
) -> Iterator[tuple[int, str]]:
    for index in indices:
        cell = assignment.cells[index]
        if cell.role == "tests" and cell.exercise == variant.exercise:
            yield index, assignment.release[index]
        elif cell.role == "exercise" and cell.exercise == variant.exercise:
            yield index, variant.code
        elif cell.role != "tests":
            yield index, cell.code


def _key(tests: str, error: str, message: str) -> bytes:
    return key_of(*tests_of(tests), error, message)
