"""Run the lessons and the solved assignments of a course from top to bottom.

Papermill executes every notebook in a process of its own, in a copy of the unit's release folder.
In the quick profile a notebook that takes longer than the syllabus's budget is a fault. A single
cell that takes five times that budget hangs, and is given up (in the full profile: sixty times).
"""

import argparse
from pathlib import Path

from autograder.cores import at_least_one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `autograder run` takes."""
    parser.add_argument("units", nargs="*", metavar="UNIT", help="w05, …; all units by default")
    parser.add_argument(
        "--profile",
        choices=("quick", "full"),
        default="quick",
        help="the data and the time that notebooks take (default: quick)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="where executed notebooks and the summary go (default: runs/ in the course)",
    )
    parser.add_argument(
        "--jobs",
        type=at_least_one,
        metavar="N",
        help="how many notebooks run at a time, sharing out the cores (default: one a core); "
        "budgets are meant for two cores a notebook",
    )
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that holds course/, source/ and release/ (default: here)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the notebooks; return 1 when one of them has a fault."""
    from autograder.run.plan import plan
    from autograder.syllabus import load_syllabus

    root: Path = arguments.course_dir
    syllabus = load_syllabus(root)
    jobs = plan(root, syllabus.select(arguments.units), arguments.profile)

    from autograder.run.session import run_jobs  # takes a while to import: bad input is told first

    runs = run_jobs(
        jobs,
        output=arguments.output or root / "runs",
        parallel=arguments.jobs,
        title=syllabus.title,
    )
    return 0 if all(notebook_run.ok for notebook_run in runs) else 1
