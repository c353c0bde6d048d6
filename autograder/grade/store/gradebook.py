"""What grading reads from nbgrader's gradebook, and the one writer to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook, TaskCell

from autograder.grade.model import Graded, GradedNotebook, PriorGrades

# By notebook and grade id.
Scores = Mapping[str, Mapping[str, float | None]]


class NoSuchStudent(Exception):
    """The course's settings want students to be known beforehand, and this one is not."""


def write(
    gradebook: Gradebook,
    assignment: str,
    graded: Graded,
    submitted_at: datetime | None,
    *,
    create_student: bool,
    is_known: bool = False,
) -> tuple[float, float]:
    """Write what came of a submission as nbgrader would, and return its score and points.

    All scores are written in one transaction: a gradebook never has half of a submission.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    graded : Graded
    submitted_at : datetime or None
        In UTC.
    create_student : bool
        nbgrader's setting ``Autograde.create_student``.
    is_known : bool, default False
        Whether the very same submission was graded before, so that what a person has settled since
        need not be looked at again.

    Raises
    ------
    NoSuchStudent
        If the learner is unknown and must not be.
    """
    if create_student:
        gradebook.update_or_create_student(graded.learner)
    else:
        try:
            gradebook.find_student(graded.learner)
        except MissingEntry:
            raise NoSuchStudent(graded.learner) from None
    when = {} if submitted_at is None else {"timestamp": submitted_at}
    submission = gradebook.update_or_create_submission(assignment, graded.learner, **when)
    try:
        for notebook in submission.notebooks:
            _write_notebook(notebook, graded.notebooks[notebook.name], is_known=is_known)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    score, points = float(submission.score), float(submission.max_score)
    gradebook.db.expunge_all()  # a class of thousands does not stay in memory
    return score, points


def read_prior_grades(
    gradebook: Gradebook, assignment: str
) -> tuple[PriorGrades, dict[str, PriorGrades]]:
    """Return what is known of a learner who is not in the gradebook, and of all others by id."""
    due = gradebook.find_assignment(assignment).duedate
    found = {}
    for submission in gradebook.assignment_submissions(assignment):
        manual, extra, comments = {}, {}, {}
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if grade.manual_score is not None:
                    manual[notebook.name, grade.name] = grade.manual_score
                if grade.extra_credit is not None:
                    extra[notebook.name, grade.name] = grade.extra_credit
            for comment in notebook.comments:
                if comment.manual_comment:
                    comments[notebook.name, comment.name] = comment.manual_comment
        longer = submission.extension or timedelta()
        own_due = None if due is None else due + longer
        found[submission.student.id] = PriorGrades(
            manual, extra, comments, own_due, submission.timestamp
        )
    return PriorGrades(due=due), found


def auto_scores(gradebook: Gradebook, assignment: str) -> dict[str, Scores]:
    """Return the gradebook's own scores: by learner, notebook and grade id."""
    found = {
        submission.student.id: {
            notebook.name: {grade.name: grade.auto_score for grade in notebook.grades}
            for notebook in submission.notebooks
        }
        for submission in gradebook.assignment_submissions(assignment)
    }
    gradebook.db.expunge_all()
    return found


def _write_notebook(notebook: SubmittedNotebook, graded: GradedNotebook, *, is_known: bool) -> None:
    missing = graded.autograded is None
    for grade in notebook.grades:
        found = graded.verdicts.get(grade.name)
        if missing:
            grade.auto_score, grade.needs_manual_grade = 0.0, False
        elif isinstance(grade.cell, TaskCell):
            _write_task(grade)
        else:
            before = grade.auto_score
            grade.auto_score = 0.0 if found is None else found.score
            if not is_known or grade.auto_score != before:
                by_person = grade.manual_score is not None or grade.auto_score is None
                grade.needs_manual_grade = by_person
    if missing:
        return
    for comment in notebook.comments:
        if comment.name in graded.comments:
            comment.auto_comment = graded.comments[comment.name]
    notebook.late_submission_penalty = graded.penalty


def _write_task(grade: Grade) -> None:
    """Leave a task as a person left it, as nbgrader does.

    Only where its notebook was missing so far, nbgrader would keep the zero, and nobody would ever
    be asked to mark the task.
    """
    if grade.auto_score is not None:
        grade.auto_score = None
        grade.needs_manual_grade = True
