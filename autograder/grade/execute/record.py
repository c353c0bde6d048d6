"""What is recorded of an execution: all that a verdict may rest on.

Between this and the verdict nothing runs, so that another process can come to judge.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nbformat import NotebookNode

from autograder.kernels.guard.settings import Replaced


class End(StrEnum):
    """How the execution of a cell ended."""

    FINISHED = "finished"
    ERROR = "error"
    TIMEOUT = "timeout"
    DIED = "died"
    MEMORY = "memory"
    NOT_RUN = "not run"
    SKIPPED = "skipped"  # the course's own tag says so


FATAL = (End.TIMEOUT, End.DIED, End.MEMORY)


@dataclass(frozen=True)
class CellRun:
    """What became of one code cell.

    Attributes
    ----------
    end : End
    seconds : float
        Wall time.
    error : str
        The name of the error, or nothing.
    report : dict or None
        What the kernel's guard saw of a test cell; None without a valid seal.
    replaced : Replaced
        What the instructor's own notebook replaced; nothing for a learner's.
    """

    end: End
    seconds: float = 0.0
    error: str = ""
    report: dict[str, Any] | None = None
    replaced: Replaced = field(default_factory=Replaced)


@dataclass(frozen=True)
class Execution:
    """An executed notebook.

    Attributes
    ----------
    notebook : nbformat.NotebookNode
        With outputs.
    runs : tuple of (CellRun or None)
        One for each cell; None where there is nothing to run.
    is_guarded : bool
        Whether the kernel seals its replies to test cells.
    restarts : int
        How often the kernel had to be restored.
    """

    notebook: NotebookNode
    runs: tuple[CellRun | None, ...]
    is_guarded: bool
    restarts: int

    def replaced(self) -> dict[str, Replaced]:
        """Return what the tests of an instructor's own notebook replaced, by grade id."""
        return {
            cell.metadata.nbgrader["grade_id"]: run.replaced
            for cell, run in zip(self.notebook.cells, self.runs, strict=True)
            if run is not None and run.replaced
        }
