"""What is sent to a worker, and what comes back: values that travel between processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from traitlets.config import Config

from autograder.grade.archive import Parcel
from autograder.grade.execute.verdict import Verdict
from autograder.grade.intake.limits import Bounds
from autograder.grade.released import Released
from autograder.grade.skeleton import Skeleton
from autograder.grade.store.prior_grades import Standing
from autograder.kernels.guard.settings import Replaced
from autograder.kernels.limits import Limits
from autograder.kernels.server import SandboxConfig


@dataclass(frozen=True)
class Assignment:
    """All that a worker needs to know of an assignment.

    Attributes
    ----------
    name, course_id, db_url : str
        As nbgrader's preprocessors are told.
    skeletons : tuple of Skeleton
    config : traitlets.config.Config
        The course's settings.
    public : Parcel
        The files that lie beside the notebooks in the instructor's version.
    keep : tuple of str
        Those of them that a learner may replace.
    walls : SandboxConfig
        The sandbox, for workers that start one of their own.
    limits : Limits
    bounds : Bounds
        How much of a submission is read.
    released : mapping of str to Released
        What learners got, by notebook.
    programs : mapping of str to tuple of str
        The kernel's command by notebook, where it is not the warm Python kernel.
    """

    name: str
    course_id: str
    db_url: str
    skeletons: tuple[Skeleton, ...]
    config: Config
    public: Parcel
    keep: tuple[str, ...]
    walls: SandboxConfig
    limits: Limits
    bounds: Bounds
    released: Mapping[str, Released]
    programs: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Task:
    """One submission to be graded.

    Attributes
    ----------
    learner : str
    parcel : Parcel
        What was handed in.
    handed_in : datetime or None
        In UTC.
    standing : Standing
    notes : tuple of str
        What was unusual about the folder itself.
    replaced : mapping of str to mapping of str to Replaced
        What the instructor's own tests replace, by notebook and grade id.
    is_instructors : bool
        Whether this is the instructor's own solution, of which no page is wanted.
    """

    learner: str
    parcel: Parcel
    handed_in: datetime | None
    standing: Standing
    notes: tuple[str, ...] = ()
    replaced: Mapping[str, Mapping[str, Replaced]] = field(default_factory=dict)
    is_instructors: bool = False


@dataclass(frozen=True)
class GradedNotebook:
    """One notebook of a graded submission, ready to be written down.

    Attributes
    ----------
    verdicts : mapping of str to Verdict
        By grade id.
    comments : mapping of str to (str or None)
        nbgrader's own comments by grade id.
    penalty : float or None
        For lateness.
    autograded, feedback : str or None
        The executed notebook and the page; None where none was handed in.
    repairs : tuple of str
    replaced : mapping of str to Replaced
        What the instructor's own tests replace, by grade id; of a learner's notebook, nothing.
    """

    verdicts: Mapping[str, Verdict]
    comments: Mapping[str, str | None]
    penalty: float | None
    autograded: str | None
    feedback: str | None
    repairs: tuple[str, ...] = ()
    replaced: Mapping[str, Replaced] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """What came of a submission.

    Attributes
    ----------
    learner : str
    notebooks : mapping of str to GradedNotebook
        By name; empty where there is nothing to be graded.
    files : mapping of str to str
        What lies beside the notebooks and is kept with them, and where it lay in what was handed
        in, if it did.
    notes : tuple of str
        What an instructor should know.
    seconds, computing : float
        Wall time in all, and of the cells alone.
    restarts : int
        How often a kernel was restored.
    """

    learner: str
    notebooks: Mapping[str, GradedNotebook]
    files: Mapping[str, str]
    notes: tuple[str, ...]
    seconds: float
    computing: float = 0.0
    restarts: int = 0
