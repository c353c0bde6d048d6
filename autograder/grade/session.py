"""Grade a whole class: what changed since the last time, on all cores, with one writer."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from autograder.course import CACHE_FOLDER, Course, SubmissionFolders
from autograder.errors import InputError
from autograder.files import locked, replace_folder, sweep
from autograder.grade import worker
from autograder.grade.archive import Parcel, pack
from autograder.grade.feedback.restoring import restore, strangers
from autograder.grade.instructor import (
    InstructorsRun,
    memory_of,
    read_run,
    recall,
    remember,
    task_of,
)
from autograder.grade.intake.limits import SubmissionLimits
from autograder.grade.intake.timestamps import handed_in
from autograder.grade.model import Assignment, Graded, Task
from autograder.grade.pool import Place, carry_out, cluster, local, prepare
from autograder.grade.registration import modules_of, programs_of, register
from autograder.grade.released import read_released
from autograder.grade.result import Result, no_grade, reason_of, unusual
from autograder.grade.skeleton import read_skeletons
from autograder.grade.store import gradebook as book
from autograder.grade.store.cache import Ledger, agrees, fingerprint
from autograder.grade.store.prior_grades import Standing, read_standings
from autograder.kernels.limits import KernelLimits
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed, KernelServer, SandboxConfig


@dataclass(frozen=True)
class _Waiting:
    """A submission that is to be graded in this run."""

    submission: SubmissionFolders
    standing: Standing
    handed_in: datetime | None
    notes: tuple[str, ...]


class Session:
    """The grading of one assignment.

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

    def __init__(
        self,
        course: Course,
        assignment: str,
        *,
        sandbox: Sandbox,
        scheduler: str | None,
        force: bool,
        tell: Callable[[str], None],
    ) -> None:
        # nbgrader's own way of adding submissions, which works; SQLAlchemy warns about it.
        warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
        self._course = course
        self._name = assignment
        self._sandbox = sandbox
        self._scheduler = scheduler
        self._force = force
        self._tell = tell
        self._autograde = Autograde(coursedir=course.directory(assignment), config=course.config)
        self.submissions = course.submissions(assignment, course.learners(), course.assignments())
        if not self.submissions:
            pattern = course.folder("submitted_directory", assignment, "*")
            raise InputError(f"there are no submissions of {assignment} in {pattern}")
        self._lock = ExitStack()
        refusal = f"another run grades {assignment} now: wait for its end"
        self._lock.enter_context(locked(course.root / CACHE_FOLDER / f"{assignment}.lock", refusal))
        self._walls = SandboxConfig(
            sandbox=sandbox, modules=modules_of(course, assignment), hidden=(course.root,)
        )
        self._helpers = ThreadPoolExecutor(1)
        self._server: Future[KernelServer] | None = None
        if force or any(submission.is_new for submission in self.submissions):
            self._start_processes()  # while this process does what is left before they are needed
        try:
            register(course, assignment)
            self._assignment = self._describe()
        except BaseException:
            self.close()
            raise
        self._content = worker.packed(self._assignment)
        # Where the course lies has no part in a grade: a copy of it keeps its grades.
        conditions = fingerprint((self._assignment, str(sandbox))).replace(str(course.root), "")
        self._ledger = Ledger(course.root, assignment, conditions.encode())

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the course's own files could not be laid beside the notebooks."""
        return tuple(f"In source/{self._name}, {note}" for note in self._assignment.public.notes)

    def close(self) -> None:
        """End the processes that kernels are forked from."""
        if self._server is not None:
            with suppress(KernelFailed, OSError):
                self._server.result().close()
            self._server = None
        self._helpers.shutdown()
        self._lock.close()

    def run(self) -> Iterator[Result]:
        """Grade what is to be graded and yield results as they come.

        Close the iterator, or let Ctrl-C raise in it, and the submissions that run are graded and
        written before it ends.
        """
        sweep(
            folder.parent
            for submission in self.submissions
            for folder in (submission.autograded, submission.feedback)
        )
        with self._course.gradebook() as gradebook:
            stranger, standings = read_standings(gradebook, self._name)
            scores = book.auto_scores(gradebook, self._name)
            waiting = []
            for submission in self.submissions:
                standing = standings.get(submission.learner, stranger)
                try:
                    kept = self._kept(submission, standing, scores.get(submission.learner, {}))
                    time, note = handed_in(submission.folder, self._course.config)
                except (OSError, ValueError) as error:
                    yield no_grade(submission.learner, reason_of(error))
                    continue
                if kept is not None:
                    yield kept
                else:
                    notes = (*submission.notes, *([note] if note else ()))
                    waiting.append(_Waiting(submission, standing, time, notes))
            if waiting:
                yield from self._grade_all(gradebook, waiting)

    def explain(self, result: Result) -> None:
        """Write down for the report why a submission has no grade."""
        self._ledger.refuse(result.learner, "; ".join(result.notes))

    def _describe(self) -> Assignment:
        """Return what workers need to know."""
        directory = self._course.directory(self._name)
        skeletons = read_skeletons(self._course, self._name)
        source = self._course.folder("source_directory", self._name)
        beside = (*directory.ignore, "*.ipynb")
        public = pack(source, beside) if source.is_dir() else Parcel(b"")
        return Assignment(
            name=self._name,
            course_id=directory.course_id,
            db_url=directory.db_url,
            skeletons=skeletons,
            config=self._course.config,
            public=public,
            keep=tuple(sorted(self._autograde.exclude_overwriting.get(self._name, ()))),
            walls=self._walls,
            limits=KernelLimits(config=self._course.config).values(),
            bounds=SubmissionLimits(config=self._course.config).values(),
            released=read_released(self._course, skeletons, self._name),
            programs=programs_of(skeletons, self._course.config),
        )

    def _kept(
        self, submission: SubmissionFolders, standing: Standing, scores: dict
    ) -> Result | None:
        """Return the result of an earlier run if it still holds."""
        entry = None if self._force else self._ledger.entry(submission.learner)
        if entry is None or not submission.has_pages(entry["notebooks"]):
            return None
        key = self._ledger.key(self._pack(submission).digest, repr(standing))
        if entry["key"] != key or not agrees(entry, scores):
            return None
        notes = tuple(entry["notes"])
        foreign = strangers(submission.feedback, entry["notebooks"])
        if foreign:
            directory = self._course.directory(self._name, submission.learner)
            restore(directory, self._course.config, submission, foreign)
            notes = (f"{', '.join(foreign)}: not as written here, so made again", *notes)
        status = "new page" if foreign else "kept"
        return Result(submission.learner, status, entry["score"], entry["points"], 0.0, notes)

    def _pack(self, submission: SubmissionFolders) -> Parcel:
        wanted = tuple(f"{skeleton.name}.ipynb" for skeleton in self._assignment.skeletons)
        return pack(submission.folder, (), self._assignment.bounds, wanted)

    def _grade_all(self, gradebook: Gradebook, waiting: Sequence[_Waiting]) -> Iterator[Result]:
        """Keep all workers busy, and write down what they return."""
        by_learner = {one.submission.learner: one.submission for one in waiting}
        function = partial(_grade, self._content, self._address())
        own = self._instructors_run(function)
        unreadable: list[Result] = []
        submitted = _tasks(waiting, self._pack, unreadable)
        tasks = (replace(task, replaced=own.replaced) for task in submitted)
        for task, future in carry_out(self._place, function, tasks):
            submission = by_learner[task.learner]
            try:
                yield self._write_down(gradebook, submission, task, future.result())
            except Exception as error:  # a full disk, a locked gradebook, a worker that was killed
                yield no_grade(task.learner, reason_of(error))
        yield from unreadable

    def _start_processes(self) -> None:
        """Start what imports packages once: the fork server, and the origin of the workers."""
        if self._scheduler is not None or self._server is not None:
            return
        prepare()
        self._server = self._helpers.submit(KernelServer, self._walls)

    def _instructors_run(self, function: Callable[[bool, Task], Graded]) -> InstructorsRun:
        """Grade the instructor's own solution, or remember how it went; say where it loses points.

        The class is graded whatever comes of it.
        """
        source = self._course.folder("source_directory", self._name)
        memory = memory_of(self._course.root, self._name)
        task = task_of(self._assignment, source)
        if task is None:
            return InstructorsRun()
        key = self._ledger.key(task.parcel.digest, "")
        run = recall(memory, key)
        try:
            if run is None:
                ((_, future),) = carry_out(self._place, function, [task])
                if isinstance(error := future.exception(), Exception):
                    # Whatever the course's own preprocessors raise: learners meet it one by one.
                    self._tell(
                        f"The instructor's own solution cannot be graded: {reason_of(error)}."
                    )
                    return InstructorsRun()
                run = read_run(future.result(), self._assignment, source)
                if run.is_lasting:
                    remember(memory, key, run)
            if self._server is not None:
                self._server.result().import_also(run.modules)
        except KernelFailed as error:
            raise InputError(str(error)) from None
        for line in run.losses:
            self._tell(line)
        return run

    def _address(self) -> Address | None:
        """Return where the workers of this machine get their kernels."""
        if self._scheduler is not None:
            return None
        self._start_processes()
        try:
            return self._server.result().address
        except KernelFailed as error:
            raise InputError(str(error)) from None

    def _place(self, workers: int) -> AbstractContextManager[Place]:
        if self._scheduler is not None:
            return cluster(self._scheduler)
        return local(min(workers, len(self.submissions)))

    def _write_down(
        self, gradebook: Gradebook, submission: SubmissionFolders, task: Task, graded: Graded
    ) -> Result:
        """Write a graded submission: gradebook, folders, and last the ledger."""
        if not graded.notebooks:
            return no_grade(graded.learner, "; ".join(graded.notes), graded.seconds)
        submitted = self._ledger.key(task.parcel.digest, "")
        before = None if self._force else self._ledger.entry(graded.learner)
        is_known = before is not None and before.get("submission") == submitted
        self._ledger.remove(graded.learner)
        score, points = book.write(
            gradebook,
            self._name,
            graded,
            task.handed_in,
            create_student=self._autograde.create_student,
            is_known=is_known,
        )
        penalty = sum(notebook.penalty or 0.0 for notebook in graded.notebooks.values())
        score = max(0.0, score - penalty)  # as nbgrader's exports reckon
        copies = self._files_beside(submission, graded)
        present = {
            name: notebook
            for name, notebook in graded.notebooks.items()
            if notebook.autograded is not None
        }
        permissions = int(str(self._autograde.permissions), 8)
        is_shared = self._autograde.coursedir.groupshared
        executed = {f"{name}.ipynb": notebook.autograded for name, notebook in present.items()}
        pages = {f"{name}.html": notebook.feedback for name, notebook in present.items()}
        replace_folder(submission.autograded, executed, copies, permissions, is_shared=is_shared)
        replace_folder(submission.feedback, pages, copies, permissions, is_shared=is_shared)
        key = self._ledger.key(task.parcel.digest, repr(task.standing))
        self._ledger.write(graded, key, submitted, str(self._sandbox), score, points)
        notes = (*unusual(graded), *graded.notes)
        return Result(graded.learner, "graded", score, points, graded.seconds, notes)

    def _files_beside(self, submission: SubmissionFolders, graded: Graded) -> dict[str, Path]:
        """Return where the files come from that lie beside the notebooks, by name."""
        source = self._course.folder("source_directory", self._name)
        own = submission.folder.resolve()
        learners_own = self._autograde.exclude_overwriting.get(self._name, ())
        found = {}
        for name in graded.files:
            theirs = (submission.folder / graded.files[name]).resolve()
            places = [theirs] if theirs.is_relative_to(own) else []
            places.insert(len(places) if name in learners_own else 0, (source / name).resolve())
            for place in places:
                if place.is_file():
                    found.setdefault(name, place)
        return found


def _grade(content: bytes, address: Address | None, is_local: bool, task: Task) -> Graded:
    return worker.grade(content, address if is_local else None, task)


def _tasks(
    waiting: Iterable[_Waiting],
    pack: Callable[[SubmissionFolders], Parcel],
    unreadable: list[Result],
) -> Iterator[Task]:
    """Yield what workers are told; files are read only now, a few submissions ahead.

    What cannot be read any more is added to ``unreadable``.
    """
    for one in waiting:
        try:
            parcel = pack(one.submission)
        except OSError as error:
            unreadable.append(no_grade(one.submission.learner, reason_of(error)))
        else:
            notes = (*one.notes, *parcel.notes)
            yield Task(one.submission.learner, parcel, one.handed_in, one.standing, notes)
