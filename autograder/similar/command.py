"""Compare the submissions of an assignment: who shares code with whom, beyond what was given.

Works on what `autograder grade` has executed. A high share is a reason to look and to ask, never
a proof: short exercises have few right answers.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.similar.comparison import Pair

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="w05, or any assignment's full id")
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the nbgrader course directory (default: here)",
    )
    parser.add_argument(
        "--share",
        type=_share,
        default=0.8,
        metavar="0..1",
        help="list the pairs of which one shares at least so much of its code (default: 0.8)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the comparison and print the closest pairs.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        If there are not two submissions that have been graded.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.course import open_course
    from autograder.files import counted, write_text
    from autograder.similar.comparison import compare, pairs_csv, read_answers

    course = open_course(arguments.course_dir)
    assignment = course.find_assignment(arguments.assignment)
    given, answers = read_answers(course, assignment)
    with Console(stderr=True).status(f"Comparing {counted(len(answers), 'notebook')}"):
        pairs, page = compare(given, answers, arguments.share)
    folder = Path(course.root, "reports", assignment)
    for name, text in (("similar.html", page), ("similar.csv", pairs_csv(pairs))):
        write_text(folder / name, text)
    console = Console()
    table = Table(title=f"{assignment}: {counted(len(pairs), 'pair')} of {len(answers)} notebooks")
    for name in ("one", "the other"):
        table.add_column(name)
    for name in ("share of one", "of the other", "tokens"):
        table.add_column(name, justify="right")
    for pair in pairs[:_SHOWN]:
        table.add_row(*map(Text, _row(pair)))
    console.print(table)
    for name in ("similar.html", "similar.csv"):
        console.print(str(folder / name), soft_wrap=True, highlight=False, markup=False)
    return 0


def _row(pair: "Pair") -> tuple[str, ...]:
    shares = (f"{share:.0%}" for share in pair.shares)
    return (*pair.names, *shares, str(pair.tokens))


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return value
