"""A judge, and a learner's process for it, without a notebook kernel around either."""

import contextlib
import io
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  # the learners' processes are forks of this one

from autograder.boundary.connection import Connection
from autograder.boundary.kernel_peer import KernelPeer
from autograder.judge.client import Judge
from autograder.judge.plan import JudgedCell
from autograder.judge.protocol import JudgedNotebook, TestRun
from autograder.kernels.server import Address

SEED = bytes(range(16))
IMPORTS = "import numpy as np\nfrom forwardpass import check"


def ordinary(source: str) -> JudgedCell:
    return JudgedCell(source, "ordinary")


def test_cell(source: str, *names: str) -> JudgedCell:
    return JudgedCell(source, "test", names)


test_cell.__test__ = False  # to pytest


def notebook(*cells: JudgedCell, **settings: Any) -> JudgedNotebook:
    return JudgedNotebook(cells, **{"seed": SEED, **settings})


class Learner:
    """A process that runs a learner's code, and then answers tests.

    Attributes
    ----------
    judges_end : socket.socket
        Of the connection to it.
    """

    def __init__(self, code: str) -> None:
        self.judges_end, own = socket.socketpair()
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=_live, args=(code, own, self.judges_end))
        self.process.start()
        own.close()

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.judges_end.close()


def _live(code: str, own: socket.socket, other: socket.socket) -> None:
    other.close()
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(code, names)
    peer = KernelPeer(Connection(own), names)
    with contextlib.redirect_stdout(io.StringIO()):
        while True:
            peer.serve()
            with contextlib.suppress(BlockingIOError):
                if not own.recv(1, socket.MSG_PEEK):  # the judge is gone
                    return


@contextmanager
def judged(address: Address, code: str, *cells: JudgedCell, **settings: Any) -> Iterator[Judge]:
    """Offer a judge of some cells that is connected to a learner's process."""
    with Judge.start(address, notebook(*cells, **settings)) as judge, connected(judge, code):
        yield judge


@contextmanager
def connected(judge: Judge, code: str) -> Iterator[Learner]:
    """Connect a judge to a new process that has run a learner's code."""
    learner = Learner(code)
    try:
        judge.connect(learner.judges_end)
        yield learner
    finally:
        learner.stop()


def run_one(address: Address, code: str, test: str, *names: str, **settings: Any) -> TestRun:
    """Run one test on a learner's code, below the usual imports."""
    cells = ordinary(IMPORTS), test_cell(test, *names)
    with judged(address, code, *cells, **settings) as judge:
        return judge.run_test(1, 20)


def printed(run: TestRun) -> str:
    """Return what a test printed."""
    return "".join(one["text"] for one in run.outputs if one["output_type"] == "stream")


def message(run: TestRun) -> str:
    """Return all text of the errors that a test shows."""
    lines = [one["traceback"] for one in run.outputs if one["output_type"] == "error"]
    return "\n".join(line for traceback in lines for line in traceback)


def files_below(folder: Path) -> set[str]:
    """Return the names of all files below a folder."""
    return {path.name for path in folder.rglob("*") if path.is_file()}
