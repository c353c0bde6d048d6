"""Have the tests of a run judged: by a process that is forked for this run alone."""

import os
import shutil
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.boundary.connection import Connection
from autograder.boundary.kernel_peer import KernelPeer
from autograder.check.results import CellResult
from autograder.judge.checkpoint import Checkpoint
from autograder.judge.client import Judge
from autograder.judge.protocol import JudgedNotebook, TestRun
from autograder.kernels.absent import absent

# What a test can end in that is no exception of its own.
_NAMES = {
    "timeout": "TimeoutError",
    "died": "DeadKernelError",
    "memory": "MemoryError",
    "garbage": "NoValueError",
}


class Judges:
    """Forks judges for runs, in the process that forks the runs.

    Make it before that process has executed anything: judges know nothing of the reference.

    Parameters
    ----------
    notebooks : sequence of JudgedNotebook
        One for each seed.
    folder : pathlib.Path
        For files of the judges; a subfolder for each notebook.
    unit : pathlib.Path
        What the notebook finds in its working directory.
    foreign : sequence of int
        Descriptors of this process that no judge may hold.
    """

    def __init__(
        self,
        notebooks: Sequence[JudgedNotebook],
        folder: Path,
        unit: Path,
        foreign: Sequence[int],
    ) -> None:
        self._channels: list[socket.socket] = []
        for number, notebook in enumerate(notebooks):
            place = folder / f"judge-{number}"
            shutil.copytree(unit, place / "unit", symlinks=True)
            ours, theirs = socket.socketpair()
            if os.fork() == 0:
                self.let_go()
                ours.close()
                for descriptor in foreign:
                    os.close(descriptor)
                _serve(notebook, theirs, place)
            theirs.close()
            self._channels.append(ours)

    def ask(self, number: int) -> socket.socket:
        """Return a connection to a new judge of a notebook."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._channels[number], [b"j"], [theirs.fileno()])
        return ours

    def let_go(self) -> None:
        """Close what belongs to the process that forks, in one that it has forked."""
        for channel in self._channels:
            channel.close()


class JudgedRun:
    """A run from the side of the process that executes its cells.

    Parameters
    ----------
    connection : socket.socket
        To its judge.
    namespace : dict
        The notebook's names.
    """

    def __init__(self, connection: socket.socket, namespace: dict[str, Any]) -> None:
        self._judge = Judge(connection)
        self._namespace = namespace
        self._peer: KernelPeer | None = None

    def run(self, index: int, seconds: float) -> TestRun:
        """Have a test run in the judge, and serve it meanwhile.

        Raises
        ------
        autograder.judge.client.JudgeFailed
            If the judge itself ends.
        """
        if self._peer is None:
            # Not before: the notebook's first cells may configure libraries that nothing has used.
            self._peer = self._connected()
        answer: list[TestRun | BaseException] = []
        asking = threading.Thread(target=self._ask, args=(index, seconds, answer))
        asking.start()
        self._peer.serve()
        asking.join()
        if isinstance(answer[0], BaseException):
            raise answer[0]
        return answer[0]

    def _connected(self) -> KernelPeer:
        ours, theirs = socket.socketpair()
        self._judge.connect(theirs)
        names = self._namespace
        return KernelPeer(Connection(ours), names, lambda without: absent(without, names))

    def _ask(self, index: int, seconds: float, answer: list[Any]) -> None:
        try:
            answer.append(self._judge.run_test(index, seconds))
        except BaseException as error:
            answer.append(error)


def cell_result(index: int, seconds: float, run: TestRun) -> CellResult:
    """Return what a test in a judge tells.

    Parameters
    ----------
    index : int
    seconds : float
        The processor time of the process that has served it.
    run : TestRun
    """
    error = run.error or _NAMES.get(run.status, "")
    shown = [output for output in run.outputs if output["output_type"] == "error"]
    message = next(iter(shown[-1]["evalue"].strip().splitlines()), "") if shown else ""
    value = None
    if run.shown:
        with suppress(ValueError):
            value = float(run.shown[0])
    return CellResult(index, seconds + run.processor_seconds, error, message[:300], value)


def _serve(notebook: JudgedNotebook, channel: socket.socket, folder: Path) -> None:
    """Fork judges in this process, which was forked for nothing else; it never returns."""
    try:
        Checkpoint(notebook, channel, folder).serve()
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)
