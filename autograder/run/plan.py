"""Find the notebooks of a course that are to be run, and how long each may take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import InputError
from autograder.syllabus import Unit

PROFILES = ("quick", "full")

# A single cell that takes this many times the budget of its whole notebook hangs. The budget is for
# the quick profile on two cores; the full one trains on the real data, which is why it may take 60
# times as long: 90 minutes a cell for a budget of 90 seconds.
HUNG_AFTER_BUDGETS = {"quick": 5, "full": 60}


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    Attributes
    ----------
    unit : str
        Folder name of its unit.
    source : pathlib.Path
        The notebook.
    folder : pathlib.Path
        The learner's folder of the unit; the notebook runs in a copy of it.
    profile : {"quick", "full"}
        The value that papermill injects for ``PROFILE``.
    budget : float or None
        Seconds that the whole notebook may take; None for no limit.
    cell_limit : int
        Seconds after which a cell is given up as hung.
    allowed_errors : tuple of str
        Names of errors that are not a fault in any cell. In a cell tagged ``raises-exception`` no
        error is one.
    """

    unit: str
    source: Path
    folder: Path
    profile: str
    budget: float | None
    cell_limit: int
    allowed_errors: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        """File name of the notebook."""
        return self.source.name


def plan(root: Path, units: Sequence[Unit], profile: str) -> tuple[Job, ...]:
    """Return the jobs for the lessons and the solved assignments of these units.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``source/`` and ``release/``.
    units : sequence of Unit
    profile : {"quick", "full"}
        Budgets are for ``"quick"``; with ``"full"`` only a hung cell is too slow.

    Raises
    ------
    InputError
        If there are no units, or one of the notebooks has not been built.
    """
    if not units:
        raise InputError("the course has no units", root / "course" / "syllabus.yml")
    return tuple(job for unit in units for job in _jobs_of(root, unit, profile))


def _jobs_of(root: Path, unit: Unit, profile: str) -> list[Job]:
    folder = root / "release" / unit.id
    # Of an assignment the version that has the solutions, so that it runs to its end.
    step = {"lesson": "release", "assignment": "source"}
    paths = [root / step[notebook.kind] / unit.id / notebook.name for notebook in unit.notebooks]
    for path in (*paths, folder):
        if not path.exists():
            raise InputError(f"it has not been built: run `autograder build {unit.number}`", path)
    return [
        Job(
            unit=unit.id,
            source=path,
            folder=folder,
            profile=profile,
            budget=notebook.budget if profile == "quick" else None,
            cell_limit=math.ceil(HUNG_AFTER_BUDGETS[profile] * notebook.budget),
        )
        for path, notebook in zip(paths, unit.notebooks, strict=True)
    ]
