"""Write the learners' repository: release/, the learner's package, how to begin, and nothing else.

What decides marks, solutions and hidden tests, stays in this one, which a course with marks keeps
private. The folder is one to be pushed: commit there what this command wrote.
"""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``autograder publish``."""
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="a clone of the learners' repository, or a new folder",
    )
    parser.add_argument(
        "--course-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that holds course/ (default: this one)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the course and write what learners get of it.

    Returns
    -------
    int
        0, or 1 if something would give a solution or a hidden test away: then nothing is written.

    Raises
    ------
    InputError
        If the folder is the course's own, or holds files of other origin in the way; nothing is
        written then.
    """
    from rich.console import Console
    from rich.progress import track

    from autograder.build.course import assemble
    from autograder.build.tree import Tree, write
    from autograder.build.unit import build_unit
    from autograder.errors import InputError
    from autograder.files import counted
    from autograder.publish.repository import learners_files
    from autograder.syllabus import load_syllabus
    from forwardpass.published import read_manifest

    root, folder = arguments.course_dir, arguments.folder
    if root.resolve().is_relative_to(folder.resolve()):
        raise InputError("this holds the course itself: name another folder", folder)
    syllabus = load_syllabus(root)
    console = Console(stderr=True)
    built = [
        build_unit(root, unit, syllabus)
        for unit in track(syllabus.units, "Building", console=console, transient=True)
    ]
    course = assemble(root, built, syllabus)
    (release,) = (tree.files for tree in course.trees if tree.root.name == "release")
    files = learners_files(root, syllabus, release)
    if course.leaks:
        print(*course.leaks, sep="\n", file=sys.stderr)
        print(f"{counted(len(course.leaks), 'leak')}: nothing was written.", file=sys.stderr)
        return 1
    rooms = {path.split("/")[0] for path in (*files, *read_manifest(folder)) if "/" in path}
    changed = write([Tree(folder, files, frozenset(rooms))])
    print(f"{counted(len(changed), 'file')} changed in {folder}, no leaks.")
    if changed and (folder / ".git").exists():
        print(f"Publish it: git -C {folder} add --all, commit, push.")
    return 0
