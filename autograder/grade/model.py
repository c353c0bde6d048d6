"""What flows through grading: what a worker is sent, what happens there, what it returns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from nbformat import NotebookNode
from traitlets.config import Config

from autograder.grade.archive import Archive
from autograder.grade.intake.limits import Bounds
from autograder.grade.released import Released
from autograder.grade.skeleton import Skeleton
from autograder.judge.plan import JudgedCell
from autograder.judge.protocol import TestRun
from autograder.kernels.guard.settings import Replaced
from autograder.kernels.limits import Limits
from autograder.kernels.server import Address, SandboxConfig


@dataclass(frozen=True)
class JudgedTests:
    """The tests of a notebook that are judged, apart from learners' code.

    Attributes
    ----------
    cells : tuple of JudgedCell
        What a judge runs.
    tests : mapping of str to int
        The indices of the tests among them, by grade id.
    """

    cells: tuple[JudgedCell, ...]
    tests: Mapping[str, int]


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
    public : Archive
        The files that lie beside the notebooks in the instructor's version.
    keep : tuple of str
        Those of them that a learner may replace.
    sandbox : SandboxConfig
        For workers that start one of their own.
    limits : Limits
    bounds : Bounds
        How much of a submission is read.
    released : mapping of str to Released
        What learners got, by notebook.
    programs : mapping of str to tuple of str
        The kernel's command by notebook, where it is not the warm Python kernel.
    judged : mapping of str to JudgedTests
        By notebook; one of which no test is judged is missing.
    seed : bytes
        What judged tests draw their random numbers from; empty where there are none.
    """

    name: str
    course_id: str
    db_url: str
    skeletons: tuple[Skeleton, ...]
    config: Config
    public: Archive
    keep: tuple[str, ...]
    sandbox: SandboxConfig
    limits: Limits
    bounds: Bounds
    released: Mapping[str, Released]
    programs: Mapping[str, tuple[str, ...]]
    judged: Mapping[str, JudgedTests]
    seed: bytes = field(repr=False)


@dataclass(frozen=True)
class Servers:
    """Where the processes of this machine are forked that grading needs.

    Attributes
    ----------
    kernels : Address
    judges : Address or None
        None where no test is judged.
    """

    kernels: Address
    judges: Address | None


@dataclass(frozen=True)
class PriorGrades:
    """What the gradebook knows of a learner before a submission is graded.

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
    submitted_at : datetime or None
        When the gradebook says that it was handed in, in UTC. It counts where no file says more.
    """

    manual: Mapping[tuple[str, str], float] = field(default_factory=dict)
    extra: Mapping[tuple[str, str], float] = field(default_factory=dict)
    comments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    due: datetime | None = None
    submitted_at: datetime | None = None

    def score(self, notebook: str, grade_id: str, auto: float | None) -> float:
        """Return what a cell is worth, as nbgrader reckons."""
        key = notebook, grade_id
        first = self.manual.get(key, auto)
        return 0.0 if first is None else first + self.extra.get(key, 0.0)

    def seconds_late(self, submitted_at: datetime | None) -> float:
        """Return how late a submission is, as nbgrader reckons."""
        submitted_at = submitted_at or self.submitted_at
        if submitted_at is None or self.due is None:
            return 0.0
        return max(0.0, (submitted_at - self.due).total_seconds())


@dataclass(frozen=True)
class Submission:
    """One submission to be graded.

    Attributes
    ----------
    learner : str
    archive : Archive
        What was handed in.
    submitted_at : datetime or None
        In UTC.
    prior : PriorGrades
    notes : tuple of str
        What was unusual about the folder itself.
    replaced : mapping of str to mapping of str to Replaced
        What the instructor's own tests replace, by notebook and grade id.
    in_kernel : mapping of str to collection of str
        The tests, by notebook, that are not judged although they could be, but run in the kernel.
    is_instructors : bool
        Whether this is the instructor's own solution, of which no page is wanted.
    """

    learner: str
    archive: Archive
    submitted_at: datetime | None
    prior: PriorGrades
    notes: tuple[str, ...] = ()
    replaced: Mapping[str, Mapping[str, Replaced]] = field(default_factory=dict)
    in_kernel: Mapping[str, Collection[str]] = field(default_factory=dict)
    is_instructors: bool = False


