"""An nbgrader course directory: its settings, its assignments, its submissions."""

import os
import sys
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
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
    notes : tuple of str
        Which folder was taken, where its name only nearly fits.
    """

    learner: str
    folder: Path
    autograded: Path
    feedback: Path
    notes: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether it was never graded, or what came of it is gone."""
        return not (self.autograded.is_dir() and self.feedback.is_dir())

    def has_pages(self, notebooks: Iterable[str]) -> bool:
        """Whether the executed copy of each of these notebooks is there, and its page."""
        executed = {path.stem for path in self.autograded.glob("*.ipynb")}
        pages = {path.stem for path in self.feedback.glob("*.html")}
        return bool(executed) and executed == pages and executed <= set(notebooks)


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
        folders = {
            folder.name: folder
            for folder in sorted(base.glob("*"))
            if folder.name not in excluded and folder.is_dir()
        }
        known = self._learners()
        found = []
        for name, folder in folders.items():
            inner = self._nearest(folder, rest, assignment)
            if inner is None:
                continue
            learner = _nearest_learner(name, known, folders)
            notes = []
            alike = [other for other in known | folders.keys() if _alike(other, name)]
            if learner != name:
                notes.append(f"The folder {name!r} was taken for that of {learner!r}.")
            elif name not in known and (others := sorted(set(alike) - {name})):
                notes.append(f"There is also {others[0]!r}: is this the same learner?")
            if inner != folder / rest:
                taken = inner.relative_to(folder).as_posix()
                notes.append(f"The folder {taken!r} was taken for {rest.as_posix()!r}.")
            autograded, feedback = (
                self.folder(step, assignment, learner)
                for step in ("autograded_directory", "feedback_directory")
            )
            found.append(Submission(learner, inner, autograded, feedback, tuple(notes)))
        if not found:
            raise InputError(f"there are no submissions of {assignment} in {pattern}")
        return found

    def _nearest(self, folder: Path, rest: Path, assignment: str) -> Path | None:
        """Return what is at a path in a folder, or at one that differs in case or spaces alone.

        Raises
        ------
        InputError
            If several could be meant.
        """
        for part in rest.parts:
            if not (folder / part).is_dir():
                near = [
                    child
                    for child in sorted(folder.glob("*"))
                    if _alike(child.name, part) and child.is_dir()
                ]
                near = [child for child in near if child.name not in self._assignments()]
                if len(near) > 1:
                    names = " and ".join(repr(child.name) for child in near)
                    hint = f"leave one, and call it {part!r}"
                    raise InputError(f"{names} could both be {assignment}: {hint}", folder)
                if not near:
                    return None
                part = near[0].name
            folder = folder / part
        return folder if folder.is_dir() else None

    def _learners(self) -> set[str]:
        """Return the ids of the learners whom the gradebook knows."""
        directory = self.directory("*")
        if not _has_gradebook(directory):
            return set()
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            return {student.id for student in gradebook.students}

    def _assignments(self) -> list[str]:
        """Return the assignments that have a source folder or stand in the gradebook."""
        pattern = self.folder("source_directory", "*")
        names = {folder.name for folder in pattern.parent.glob("*") if any(folder.glob("*.ipynb"))}
        directory = self.directory("*")
        if _has_gradebook(directory):
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                names |= {assignment.name for assignment in gradebook.assignments}
        return sorted(names)


def _has_gradebook(directory: CourseDirectory) -> bool:
    """Whether there is one: nbgrader would make an empty one, only to find nothing in it."""
    url = make_url(directory.db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _alike(one: str, other: str) -> bool:
    """Whether two names differ in case, Unicode form or the space around them at most."""
    first, second = (unicodedata.normalize("NFKC", name) for name in (one, other))
    return first.strip().casefold() == second.strip().casefold()


def _nearest_learner(name: str, known: Collection[str], folders: Collection[str]) -> str:
    """Return the learner whose folder has a name: a known one, if that is certain."""
    if name in known:
        return name
    near = [learner for learner in known if _alike(learner, name)]
    if sum(_alike(folder, name) for folder in folders) > 1:  # then they may be different learners
        return name
    return near[0] if len(near) == 1 else name.strip() or name


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
