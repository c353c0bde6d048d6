"""Check that the assignments keep their promises: marks, mistakes, mutants, time."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from autograder.cores import at_least_one, available_cores


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``autograder check``."""
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
    parser.add_argument(
        "--mutants",
        type=at_least_one,
        metavar="N",
        help="how many mutants of each exercise are tried, beside those that are excused "
        "(default: all)",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="check also what was checked before and has not changed since",
    )
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the report as JSON to a file; without one, to standard output instead of the "
        "table",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check the units.

    Returns
    -------
    int
        0 if all promises are kept, 1 otherwise.

    Raises
    ------
    InputError
        If a unit does not build, its ``mistakes.py`` breaks a rule, or the system cannot fork.
    """
    from rich.console import Console

    from autograder.errors import InputError
    from autograder.files import write_text
    from autograder.syllabus import load_syllabus

    if not hasattr(os, "fork"):
        raise InputError("this command forks processes: run it on Linux or macOS")
    from autograder.check.course import check_units
    from autograder.check.kept import KeptReports
    from autograder.check.progress import Progress
    from autograder.check.table import print_report, report_json
    from autograder.check.unit import load_unit
    from autograder.result_cache import ResultCache

    syllabus = load_syllabus(arguments.course_dir)
    selected = syllabus.select(arguments.units)
    # Every unit is read before the first is run: bad input shows at once.
    units = [
        load_unit(arguments.course_dir, unit, syllabus, arguments.mutants) for unit in selected
    ]

    # A file has no width: the table gets what it needs.
    output = Console() if sys.stdout.isatty() else Console(width=100)
    progress = Progress(Console(stderr=True))
    kept = None if arguments.no_cache else KeptReports(ResultCache("check"))
    reports = []
    jobs = arguments.jobs or available_cores()
    with progress, closing(check_units(units, jobs, progress.show, kept)) as found:
        for report in found:
            reports.append(report)
            with progress.paused(report.unit.id):
                if arguments.json != "-":
                    print_report(report, output)
    if arguments.json == "-":
        sys.stdout.write(report_json(reports))
    elif arguments.json is not None:
        write_text(Path(arguments.json), report_json(reports))
    return int(any(report.faults for report in reports))
