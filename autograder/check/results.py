"""What a run reports: how each cell ended."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CellResult:
    """How one cell of a run ended.

    Attributes
    ----------
    cell : int
        Its index.
    seconds : float
        Of processor time.
    error : str
        Name of the exception's class; empty for none.
    message : str
        First line of the exception's message.
    value : float or None
        The number that the cell shows, which nbgrader takes for partial credit.
    """

    cell: int
    seconds: float
    error: str
    message: str
    value: float | None

    def score(self, points: float) -> float:
        """Return what the cell earns of its points, as nbgrader's determine_grade has it."""
        if self.error:
            return 0.0
        return points if self.value is None else min(max(self.value, 0.0), points)

    @property
    def cause(self) -> str:
        """The error on one line."""
        return f"{self.error}: {self.message}" if self.message else self.error


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes
    ----------
    cells : tuple of CellResult
        The cells that ended, in their order.
    end : str
        ``"finished"``, ``"died"`` or ``"timed out"``.
    loaded : tuple of str
        Modules of libraries that a run of the reference loaded, in their order.
    """

    cells: tuple[CellResult, ...]
    end: str
    loaded: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "RunResult":
        """Return what `dataclasses.asdict` made a dictionary of."""
        cells = tuple(CellResult(**cell) for cell in content["cells"])
        return cls(cells, content["end"], tuple(content["loaded"]))

    def of(self, cell: int) -> CellResult | None:
        """Return the result of a cell, or None where the run did not get to its end."""
        return next((result for result in self.cells if result.cell == cell), None)
