"""The CSV files of a report: a row for each learner or cell, and for gradebooks elsewhere."""

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.report.statistics import Analysis, LearnerResult


def scores_csv(analysis: Analysis) -> str:
    """Return one row for each learner of the class, by id.

    ``score`` is after the late penalty. A learner without a graded submission has empty fields,
    so that a missing submission cannot be taken for a score of 0.
    """
    header = [
        *("student_id", "name", "score", "max_score", "percent", "late_penalty"),
        *(f"exercise:{item.label}" for item in analysis.exercises),
        *("needs_manual_grading", "status"),
    ]
    rows = (
        [
            learner.id,
            learner.name,
            _text(learner.score),
            _text(analysis.points),
            _text(learner.percent),
            _text(learner.penalty if learner.score is not None else None),
            *(_text(score) for score in learner.exercise_scores),
            str(learner.needs_manual).lower(),
            learner.status.value,
        ]
        for learner in analysis.learners
    )
    return _csv(header, rows)


def cells_csv(analysis: Analysis) -> str:
    """Return one row for each graded cell, in the order of the notebook.

    ``passed``, ``partial`` and ``failed`` count the learners with all, some and none of the points,
    ``pending`` those without a score.
    """
    header = [
        *("exercise", "cell", "points", "automatic", "mean_score", "difficulty"),
        *("discrimination", "item_rest_correlation", "passed", "partial", "failed", "pending"),
    ]
    rows = (
        [
            cell.exercise,
            cell.label,
            _text(cell.points),
            str(cell.automatic).lower(),
            _text(cell.mean_score),
            _text(cell.difficulty),
            _text(cell.discrimination),
            _text(cell.item_rest),
            *(str(count) for count in (cell.passed, cell.partial, cell.failed, cell.pending)),
        ]
        for cell in analysis.cells
    )
    return _csv(header, rows)


def canvas_csv(analysis: Analysis, assignment: str) -> str:
    """Return what Canvas imports into its gradebook, as ``lib/gradebook_importer.rb`` there reads.

    A learner is found by login, which is the id here. The column is that of the assignment of this
    name, or Canvas offers to make one. Who has no final score is left out, since an empty field
    would take away a score that Canvas has.
    """
    header = ["Student", "ID", "SIS Login ID", "Section", assignment]
    possible = ["    Points Possible", "", "", "", _text(analysis.points)]
    rows = (
        [learner.name or learner.id, "", learner.id, "", _text(learner.score)]
        for learner in _final(analysis)
    )
    return _csv(header, [possible, *rows])


def moodle_csv(analysis: Analysis, assignment: str) -> str:
    """Return what Moodle imports (Grades, Import, CSV file), with learners by username.

    Who has no final score is left out.
    """
    rows = ([learner.id, _text(learner.score)] for learner in _final(analysis))
    return _csv(["username", assignment], rows)


def _final(analysis: Analysis) -> Iterable[LearnerResult]:
    """Yield the learners whose score nobody will change by marking."""
    for learner in analysis.learners:
        if learner.score is not None and not learner.needs_manual:
            yield learner


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _text(value: float | None) -> str:
    """Four decimals are more than any score has; trailing zeros would suggest a precision."""
    return "" if value is None else f"{round(value, 4):.12g}"
