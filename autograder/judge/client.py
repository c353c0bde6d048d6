"""A judge from the side of those who ask it: start its server, hand it a kernel and tests, end it.

Grading and ``autograder check`` do.
"""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from autograder.judge.protocol import (
    SOCKET,
    JudgedNotebook,
    TestRun,
    line_of,
    messages,
)
from autograder.kernels.server import Address, WarmServer

# To import what a notebook imports and run its beginning, on a busy machine.
_START_SECONDS = 300


class JudgeFailed(Exception):
    """There is no judge, or no more: one line that says why. No learner's code is the reason."""


class JudgeServer(WarmServer):
    """The server that judges are forked from; they end with it."""

    program = "autograder.judge.server"
    title = "the judges' server"
    socket_name = SOCKET


class Judge:
    """One judge, for one notebook of one submission.

    Close it, or leave a ``with`` block; another thread may do so while a test runs.

    Parameters
    ----------
    connection : socket.socket
        On which a judge was asked for; see also :meth:`start`.

    Attributes
    ----------
    broken : tuple of str
        The instructor's ordinary cells that have ended in an error so far, a sentence each.

    Raises
    ------
    JudgeFailed
        If no judge can be started.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.broken: tuple[str, ...] = ()
        self._kernel: socket.socket | None = None  # the judge's end, as it has it
        self._connection = connection
        self._answers: Iterator[tuple[dict[str, Any], list[int]]] = messages(self._connection)
        self._connection.settimeout(_START_SECONDS)
        self._hear()
        self._connection.settimeout(None)

    @classmethod
    def start(cls, address: Address, notebook: JudgedNotebook) -> Self:
        """Have a judge forked by a `JudgeServer`.

        Raises
        ------
        JudgeFailed
            If no judge can be started.
        """
        connection = socket.socket(socket.AF_UNIX)
        try:
            _lay_out(notebook, address.folder)
            connection.connect(str(address.folder / SOCKET))
            connection.sendall(line_of(notebook.to_json()))
        except OSError as error:
            connection.close()
            why = error.strerror or str(error)
            raise JudgeFailed(f"{JudgeServer.title} is gone ({why})") from None
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self, sock: socket.socket) -> None:
        """Hand the judge its end of a socket pair, of which a kernel has the other.

        The judge's end is the judge's from now on: ``sock`` is closed.

        Raises
        ------
        JudgeFailed
            If the judge has ended.
        """
        self._forget_kernel()
        self._kernel = sock
        try:
            socket.send_fds(self._connection, [line_of({"connect": True})], [sock.fileno()])
        except OSError:
            self._fail("the judge has ended")

    def disconnect(self) -> None:
        """Let the running test, or else the next one, end as "died": there is no kernel any more.

        A judge sees by itself that a kernel has ended, unless what that has started lives on. It
        may be called in another thread than the one that runs a test.
        """
        if self._kernel is not None:
            with suppress(OSError):  # nobody is at the other end
                self._kernel.shutdown(socket.SHUT_RDWR)

    def run_test(
        self, index: int, seconds: float, more_time: Callable[[], float] = lambda: 0.0
    ) -> TestRun:
        """Run a test and wait for its end. An exception that interrupts it ends the judge.

        Parameters
        ----------
        index : int
            The cell, of the notebook's cells that are judged.
        seconds : float
            How long the learner's process may compute for it.
        more_time : callable, optional
            Called when that is used up; returns the seconds that are granted beyond it.

        Raises
        ------
        JudgeFailed
            If the judge itself ends, or was closed.
        """
        try:
            with suppress(BrokenPipeError):  # what it said last tells why
                self._connection.sendall(line_of({"test": index, "seconds": seconds}))
            message = self._hear()
            while "late" in message:
                self._connection.sendall(line_of({"more": more_time()}))
                message = self._hear()
            return TestRun(**message["run"])
        except OSError as error:
            self._fail(f"the judge was closed ({error.strerror})")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the judge, whatever it does."""
        with suppress(OSError):  # it has ended
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        self._forget_kernel()

    def _hear(self) -> dict[str, Any]:
        try:
            message = next(self._answers, ({}, []))[0]
        except TimeoutError:
            self._fail(f"the judge is not ready after {_START_SECONDS} s")
        if "late" in message:
            return message
        if "broken" not in message:
            self._fail(message.get("failed", "the judge has ended"))
        self.broken = tuple(message["broken"])
        return message

    def _fail(self, why: str) -> None:
        self.close()
        raise JudgeFailed(why) from None

    def _forget_kernel(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None


def _lay_out(notebook: JudgedNotebook, shared: Path) -> None:
    """Put a notebook's files where the server finds them, once for all clients."""
    place = notebook.files_in(shared)
    if notebook.files is None or place.exists():
        return
    part = Path(tempfile.mkdtemp(dir=shared))
    shutil.copytree(notebook.files, part, dirs_exist_ok=True)
    try:
        part.rename(place)
    except OSError:
        if not place.exists():
            raise
        shutil.rmtree(part)  # another client was faster
