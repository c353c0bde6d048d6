"""The values that flow through a report: what is known of one assignment of one class."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class CellKey(NamedTuple):
    """What names a cell within an assignment: grade ids are unique in one notebook only."""

    notebook: str
    name: str


@dataclass(frozen=True)
class GradedCell:
    """A cell that carries points.

    Attributes
    ----------
    key : CellKey
    exercise : CellKey
        The exercise that it belongs to; its own key where a course has no exercises with tests.
    points : float
        What can be had. May be 0.
    automatic : bool
        Whether nbgrader scores it from its outputs; otherwise a person reads the answer.
    """

    key: CellKey
    exercise: CellKey
    points: float
    automatic: bool


@dataclass(frozen=True)
class Mark:
    """What one learner got in one graded cell.

    Attributes
    ----------
    score : float or None
        None until somebody, or the autograder, has scored it.
    needs_manual : bool
        Whether the gradebook asks for a person's look.
    """

    score: float | None
    needs_manual: bool


@dataclass(frozen=True)
class Failure:
    """One error in the output of a learner's autograded notebook.

    Attributes
    ----------
    key : CellKey
        The cell, with an empty name where it has no grade id.
    error : str
        The exception's name, ``"CheckFailed"``; ``"stderr"`` for text on the error stream, for
        which nbgrader takes the points too.
    message : str
        The first line of what it says, without terminal colours. May be empty.
    """

    key: CellKey
    error: str
    message: str


@dataclass(frozen=True)
class Learner:
    """One learner of the class and what is known of the submission.

    Attributes
    ----------
    id, name : str
        The name is empty when the gradebook has none.
    submitted : bool
    autograded : bool
        Whether an autograded notebook of the submission exists.
    timestamp : datetime.datetime or None
        When it was submitted, in UTC without time zone, as nbgrader stores it.
    penalty : float
        Points taken off for a late submission.
    marks : mapping of CellKey to Mark
        Empty when nothing was submitted.
    failures : tuple of Failure
    refusal : str
        Why the autograder gave no grade; empty where it gave one, or was not asked.
    """

    id: str
    name: str = ""
    submitted: bool = False
    autograded: bool = False
    timestamp: datetime | None = None
    penalty: float = 0.0
    marks: Mapping[CellKey, Mark] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class ClassRecord:
    """One assignment of one class: the graded cells in notebook order, the learners by id."""

    course: str
    assignment: str
    due: datetime | None
    cells: tuple[GradedCell, ...]
    learners: tuple[Learner, ...]

    @property
    def latest(self) -> datetime | None:
        """The time of the last submission, the only date that a gradebook keeps of its content."""
        return max((x.timestamp for x in self.learners if x.timestamp), default=None)

    def label(self, key: CellKey) -> str:
        """Name a cell or an exercise: with its notebook only where there are several notebooks."""
        several = len({cell.key.notebook for cell in self.cells}) > 1
        return f"{key.notebook}/{key.name}" if several else key.name
