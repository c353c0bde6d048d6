"""Grade a whole class, one submission after another, with progress on the way."""

import warnings

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SAWarning

from autograder.grade.course import Course
from autograder.grade.engine import Outcome, grade, register


def grade_class(course: Course, assignment: str, *, force: bool) -> list[Outcome]:
    """Grade every submission of an assignment; one that fails does not stop the others.

    Parameters
    ----------
    course : Course
    assignment : str
    force : bool
        Grade again what was graded before and did not change.

    Returns
    -------
    list of Outcome
        One for each submission, by learner.

    Raises
    ------
    InputError
        If there are no submissions, or nbgrader refuses the assignment's source.
    """
    # nbgrader's own way of adding submissions, which works; SQLAlchemy warns about it each time.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    submissions = course.submissions(assignment)
    register(course, assignment)
    console = Console(stderr=True)
    outcomes = []
    with Progress(
        TextColumn("Grading {task.fields[learner]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=len(submissions), learner="")
        for submission in submissions:
            progress.update(task, learner=submission.learner)
            outcome = grade(course, assignment, submission, force=force)
            outcomes.append(outcome)
            progress.advance(task)
            if not console.is_terminal:  # a log shows progress as lines
                print(f"{outcome.learner}: {outcome.status}, {outcome.seconds:.1f} s", flush=True)
    return outcomes
