"""Grade the submissions of an assignment and write feedback pages.

Works in any nbgrader course directory, in place of nbgrader autograde: reads submitted/, writes
gradebook.db, autograded/ and feedback/, so that formgrader and `nbgrader export` go on from there.
Submissions are never changed. What was graded before and has not changed is kept.
"""

import argparse
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import InputError
from autograder.files import counted
from autograder.kernels.sandbox.choice import CHOICES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from autograder.course import Course
    from autograder.grade.result import Result
    from autograder.grade.session import Session
    from autograder.kernels.sandbox.choice import Sandbox

# A note that so many submissions have is written once, below the table.
_MANY = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `autograder grade` takes."""
    parser.add_argument(
        "assignment", nargs="?", metavar="ASSIGNMENT", help="w05, or any assignment's full id"
    )
    parser.add_argument(
        "learners",
        nargs="*",
        metavar="LEARNER",
        help="grade these alone, also if they have not changed since (default: everyone who handed "
        "in, if it is new or has changed)",
    )
    parser.add_argument(
        "--mine",
        type=Path,
        metavar="NOTEBOOK",
        help="grade this one notebook, your own, in your own account; what comes of it lies in "
        "marked/ and in no gradebook of a class",
    )
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the nbgrader course directory (default: here)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="grade again what was graded before and has not changed since",
    )
    parser.add_argument(
        "--sandbox",
        choices=CHOICES,
        default="auto",
        help="what learners' code is locked into (default: auto, which is bwrap; where it does "
        "not work, grading stops)",
    )
    parser.add_argument(
        "--judge",
        choices=("auto", "never"),
        default="auto",
        help="whether tests run apart from learners' code, in a process that it never enters "
        "(default: auto, which is where they can)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on a Dask cluster: tcp://host:8786 (default: on all cores of this machine)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Grade; return 1 when a submission is left without a grade."""
    from rich.console import Console

    from autograder.grade.feedback.restoring import offer
    from autograder.grade.session import open_session

    course, assignment, level = _asked(arguments)
    errors = Console(stderr=True)
    errors.print(_about(level), highlight=False)
    if advice := offer(course.config):
        errors.print(advice, highlight=False, markup=False, soft_wrap=True)
    with open_session(
        course,
        assignment,
        sandbox=level,
        judge=arguments.judge,
        scheduler=arguments.scheduler,
        learners=arguments.learners,
        force=arguments.force or bool(arguments.learners),
        tell=lambda line: errors.print(
            _printable(line), markup=False, highlight=False, soft_wrap=True
        ),
    ) as session:
        results = sorted(_shown(session, assignment, errors), key=lambda result: result.learner)
        for result in results:
            if result.score is None:
                session.explain(result)
    shared = _shared([result.notes for result in results])
    output = Console()
    output.print(_table(results, assignment, shared))
    for number, (note, count) in enumerate(shared.items(), start=1):
        text = f"[{number}] {count} of {len(results)} submissions: {_printable(note)}"
        output.print(text, markup=False, highlight=False, soft_wrap=True)
    for note in session.notes:
        errors.print(_printable(note), markup=False, highlight=False, soft_wrap=True)
    missing = sum(result.score is None for result in results)
    if missing:
        errors.print(f"{missing} of {len(results)} submissions have no grade.", highlight=False)
    learner = "<learner>" if arguments.mine is None else results[0].learner
    feedback = course.folder("feedback_directory", assignment, learner)
    judged, points = session.judged
    print(f"{judged:g} of {points:g} points judged.")
    pages = [] if arguments.mine is None else [page.as_uri() for page in feedback.glob("*.html")]
    print("\n".join(pages) or f"Feedback pages: {feedback}")
    return 1 if missing else 0


def _asked(arguments: argparse.Namespace) -> "tuple[Course, str, Sandbox]":
    """Return the course, the assignment, and what learners' code is locked into."""
    from autograder.course import open_course
    from autograder.grade.own import hand_in
    from autograder.kernels.sandbox.choice import Sandbox, choose

    course = open_course(arguments.course_dir)
    if arguments.mine is None:
        if arguments.assignment is None:
            raise InputError("name an assignment (w05), or your own notebook (--mine FILE.ipynb)")
        return course, course.find_assignment(arguments.assignment), choose(arguments.sandbox)
    if arguments.assignment is not None:
        raise InputError("--mine grades the notebook that it names: leave ASSIGNMENT out")
    level = Sandbox.NONE if arguments.sandbox == "auto" else choose(arguments.sandbox)
    return *hand_in(course, arguments.mine), level


def _about(level: str) -> str:
    """Return what the level of the sandbox means."""
    from autograder.kernels.provisioner import can_fork

    if level == "none":
        text = "Sandbox: none. Submissions run in your own account."
    else:
        text = f"Sandbox: {level}. Submissions see neither your files nor the network."
    if not can_fork():
        text += " Kernels start anew for each submission: this system cannot fork warm ones."
    return text


def _shown(session: "Session", assignment: str, console: "Console") -> Iterator["Result"]:
    """Yield the results as they come, with a progress bar, or a line each in a log."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("Grading {task.fields[learner]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        bar = progress.add_task("", total=len(session.submissions), learner=assignment)
        for result in session.run():
            learner = _printable(result.learner)
            progress.update(bar, advance=1, learner=learner)
            if not console.is_terminal:
                line = f"{learner}: {result.status}, {result.seconds:.1f} s"
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            yield result


def _shared(notes: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return the notes that stand with many submissions, to be written once, and with how many."""
    counts = Counter(note for each in notes for note in dict.fromkeys(each))
    return {note: count for note, count in counts.items() if count >= _MANY}


def _table(results: list["Result"], assignment: str, shared: Collection[str]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{assignment}: {counted(len(results), 'submission')}")
    table.add_column("learner")
    table.add_column("score", justify="right")
    table.add_column("status")
    table.add_column("seconds", justify="right")
    table.add_column("note", overflow="fold")
    numbers = {note: f"[{number}]" for number, note in enumerate(shared, start=1)}
    for result in results:
        score = "–" if result.score is None else f"{result.score:g} / {result.points:g}"
        seconds = f"{result.seconds:.1f}"
        # As Text, in which [b] is not markup: learners name folders and files.
        joined = "; ".join(numbers.get(note, note) for note in result.notes)
        learner, notes = (Text(_printable(s)) for s in (result.learner, joined))
        table.add_row(learner, score, result.status, seconds, notes)
    return table


def _printable(text: str) -> str:
    """Return text for a terminal: what would command it, or is not Unicode, becomes an escape."""
    shown = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return "".join(shown)
