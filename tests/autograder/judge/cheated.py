"""A learner who cheats, with a judge of a real week, each in a process of its own."""

import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  # the learners' processes are forks of this one

from autograder.boundary.connection import Connection
from autograder.boundary.kernel_peer import KernelPeer
from autograder.check.plan import UnitUnderTest
from autograder.judge.client import Judge
from autograder.judge.protocol import JudgedNotebook, TestRun
from autograder.kernels import namespaces
from autograder.kernels.absent import absent
from autograder.kernels.limits import Limits
from autograder.kernels.server import Address
from autograder.source_code import plain_python

from ..corpus.cheating import Cheat

SEED = bytes(range(16))
_LIMITS = Limits(memory=2**30, seconds=60)
_MEMORY = 3 * 2**30  # what a learner's process may allocate
# At a time, as Linux counts from 300 on again (RESERVED_PIDS in its pid.c).
_PROCESSES = 300 + 64


@dataclass(frozen=True)
class Outcome:
    """What became of a notebook.

    Attributes
    ----------
    runs : dict of int to TestRun
        By the index of the test's cell.
    reached : bool
        Whether the cheat has come to the place that matters.
    broken : tuple of str
        The instructor's cells that could not run.
    """

    runs: dict[int, TestRun]
    reached: bool
    broken: tuple[str, ...]


def hand_in(
    address: Address, unit: UnitUnderTest, cheat: Cheat, table: bytes, folder: Path, seconds: float
) -> Outcome:
    """Run a week's tests on the untouched notebook with a cheat in it.

    Parameters
    ----------
    address : Address
        Where judges are forked.
    unit : UnitUnderTest
    cheat : Cheat
    table : bytes
        What the visible tests expect.
    folder : pathlib.Path
        For a file of this run.
    seconds : float
        For each test.
    """
    marks = folder / "reached"
    notebook = JudgedNotebook(unit.judged.cells, SEED, limits=_LIMITS)
    tests = [
        index
        for index, cell in enumerate(unit.judged.cells)
        if cell.kind == "test" and cheat.meets(unit.assignment.cells[index])
    ]
    sources = [
        None if cell.kind == "test" and index not in tests else source
        for index, (cell, source) in enumerate(
            zip(unit.judged.cells, cheat.cells(unit, marks, table), strict=True)
        )
    ]
    runs = {}
    with Judge.start(address, notebook) as judge, _learner(judge, unit, sources):
        for index in tests:
            runs[index] = judge.run_test(index, seconds)
        return Outcome(runs, marks.exists(), judge.broken)


@contextmanager
def _learner(judge: Judge, unit: UnitUnderTest, sources: Sequence[str | None]) -> Iterator[None]:
    """Connect a judge to a new process that runs a learner's notebook, behind a wall."""
    theirs, own = socket.socketpair()
    wall = os.fork()
    if wall == 0:
        try:
            _be_a_wall(own.fileno(), unit, sources)
        finally:
            os._exit(0)
    own.close()
    try:
        judge.connect(theirs)
        yield
    finally:
        os.kill(wall, signal.SIGKILL)
        os.waitpid(wall, 0)


def _be_a_wall(descriptor: int, unit: UnitUnderTest, sources: Sequence[str | None]) -> None:
    """Be the parent of a learner's process, and the end of everything that it starts."""
    namespaces.die_with_parent()
    namespaces.enter_user_namespace(namespaces.NEW_PIDS | namespaces.NEW_MOUNTS)
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    namespaces.die_with_parent()  # with process 1, the system ends all others of the namespace
    namespaces.mount("none", "/", flags=namespaces.RECURSIVE | namespaces.PRIVATE)
    namespaces.mount("proc", "/proc", "proc")
    Path("/proc/sys/kernel/pid_max").write_text(str(_PROCESSES), encoding="ascii")
    learner = os.fork()
    if learner == 0:
        _live(descriptor, unit, sources)
    os.close(descriptor)  # or the judge would not notice the learner's end
    while os.wait()[0] != learner:  # others have lost their own parent
        pass


def _live(descriptor: int, unit: UnitUnderTest, sources: Sequence[str | None]) -> None:
    """Run the cells, and serve the judge where a test stands."""
    # What this process has beside its own end is the tests', which no learner's process has.
    os.dup2(descriptor, 3)
    os.closerange(4, 4096)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 61))
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    sys.modules["__main__"].__dict__.update(names)
    sock = socket.socket(fileno=3)
    peer = KernelPeer(Connection(sock), names, lambda without: absent(without, names))
    for cell, source in zip(unit.judged.cells, sources, strict=True):
        if source is None:
            continue
        if cell.kind == "test":
            peer.serve()
            continue
        with suppress(BaseException):  # as in a notebook, the next cell is executed
            exec(compile(plain_python(source), "<notebook>", "exec"), names)
