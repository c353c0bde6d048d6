"""Write graded submissions down: gradebook, executed notebooks, feedback pages, last the cache."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from autograder.course import Course, SubmissionFolders
from autograder.files import replace_folder
from autograder.grade.feedback.restoring import restore, strangers
from autograder.grade.model import FileBeside, Graded, Submission
from autograder.grade.result import Result, no_grade, unusual
from autograder.grade.store import gradebook as book
from autograder.grade.store.cache import GradeCache


class Writer:
    """Writes what came of the submissions of an assignment.

    Parameters
    ----------
    course : Course
    assignment : str
    cache : GradeCache
    sandbox : str
        What the submissions are graded in, for the entries in the cache.
    """

    def __init__(self, course: Course, assignment: str, cache: GradeCache, sandbox: str) -> None:
        self._course = course
        self._assignment = assignment
        self._cache = cache
        self._sandbox = sandbox
        self._source = course.folder("source_directory", assignment)
        self._settings = Autograde(coursedir=course.directory(assignment), config=course.config)

    def write(
        self,
        gradebook: Gradebook,
        folders: SubmissionFolders,
        submission: Submission,
        graded: Graded,
        *,
        is_known: bool,
    ) -> Result:
        """Write a graded submission down.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook
        folders : SubmissionFolders
        submission : Submission
        graded : Graded
        is_known : bool
            Whether the very same submission was graded before.
        """
        if not graded.notebooks:
            return no_grade(graded.learner, "; ".join(graded.notes), graded.seconds)
        self._cache.remove(graded.learner)
        score, points = book.write(
            gradebook,
            self._assignment,
            graded,
            submission.submitted_at,
            create_student=self._settings.create_student,
            is_known=is_known,
        )
        penalty = sum(notebook.penalty or 0.0 for notebook in graded.notebooks.values())
        score = max(0.0, score - penalty)  # as nbgrader's exports reckon
        self._write_folders(folders, graded)
        self._cache.write(submission, graded, self._sandbox, score, points)
        notes = (*unusual(graded), *graded.notes)
        return Result(graded.learner, "graded", score, points, graded.seconds, notes)

    def kept(self, folders: SubmissionFolders, entry: Mapping[str, Any]) -> Result:
        """Return the result of an earlier run; pages that somebody changed are made again."""
        notes = tuple(entry["notes"])
        foreign = strangers(folders.feedback, entry["notebooks"])
        if foreign:
            directory = self._course.directory(self._assignment, folders.learner)
            restore(directory, self._course.config, folders, foreign)
            notes = (f"{', '.join(foreign)}: not as written here, so made again", *notes)
        status = "new page" if foreign else "kept"
        return Result(folders.learner, status, entry["score"], entry["points"], 0.0, notes)

    def _write_folders(self, folders: SubmissionFolders, graded: Graded) -> None:
        beside = {
            name: path
            for name, file in graded.files.items()
            if (path := self._path_of(file, folders)) is not None
        }
        present = {
            name: notebook
            for name, notebook in graded.notebooks.items()
            if notebook.autograded is not None
        }
        executed = {f"{name}.ipynb": notebook.autograded for name, notebook in present.items()}
        pages = {f"{name}.html": notebook.feedback for name, notebook in present.items()}
        permissions = int(str(self._settings.permissions), 8)
        is_shared = self._settings.coursedir.groupshared
        for folder, texts in ((folders.autograded, executed), (folders.feedback, pages)):
            replace_folder(folder, texts, beside, permissions, is_shared=is_shared)

    def _path_of(self, file: FileBeside, folders: SubmissionFolders) -> Path | None:
        """Return where a file is copied from; None if it is gone, or is not the learner's now."""
        base = folders.folder if file.is_learners else self._source
        path = (base / file.path).resolve()
        if not path.is_file() or (file.is_learners and not path.is_relative_to(base.resolve())):
            return None
        return path
