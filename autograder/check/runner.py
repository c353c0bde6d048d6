"""Ask the process that forks references to execute runs, and hand their results on as they come."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Self

import autograder
from autograder.check.plan import Trial, UnitUnderTest
from autograder.check.results import RunResult
from autograder.cores import thread_limits

_PATIENCE = 2.0  # seconds between the request to end and the kill


class RunnerFailed(Exception):
    """The process that executes the reference died, and its runs with it."""


class ReferenceServer:
    """A process that has imported packages, and forks others that execute references.

    Make it with `start`, and close it, or leave a ``with`` block: then no process is left and no
    file. Several threads may use it.

    Attributes
    ----------
    seconds : float
        What the imports took, in processor time.
    """

    def __init__(
        self,
        process: subprocess.Popen,
        control: socket.socket,
        temporary: tempfile.TemporaryDirectory,
    ) -> None:
        self._process = process
        self._control = control
        self._temporary = temporary
        self._lock = threading.Lock()
        self._channels: set[socket.socket] = set()
        self._numbers = count()
        self.seconds = 0.0

    @classmethod
    def start(cls, packages: Collection[str]) -> Self:
        """Start a server and wait until it has imported packages.

        Parameters
        ----------
        packages : collection of str
            One that cannot be imported is left to the notebooks, which say so.

        Raises
        ------
        RunnerFailed
            If it dies.
        """
        temporary = tempfile.TemporaryDirectory(
            prefix="forwardpass-check-", ignore_cleanup_errors=True
        )
        folder = Path(temporary.name)
        control, theirs = socket.socketpair()
        with theirs, (folder / "complaints").open("wb") as complaints:
            process = subprocess.Popen(
                [sys.executable, "-m", "autograder.check.forkserver", *sorted(packages)],
                cwd=folder,
                env=_environment(folder),
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                start_new_session=True,  # Ctrl-C reaches this process, which ends that one
            )
        server = cls(process, control, temporary)
        greeting = control.recv(1024)
        if not greeting:
            message = _last_line(folder / "complaints")
            server.close()
            raise RunnerFailed(f"the process that forks references did not start: {message}")
        server.seconds = json.loads(greeting)["seconds"]
        return server

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and all that it forked, and remove its files."""
        for channel in list(self._channels):
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._temporary.cleanup()

    def execute(
        self,
        tested: UnitUnderTest,
        trials: Sequence[Trial],
        at_once: Callable[[], int],
        preloaded: Sequence[str] = (),
    ) -> Iterator[tuple[Trial, RunResult]]:
        """Execute runs and yield each with its result, in the order in which they end.

        Close the iterator when you stop reading early: that ends every process.

        Parameters
        ----------
        tested : UnitUnderTest
        trials : sequence of Trial
        at_once : callable
            Returns how many runs are executed at a time, from 1 to 255. It is asked again whenever
            one has ended.
        preloaded : sequence of str
            Modules that are imported before the first cell: what the reference loads at some time
            would be loaded again by every run that comes there.

        Raises
        ------
        RunnerFailed
            If the process dies.
        """
        if not trials:
            return
        folder = Path(self._temporary.name, str(next(self._numbers)))
        try:
            folder.mkdir()
        except FileNotFoundError:
            raise RunnerFailed("the process that forks references was ended") from None
        _write_files(folder / "unit", tested.files)
        now = at_once()
        job = {
            "reference": [cell.code for cell in tested.assignment.cells],
            "points": [cell.points for cell in tested.assignment.cells],
            "judged": tested.judged.to_json()["cells"],
            "parameters": tested.assignment.parameters,
            "preloaded": list(preloaded),
            "runs": [_run_of(trial) for trial in trials],
            "at_once": now,
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        with self._channel(folder) as channel:
            told: dict[str, int] = {}
            try:
                for line in _lines(channel):
                    content = json.loads(line)
                    if "run" not in content:
                        told |= content
                        continue
                    yield trials[content.pop("run")], RunResult.from_json(content)
                    if now != (now := at_once()):
                        with suppress(OSError):  # it is ending
                            channel.send(bytes([now]))
            finally:
                _end(channel, told.get("pid"))
        if (code := told.get("exit_code")) != 0:
            raise RunnerFailed(f"exit status {code} {_last_line(folder / 'complaints')}".strip())

    @contextmanager
    def _channel(self, folder: Path) -> Iterator[socket.socket]:
        """Have a process forked that does the job in a folder, and offer a socket to it."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            with self._lock:
                self._channels.add(ours)
                with suppress(OSError):  # the server has ended, and so the channel
                    socket.send_fds(self._control, [os.fsencode(folder)], [theirs.fileno()])
                    self._control.recv(1)
            theirs.close()
            try:
                yield ours
            finally:
                with self._lock:
                    self._channels.discard(ours)


def _run_of(trial: Trial) -> dict[str, Any]:
    """Return what the process that makes a run must know of it."""
    return {
        "checkpoint": trial.checkpoint,
        "steps": trial.steps,
        "limit": trial.limit,
        "seed": trial.seed,
        "watched": trial.watched,
        "is_local": trial.is_local,
        "reports_modules": trial.kind == "reference",
    }


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _lines(channel: socket.socket) -> Iterator[bytes]:
    rest = b""
    # A process that ends before it has read what it was told last resets the connection.
    with suppress(ConnectionResetError):
        while received := channel.recv(65536):
            *lines, rest = (rest + received).split(b"\n")
            yield from lines


def _end(channel: socket.socket, pid: int | None) -> None:
    """End the process that does a job, and its children, and wait until they have ended.

    Where it has children, it sees at once that the channel closes; where it executes a cell, it has
    none and can be killed.
    """
    with suppress(OSError):
        channel.shutdown(socket.SHUT_WR)
        channel.settimeout(_PATIENCE)
        try:
            while channel.recv(65536):
                pass
        except TimeoutError:
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            channel.settimeout(None)
            while channel.recv(65536):
                pass


def _last_line(path: Path) -> str:
    return next(iter(path.read_text(errors="replace").strip().splitlines()[-1:]), "")


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of the reference: one thread, no display, no GPU, no own settings."""
    package = str(Path(autograder.__file__).parents[1])
    return {
        **os.environ,
        # A pool of threads that a numeric library has begun does not survive a fork.
        **thread_limits(1),
        "MPLBACKEND": "Agg",
        "CUDA_VISIBLE_DEVICES": "",  # CUDA cannot be forked, and the quick profile needs none
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
    }
