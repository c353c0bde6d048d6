"""What grades submissions: processes of this machine, or a Dask cluster."""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from multiprocessing import forkserver
from typing import TypeVar

from autograder.errors import InputError
from autograder.files import TemporaryFolder

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_CONNECT_SECONDS = 20
# A worker is replaced now and then: what a library leaks for a submission stays bounded.
_TASKS_OF_A_WORKER = 250


class Workers:
    """What applies a function to tasks: an executor, made anew after a worker has died.

    A context manager; what runs when it ends is finished first.

    Parameters
    ----------
    start : callable
        Takes how many workers are wanted, and returns an executor as a context manager.
    count : int
        How many tasks it takes at a time.
    """

    def __init__(
        self, start: Callable[[int], AbstractContextManager[Executor]], count: int
    ) -> None:
        self.count = count
        self._start = start
        self._running = ExitStack()
        self._executor: Executor | None = None
        self._started = 0

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def executor(self, count: int) -> Executor:
        """Return an executor with so many workers: the present one, if it has them."""
        if self._started != count:
            self.stop()
            self._executor = self._running.enter_context(self._start(count))
            self._started = count
        return self._executor

    def stop(self) -> None:
        """End the workers; the next executor has new ones."""
        self._executor, self._started = None, 0
        self._running.close()


def prepare() -> None:
    """Start the process that worker processes are forked from, if it does not run; does not wait.

    It imports everything once, and has none of this process's threads and locks.
    """
    multiprocessing.set_forkserver_preload(["autograder.lean", "autograder.grade.worker"])
    forkserver.ensure_running()


@contextmanager
def local(count: int) -> Iterator[Workers]:
    """Offer worker processes of this machine, which start with their first tasks."""

    @contextmanager
    def start(count: int) -> Iterator[Executor]:
        prepare()
        executor = ProcessPoolExecutor(
            count,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_detach,
            initargs=(str(folder), dict(os.environ)),
            max_tasks_per_child=_TASKS_OF_A_WORKER,
        )
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)

    with TemporaryFolder() as folder, Workers(start, count) as workers:
        yield workers


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """Offer the workers of a Dask scheduler.

    Raises
    ------
    InputError
        If there is none at this address, or it has no workers.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"there is no Dask scheduler at {address} ({reason})") from None
    with client:
        count = sum(client.ncores().values())
        if not count:
            raise InputError(f"the Dask scheduler at {address} has no workers")
        # Grading is not a pure function: to a retry Dask would answer with what it has.
        with Workers(lambda _: client.get_executor(pure=False), count) as workers:
            yield workers


def run_tasks(
    workers: Workers, function: Callable[[Task], Answer], tasks: Iterable[Task]
) -> Iterator[tuple[Task, Future[Answer]]]:
    """Apply a function to all tasks, many at a time, and yield finished futures with their task.

    A worker that dies takes down the executor of a machine. What ran then is tried once more, one
    task at a time: the one that kills its worker again is yielded with that error, the others go
    on.

    After Ctrl-C nothing new is begun; what runs is yielded, and then the interrupt raised.

    Parameters
    ----------
    workers : Workers
    function : callable
    tasks : iterable
        Taken one by one, as workers become free.
    """
    waiting = iter(tasks)
    suspects: list[Task] = []
    with _CtrlC() as stop:
        while True:
            alone = bool(suspects)
            queue = iter(suspects) if alone else waiting
            suspects = []
            count = 1 if alone else workers.count
            executor = workers.executor(count)
            ahead = count if alone else count + 1
            running: dict[Future[Answer], Task] = {}
            for future in _as_they_end(executor, function, queue, running, ahead, stop):
                task = running.pop(future)
                has_died = isinstance(future.exception(), BrokenProcessPool)
                if has_died:
                    workers.stop()
                if has_died and not alone:
                    suspects = [task, *running.values()]
                    break
                yield task, future
                if has_died:
                    suspects = [*running.values(), *queue]
                    break
            if stop.is_requested:
                raise KeyboardInterrupt
            if not suspects and not alone:
                return


class _CtrlC:
    """Takes note of Ctrl-C instead of interrupting whatever happens to run; a second one does that.

    Raised in the midst of writing a grade down, it would leave half of it, and the submissions that
    run would be lost.

    Attributes
    ----------
    is_requested : bool
        Whether a stop was requested.
    """

    def __init__(self) -> None:
        self.is_requested = False
        # Handlers can be set only there; another program's own is left alone.
        in_main_thread = threading.current_thread() is threading.main_thread()
        is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        self._is_mine = in_main_thread and is_usual

    def __enter__(self) -> "_CtrlC":
        if self._is_mine:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_mine:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, *_: object) -> None:
        self.is_requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("Stopping, once the submissions that run now are graded.", file=sys.stderr)


def _as_they_end(
    executor: Executor,
    function: Callable[[Task], Answer],
    queue: Iterator[Task],
    running: dict[Future[Answer], Task],
    ahead: int,
    stop: _CtrlC,
) -> Iterator[Future[Answer]]:
    """Yield futures as they end, and begin others in their place."""
    while True:
        for task in islice(queue, 0 if stop.is_requested else ahead - len(running)):
            try:
                running[executor.submit(function, task)] = task
            except BrokenProcessPool as error:  # it broke while this task was fetched
                broken: Future[Answer] = Future()
                broken.set_exception(error)
                running[broken] = task
        if not running:
            return
        yield from wait(running, return_when=FIRST_COMPLETED).done


def _detach(folder: str, environment: Mapping[str, str]) -> None:
    """Keep Ctrl-C from a worker, where it would cost a learner points, and its files together."""
    os.setsid()
    # Python's fork server would hand on that of the first run of its process.
    os.environ.clear()
    os.environ.update(environment)
    # What a kill leaves in there, the next run removes; for the programs that it starts, too.
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)
