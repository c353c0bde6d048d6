"""Grade a whole class: what changed since the last time, on all cores, with one writer."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from autograder.cores import available_cores
from autograder.course import CACHE_FOLDER, Course, SubmissionFolders
from autograder.errors import InputError
from autograder.files import locked, sweep
from autograder.grade import pool, worker
from autograder.grade.archive import Archive, pack
from autograder.grade.execute.preload import Preloading
from autograder.grade.instructor import (
    InstructorsRun,
    cache_path,
    instructors_submission,
    load_run,
    read_run,
    save_run,
)
from autograder.grade.intake.limits import SubmissionLimits
from autograder.grade.intake.timestamps import submitted_at
from autograder.grade.model import Assignment, Graded, PriorGrades, Submission
from autograder.grade.registration import modules_of, programs_of, register
from autograder.grade.released import read_released
from autograder.grade.result import Result, no_grade, reason_of
from autograder.grade.skeleton import read_skeletons
from autograder.grade.store.cache import GradeCache, agrees
from autograder.grade.store.gradebook import Scores, auto_scores, read_prior_grades
from autograder.grade.store.writer import Writer
from autograder.kernels.limits import KernelLimits
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import SandboxConfig


@contextmanager
def open_session(
    course: Course,
    assignment: str,
    *,
    sandbox: Sandbox,
    scheduler: str | None,
    force: bool,
    tell: Callable[[str], None],
) -> Iterator["Session"]:
    """Prepare the grading of an assignment, which no other run grades meanwhile.

    Parameters
    ----------
    course : Course
    assignment : str
    sandbox : Sandbox
    scheduler : str or None
        Address of a Dask scheduler; None for this machine's own cores.
    force : bool
        Grade again what was graded before and did not change.
    tell : callable
        Takes a line that the instructor should read at once.

    Raises
    ------
    InputError
        If there are no submissions, nbgrader refuses the assignment's source, or another run
        grades the assignment.
    """
    # nbgrader's own way of adding submissions, which works; SQLAlchemy warns about it.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    submissions = course.submissions(assignment, course.learners(), course.assignments())
    if not submissions:
        pattern = course.folder("submitted_directory", assignment, "*")
        raise InputError(f"there are no submissions of {assignment} in {pattern}")
    refusal = f"another run grades {assignment} now: wait for its end"
    modules = modules_of(course, assignment)
    confined = SandboxConfig(sandbox=sandbox, modules=modules, hidden=(course.root,))
    with (
        locked(course.root / CACHE_FOLDER / f"{assignment}.lock", refusal),
        Preloading(confined) as preloading,
    ):
        if scheduler is None and (force or any(folders.is_new for folders in submissions)):
            # They start while this process does what is left before they are needed.
            pool.prepare()
            preloading.start()
        register(course, assignment)
        yield Session(
            course,
            _described(course, assignment, confined),
            submissions,
            preloading,
            scheduler=scheduler,
            force=force,
            tell=tell,
        )


def _described(course: Course, name: str, sandbox: SandboxConfig) -> Assignment:
    """Return what workers need to know of an assignment."""
    skeletons = read_skeletons(course, name)
    directory = course.directory(name)
    settings = Autograde(coursedir=directory, config=course.config)
    source = course.folder("source_directory", name)
    beside = (*directory.ignore, "*.ipynb")
    return Assignment(
        name=name,
        course_id=course.id,
        db_url=course.db_url,
        skeletons=skeletons,
        config=course.config,
        public=pack(source, beside) if source.is_dir() else Archive(b""),
        keep=tuple(sorted(settings.exclude_overwriting.get(name, ()))),
        sandbox=sandbox,
        limits=KernelLimits(config=course.config).values(),
        bounds=SubmissionLimits(config=course.config).values(),
        released=read_released(course, skeletons, name),
        programs=programs_of(skeletons, course.config),
    )


@dataclass(frozen=True)
class _Waiting:
    """A submission that is to be graded in this run."""

    folders: SubmissionFolders
    prior: PriorGrades
    submitted_at: datetime | None
    notes: tuple[str, ...]


class Session:
    """The grading of one assignment; see :func:`open_session`.

    Attributes
    ----------
    submissions : sequence of SubmissionFolders
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        submissions: Sequence[SubmissionFolders],
        preloading: Preloading,
        *,
        scheduler: str | None,
        force: bool,
        tell: Callable[[str], None],
    ) -> None:
        self.submissions = submissions
        self._course = course
        self._assignment = assignment
        self._preloading = preloading
        self._scheduler = scheduler
        self._force = force
        self._tell = tell
        self._cache = GradeCache(course.root, assignment.name, {"assignment": assignment})
        sandbox = str(assignment.sandbox.sandbox)
        self._writer = Writer(course, assignment.name, self._cache, sandbox)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the course's own files could not be laid beside the notebooks."""
        name, public = self._assignment.name, self._assignment.public
        return tuple(f"In source/{name}, {note}" for note in public.notes)

    def run(self) -> Iterator[Result]:
        """Grade what is to be graded and yield results as they come.

        Let Ctrl-C raise in the iterator, and the submissions that run are graded and written
        before it ends.
        """
        sweep(
            folder.parent
            for folders in self.submissions
            for folder in (folders.autograded, folders.feedback)
        )
        with self._course.gradebook() as gradebook:
            unknown, known = read_prior_grades(gradebook, self._assignment.name)
            scores = auto_scores(gradebook, self._assignment.name)
            waiting = []
            for folders in self.submissions:
                prior = known.get(folders.learner, unknown)
                try:
                    entry = self._entry(folders, prior, scores.get(folders.learner, {}))
                    time, note = submitted_at(folders.folder, self._course.config)
                except (OSError, ValueError) as error:
                    yield no_grade(folders.learner, reason_of(error))
                    continue
                if entry is not None:
                    yield self._writer.kept(folders, entry)
                else:
                    notes = (*folders.notes, *([note] if note else ()))
                    waiting.append(_Waiting(folders, prior, time, notes))
            if waiting:
                yield from self._grade_all(gradebook, waiting)

    def explain(self, result: Result) -> None:
        """Write down for the report why a submission has no grade."""
        self._cache.refuse(result.learner, "; ".join(result.notes))

    def _entry(
        self, folders: SubmissionFolders, prior: PriorGrades, scores: Scores
    ) -> dict[str, Any] | None:
        """Return the entry of an earlier run if it still holds."""
        entry = None if self._force else self._cache.entry(folders.learner)
        if entry is None or not folders.has_pages(entry["notebooks"]):
            return None
        key = self._cache.grade_key(self._pack(folders), prior)
        return entry if entry["key"] == key and agrees(entry, scores) else None

    def _pack(self, folders: SubmissionFolders) -> Archive:
        names = tuple(f"{skeleton.name}.ipynb" for skeleton in self._assignment.skeletons)
        return pack(folders.folder, (), self._assignment.bounds, names)

    def _grade_all(self, gradebook: Gradebook, waiting: Sequence[_Waiting]) -> Iterator[Result]:
        """Keep all workers busy, and write down what they return."""
        by_learner = {one.folders.learner: one.folders for one in waiting}
        content = worker.packed(self._assignment)
        # On a cluster, a worker starts a fork server of its own.
        address = self._preloading.address() if self._scheduler is None else None
        function = partial(worker.grade, content, address)
        unreadable: list[Result] = []
        with self._workers() as workers:
            instructors = self._instructors_run(workers, function)
            submissions = _submissions(waiting, self._pack, instructors, unreadable)
            for submission, future in pool.run_tasks(workers, function, submissions):
                folders = by_learner[submission.learner]
                try:
                    yield self._written(gradebook, folders, submission, future.result())
                except Exception as error:  # a full disk, a locked gradebook, a killed worker
                    yield no_grade(submission.learner, reason_of(error))
        yield from unreadable

    def _workers(self) -> AbstractContextManager[pool.Workers]:
        if self._scheduler is not None:
            return pool.cluster(self._scheduler)
        return pool.local(min(available_cores(), len(self.submissions)))

    def _written(
        self,
        gradebook: Gradebook,
        folders: SubmissionFolders,
        submission: Submission,
        graded: Graded,
    ) -> Result:
        entry = None if self._force else self._cache.entry(graded.learner)
        key = self._cache.submission_key(submission.archive)
        is_known = entry is not None and entry.get("submission") == key
        return self._writer.write(gradebook, folders, submission, graded, is_known=is_known)

    def _instructors_run(
        self, workers: pool.Workers, function: Callable[[Submission], Graded]
    ) -> InstructorsRun:
        """Grade the instructor's own solution, or load how that went; say where it loses points.

        The class is graded whatever comes of it.
        """
        source = self._course.folder("source_directory", self._assignment.name)
        submission = instructors_submission(self._assignment, source)
        if submission is None:
            return InstructorsRun()
        path = cache_path(self._course.root, self._assignment.name)
        key = self._cache.submission_key(submission.archive)
        run = load_run(path, key)
        if run is None:
            ((_, future),) = pool.run_tasks(workers, function, [submission])
            if isinstance(error := future.exception(), Exception):
                # Whatever the course's own preprocessors raise: learners meet it one by one.
                self._tell(f"The instructor's own solution cannot be graded: {reason_of(error)}.")
                return InstructorsRun()
            run = read_run(future.result(), self._assignment, source)
            if run.is_lasting:
                save_run(path, key, run)
        if self._scheduler is None:
            self._preloading.import_also(run.modules)
        for line in run.losses:
            self._tell(line)
        return run


def _submissions(
    waiting: Iterable[_Waiting],
    pack: Callable[[SubmissionFolders], Archive],
    instructors: InstructorsRun,
    unreadable: list[Result],
) -> Iterator[Submission]:
    """Yield what workers are told; files are read only now, a few submissions ahead.

    What cannot be read any more is added to ``unreadable``.
    """
    for one in waiting:
        learner = one.folders.learner
        try:
            archive = pack(one.folders)
        except OSError as error:
            unreadable.append(no_grade(learner, reason_of(error)))
        else:
            notes = (*one.notes, *archive.notes)
            yield Submission(
                learner, archive, one.submitted_at, one.prior, notes, instructors.replaced
            )
