"""What the gradebook knows of a learner before a submission is graded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nbgrader.api import Gradebook


@dataclass(frozen=True)
class Standing:
    """Manual scores, comments and the due date, where the gradebook has them.

    Attributes
    ----------
    manual : mapping
        Score given by a person, by notebook and grade id.
    extra : mapping
        Extra credit, likewise.
    comments : mapping
        Comments written by a person, likewise.
    due : datetime or None
        When the assignment is due for this learner, extension included, in UTC.
    handed_in : datetime or None
        When the gradebook says that it was handed in, in UTC. It counts where no file says more. It
        is not part of the cache key, since grading itself writes it.
    """

    manual: Mapping[tuple[str, str], float] = field(default_factory=dict)
    extra: Mapping[tuple[str, str], float] = field(default_factory=dict)
    comments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    due: datetime | None = None
    handed_in: datetime | None = field(default=None, repr=False)

    def score(self, notebook: str, grade_id: str, auto: float | None) -> float:
        """Return what a cell is worth, as nbgrader reckons."""
        key = notebook, grade_id
        first = self.manual.get(key, auto)
        return 0.0 if first is None else first + self.extra.get(key, 0.0)

    def seconds_late(self, handed_in: datetime | None) -> float:
        """Return how late a submission is, as nbgrader reckons."""
        handed_in = handed_in or self.handed_in
        if handed_in is None or self.due is None:
            return 0.0
        return max(0.0, (handed_in - self.due).total_seconds())


def read_standings(gradebook: Gradebook, assignment: str) -> tuple[Standing, dict[str, Standing]]:
    """Return the standing of a learner of whom nothing is known, and those of all others by id."""
    due = gradebook.find_assignment(assignment).duedate
    standings = {}
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
        standings[submission.student.id] = Standing(
            manual, extra, comments, own_due, submission.timestamp
        )
    return Standing(due=due), standings
