"""Turn the record of a class into numbers: scores, difficulty, discrimination, who failed where."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from autograder.report.measures import (
    SMALLEST_CLASS,
    Summary,
    group_means,
    item_rest_correlation,
    summarise,
)
from autograder.report.model import CellKey, ClassRecord, Failure, GradedCell, Learner
from autograder.report.outputs import DEAD_KERNEL, TIMEOUT, ended_by


class Status(StrEnum):
    """What became of a learner's submission. Ordered: the first that fits is shown."""

    MISSING = "missing"
    NOT_GRADED = "not graded"
    DEAD_KERNEL = "kernel died"
    TIMEOUT = "timed out"
    NEEDS_MANUAL = "needs manual grading"
    GRADED = "graded"


@dataclass(frozen=True)
class LearnerResult:
    """The result of one learner.

    Attributes
    ----------
    score, percent : float or None
        After the late penalty, never below 0, as in nbgrader's own export. None when there is no
        graded submission; the percentage also when the assignment has no points.
    raw : float or None
        Before the penalty.
    exercise_scores : tuple of (float or None)
        In the order of :attr:`Analysis.exercises`; None where a cell has no score yet.
    """

    id: str
    name: str
    status: Status
    score: float | None
    raw: float | None
    percent: float | None
    penalty: float
    exercise_scores: tuple[float | None, ...]
    needs_manual: bool


@dataclass(frozen=True)
class Tally:
    """One failure message of one cell, and the learners that it was shown to."""

    error: str
    message: str
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """The numbers of one exercise or of one graded cell.

    Attributes
    ----------
    label : str
    exercise : str
        The label of the exercise; the item's own for an exercise.
    points : float
    automatic : bool
        Whether every cell of it is scored by the autograder.
    mean_score, difficulty : float or None
        None when nobody has a score; the difficulty also for an item without points.
    lower, upper : float or None
        Mean share of the points in the weakest and in the best 27 %.
    discrimination, item_rest : float or None
        None for a class below :data:`~autograder.report.measures.SMALLEST_CLASS`, the correlation
        also where one side of it does not vary.
    passed, partial, failed, pending : int
        Learners with all, some, none of the points; with no score yet.
    """

    label: str
    exercise: str
    points: float
    automatic: bool
    mean_score: float | None
    difficulty: float | None
    lower: float | None
    upper: float | None
    item_rest: float | None
    passed: int
    partial: int
    failed: int
    pending: int
    tallies: tuple[Tally, ...] = ()

    @property
    def discrimination(self) -> float | None:
        """The upper-lower index, from -1 to 1."""
        return None if self.upper is None or self.lower is None else self.upper - self.lower

    @property
    def scored(self) -> int:
        """How many learners have a score here."""
        return self.passed + self.partial + self.failed


@dataclass(frozen=True)
class Analysis:
    """Everything that a report says about a class.

    Attributes
    ----------
    learners : tuple of LearnerResult
        All of the class, by id.
    exercises, cells : tuple of Item
        In the order of the notebook.
    shares : pandas.DataFrame, shape (graded learners, cells)
        Share of the points in each cell, from 0 to 1, NaN where there is no score; rows from the
        highest total to the lowest, columns by label in the order of the notebook.
    summary : Summary or None
        None when no learner has a percentage.
    points : float
    """

    learners: tuple[LearnerResult, ...]
    exercises: tuple[Item, ...]
    cells: tuple[Item, ...]
    shares: pd.DataFrame
    summary: Summary | None
    points: float

    @property
    def graded(self) -> int:
        """How many learners have at least one score."""
        return len(self.shares)

    def count(self, *statuses: Status) -> int:
        """Return how many learners have one of these statuses."""
        return sum(learner.status in statuses for learner in self.learners)


def analyse(record: ClassRecord) -> Analysis:
    """Compute all numbers of a report.

    Parameters
    ----------
    record : ClassRecord
        With the learners' failures.

    Returns
    -------
    Analysis
    """
    graded = [learner for learner in record.learners if _is_graded(learner)]
    scores = _score_table(record, graded)
    shares = _share_table(record, graded, scores)
    totals = scores.sum(axis=1).round(9)  # equal totals must tie, whatever order they were added in
    groups = _exercises(record)
    exercise_scores = {
        key: scores[[cell.key for cell in cells]].sum(axis=1, skipna=False)
        for key, cells in groups.items()
    }
    by_id = {learner.id: totals[learner.id] for learner in graded}
    points = sum(cell.points for cell in record.cells)
    learners = tuple(
        _result(
            learner,
            by_id.get(learner.id),
            points,
            tuple(_number(column.get(learner.id)) for column in exercise_scores.values()),
        )
        for learner in record.learners
    )
    exercises = tuple(
        _item(
            record,
            key,
            cells,
            exercise_scores[key],
            _exercise_shares(cells, exercise_scores[key], shares),
            totals,
        )
        for key, cells in groups.items()
    )
    cells = tuple(
        _item(record, cell.key, (cell,), scores[cell.key], shares[cell.key], totals, graded)
        for cell in record.cells
    )
    shares.columns = [cell.label for cell in cells]
    percents = [learner.percent for learner in learners if learner.percent is not None]
    return Analysis(
        learners=learners,
        exercises=exercises,
        cells=cells,
        shares=shares.loc[totals.sort_values(ascending=False, kind="stable").index],
        summary=summarise(percents) if percents else None,
        points=points,
    )


