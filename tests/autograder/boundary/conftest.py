"""A judge in this process, and a notebook in a forked one, with the boundary between them."""

import faulthandler
import os
import signal
import socket
import textwrap
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from autograder.boundary.connection import Bounds, Connection
from autograder.boundary.judge_peer import JudgePeer
from autograder.boundary.kernel_peer import KernelPeer

from .pairs import Pair

_SECONDS = 60  # a test that takes as long hangs
_BOUNDS = Bounds()


class Notebook:
    """A learner's notebook in a process of its own, and the judge that asks it.

    Attributes
    ----------
    judge : JudgePeer
        A test has begun.
    pid : int
    """

    def __init__(self, source: str, bounds: Bounds, seconds: float, other_end: Callable) -> None:
        here, there = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            here.close()
            _live(there, textwrap.dedent(source), other_end)
        there.close()
        self._socket = here
        self.judge = JudgePeer(Connection(here, bounds))
        self._seconds = seconds
        self.judge.begin(seconds)

    def __getitem__(self, name: str) -> Any:
        """Return what the notebook has under a name."""
        return self.judge.fetch(name)

    def another_test(self) -> Any:
        """End the test, begin another, and return what went wrong."""
        failure = self.judge.end()
        self.judge.begin(self._seconds)
        return failure

    def close(self) -> None:
        """End the notebook."""
        self._socket.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _live(sock: socket.socket, source: str, other_end: Callable) -> None:
    """Be a notebook until the judge is gone."""
    code = 1
    try:
        faulthandler.disable()  # a crash may well be meant
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(source, "notebook", "exec"), namespace)
        other_end(sock, namespace)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve(sock: socket.socket, namespace: dict[str, Any]) -> None:
    peer = KernelPeer(Connection(sock), namespace)
    while True:
        peer.serve()
        sock.setblocking(False)
        with suppress(BlockingIOError):
            if not sock.recv(1, socket.MSG_PEEK):
                return


@pytest.fixture
def notebook() -> Iterator[Callable[..., Notebook]]:
    """A function that starts a notebook of some source text."""
    begun = []

    def start(
        source: str,
        *,
        bounds: Bounds = _BOUNDS,
        seconds: float = 20.0,
        other_end: Callable = _serve,
    ) -> Notebook:
        one = Notebook(source, bounds, seconds, other_end)
        begun.append(one)
        return one

    yield start
    for one in begun:
        one.close()


@pytest.fixture(scope="session")
def pair() -> Iterator[Pair]:
    """A judge's process and a notebook of Keras's, for tests that are marked as judged."""
    pair = Pair(Path(__file__).with_name("keras_notebook.py"))
    yield pair
    pair.close()


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """Let a test that hangs fail."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"this test has taken {_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