class CellStatus(StrEnum):
    """How the execution of a cell ended."""

    FINISHED = "finished"
    ERROR = "error"
    TIMEOUT = "timeout"
    DIED = "died"
    MEMORY = "memory"
    NOT_RUN = "not run"
    SKIPPED = "skipped"  # the course's own tag says so


# The kernel is gone, or of no use any more.
FATAL = (CellStatus.TIMEOUT, CellStatus.DIED, CellStatus.MEMORY)


@dataclass(frozen=True)
class CellRun:
    """What became of one code cell.

    Attributes
    ----------
    status : CellStatus
    seconds : float
        Wall time.
    error : str
        The name of the error, or nothing.
    report : dict or None
        What the kernel's guard saw of a test cell; None without a valid signature.
    replaced : Replaced
        What the instructor's own notebook replaced; nothing for a learner's.
    judged : TestRun or None
        How a test ended in the judge; None for one that was not judged.
    """

    status: CellStatus
    seconds: float = 0.0
    error: str = ""
    report: dict[str, Any] | None = None
    replaced: Replaced = field(default_factory=Replaced)
    judged: TestRun | None = None


@dataclass(frozen=True)
class Execution:
    """An executed notebook: all that verdicts may rest on, so another process could judge.

    Attributes
    ----------
    notebook : nbformat.NotebookNode
        With outputs.
    runs : tuple of (CellRun or None)
        One for each cell; None where there is nothing to run.
    is_guarded : bool
        Whether the kernel signs its replies to test cells that it runs itself.
    restarts : int
        How often the kernel had to be restored.
    """

    notebook: NotebookNode
    runs: tuple[CellRun | None, ...]
    is_guarded: bool
    restarts: int

    @property
    def seconds(self) -> float:
        """Wall time of all cells."""
        return sum(run.seconds for run in self.runs if run is not None)

    def replaced(self) -> dict[str, Replaced]:
        """Return what the tests of an instructor's own notebook replaced, by grade id."""
        return {
            cell.metadata.nbgrader["grade_id"]: run.replaced
            for cell, run in zip(self.notebook.cells, self.runs, strict=True)
            if run is not None and run.replaced
        }


class Outcome(StrEnum):
    """What became of one test, or of one answer that a person marks."""

    PASSED = "passed"
    FAILED = "failed"
    PARTIAL = "partial"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"
    DIED = "kernel died"
    TAMPERED = "tampered"
    NOT_RUN = "not run"
    MANUAL = "manual"


@dataclass(frozen=True)
class Verdict:
    """The verdict on one graded cell.

    Attributes
    ----------
    outcome : Outcome
    score : float or None
        nbgrader's auto score; None where a person marks.
    points : float
    explanation : tuple of (str, str) or None
        The name and the text of an error that the cell's outputs do not show, if that is why it
        has no points.
    """

    outcome: Outcome
    score: float | None
    points: float
    explanation: tuple[str, str] | None = None


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
    seconds : float
        Wall time of its cells.
    restarts : int
        How often its kernel was restored.
    """

    verdicts: Mapping[str, Verdict]
    comments: Mapping[str, str | None] = field(default_factory=dict)
    penalty: float | None = None
    autograded: str | None = None
    feedback: str | None = None
    repairs: tuple[str, ...] = ()
    replaced: Mapping[str, Replaced] = field(default_factory=dict)
    seconds: float = 0.0
    restarts: int = 0


@dataclass(frozen=True)
class FileBeside:
    """A file that lies beside the graded notebooks and is kept with them.

    Attributes
    ----------
    is_learners : bool
        Whether it is of the submission; else it is the instructor's.
    path : str
        Where it lay there, relative, with slashes.
    """

    is_learners: bool
    path: str


@dataclass(frozen=True)
class Graded:
    """What came of a submission.

    Attributes
    ----------
    learner : str
    notebooks : mapping of str to GradedNotebook
        By name; empty where there is nothing to be graded.
    files : mapping of str to FileBeside
        By name, what is kept beside the notebooks.
    notes : tuple of str
        What an instructor should know.
    seconds : float
        Wall time.
    """

    learner: str
    notebooks: Mapping[str, GradedNotebook]
    files: Mapping[str, FileBeside]
    notes: tuple[str, ...]
    seconds: float
