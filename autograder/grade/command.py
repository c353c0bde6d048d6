"""Grade the submissions of an assignment and write feedback pages.

Works in any nbgrader course directory: reads submitted/, writes gradebook.db, autograded/ and
feedback/, so that formgrader and `nbgrader export` go on from there. Submissions are never changed.
"""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `autograder grade` takes."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="w05, or any assignment's full id")
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


def run(arguments: argparse.Namespace) -> int:
    """Grade; return 1 when a submission is left without a grade."""
    from rich.console import Console
    from rich.table import Table

    from autograder.grade.course import open_course
    from autograder.grade.session import grade_class

    course = open_course(arguments.course_dir)
    assignment = course.find_assignment(arguments.assignment)
    print(
        "Submissions run in your own account, without a sandbox: grade strangers' code in a "
        "container or a virtual machine.",
        file=sys.stderr,
    )
    outcomes = grade_class(course, assignment, force=arguments.force)

    table = Table(title=f"{assignment}: {len(outcomes)} submissions")
    table.add_column("learner")
    table.add_column("score", justify="right")
    table.add_column("status")
    table.add_column("seconds", justify="right")
    table.add_column("note", overflow="fold")
    for outcome in outcomes:
        score = "–" if outcome.score is None else f"{outcome.score:g} / {outcome.points:g}"
        table.add_row(
            outcome.learner,
            score,
            outcome.status,
            f"{outcome.seconds:.1f}",
            "; ".join(outcome.notes),
        )
    Console().print(table)
    missing = sum(outcome.score is None for outcome in outcomes)
    if missing:
        print(f"{missing} of {len(outcomes)} submissions have no grade.", file=sys.stderr)
    feedback = course.folder("feedback_directory", assignment, "<learner>")
    print(f"Feedback pages: {feedback}")
    return 1 if missing else 0
