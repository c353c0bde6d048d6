"""Read one assignment of an nbgrader course: gradebook, submissions and autograded notebooks.

This is the only module of the room that knows nbgrader's tables and folders. It never writes.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from nbgrader import api
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from autograder.course import CACHE_FOLDER, REFUSALS, Course, find_assignment
from autograder.errors import InputError
from autograder.notebooks import read_notebook
from autograder.regions import exercise_of
from autograder.report.model import CellKey, ClassRecord, Failure, GradedCell, Learner, Mark
from autograder.report.outputs import failures, first_line


def read_class(course: Course, assignment: str) -> ClassRecord:
    """Read everything about one assignment that the gradebook and the submitted folder know.

    The learners' failures are still empty: :func:`with_failures` adds them.

    Raises
    ------
    InputError
        If there is no gradebook, it cannot be read, or it has no such assignment.
    """
    engine = _engine(course)
    try:
        with _Gradebook(engine.url.render_as_string(hide_password=False)) as gradebook:
            session = gradebook.db
            known = session.scalars(select(api.Assignment.name)).all()
            assignment = find_assignment(assignment, sorted(known), "the gradebook")
            row = gradebook.find_assignment(assignment)
            cells = _cells(row, course)
            learners = _learners(session, row, course, known)
            return ClassRecord(course.id or row.course_id, assignment, row.duedate, cells, learners)
    except DBAPIError as error:
        raise InputError(
            f"the gradebook cannot be read ({error.orig}): if an older nbgrader made it, run "
            "`nbgrader db upgrade`"
        ) from None
    finally:
        engine.dispose()


def with_failures(
    record: ClassRecord,
    course: Course,
    track: Callable[[Iterable[Learner]], Iterable[Learner]] = iter,
) -> tuple[ClassRecord, tuple[str, ...]]:
    """Add to every learner what the autograded notebooks say about failures.

    Parameters
    ----------
    record : ClassRecord
    course : Course
    track : callable
        Wraps the iteration over the learners, to show progress.

    Returns
    -------
    ClassRecord
        The same class with failures.
    tuple of str
        One line for each autograded notebook that cannot be read. One bad file of one learner
        does not stop the report of the others.
    """
    notebooks = sorted({cell.key.notebook for cell in record.cells})
    learners, problems = [], []
    for learner in track(record.learners):
        folder = course.folder("autograded_directory", record.assignment, learner.id)
        found: list[Failure] = []
        autograded = False
        for name in notebooks:
            path = folder / f"{name}.ipynb"
            if not path.is_file():
                continue
            autograded = True
            try:
                found.extend(failures(read_notebook(path), name))
            except InputError:
                problems.append(f"{name}.ipynb of {learner.id}: its messages are missing here.")
        refusal = _refusal(course, record.assignment, learner.id)
        learners.append(
            replace(learner, failures=tuple(found), autograded=autograded, refusal=refusal)
        )
    return replace(record, learners=tuple(learners)), tuple(problems)


def feedback_pages(record: ClassRecord, course: Course) -> dict[str, tuple[Path, ...]]:
    """Return the feedback pages that exist: learner's id to files, one for each notebook."""
    notebooks = sorted({cell.key.notebook for cell in record.cells})
    pages = {}
    for learner in record.learners:
        folder = course.folder("feedback_directory", record.assignment, learner.id)
        files = tuple(path for name in notebooks if (path := folder / f"{name}.html").is_file())
        if files:
            pages[learner.id] = files
    return pages


class _Gradebook(api.Gradebook):
    """A gradebook that is only read."""

    def check_course(self, course_id: str = "default_course", **kwargs: object) -> None:
        """Do not add the course where it is missing, as nbgrader does on opening."""


def _engine(course: Course) -> Engine:
    """Return the gradebook's engine, after making sure that there is a gradebook behind it.

    nbgrader would make an empty one.
    """
    try:
        url = make_url(course.db_url)
        engine = create_engine(url)
    except (NoSuchModuleError, ImportError) as error:
        raise InputError(f"the gradebook's address (db_url) is wrong: {error}") from None
    if url.get_backend_name() == "sqlite" and url.database:
        # A relative file is the course's: instructors run nbgrader in the course's folder.
        path = course.root / url.database
        if not path.is_file():
            raise InputError(
                "there is no gradebook: grade the assignment first, or name the course's folder "
                "with --course-dir",
                path,
            )
        engine = create_engine(url.set(database=str(path), query={}))
    try:
        tables = set(inspect(engine).get_table_names())
    except DBAPIError as error:
        raise InputError(f"the gradebook cannot be read ({error.orig})") from None
    if not {"assignment", "course", "base_cell"} <= tables:
        raise InputError(
            "this is not a gradebook of this version of nbgrader: if an older one made it, run "
            "`nbgrader db upgrade`",
            Path(engine.url.database or ""),
        )
    return engine


