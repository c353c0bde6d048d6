"""Write the hints that learners get for known mistakes, sealed, into course/<unit>/hints.json."""

import argparse
import os
import sys
from pathlib import Path

from autograder.cores import at_least_one, available_cores


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``autograder hints``."""
    parser.add_argument(
        "units", nargs="*", metavar="UNIT", help="w05 or w05_neural_networks; all by default"
    )
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that holds course/ (default: this one)",
    )
    parser.add_argument(
        "--jobs",
        type=at_least_one,
        metavar="N",
        help="how many runs are executed at a time (default: one a core)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Record the messages of known mistakes and write the hints of the units.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        If a unit does not build, its ``mistakes.py`` breaks a rule, its solution fails, or the
        system cannot fork.
    """
    from rich.console import Console

    from autograder.errors import InputError
    from autograder.syllabus import load_syllabus

    if not hasattr(os, "fork"):
        raise InputError("this command forks processes: run it on Linux or macOS")
    from autograder.check.course import ReferenceServers
    from autograder.check.hints import hints_text
    from autograder.check.progress import Progress
    from autograder.check.runner import RunnerFailed
    from autograder.check.unit import load_unit
    from autograder.files import write_text
    from autograder.hints.recording import record
    from forwardpass.hints import FILE

    syllabus = load_syllabus(arguments.course_dir)
    # Every unit is read before the first is run: bad input shows at once.
    units = [
        load_unit(arguments.course_dir, unit, syllabus) for unit in syllabus.select(arguments.units)
    ]
    servers = ReferenceServers(units)
    jobs = arguments.jobs or available_cores()
    try:
        with Progress(Console(stderr=True)) as progress:
            for tested in units:
                try:
                    with servers.server_of(tested) as server:
                        found = record(
                            tested,
                            server,
                            jobs,
                            lambda done, known, tested=tested: progress.show(tested, done, known),
                        )
                except RunnerFailed as error:
                    raise InputError(
                        f"the process that runs the mistakes died ({error})", tested.assignment_path
                    ) from None
                write_text(tested.folder / FILE, hints_text(tested, found.hints))
                with progress.paused(tested.unit.id):
                    print(
                        f"{tested.unit.id}: of {found.mistakes} known mistakes {found.seen} fail a "
                        f"visible test, and {found.recognised} get a hint of their own"
                    )
    finally:
        servers.close()
    print("Now run autograder build, which gives the hints to learners.", file=sys.stderr)
    return 0
