"""One judge beside the kernels of one notebook, asked in a thread of its own."""

import socket
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from queue import Empty, SimpleQueue

from nbformat import NotebookNode

from autograder.grade.execute.executor import is_test
from autograder.judge.client import Judge, JudgeFailed
from autograder.judge.protocol import JudgedNotebook, TestRun
from autograder.kernels.server import Address
from autograder.regions import without


class Judging:
    """Judges tests of one notebook; it stays while kernels come and go.

    A context manager. Entering it begins to start a judge, and does not wait.

    Parameters
    ----------
    address : Address
        Of the judges' server.
    notebook : JudgedNotebook
    tests : mapping of str to int
        Which cells of that are judged, by grade id.
    """

    def __init__(
        self, address: Address, notebook: JudgedNotebook, tests: Mapping[str, int]
    ) -> None:
        self._address = address
        self._notebook = notebook
        self._tests = tests
        self._thread = ThreadPoolExecutor(1)  # what is asked is done in its order
        self._judge: Future[Judge] | None = None
        self._late: SimpleQueue[Future[float]] = SimpleQueue()

    def __enter__(self) -> "Judging":
        self._judge = self._thread.submit(Judge.start, self._address, self._notebook)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._thread.shutdown()

    def concerns(self, cell: NotebookNode) -> bool:
        """Whether a cell is a test that is judged."""
        return is_test(cell) and cell.metadata.nbgrader["grade_id"] in self._tests

    def visible(self, cell: NotebookNode) -> str:
        """Return what learners see of a test."""
        source = cell.source
        for markers in self._notebook.hidden:
            source = without(source, markers)
        return source

    def renew(self) -> None:
        """Put another judge in the place of one that has ended."""
        self._end()
        self._judge = self._thread.submit(Judge.start, self._address, self._notebook)

    def connect(self) -> socket.socket:
        """Return the end for a new kernel of a connection to the judge."""
        kernels, judges = socket.socketpair()
        self._thread.submit(self._connect, self._judge, judges)
        return kernels

    def run(self, cell: NotebookNode, seconds: float) -> Future[TestRun]:
        """Let the judge run a test; does not wait.

        Parameters
        ----------
        cell : NotebookNode
            Which :meth:`concerns` knows.
        seconds : float
            How long the kernel may compute for it.
        """
        index = self._tests[cell.metadata.nbgrader["grade_id"]]
        judge = self._judge
        return self._thread.submit(
            lambda: judge.result().run_test(index, seconds, self._ask_for_more)
        )

    def is_late(self) -> Future[float] | None:
        """Return what takes the seconds that a test is granted, if its time is used up."""
        with suppress(Empty):
            return self._late.get_nowait()
        return None

    def _ask_for_more(self) -> float:
        """Wait for the answer of the thread that knows the kernel."""
        answer: Future[float] = Future()
        self._late.put(answer)
        return answer.result()

    def disconnect(self) -> None:
        """Say that the kernel has ended, if nothing else tells the judge."""
        self._judge.result().disconnect()

    def _connect(self, judge: "Future[Judge]", sock: socket.socket) -> None:
        try:
            judge.result().connect(sock)
        except JudgeFailed:  # which the test that it runs next tells
            sock.close()

    def _end(self) -> None:
        if self._judge is not None:
            with suppress(JudgeFailed):
                self._judge.result().close()
            self._judge = None


def is_there(test: Future[TestRun], seconds: float) -> bool:
    """Wait for the end of a test, for so many seconds."""
    with suppress(NotYet):
        test.exception(seconds)
        return True
    return False
