"""Grade a whole class, as many submissions at a time as there are cores, with progress."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.grade.course import Course, Submission
from autograder.grade.engine import Outcome, grade, register


def grade_class(course: Course, assignment: str, *, force: bool) -> list[Outcome]:
    """Grade every submission of an assignment; one that fails does not stop the others.

    Parameters
    ----------
    course : Course
    assignment : str
    force : bool
        Grade again what was graded before and did not change.

    Returns
    -------
    list of Outcome
        One for each submission, by learner.

    Raises
    ------
    InputError
        If there are no submissions, or nbgrader refuses the assignment's source.
    """
    submissions = course.submissions(assignment)
    register(course, assignment)
    console = Console(stderr=True)
    outcomes = []
    with Progress(
        TextColumn("Grading {task.fields[learner]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=len(submissions), learner=assignment)
        for outcome in _grade_all(course, assignment, submissions, force=force):
            outcomes.append(outcome)
            progress.update(task, advance=1, learner=outcome.learner)
            if not console.is_terminal:  # a log shows progress as lines
                print(f"{outcome.learner}: {outcome.status}, {outcome.seconds:.1f} s", flush=True)
    return sorted(outcomes, key=lambda outcome: outcome.learner)


def _grade_all(
    course: Course, assignment: str, submissions: list[Submission], *, force: bool
) -> Iterator[Outcome]:
    """Yield outcomes as they come, from worker processes: nbgrader changes the current folder."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    # Fresh interpreters: a fork would copy the threads and locks of the progress bar.
    context = multiprocessing.get_context("spawn")
    workers = min(cores or 1, len(submissions))
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_detach) as pool:
        work = partial(grade, course, assignment, force=force)
        futures = {pool.submit(work, submission): submission for submission in submissions}
        try:
            for future in as_completed(futures):
                yield _outcome(future, futures[future])
        except KeyboardInterrupt:
            print("Stopping, once the submissions that run now are graded.", file=sys.stderr)
            pool.shutdown(cancel_futures=True)
            raise


def _detach() -> None:
    """Keep Ctrl-C from a worker, where it would kill a kernel and so cost a learner points."""
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _outcome(future: Future[Outcome], submission: Submission) -> Outcome:
    """Return what a worker found, or that it failed: the class goes on in any case."""
    try:
        return future.result()
    except Exception as error:  # a full disk, a locked gradebook, a worker killed for its memory
        note = f"the grader failed: {type(error).__name__}: {error}"
        return Outcome(submission.learner, "no grade", None, None, 0.0, (note,))
