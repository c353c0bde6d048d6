"""What was found out about a unit, as values: faults, and what was tried on every exercise."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.check.mistakes import WRONG
from autograder.syllabus import Unit

FULL_MARKS, POINTS_LOST, DIED, TIMED_OUT = "full marks", "points lost", "died", "timed out"


@dataclass(frozen=True)
class Fault:
    """One broken promise, and what to do about it."""

    path: Path
    line: int | None
    exercise: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return ": ".join(filter(None, [where, self.exercise, self.message]))


@dataclass(frozen=True)
class Tried:
    """A block of mistakes.py or a mutant, and what became of it.

    Attributes
    ----------
    kind : str
        A kind of block, or ``"mutant"``.
    what : str
        The block's title, or the mutated statement.
    line : int or None
        Of the heading in ``mistakes.py``, or of the slip in ``assignment.md``.
    outcome : str
        `FULL_MARKS`, `POINTS_LOST`, `DIED` or `TIMED_OUT`.
    excused : bool
        Whether an equivalent block names this surviving mutant.
    """

    kind: str
    what: str
    line: int | None
    outcome: str
    excused: bool = False


@dataclass(frozen=True)
class ExerciseReport:
    """What was found out about one exercise.

    Attributes
    ----------
    exercise : str
    points : float
    judged : float
        How many of them are given by a judge, and not in the notebook's own process.
    seconds : float
        The processor time of the reference's solution and test cells.
    tried : tuple of Tried
    """

    exercise: str
    points: float
    judged: float
    seconds: float
    tried: tuple[Tried, ...]

    @property
    def mistakes(self) -> tuple[int, int]:
        """How many blocks lose points, of those that must."""
        outcomes = [tried.outcome for tried in self.tried if tried.kind in WRONG]
        return len(outcomes) - outcomes.count(FULL_MARKS), len(outcomes)

    @property
    def alternatives(self) -> tuple[int, int]:
        """How many alternatives keep full marks, of all."""
        outcomes = [tried.outcome for tried in self.tried if tried.kind == "alternative"]
        return outcomes.count(FULL_MARKS), len(outcomes)

    @property
    def excused(self) -> int:
        """How many mutants live on with a reason."""
        return sum(tried.excused for tried in self.tried)

    @property
    def mutants(self) -> tuple[int, int]:
        """How many mutants lose points, of those without an excuse."""
        outcomes = [tried.outcome for tried in self.tried if tried.kind == "mutant"]
        return len(outcomes) - outcomes.count(FULL_MARKS), len(outcomes) - self.excused

    @property
    def score(self) -> float | None:
        """The mutation score, from 0 to 1; None without mutants."""
        killed, relevant = self.mutants
        return killed / relevant if relevant else None


@dataclass(frozen=True)
class UnitReport:
    """What was found out about one unit.

    Attributes
    ----------
    unit : Unit
    seconds : float
        The processor time of the reference in all, imports included.
    exercises : tuple of ExerciseReport
        Empty if the reference itself fails.
    faults : tuple of Fault
        Empty if all promises are kept.
    result_of : datetime.datetime or None
        When it was obtained, where it was kept because nothing has changed since.
    most_mutants : int or None
        How many mutants of an exercise were tried at most, beside those that are excused; None:
        all of them were.
    """

    unit: Unit
    seconds: float
    exercises: tuple[ExerciseReport, ...]
    faults: tuple[Fault, ...]
    result_of: datetime | None = None
    most_mutants: int | None = None
