"""What became of a submission, in an instructor's words."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from autograder.grade.model import Graded, Outcome
from autograder.grade.store.gradebook import NoSuchStudent
from autograder.kernels.server import KernelFailed

_ORDINARY = (Outcome.PASSED, Outcome.FAILED, Outcome.PARTIAL, Outcome.MANUAL)


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Attributes
    ----------
    learner : str
    status : str
        ``"graded"``, ``"kept"`` (graded before and unchanged), ``"new page"`` (likewise, with a
        feedback page that had to be made again) or ``"no grade"``.
    score, points : float or None
        As the gradebook has them; None without a grade.
    seconds : float
        Wall time.
    notes : tuple of str
        What an instructor should know: tests without an ordinary outcome, repairs, why there is no
        grade.
    """

    learner: str
    status: str
    score: float | None
    points: float | None
    seconds: float
    notes: tuple[str, ...] = ()


def unusual(graded: Graded) -> Iterator[str]:
    """Name the tests that ended otherwise than by passing or failing."""
    for outcome in Outcome:
        names = [
            grade_id
            for notebook in graded.notebooks.values()
            for grade_id, found in notebook.verdicts.items()
            if found.outcome is outcome
        ]
        if names and outcome not in _ORDINARY:
            yield f"{outcome}: {', '.join(names)}"


def no_grade(learner: str, reason: str, seconds: float = 0.0) -> Result:
    return Result(learner, "no grade", None, None, seconds, (reason,))


def reason_of(error: BaseException) -> str:
    """Return in one line why a submission has no grade."""
    match error:
        case BrokenProcessPool():
            return "the process that graded it was killed, twice"
        case NoSuchStudent():
            return "the gradebook has no such student, and Autograde.create_student is off"
        case KernelFailed():
            return str(error)
        case OperationalError():  # after a minute's wait
            return f"the gradebook cannot be written ({error.orig}): grade again"
        case OSError():
            return f"{error.filename or 'a file'}: {error.strerror or error}"
        case ValueError():
            return str(error)
        case _:
            lines = str(error).strip().splitlines() or [""]
            return f"the grader failed: {type(error).__name__}: {lines[0]}"
