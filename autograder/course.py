"""An nbgrader course directory: its settings, folders, assignments, submissions, order of cells."""

import difflib
import logging
import os
import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from traitlets import TraitError
from traitlets.config import Application, Config

from autograder.errors import InputError
from autograder.gradebook_state import require_usable_gradebook
from autograder.notebooks import read_notebook

# Workers that write wait for one another's locks, not for SQLite's 5 seconds.
_PATIENT_SECONDS = 60
# In a course directory: what `autograder grade` remembers of each submission.
CACHE_FOLDER = ".autograder"
REFUSALS = "refused"  # therein, below the assignment: why a submission has no grade


@dataclass(frozen=True)
class SubmissionFolders:
    """Where one learner's submission of an assignment lies, and what is made of it.

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

    def directory(self, assignment: str = "*", learner: str = "*") -> CourseDirectory:
        """Return nbgrader's view of the course, for one assignment and one learner."""
        config = Config(self.config)
        config.CourseDirectory.assignment_id = assignment
        config.CourseDirectory.student_id = learner
        directory = CourseDirectory(config=config)
        directory.db_url = self.db_url
        return directory

    @cached_property
    def _settings(self) -> CourseDirectory:
        return CourseDirectory(config=self.config)

    @cached_property
    def db_url(self) -> str:
        """The gradebook's address, for programs that wait while another one writes.

        Raises
        ------
        InputError
            If the course's settings name no possible address.
        """
        try:
            url = make_url(self._settings.db_url)
        except ArgumentError as error:
            raise InputError(f"the gradebook's address (db_url) is wrong: {error}") from None
        if url.get_backend_name() == "sqlite" and not url.query:
            url = url.set(query={"timeout": str(_PATIENT_SECONDS)})
        return url.render_as_string(hide_password=False)

    @property
    def id(self) -> str:
        """The course's id in the gradebook; empty where the settings name none."""
        return self._settings.course_id

    def gradebook(self) -> Gradebook:
        """Open the gradebook, to be closed as a context manager; where there is none, make it."""
        return Gradebook(self.db_url, self.id)

    def folder(self, step: str, assignment: str, learner: str = ".") -> Path:
        """Return the folder of a step: ``folder("submitted_directory", "ps1", "sample01")``."""
        step = getattr(self._settings, step)
        return Path(self._settings.format_path(step, learner, assignment))

    def find_assignment(self, name: str) -> str:
        """Return the id of the assignment that a name or its beginning, ``w05``, means.

        Raises
        ------
        InputError
            If no assignment, or more than one, fits, or the gradebook is not usable.
        """
        require_usable_gradebook(self.db_url)
        return find_assignment(name, self.assignments(), f"the course in {self.root}")

    def assignments(self) -> list[str]:
        """Return the assignments that have a source folder or stand in the gradebook."""
        pattern = self.folder("source_directory", "*")
        names = {folder.name for folder in pattern.parent.glob("*") if any(folder.glob("*.ipynb"))}
        if self._has_gradebook():
            with self.gradebook() as gradebook:
                names |= {assignment.name for assignment in gradebook.assignments}
        return sorted(names)

    def learners(self) -> set[str]:
        """Return the ids of the learners whom the gradebook knows."""
        if not self._has_gradebook():
            return set()
        with self.gradebook() as gradebook:
            return {student.id for student in gradebook.students}

    def _has_gradebook(self) -> bool:
        """Whether there is one: nbgrader would make an empty one, only to find nothing in it."""
        url = make_url(self.db_url)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()

    def submissions(
        self, assignment: str, learners: Collection[str], assignments: Collection[str]
    ) -> list[SubmissionFolders]:
        """Return all submissions of an assignment, by learner.

        Parameters
        ----------
        assignment : str
        learners, assignments : collection of str
            Those that are known: a folder whose name only nearly fits one is taken for its own.

        Raises
        ------
        InputError
            If several folders could be the same submission.
        """
        parts = self.folder("submitted_directory", assignment, learner="*").parts
        # The learner's id is whatever the star stands for, in whichever part of the path.
        position = next(number for number, part in enumerate(parts) if "*" in part)
        before, after = parts[position].split("*")
        base, rest = Path(*parts[:position]), Path(*parts[position + 1 :])
        excluded = self._settings.student_id_exclude.split(",")
        folders = {
            folder.name[len(before) : len(folder.name) - len(after)]: folder
            for folder in sorted(base.glob("*"))
            if folder.name.startswith(before) and folder.name.endswith(after) and folder.is_dir()
        }
        folders = {name: folder for name, folder in folders.items() if name not in excluded}
        found = []
        for name, folder in folders.items():
            inner = _nearest(folder, rest, assignment, assignments)
            if inner is None:
                continue
            learner = _nearest_learner(name, learners, folders)
            notes = []
            alike = [other for other in {*learners, *folders} if _alike(other, name)]
            if learner != name:
                notes.append(f"The folder {name!r} was taken for that of {learner!r}.")
            elif name not in learners and (others := sorted(set(alike) - {name})):
                notes.append(f"There is also {others[0]!r}: is this the same learner?")
            if inner != folder / rest:
                taken = inner.relative_to(folder).as_posix()
                notes.append(f"The folder {taken!r} was taken for {rest.as_posix()!r}.")
            autograded, feedback = (
                self.folder(step, assignment, learner)
                for step in ("autograded_directory", "feedback_directory")
            )
            found.append(SubmissionFolders(learner, inner, autograded, feedback, tuple(notes)))
        return found

    def cell_order(self, assignment: str, notebook: str) -> list[str]:
        """Return the grade ids of a notebook of the instructor, or of the release, in order.

        No gradebook has a column for it. Empty where there is neither.
        """
        for step in ("source_directory", "release_directory"):
            try:
                cells = read_notebook(self.folder(step, assignment) / f"{notebook}.ipynb").cells
            except (InputError, OSError):
                continue
            marks = (cell.metadata.get("nbgrader", {}) for cell in cells)
            return list(dict.fromkeys(mark["grade_id"] for mark in marks if mark.get("grade_id")))
        return []


