"""A learner's own notebook, graded as a class's is, without a class and its gradebook.

It is handed in by a single learner in a course directory that holds nothing else: ``marked/``,
beside the course, whose source and settings it uses.
"""

import re
from pathlib import Path

from traitlets.config import Config

from autograder.course import Course
from autograder.errors import InputError
from autograder.files import write_bytes

FOLDER = "marked"
LEARNER = "me"


def hand_in(course: Course, notebook: Path) -> tuple[Course, str]:
    """Hand in a notebook; return the course directory that has it, and the assignment's id.

    Parameters
    ----------
    course : Course
        The course that the notebook belongs to.
    notebook : pathlib.Path
        The learner's file, which is only read. Its name may have an addition, as that of a copy
        has: ``w05_assignment (1).ipynb``.

    Raises
    ------
    InputError
        If the file cannot be read, or its name is that of no assignment.
    """
    try:
        content = notebook.read_bytes()
    except OSError as error:
        raise InputError(f"this notebook cannot be read ({error.strerror})", notebook) from None
    assignment, name = _assignment_of(course, notebook)
    root = course.root / FOLDER
    config = Config(course.config)
    config.CourseDirectory.root = str(root)
    # Whatever the course says of these: the two that are its own are read where they are.
    for step in ("source_directory", "release_directory"):
        folder = course.folder(step, assignment)
        config.CourseDirectory[step] = str(folder.parent)
    for step in ("submitted", "autograded", "feedback"):
        config.CourseDirectory[f"{step}_directory"] = step
    config.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    own = Course(root, config)
    write_bytes(own.folder("submitted_directory", assignment, LEARNER) / name, content)
    return own, assignment


def _assignment_of(course: Course, notebook: Path) -> tuple[str, str]:
    """Return the assignment that a learner's notebook is, and the file name that it has there."""
    known = {
        path.name: assignment
        for assignment in course.assignments()
        for path in course.folder("source_directory", assignment).glob("*.ipynb")
    }
    stem = notebook.stem
    for name, assignment in sorted(known.items(), key=lambda item: -len(item[0])):
        if re.match(rf"{re.escape(Path(name).stem)}(\W|_|$)", stem):
            return assignment, name
    names = ", ".join(sorted(known)) or "none yet"
    raise InputError(
        f"this is no assignment of the course, by its name (those are: {names})", notebook
    )
