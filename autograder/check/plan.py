"""What has to be run to know whether a unit keeps its promises.

A *run* is a fork of the process that executes the reference, cell by cell. It leaves at its
checkpoint, the index of a cell that the reference has not executed yet, and executes cells of its
own from there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from autograder.check.assignment import AssignmentCode
from autograder.check.mistakes import Variant
from autograder.check.mutants import Mutant
from autograder.judge.forking import last_checkpoint
from autograder.judge.plan import JudgePlan
from autograder.syllabus import Unit

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class UnitUnderTest:
    """What is checked: a unit's assignment, and what its tests are tested on.

    Attributes
    ----------
    unit : Unit
    folder : pathlib.Path
        Its folder in ``course/``, as messages name it.
    assignment : AssignmentCode
    variants : tuple of Variant
    mutants : tuple of Mutant
    files : dict of str to bytes
        What the notebook finds in its working directory.
    judged : JudgePlan
        What a judge runs of the assignment.
    most_mutants : int or None
        How many mutants of an exercise are tried at most, beside those that are excused; None: all
        of them are.
    """

    unit: Unit
    folder: Path
    assignment: AssignmentCode
    variants: tuple[Variant, ...]
    mutants: tuple[Mutant, ...]
    files: dict[str, bytes]
    judged: JudgePlan
    most_mutants: int | None = None

    @property
    def assignment_path(self) -> Path:
        """Where the exercises are written."""
        return self.folder / "assignment.md"

    @property
    def mistakes_path(self) -> Path:
        """Where the variants are written."""
        return self.folder / "mistakes.py"


@dataclass(frozen=True)
class Trial:
    """A run, and why it is made.

    Attributes
    ----------
    kind : str
        ``"reference"``, ``"stub"``, ``"release"``, ``"control"`` (the reference, run like a
        mistake: what must not make a difference), ``"mutant"``, ``"combined"`` (alternatives in
        all exercises), or a kind of `Variant`.
    exercise : str
        Empty where the run concerns the whole notebook.
    subject : Variant, Mutant, tuple of Variant or None
    checkpoint : int
        The cell before which the run leaves the reference.
    steps : tuple of (int, str)
        The cells that it executes: their index, for the report, and their code.
    limit : float
        Seconds of processor time after which it is killed.
    seed : int
        The seed of the tests.
    watched : tuple of int
        Test cells of which the first that loses points ends the run: more need not be known of a
        mutant or a mistake.
    is_local : bool
        Whether all is executed in one process, as on a learner's machine.
    """

    kind: str
    exercise: str
    subject: Variant | Mutant | tuple[Variant, ...] | None
    checkpoint: int
    steps: tuple[tuple[int, str], ...]
    limit: float
    seed: int = 0
    watched: tuple[int, ...] = ()
    is_local: bool = False


def reference_trial(assignment: AssignmentCode, seed: int, limit: float) -> Trial:
    """Return the whole reference with a seed for the notebook and for its tests."""
    steps = tuple(
        (index, f"{cell.code}\nSEED = {seed}" if cell.role == "parameters" else cell.code)
        for index, cell in enumerate(assignment.cells)
    )
    return Trial("reference", "", None, 0, steps, limit, seed)


def local_trial(assignment: AssignmentCode, limit: float) -> Trial:
    """Return the reference as it runs in one process, on an author's or a learner's machine."""
    steps = tuple((index, cell.code) for index, cell in enumerate(assignment.cells))
    return Trial("local", "", None, 0, steps, limit, is_local=True)


def untouched_trials(assignment: AssignmentCode, limit: float) -> tuple[Trial, Trial]:
    """Return the untouched notebook as a grader and as a learner runs it."""
    return (
        Trial("stub", "", None, 0, tuple(enumerate(assignment.stub)), limit),
        Trial("release", "", None, 0, tuple(enumerate(assignment.release)), limit, is_local=True),
    )


def exercise_trials(
    assignment: AssignmentCode,
    exercise: str,
    changed: Iterable[Variant | Mutant],
    seconds: Sequence[float],
) -> list[Trial]:
    """Return the runs of an exercise's variants and mutants through its own tests.

    Parameters
    ----------
    assignment : AssignmentCode
    exercise : str
    changed : iterable of Variant or Mutant
        What stands in place of the solution; no ``equivalent`` block.
    seconds : sequence of float
        What each cell of the reference takes.
    """
    start, own = assignment.position(exercise), assignment.tests(exercise)
    roles = [cell.role for cell in assignment.cells]
    checkpoint = _checkpoint(assignment, start)
    if assignment.is_quiz(exercise):
        # Letters need nothing that comes before, and every question must be answered wrongly once.
        cells, watched = [start, *own], ()
    else:
        # Tests of other exercises leave nothing that is needed: the untouched notebook shows it.
        cells = [i for i in range(checkpoint, own[-1] + 1) if i in own or roles[i] != "tests"]
        watched = own

    def trial(kind: str, subject: Variant | Mutant | None) -> Trial:
        replaced = {start: subject.code} if subject else {}
        steps = _steps(assignment, cells, replaced)
        limit = time_limit(seconds[index] for index in cells)
        ends_early = kind in ("mutant", "mistake")
        return Trial(
            *(kind, exercise, subject, checkpoint, steps, limit),
            watched=watched if ends_early else (),
        )

    trials = [trial("mutant" if isinstance(item, Mutant) else item.kind, item) for item in changed]
    return [trial("control", None), *trials]


def combined_trials(
    assignment: AssignmentCode,
    alternatives: Iterable[Variant],
    seconds: Sequence[float],
) -> list[Trial]:
    """Return runs of the whole notebook with an alternative in every exercise that has one.

    Every alternative is in one of them. Together they show in a few runs, where each alone would
    train every payoff's model again, that the rest of the notebook works with all of them.
    """
    by_exercise = [[a for a in alternatives if a.exercise == name] for name in assignment.exercises]
    return [
        _whole_trial(assignment, "combined", "", tuple(filter(None, members)), seconds)
        for members in zip_longest(*by_exercise)
    ]


def alone_trial(
    assignment: AssignmentCode, alternative: Variant, seconds: Sequence[float]
) -> Trial:
    """Return a run from one alternative to the end of the notebook."""
    name = alternative.exercise
    trial = _whole_trial(assignment, "alternative", name, (alternative,), seconds)
    return replace(trial, subject=alternative)


def time_limit(seconds: Iterable[float]) -> float:
    """Return how long a run may take whose cells take the reference so long."""
    return 2 + 10 * sum(seconds)


def _whole_trial(
    assignment: AssignmentCode,
    kind: str,
    exercise: str,
    members: tuple[Variant, ...],
    seconds: Sequence[float],
) -> Trial:
    """Return a run to the end of the notebook, with alternatives in place of their solutions."""
    replaced = {assignment.position(member.exercise): member.code for member in members}
    checkpoint = _checkpoint(assignment, min(replaced))
    cells = range(checkpoint, len(assignment.cells))
    steps = _steps(assignment, cells, replaced)
    limit = time_limit(seconds[index] for index in cells)
    return Trial(kind, exercise, members, checkpoint, steps, limit)


def _steps(
    assignment: AssignmentCode, cells: Iterable[int], replaced: Mapping[int, str]
) -> tuple[tuple[int, str], ...]:
    """Return some cells of the reference, with other code in some of them."""
    return tuple((index, replaced.get(index, assignment.cells[index].code)) for index in cells)


def _checkpoint(assignment: AssignmentCode, start: int) -> int:
    """Return where a run that changes the cell ``start`` leaves the reference.

    Where the reference cannot be forked so late, the run repeats it up to that cell.
    """
    codes = [cell.code for cell in assignment.cells]
    is_ordinary = [cell.role not in ("exercise", "tests") for cell in assignment.cells]
    return last_checkpoint(codes, is_ordinary, start)
