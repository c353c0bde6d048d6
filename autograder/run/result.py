"""What came out of running one notebook."""

from dataclasses import dataclass
from enum import StrEnum


class RunStatus(StrEnum):
    """How a run ended; every one but ``OK`` is a fault."""

    OK = "ok"
    FAILED = "failed"
    DIED = "kernel died"
    HUNG = "hung"
    OVER_BUDGET = "over budget"
    STOPPED = "stopped"


@dataclass(frozen=True)
class RunOutcome:
    """How far a kernel came with a notebook.

    Attributes
    ----------
    status : RunStatus
    failing_cell : int or None
        Number of the cell where it ended, counted from 1 in the notebook as it was built; None when
        it ended at none of them (no such kernel, say).
    error : str
        Name and value of the error, ``"ValueError: shapes differ"``.
    source : str
        The first lines of that cell.
    """

    status: RunStatus = RunStatus.OK
    failing_cell: int | None = None
    error: str = ""
    source: str = ""

    def held_to(self, budget: float | None, seconds: float) -> "RunOutcome":
        """Return this outcome, or ``OVER_BUDGET`` when it is fine but took too many seconds."""
        if self.status is RunStatus.OK and budget is not None and seconds > budget:
            return RunOutcome(RunStatus.OVER_BUDGET)
        return self


@dataclass(frozen=True)
class NotebookRun:
    """One notebook of the course, run from top to bottom, or as far as it came.

    Attributes
    ----------
    unit, notebook : str
        ``"w05_neural_networks"``, ``"w05_lesson.ipynb"``.
    status, failing_cell, error, source
        See `RunOutcome`.
    seconds : float
        Wall time from the start of the kernel to its last cell.
    budget : float or None
        Seconds that it may take; None where none is set, as in the full profile.
    peak_memory_bytes : int
        Largest resident memory, summed over the kernel and the processes below it, that a poll saw.
    files : tuple of str
        What was written, relative to the output folder: the executed notebook, and its page.
    """

    unit: str
    notebook: str
    status: RunStatus
    seconds: float
    budget: float | None = None
    peak_memory_bytes: int = 0
    failing_cell: int | None = None
    error: str = ""
    source: str = ""
    files: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return self.status is RunStatus.OK

    @property
    def fault(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        if self.ok:
            return ""
        if self.status is RunStatus.OVER_BUDGET:
            return f"{self.seconds:.1f} s, the budget is {self.budget:g} s"
        where = f"cell {self.failing_cell}" if self.failing_cell else ""
        what = self.error.strip().split("\n", 1)[0]
        return ": ".join(part for part in (where, what) if part) or "before its first cell"