def _cells(assignment: api.Assignment, course: Course) -> tuple[GradedCell, ...]:
    """Return the graded cells, notebook by notebook, in the notebook's order."""
    found: list[GradedCell] = []
    for notebook in assignment.notebooks:
        solutions = {cell.name for cell in notebook.solution_cells}
        graded = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
        order = course.cell_order(assignment.name, notebook.name)
        positions = {name: position for position, name in enumerate(order)}
        found.extend(
            GradedCell(
                key=CellKey(notebook.name, name),
                exercise=CellKey(notebook.name, exercise_of(name, solutions)),
                points=graded[name].max_score,
                # A graded cell that is also a solution, like a task, waits for a person.
                automatic=graded[name].cell_type == "code" and name not in solutions,
            )
            for name in sorted(
                graded, key=lambda name: (positions.get(name, len(order)), _natural(name))
            )
        )
    return tuple(found)


def _learners(
    session: Session, assignment: api.Assignment, course: Course, assignments: Sequence[str]
) -> tuple[Learner, ...]:
    submissions = {
        row.student_id: row
        for row in session.execute(
            select(
                api.SubmittedAssignment.student_id,
                api.SubmittedAssignment.timestamp,
                api.SubmittedAssignment.late_submission_penalty.label("penalty"),
            ).where(api.SubmittedAssignment.assignment_id == assignment.id)
        )
    }
    marks = _marks(session, assignment)
    names = {
        row.id: " ".join(part for part in (row.first_name, row.last_name) if part)
        for row in session.execute(
            select(api.Student.id, api.Student.first_name, api.Student.last_name)
        )
    }
    found = course.submissions(assignment.name, names, assignments)
    submitted = {submission.learner for submission in found}
    learners = []
    for student in sorted({*names, *submitted}, key=_natural):
        row = submissions.get(student)
        learners.append(
            Learner(
                id=student,
                name=names.get(student, ""),
                submitted=student in submitted or row is not None,
                timestamp=row.timestamp if row else None,
                penalty=(row.penalty or 0.0) if row else 0.0,
                marks=marks.get(student, {}),
            )
        )
    return tuple(learners)


def _marks(session: Session, assignment: api.Assignment) -> dict[str, dict[CellKey, Mark]]:
    """Return all marks in one query: a thousand learners have some ten thousand of them."""
    query = (
        select(
            api.SubmittedAssignment.student_id,
            api.Notebook.name.label("notebook"),
            api.BaseCell.name.label("cell"),
            api.Grade.score,
            api.Grade.auto_score,
            api.Grade.manual_score,
            api.Grade.needs_manual_grade,
        )
        .select_from(api.Grade)
        .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
        )
        .join(api.Notebook, api.SubmittedNotebook.notebook_id == api.Notebook.id)
        .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
        .where(api.SubmittedAssignment.assignment_id == assignment.id)
    )
    marks: dict[str, dict[CellKey, Mark]] = {}
    for row in session.execute(query):
        scored = row.auto_score is not None or row.manual_score is not None
        marks.setdefault(row.student_id, {})[CellKey(row.notebook, row.cell)] = Mark(
            score=row.score if scored else None, needs_manual=row.needs_manual_grade
        )
    return marks


def _refusal(course: Course, assignment: str, learner: str) -> str:
    """Return why `autograder grade` gave no grade, as it wrote it down."""
    path = Path(course.root, CACHE_FOLDER, assignment, REFUSALS, f"{learner}.json")
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # never graded by it, or a damaged file
        return ""
    reason = entry.get("reason") if isinstance(entry, dict) else None
    return first_line(reason) if isinstance(reason, str) else ""


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Order ``part2`` before ``part10``."""
    return [
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.split(r"(\d+)", name)
        if piece
    ]
