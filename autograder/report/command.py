"""Report on a graded assignment: scores, difficulty, failure messages, as a page and as CSV."""

import argparse
import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.report.statistics import Analysis


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="w05, or any assignment's full id")
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path("."),
        metavar="DIR",
        help="folder of any nbgrader course: gradebook.db, autograded/, … (default: this folder)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="where index.html, scores.csv, cells.csv, and canvas.csv and moodle.csv for their "
        "gradebooks go (default: reports/ASSIGNMENT in the course's folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report of one assignment and print its summary.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        If there is no gradebook, no such assignment, or nothing graded.
    """
    from rich.console import Console
    from rich.progress import track

    from autograder.course import open_course
    from autograder.errors import InputError
    from autograder.files import write_text
    from autograder.report.gradebook import feedback_pages, read_class, with_failures
    from autograder.report.page import render_page
    from autograder.report.statistics import analyse
    from autograder.report.tables import canvas_csv, cells_csv, moodle_csv, scores_csv

    course = open_course(arguments.course_dir)
    record = read_class(course, arguments.assignment)
    progress = Console(stderr=True)
    record, unreadable = with_failures(
        record,
        course,
        lambda learners: track(
            learners,
            "Reading autograded notebooks",
            console=progress,
            transient=True,
            disable=not progress.is_terminal,
        ),
    )
    analysis = analyse(record)
    if not analysis.graded:
        raise InputError(_nothing_graded(record.assignment, analysis))

    output = arguments.output or Path(course.root, "reports", record.assignment)
    links = {
        learner: tuple((path.stem, relative_link(path, output)) for path in paths)
        for learner, paths in feedback_pages(record, course).items()
    }
    files = {
        "index.html": render_page(record, analysis, links, unreadable),
        "scores.csv": scores_csv(analysis),
        "cells.csv": cells_csv(analysis),
        "canvas.csv": canvas_csv(analysis, record.assignment),
        "moodle.csv": moodle_csv(analysis, record.assignment),
    }
    for name, text in files.items():
        write_text(output / name, text)

    console = Console()
    console.print(_overview(record.assignment, analysis))
    for name in files:
        console.print(
            str(output / name), style="bold", soft_wrap=True, highlight=False, markup=False
        )
    return 0


def relative_link(target: Path, folder: Path) -> str:
    """Return the address by which a page in ``folder`` links to a file."""
    relative = os.path.relpath(target.resolve(), folder.resolve())
    return quote(PurePath(relative).as_posix())


def _nothing_graded(assignment: str, analysis: "Analysis") -> str:
    from autograder.report.statistics import Status

    waiting = analysis.count(Status.NEEDS_MANUAL)
    submitted = len(analysis.learners) - analysis.count(Status.MISSING)
    if waiting:
        hint = f"{waiting} autograded, waiting for manual grading in nbgrader's formgrader"
    else:
        hint = f"{submitted} submitted; run `autograder grade` or `nbgrader autograde` first"
    return f"nothing of {assignment!r} is graded yet ({hint})"


def _overview(assignment: str, analysis: "Analysis") -> "Table":
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from autograder.report.page import index, number, percent
    from autograder.report.statistics import Status

    summary = analysis.summary
    missing = analysis.count(Status.MISSING)
    parts = [f"{len(analysis.learners)} learners", f"{analysis.graded} graded"]
    parts += [f"{missing} missing"] if missing else []
    parts += [f"mean {summary.mean:.1f} %", f"median {summary.median:.1f} %"] if summary else []
    table = Table(title=Text(f"{assignment}: {', '.join(parts)}"), title_justify="left", box=SIMPLE)
    table.add_column("exercise", overflow="fold")
    for name in ("points", "difficulty", "discr.", "passed", "partial", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    for item in analysis.exercises:
        table.add_row(
            Text(item.label),
            number(item.points),
            percent(item.difficulty),
            index(item.discrimination),
            *(str(count) for count in (item.passed, item.partial, item.failed)),
        )
    return table
