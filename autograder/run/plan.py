"""Find the notebooks of a course that are to be run, and how long each may take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import InputError
from autograder.syllabus import Week

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
    week : str
        Folder name of its week.
    source : pathlib.Path
        The notebook.
    folder : pathlib.Path
        The learner's folder of the week; the notebook runs in a copy of it.
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

    week: str
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


def plan(root: Path, weeks: Sequence[Week], profile: str) -> tuple[Job, ...]:
    """Return the jobs for the lessons and the solved assignments of these weeks.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``source/`` and ``release/``.
    weeks : sequence of Week
    profile : {"quick", "full"}
        Budgets are for ``"quick"``; with ``"full"`` only a hung cell is too slow.

    Raises
    ------
    InputError
        If there are no weeks, or one of the notebooks has not been built.
    """
    if not weeks:
        raise InputError("the course has no weeks", root / "course" / "syllabus.yml")
    return tuple(job for week in weeks for job in _jobs_of(root, week, profile))


def _jobs_of(root: Path, week: Week, profile: str) -> list[Job]:
    folder = root / "release" / week.id
    notebooks = (
        (folder / week.lesson_name, week.lesson_budget),
        (root / "source" / week.id / week.assignment_name, week.assignment_budget),
    )
    for path in (*(path for path, _ in notebooks), folder):
        if not path.exists():
            raise InputError(f"it has not been built: run `autograder build {week.number}`", path)
    return [
        Job(
            week=week.id,
            source=path,
            folder=folder,
            profile=profile,
            budget=budget if profile == "quick" else None,
            cell_limit=math.ceil(HUNG_AFTER_BUDGETS[profile] * budget),
        )
        for path, budget in notebooks
    ]
