"""What a judge runs of an instructor's notebook, as a value that travels between processes."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

JudgedKind = Literal["ordinary", "exercise", "test", "skipped"]


@dataclass(frozen=True)
class JudgedCell:
    """What a judge runs of one code cell.

    Attributes
    ----------
    source : str
        Python without magics, its lines where they stand in the cell; empty where nothing is run.
        Of an ordinary cell or an exercise, only what judged tests need; of a test, all.
    kind : str
        ``"ordinary"``, ``"exercise"``, ``"test"``, or ``"skipped"`` for a test that is not judged.
    names : tuple of str
        What a test needs of the learner's notebook, in alphabetical order.
    classes : tuple of str
        Those among them that are classes in the instructor's notebook.
    without : tuple of str
        Packages that do not answer in the learner's notebook while the test runs.
    """

    source: str
    kind: JudgedKind
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return what `dataclasses.asdict` made a dictionary of."""
        tuples = {name: tuple(content[name]) for name in ("names", "classes", "without")}
        return cls(**{**content, **tuples})


@dataclass(frozen=True)
class JudgePlan:
    """What a judge runs of a notebook.

    Attributes
    ----------
    cells : tuple of JudgedCell
        One for each code cell.
    reasons : dict of int to str
        Why tests are not judged, by the index of their cell.
    """

    cells: tuple[JudgedCell, ...]
    reasons: dict[int, str]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads, of JSON's types only."""
        return {
            "cells": [asdict(cell) for cell in self.cells],
            "reasons": {str(index): reason for index, reason in self.reasons.items()},
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the plan that `to_json` wrote."""
        return cls(
            tuple(JudgedCell.from_json(cell) for cell in content["cells"]),
            {int(index): reason for index, reason in content["reasons"].items()},
        )
