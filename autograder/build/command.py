"""Build source/, release/ and the course index from the text in course/.

A build is the same to the byte on every machine, so that what is committed can be compared.
"""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `autograder build` takes."""
    parser.add_argument("units", nargs="*", metavar="UNIT", help="w05, …; all units by default")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing: say how what is on disk differs from a fresh build",
    )
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that holds course/ (default: here)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build, or compare; return 1 when the comparison or the leak gate finds something."""
    from rich.console import Console
    from rich.progress import track

    from autograder.build.course import assemble
    from autograder.build.tree import differences, write
    from autograder.build.unit import build_unit
    from autograder.files import counted
    from autograder.syllabus import load_syllabus

    root: Path = arguments.course_dir
    syllabus = load_syllabus(root)
    units = syllabus.select(arguments.units)
    console = Console(stderr=True)
    built = [
        build_unit(root, unit, syllabus)
        for unit in track(units, "Building", console=console, transient=True)
    ]
    course = assemble(root, built, syllabus)
    for leak in course.leaks:
        print(leak, file=sys.stderr)
    if course.leaks:
        print(
            f"{counted(len(course.leaks), 'leak')}: nothing was written. Show the idea on another "
            "function or in other steps, or change the solution (docs/writing_a_week.md, Nothing "
            "leaks).",
            file=sys.stderr,
        )
        return 1
    built_units = counted(len(units), "unit")
    if arguments.check:
        lines = differences(course.trees)
        print(*lines, sep="\n", end="\n" if lines else "")
        print(
            f"{counted(len(lines), 'difference')} from a fresh build: run `autograder build`."
            if lines
            else f"{built_units}: source/, release/ and the index are what course/ gives."
        )
        return 1 if lines else 0
    changed = write(course.trees)
    print(*changed, sep="\n", end="\n" if changed else "")
    done = f"{built_units} built, {counted(len(changed), 'file')} changed, no leaks."
    print(done)
    return 0
