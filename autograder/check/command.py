"""Check that the assignments keep their promises: marks, mistakes, mutants, time."""

import argparse
import os
import sys
from pathlib import Path

_LINE_EVERY = 100  # runs between two lines of progress where there is no terminal


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
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    from autograder.errors import InputError
    from autograder.notebooks import write_text
    from autograder.syllabus import load_syllabus

    if not hasattr(os, "fork"):
        raise InputError("this command forks processes: run it on Linux or macOS")
    from autograder.check.table import print_report, report_json
    from autograder.check.unit import check_unit, load_unit

    syllabus = load_syllabus(arguments.course_dir)
    units = syllabus.select(arguments.units)
    # Every unit is read before the first is run: bad input shows at once.
    materials = [load_unit(arguments.course_dir, unit, syllabus) for unit in units]

    errors = Console(stderr=True)
    # A file has no width: the table gets what it needs.
    output = Console() if sys.stdout.isatty() else Console(width=100)
    reports = []
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    for material in materials:
        name = material.unit.id
        with progress:
            task = progress.add_task(name, total=None)

            def show(done: int, total: int, name: str = name, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)
                if not errors.is_terminal and (done % _LINE_EVERY == 0 or done == 1):
                    print(f"{name}: {done} of {total} runs", file=sys.stderr, flush=True)

            reports.append(check_unit(material, os.cpu_count() or 1, show))
            progress.remove_task(task)
        if arguments.json != "-":
            print_report(reports[-1], output)
    if arguments.json == "-":
        sys.stdout.write(report_json(reports))
    elif arguments.json is not None:
        write_text(Path(arguments.json), report_json(reports))
    return int(any(report.faults for report in reports))