def _is_graded(learner: Learner) -> bool:
    return any(mark.score is not None for mark in learner.marks.values())


def _exercises(record: ClassRecord) -> dict[CellKey, tuple[GradedCell, ...]]:
    """Group the cells by exercise, in the order of the exercises' first cells."""
    groups: dict[CellKey, tuple[GradedCell, ...]] = {}
    for cell in record.cells:
        groups[cell.exercise] = (*groups.get(cell.exercise, ()), cell)
    return groups


def _score_table(record: ClassRecord, graded: list[Learner]) -> pd.DataFrame:
    """Return the scores, shape (graded learners, cells), NaN where there is none."""
    keys = [cell.key for cell in record.cells]
    rows = [
        [
            np.nan if (mark := learner.marks.get(key)) is None or mark.score is None else mark.score
            for key in keys
        ]
        for learner in graded
    ]
    return _table(rows, graded, keys)


def _share_table(record: ClassRecord, graded: list[Learner], scores: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of the points, clipped to 0 … 1 (a person may give extra credit).

    A cell without points says by its outputs whether it was passed.
    """
    columns = []
    for cell in record.cells:
        score = scores[cell.key].to_numpy()
        if cell.points > 0:
            columns.append(np.clip(score / cell.points, 0.0, 1.0))
        else:
            failed = [cell.key in {failure.key for failure in x.failures} for x in graded]
            columns.append(np.where(np.isnan(score), np.nan, 1.0 - np.array(failed, dtype=float)))
    rows = np.column_stack(columns) if columns else np.empty((len(graded), 0))
    return _table(rows, graded, [cell.key for cell in record.cells])


def _table(rows: Sequence, graded: list[Learner], keys: list[CellKey]) -> pd.DataFrame:
    # tupleize_cols=False: a CellKey is one label, not two levels of an index.
    columns = pd.Index(keys, tupleize_cols=False)
    index = [learner.id for learner in graded]
    return pd.DataFrame(rows, index=index, columns=columns, dtype=float)


def _exercise_shares(
    cells: tuple[GradedCell, ...], scores: pd.Series, shares: pd.DataFrame
) -> pd.Series:
    points = sum(cell.points for cell in cells)
    if points > 0:
        return (scores / points).clip(0.0, 1.0)
    return shares[[cell.key for cell in cells]].mean(axis=1, skipna=False)


def _item(
    record: ClassRecord,
    key: CellKey,
    cells: tuple[GradedCell, ...],
    scores: pd.Series,
    shares: pd.Series,
    totals: pd.Series,
    graded: list[Learner] | None = None,
) -> Item:
    known = shares.notna().to_numpy()
    score, share, total = (x.to_numpy()[known] for x in (scores, shares, totals))
    points = sum(cell.points for cell in cells)
    enough = len(share) >= SMALLEST_CLASS
    lower, upper = group_means(share, total) if enough else (None, None)
    return Item(
        label=record.label(key),
        exercise=record.label(cells[0].exercise),
        points=points,
        automatic=all(cell.automatic for cell in cells),
        mean_score=float(score.mean()) if len(score) else None,
        difficulty=float(share.mean()) if len(share) and points > 0 else None,
        lower=lower,
        upper=upper,
        item_rest=item_rest_correlation(share, (total - score).round(9)) if enough else None,
        passed=int((share >= 1).sum()),
        partial=int(((share > 0) & (share < 1)).sum()),
        failed=int((share <= 0).sum()),
        pending=int((~known).sum()),
        tallies=_tallies(key, graded) if graded else (),
    )


def _tallies(key: CellKey, graded: list[Learner]) -> tuple[Tally, ...]:
    """Count the messages of one cell, the most frequent first."""
    counts: dict[tuple[str, str], list[str]] = {}
    for learner in graded:
        for failure in _at(learner.failures, key):
            counts.setdefault((failure.error, failure.message), []).append(learner.id)
    ordered = sorted(counts.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(Tally(error, message, tuple(ids)) for (error, message), ids in ordered)


def _at(failures: Sequence[Failure], key: CellKey) -> list[Failure]:
    return [failure for failure in failures if failure.key == key]


def _result(
    learner: Learner,
    raw: float | None,
    points: float,
    exercise_scores: tuple[float | None, ...],
) -> LearnerResult:
    score = None if raw is None else max(0.0, float(raw) - learner.penalty)
    pending = any(mark.needs_manual for mark in learner.marks.values())
    return LearnerResult(
        id=learner.id,
        name=learner.name,
        status=_status(learner, pending),
        score=score,
        raw=_number(raw),
        percent=None if score is None or points <= 0 else 100 * score / points,
        penalty=learner.penalty,
        exercise_scores=exercise_scores,
        needs_manual=pending and (learner.autograded or raw is not None),
    )


def _status(learner: Learner, pending: bool) -> Status:
    if not learner.submitted:
        return Status.MISSING
    if ended_by(learner.failures, DEAD_KERNEL):
        return Status.DEAD_KERNEL
    if ended_by(learner.failures, TIMEOUT):
        return Status.TIMEOUT
    if not _is_graded(learner) and not learner.autograded:
        return Status.NOT_GRADED
    return Status.NEEDS_MANUAL if pending else Status.GRADED


def _number(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)
