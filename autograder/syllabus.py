"""Read ``course/syllabus.yml``, the single index of the course."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import InputError


@dataclass(frozen=True)
class Week:
    """One week of the course: what the syllabus promises about it.

    Attributes
    ----------
    id : str
        Folder and assignment name, ``"w05_neural_networks"``.
    part : int
        Number of the part that it belongs to, counted from 1.
    points : float
        Sum of the points of the assignment.
    packages, data, objectives, prerequisites : tuple of str
    lesson_minutes, assignment_minutes : int
        Time that a learner should plan.
    lesson_budget, assignment_budget : float
        Seconds that a run may take in the quick profile on two cores.
    colab : tuple of str
        Packages that Colab does not have, installed there by the notebooks.
    """

    id: str
    part: int
    title: str
    points: float
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    packages: tuple[str, ...]
    data: tuple[str, ...]
    lesson_minutes: int
    assignment_minutes: int
    lesson_budget: float
    assignment_budget: float
    colab: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The short name, ``"w05"``."""
        return self.id.split("_")[0]

    @property
    def lesson_name(self) -> str:
        """File name of the lesson's notebook."""
        return f"{self.number}_lesson.ipynb"

    @property
    def assignment_name(self) -> str:
        """File name of the assignment's notebook."""
        return f"{self.number}_assignment.ipynb"


@dataclass(frozen=True)
class Syllabus:
    """The whole course: its weeks in order, and where it is published."""

    title: str
    repository: str
    branch: str
    parts: tuple[str, ...]
    weeks: tuple[Week, ...]

    def select(self, names: list[str]) -> tuple[Week, ...]:
        """Return the weeks of these names (``w05`` or ``w05_neural_networks``), or all for none.

        Raises
        ------
        InputError
            If a name is no week of the course.
        """
        if not names:
            return self.weeks
        wanted = {self._find(name).id for name in names}
        return tuple(week for week in self.weeks if week.id in wanted)

    def _find(self, name: str) -> Week:
        for week in self.weeks:
            if name in (week.id, week.number):
                return week
        known = [week.id for week in self.weeks]
        close = difflib.get_close_matches(name, [*known, *(w.number for w in self.weeks)], n=1)
        suggestion = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
        raise InputError(f"there is no week {name!r} in course/syllabus.yml: {suggestion}")


def load_syllabus(root: Path) -> Syllabus:
    """Read the syllabus of the course in ``root``.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``course/``.

    Raises
    ------
    InputError
        If the file is missing, is no YAML, or lacks an entry.
    """
    path = root / "course" / "syllabus.yml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            "there is no such file: run autograder in the folder that holds course/, or name that "
            "folder with --course-dir",
            path,
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"this is no valid YAML: {error.problem}", path, line) from None
    try:
        return Syllabus(
            title=content["title"],
            repository=content["repository"].rstrip("/"),
            branch=content["branch"],
            parts=tuple(content["parts"]),
            weeks=tuple(_week(entry) for entry in content["weeks"]),
        )
    except KeyError as error:
        raise InputError(f"the entry {error.args[0]!r} is missing", path) from None
    except (TypeError, AttributeError):
        raise InputError("an entry has the wrong form: compare the weeks", path) from None


def _week(entry: dict[str, Any]) -> Week:
    return Week(
        id=entry["id"],
        part=entry["part"],
        title=entry["title"],
        points=float(entry["points"]),
        objectives=tuple(entry["objectives"]),
        prerequisites=tuple(entry["prerequisites"]),
        packages=tuple(entry["packages"]),
        data=tuple(entry["data"]),
        lesson_minutes=entry["minutes"]["lesson"],
        assignment_minutes=entry["minutes"]["assignment"],
        lesson_budget=float(entry["budget"]["lesson"]),
        assignment_budget=float(entry["budget"]["assignment"]),
        colab=tuple(entry.get("colab", ())),
    )
