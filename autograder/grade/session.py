"""Grade a whole class: what changed since the last time, on all cores, with one writer."""

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from autograder.cores import available_cores
from autograder.course import CACHE_FOLDER, Course, SubmissionFolders, submissions_of
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
from autograder.grade.model import Assignment, Graded, PriorGrades, Servers, Submission
from autograder.grade.planning import judged_tests, points_judged, unjudged
from autograder.grade.registration import modules_of, programs_of, register
from autograder.grade.released import read_released
from autograder.grade.result import Result, no_grade, reason_of
from autograder.grade.skeleton import read_skeletons
from autograder.grade.store.cache import GradeCache, agrees
from autograder.grade.store.gradebook import Scores, auto_scores, read_prior_grades
from autograder.grade.store.writer import Writer
from autograder.judge.client import JudgeServer
from autograder.judge.seed import course_seed
from autograder.kernels.limits import KernelLimits
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import KernelServer, SandboxConfig


@contextmanager
def open_session(
    course: Course,
    assignment: str,
    *,
    sandbox: Sandbox,
    judge: str,
    scheduler: str | None,
    learners: Collection[str],
    force: bool,
    tell: Callable[[str], None],
) -> Iterator["Session"]:
    """Prepare the grading of an assignment, which no other run grades meanwhile.

    Parameters
    ----------
    course : Course
    assignment : str
    sandbox : Sandbox
    judge : str
        ``"auto"``: tests are judged where that is possible; or ``"never"``.
    scheduler : str or None
        Address of a Dask scheduler; None for this machine's own cores.
    learners : collection of str
        Whose submissions are graded; empty for everyone's.
    force : bool
        Grade again what was graded before and did not change.
    tell : callable
        Takes a line that the instructor should read at once.

    Raises
    ------
    InputError
        If there are no submissions, or none of a learner, nbgrader refuses the assignment's
        source, or another run grades the assignment.
    """
    # nbgrader's own way of adding submissions, which works; SQLAlchemy warns about it.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    submissions = course.submissions(assignment, course.learners(), course.assignments())
    if not submissions:
        pattern = course.folder("submitted_directory", assignment, "*")
        raise InputError(f"there are no submissions of {assignment} in {pattern}")
    if learners:
        submissions = submissions_of(learners, submissions, assignment)
    refusal = f"another run grades {assignment} now: wait for its end"
    modules = modules_of(course, assignment)
    confined = SandboxConfig(sandbox=sandbox, modules=modules, hidden=(course.root,))
    with (
        locked(course.root / CACHE_FOLDER / f"{assignment}.lock", refusal),
        Preloading(KernelServer, confined) as kernels,
        Preloading(JudgeServer, confined) as judges,
    ):
        is_needed = scheduler is None and (force or any(one.is_new for one in submissions))
        if is_needed:
            # They start while this process does what is left before they are needed.
            pool.prepare()
            kernels.start()
        register(course, assignment)
        described = _described(course, assignment, confined, judge)
        if is_needed and described.judged:
            judges.start()
        if judge == "auto":
            for line in unjudged(described.skeletons, described.programs):
                tell(line)
        yield Session(
            course,
            described,
            submissions,
            kernels,
            judges,
            scheduler=scheduler,
            force=force,
            tell=tell,
        )


def _described(course: Course, name: str, sandbox: SandboxConfig, judge: str) -> Assignment:
    """Return what workers need to know of an assignment."""
    skeletons = read_skeletons(course, name)
    directory = course.directory(name)
    settings = Autograde(coursedir=directory, config=course.config)
    source = course.folder("source_directory", name)
    beside = (*directory.ignore, "*.ipynb")
    programs = programs_of(skeletons, course.config)
    judged = {} if judge == "never" else judged_tests(course, name, skeletons, programs)
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
        programs=programs,
        judged=judged,
        seed=course_seed(course.root).value if judged else b"",
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
        kernels: Preloading[KernelServer],
        judges: Preloading[JudgeServer],
        *,
        scheduler: str | None,
        force: bool,
        tell: Callable[[str], None],
    ) -> None:
        self.submissions = submissions
        self._course = course
        self._assignment = assignment
        self._kernels = kernels
        self._judges = judges
        self._source = course.folder("source_directory", assignment.name)
        self._instructors = InstructorsRun()
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

    @property
    def judged(self) -> tuple[float, float]:
        """For how many points tests are judged, after a run, and for how many there are tests."""
        assignment = self._assignment
        return points_judged(assignment.skeletons, assignment.judged, self._instructors.in_kernel)

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
            else:
                self._instructors = self._remembered_run() or InstructorsRun()

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
        # On a cluster, a worker starts servers of its own.
        servers = self._servers() if self._scheduler is None else None
        function = partial(worker.grade, content, servers)
        unreadable: list[Result] = []
        with self._workers() as workers:
            self._instructors = self._instructors_run(workers, function)
            submissions = _submissions(waiting, self._pack, self._instructors, unreadable)
            for submission, future in pool.run_tasks(workers, function, submissions):
                folders = by_learner[submission.learner]
                try:
                    yield self._written(gradebook, folders, submission, future.result())
                except Exception as error:  # a full disk, a locked gradebook, a killed worker
                    yield no_grade(submission.learner, reason_of(error))
        yield from unreadable

    def _servers(self) -> Servers:
        kernels = self._kernels.address()
        return Servers(kernels, self._judges.address() if self._assignment.judged else None)

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
        submission = self._instructors_submission
        if submission is None:
            return InstructorsRun()
        run = self._remembered_run()
        if run is None:
            run = self._ask_instructors(submission, workers, function)
            if run is None:
                return InstructorsRun()
        if self._scheduler is None:
            self._kernels.import_also(run.modules)
            if self._assignment.judged:
                self._judges.import_also(run.modules)
        for line in run.losses:
            self._tell(line)
        return run

    @cached_property
    def _instructors_submission(self) -> Submission | None:
        return instructors_submission(self._assignment, self._source)

    def _remembered_run(self) -> InstructorsRun | None:
        """Return what the run of the instructor's own solution has told before."""
        submission = self._instructors_submission
        return None if submission is None else load_run(*self._run_place(submission))

    def _run_place(self, submission: Submission) -> tuple[Path, str]:
        """Return where that is remembered, and under which key."""
        path = cache_path(self._course.root, self._assignment.name)
        return path, self._cache.submission_key(submission.archive)

    def _ask_instructors(
        self,
        submission: Submission,
        workers: pool.Workers,
        function: Callable[[Submission], Graded],
    ) -> InstructorsRun | None:
        """Grade the instructor's own solution; None where that is not possible."""
        judged = self._assignment.judged
        everything = {name: tuple(one.tests) for name, one in judged.items()}
        alone = replace(submission, in_kernel=everything)
        graded: dict[int, Graded] = {}
        for task, future in pool.run_tasks(
            workers, function, [alone, submission] if judged else [alone]
        ):
            try:
                graded[id(task)] = future.result()
            except Exception as error:
                # Whatever the course's own preprocessors raise: learners meet it one by one.
                how = "graded" if task is alone else "judged, and so all run in the kernel"
                self._tell(f"The instructor's own solution cannot be {how}: {reason_of(error)}.")
        if id(alone) not in graded:
            return None
        run = read_run(
            graded[id(alone)], graded.get(id(submission)), self._assignment, self._source
        )
        if run.is_lasting:
            save_run(*self._run_place(submission), run)
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
                learner,
                archive,
                one.submitted_at,
                one.prior,
                notes,
                instructors.replaced,
                instructors.in_kernel,
            )
