"""An nbgrader course directory: its settings, its assignments, its submissions."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from sqlalchemy.engine import make_url
from traitlets.config import Config

from autograder.errors import InputError
from autograder.nbgrader_course import find_assignment, load_settings, require_usable_gradebook

_LOCK_SECONDS = 60


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one assignment.

    Attributes
    ----------
    learner : str
        The learner's id in the gradebook.
    folder : pathlib.Path
        ``submitted/<learner>/<assignment>``.
    autograded, feedback : pathlib.Path
        Where nbgrader keeps the executed copy, and the pages for the learner.
    """

    learner: str
    folder: Path
    autograded: Path
    feedback: Path

    @property
    def is_new(self) -> bool:
        """Whether it was never graded, or what came of it is gone."""
        return not (self.autograded.is_dir() and self.feedback.is_dir())

    def has_pages(self, notebooks: Iterable[str]) -> bool:
        """Whether the executed copy of each of these notebooks is there, and its page."""
        executed = {path.stem for path in self.autograded.glob("*.ipynb")}
        pages = {path.stem for path in self.feedback.glob("*.html")}
        return bool(executed) and executed == pages and executed <= set(notebooks)

    def handed_in(self) -> datetime | None:
        """Return when it was handed in, in UTC, from nbgrader's ``timestamp.txt`` if there is one.

        Raises
        ------
        ValueError
            If the file holds no time.
        """
        path = self.folder / "timestamp.txt"
        if path.is_symlink() or not path.is_file():
            return None
        with path.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(100).strip()
        try:
            return parse_utc(text) if text else None
        except (ValueError, OverflowError):
            raise ValueError(f"timestamp.txt holds no time: {text!r}") from None


@dataclass(frozen=True)
class Course:
    """A course directory and the settings that nbgrader itself would use there."""

    root: Path
    config: Config

    def directory(self, assignment: str, learner: str = "*") -> CourseDirectory:
        """Return nbgrader's view of the course, for one assignment and one learner."""
        config = Config(self.config)
        config.CourseDirectory.assignment_id = assignment
        config.CourseDirectory.student_id = learner
        directory = CourseDirectory(config=config)
        url = make_url(directory.db_url)
        if url.get_backend_name() == "sqlite" and not url.query:
            # Several workers write: each waits for the others' locks, not for SQLite's 5 seconds.
            patient = url.set(query={"timeout": str(_LOCK_SECONDS)})
            directory.db_url = patient.render_as_string(hide_password=False)
        return directory

    def folder(self, step: str, assignment: str, learner: str = ".") -> Path:
        """Return the folder of a step: ``folder("submitted_directory", "ps1", "sample01")``."""
        directory = self.directory(assignment)
        return Path(directory.format_path(getattr(directory, step), learner, assignment))

    def find_assignment(self, name: str) -> str:
        """Return the id of the assignment that a name or its beginning, ``w05``, means.

        Raises
        ------
        InputError
            If no assignment, or more than one, fits, or the gradebook is not usable.
        """
        require_usable_gradebook(self.directory("*").db_url)
        return find_assignment(name, self._assignments(), f"the course in {self.root}")

    def submissions(self, assignment: str) -> list[Submission]:
        """Return all submissions of an assignment, by learner.

        Raises
        ------
        InputError
            If there is none.
        """
        pattern = self.folder("submitted_directory", assignment, learner="*")
        # The learner's id is whichever part of the path the star stands for.
        position = pattern.parts.index("*")
        base = Path(*pattern.parts[:position])
        excluded = self.directory(assignment).student_id_exclude.split(",")
        rest = Path(*pattern.parts[position + 1 :])
        found = [
            Submission(
                learner=folder.name,
                folder=folder / rest,
                autograded=self.folder("autograded_directory", assignment, folder.name),
                feedback=self.folder("feedback_directory", assignment, folder.name),
            )
            for folder in sorted(base.glob("*"))
            if folder.name not in excluded and (folder / rest).is_dir()
        ]
        if not found:
            raise InputError(f"there are no submissions of {assignment} in {pattern}")
        return found

    def _assignments(self) -> list[str]:
        """Return the assignments that have a source folder or stand in the gradebook."""
        pattern = self.folder("source_directory", "*")
        names = {folder.name for folder in pattern.parent.glob("*") if any(folder.glob("*.ipynb"))}
        directory = self.directory("*")
        url = make_url(directory.db_url)
        # nbgrader would make an empty gradebook, only to find nothing in it.
        if url.get_backend_name() != "sqlite" or Path(url.database or "").is_file():
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                names |= {assignment.name for assignment in gradebook.assignments}
        return sorted(names)


def open_course(root: Path) -> Course:
    """Read the settings of a course directory.

    Raises
    ------
    InputError
        If the folder does not exist, or its ``nbgrader_config.py`` fails.
    """
    _put_own_programs_on_path()
    return Course(root.resolve(), load_settings(root))


def _put_own_programs_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name, when no environment is activated."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