def open_course(root: Path) -> Course:
    """Read the settings of a course directory.

    Raises
    ------
    InputError
        If the folder does not exist, or its ``nbgrader_config.py`` fails.
    """
    _put_own_programs_on_path()
    return Course(root.resolve(), load_settings(root))


def load_settings(root: Path) -> Config:
    """Return the settings of a course directory, in the order in which nbgrader reads them.

    Those are the system's and the user's ``nbgrader_config.py``, that of the current folder, and
    last that of the course itself.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``gradebook.db``, ``submitted/``, ``autograded/``, ….

    Raises
    ------
    InputError
        If there is no such folder, or a configuration file does not load.
    """
    if not root.is_dir():
        raise InputError("there is no such course directory", root)
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    try:
        app.load_config_file()
        Application.load_config_file(app, "nbgrader_config.py", path=str(root.resolve()))
    except TraitError as error:
        raise InputError(f"a setting is wrong: {error}", root / "nbgrader_config.py") from None
    except Exception as error:  # a configuration file is a program: it can raise anything
        raise InputError(
            f"this file fails ({type(error).__name__}: {error})", root / "nbgrader_config.py"
        ) from None
    config = Config(app.config)
    config.CourseDirectory.root = str(root.resolve())
    return config


def find_assignment(name: str, known: Sequence[str], where: str) -> str:
    """Return the assignment that a name means: the name itself, or ``w05`` for ``w05_…``.

    Parameters
    ----------
    name : str
    known : sequence of str
        The assignments that there are.
    where : str
        What has or lacks the assignment, for the message: ``"the gradebook"``.

    Raises
    ------
    InputError
        If no assignment, or more than one, fits.
    """
    if name in known:
        return name
    begun = [assignment for assignment in known if assignment.startswith(f"{name}_")]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise InputError(f"{name!r} could be {' or '.join(begun)}: write it out")
    if not known:
        raise InputError(f"{where} has no assignment yet")
    close = [other for other in known if other.startswith(name)]
    close = close or difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
    raise InputError(f"{where} has no assignment {name!r}: {hint}")


def submissions_of(
    learners: Collection[str], submissions: Sequence[SubmissionFolders], assignment: str
) -> list[SubmissionFolders]:
    """Return the submissions of these learners, of all that an assignment has.

    Raises
    ------
    InputError
        If one of them handed in nothing.
    """
    known = [folders.learner for folders in submissions]
    for learner in learners:
        if learner not in known:
            close = difflib.get_close_matches(learner, known, n=1)
            hint = f": did you mean {close[0]!r}?" if close else ""
            raise InputError(f"{learner!r} has handed in nothing for {assignment}{hint}")
    return [folders for folders in submissions if folders.learner in learners]


def _nearest(
    folder: Path, rest: Path, assignment: str, assignments: Collection[str]
) -> Path | None:
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
                if _alike(child.name, part) and child.is_dir() and child.name not in assignments
            ]
            if len(near) > 1:
                names = " and ".join(repr(child.name) for child in near)
                hint = f"leave one, and call it {part!r}"
                raise InputError(f"{names} could both be {assignment}: {hint}", folder)
            if not near:
                return None
            part = near[0].name
        folder = folder / part
    return folder if folder.is_dir() else None


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


def _put_own_programs_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name, when no environment is activated."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
