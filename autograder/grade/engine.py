"""Grade one submission through nbgrader's own converters, and say what became of it."""

import logging
import os
import re
import tempfile
import time
import warnings
from dataclasses import dataclass

import nbformat
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning

from autograder.errors import InputError
from autograder.grade.course import Course, Submission, score_of
from autograder.grade.execute import SafeExecute
from autograder.grade.feedback import SafeGenerateFeedback


@dataclass(frozen=True)
class Outcome:
    """What became of one submission.

    Attributes
    ----------
    learner : str
    status : str
        ``"graded"``, ``"kept"`` (graded before and unchanged) or ``"no grade"``.
    score, points : float or None
        As the gradebook has them; None without a grade.
    seconds : float
        Wall time.
    notes : tuple of str
        What an instructor should know: cells that timed out, a dead kernel, why there is no grade.
    """

    learner: str
    status: str
    score: float | None
    points: float | None
    seconds: float
    notes: tuple[str, ...] = ()


def register(course: Course, assignment: str) -> None:
    """Put the assignment's cells into the gradebook, from ``source/``, as nbgrader does.

    nbgrader does so while it makes the release version; that one goes to a temporary folder here,
    so that ``release/`` stays as it is.

    Raises
    ------
    InputError
        If nbgrader refuses the source.
    """
    if not any(course.folder("source_directory", assignment).glob("*.ipynb")):
        return  # the gradebook alone knows it, from an earlier nbgrader generate_assignment
    with tempfile.TemporaryDirectory(prefix="forwardpass-release-") as temporary:
        directory = course.directory(assignment)
        directory.release_directory = os.path.relpath(temporary, course.root)
        converter = GenerateAssignment(coursedir=directory, config=course.config)
        problem = _start(converter)
    if problem:
        raise InputError(f"nbgrader refuses source/{assignment}: {problem}")


def grade(course: Course, assignment: str, submission: Submission, *, force: bool) -> Outcome:
    """Execute one submission, write its grades to the gradebook and its feedback page.

    Parameters
    ----------
    course : Course
    assignment : str
    submission : Submission
    force : bool
        Grade again what was graded before and did not change.

    Returns
    -------
    Outcome
        Never an exception for what is wrong with a submission.
    """
    # nbgrader's own way of adding submissions, which works; SQLAlchemy warns about it each time.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    begin = time.monotonic()
    if submission.is_graded and not force and not submission.is_newer_than_its_grade:
        score, points = score_of(course, assignment, submission.learner) or (None, None)
        return Outcome(submission.learner, "kept", score, points, time.monotonic() - begin)

    directory = course.directory(assignment, submission.learner)
    autograde = Autograde(coursedir=directory, config=course.config, force=True)
    autograde.autograde_preprocessors = [
        SafeExecute if preprocessor is Execute else preprocessor
        for preprocessor in autograde.autograde_preprocessors
    ]
    problem = _unreadable(submission, course.notebook_names(assignment)) or _start(autograde)
    if problem:
        seconds = time.monotonic() - begin
        return Outcome(submission.learner, "no grade", None, None, seconds, (problem,))
    notes = _notes(submission)
    feedback = SafeGenerateFeedback(coursedir=directory, config=course.config, force=True)
    if problem := _start(feedback):
        notes.append(f"no feedback page: {problem}")
    score, points = score_of(course, assignment, submission.learner) or (None, None)
    return Outcome(
        submission.learner, "graded", score, points, time.monotonic() - begin, tuple(notes)
    )


class _FirstError(logging.Handler):
    """Keeps the errors that nbgrader writes to its log, which is where it explains a failure."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _start(converter: BaseConverter) -> str | None:
    """Run a converter; return None, or one line that says why it failed."""
    log = logging.getLogger(f"autograder.grade.{type(converter).__name__}")
    log.propagate = False
    errors = _FirstError()
    log.handlers = [errors]
    converter.log = log
    try:
        converter.start()
    except (NbGraderException, SystemExit):
        return _reason(errors.messages)
    return None


def _reason(messages: list[str]) -> str:
    """Return the last line of the first traceback in nbgrader's log, or its first message."""
    for message in messages:
        lines = message.strip().splitlines()
        if lines and lines[0].startswith("Traceback"):
            return re.sub(r"^(\w+\.)+(?=\w+Error|\w+Exception)", "", lines[-1])
    return messages[0] if messages else "nbgrader gives no reason"


def _unreadable(submission: Submission, expected: list[str]) -> str | None:
    """Return what is wrong with the submitted files, before any kernel is started."""
    found = {path.name: path for path in submission.folder.glob("*.ipynb")}
    if not found.keys() & set(expected):
        others = f", only {', '.join(sorted(found))}" if found else ""
        return f"there is no {' or '.join(expected)} in {submission.folder.name}{others}"
    for name in sorted(found.keys() & set(expected)):
        try:
            nbformat.validate(nbformat.read(found[name], as_version=4))
        except (ValueError, KeyError, AttributeError, TypeError, nbformat.ValidationError) as error:
            reason = str(error).strip().splitlines()
            return f"{name}: no readable notebook ({reason[0] if reason else type(error).__name__})"
    return None


def _notes(submission: Submission) -> list[str]:
    """Name the cells in which time ran out or the kernel died."""
    notes = []
    for path in sorted(submission.autograded.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        errors = [
            (cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {number}"), output)
            for number, cell in enumerate(cells, start=1)
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ]
        timeouts = [name for name, output in errors if output.ename == "CellTimeoutError"]
        if timeouts:
            notes.append(f"time ran out in {', '.join(timeouts)}")
        dead = [output.evalue for _, output in errors if output.ename == "DeadKernelError"]
        notes += dead[:1]
    return notes
