"""The process that executes the reference cell by cell and forks a child for every run.

``python -m autograder.check.chain`` reads a job from standard input, one line of JSON, and writes a
line of JSON for every run that has ended. When standard input closes, it ends all children and
itself: whoever wanted the results is gone. Its working directory holds the unit's public files;
every child gets a copy of it, so that children that write files do not meet.

A fork costs a few hundredths of a second, where a kernel of its own would cost seconds: imports,
data and the exercises above are there already.
"""

import gc
import json
import os
import resource
import selectors
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.check.plan import Run
from autograder.check.results import CellResult, RunResult

# What a run may allocate beyond the reference: a mutant may ask for any size of array.
_MEMORY = 8 * 2**30


class _Shell(InteractiveShell):
    """IPython without a terminal: errors are returned, not printed."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Let ``%matplotlib`` pass: there is no event loop to integrate."""

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Show nothing: to format a traceback takes longer than most test cells."""

    def showsyntaxerror(self, *arguments: Any, **options: Any) -> None:
        """Show nothing."""


@dataclass
class _Child:
    """A forked run, as its parent sees it."""

    number: int
    pid: int
    pipe: int
    folder: Path
    deadline: float
    received: bytearray = field(default_factory=bytearray)


def main() -> int:
    """Execute the job on standard input."""
    job = json.loads(sys.stdin.readline())
    points: list[float] = job["points"]
    runs = [Run(**content) for content in job["runs"]]
    asker, report = os.dup(0), os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What notebooks print is not read by anyone; standard error keeps what is wrong with this.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)

    config = Config()
    config.HistoryManager.enabled = False  # it has a thread, which a fork would lose
    shell = _Shell.instance(config=config)
    last = max(run.checkpoint for run in runs)
    for index in range(last + 1):
        due = {number: run for number, run in enumerate(runs) if run.checkpoint == index}
        with closing(_fork_all(due, shell, points, asker, job["at_once"])) as results:
            for number, result in results:
                report.write(json.dumps({"run": number, **asdict(result)}) + "\n")
                report.flush()
        if index < last:
            _execute(shell, index, job["reference"][index])
    return 0


def _execute(shell: InteractiveShell, index: int, code: str) -> CellResult:
    """Execute one cell, as a kernel does."""
    begin = time.perf_counter()
    outcome = shell.run_cell(code, store_history=False)
    seconds = time.perf_counter() - begin
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    error = outcome.error_before_exec or outcome.error_in_exec
    message = next(iter(str(error).strip().splitlines()), "") if error is not None else ""
    value = None
    if outcome.result is not None:
        # nbgrader reads the text that is shown: True and np.float64(1.0) are not numbers to it.
        with suppress(Exception):
            value = float(repr(outcome.result))
    return CellResult(index, seconds, type(error).__name__ if error else "", message[:300], value)


def _fork_all(
    runs: dict[int, Run], shell: InteractiveShell, points: list[float], asker: int, at_once: int
) -> Iterator[tuple[int, RunResult]]:
    """Fork a child for every run, some at once, and yield how each ended.

    No child outlives this generator.
    """
    waiting = list(runs.items())
    children: dict[int, _Child] = {}  # by pipe
    if waiting:
        gc.collect()
        gc.freeze()  # a collection in a child would write to, and so copy, every page
    with selectors.DefaultSelector() as selector:
        selector.register(asker, selectors.EVENT_READ)
        try:
            while waiting or children:
                while waiting and len(children) < at_once:
                    child = _fork(*waiting.pop(0), shell, points)
                    children[child.pipe] = child
                    selector.register(child.pipe, selectors.EVENT_READ)
                patience = min(child.deadline for child in children.values()) - time.monotonic()
                ready = [key.fd for key, _ in selector.select(max(patience, 0))]
                if asker in ready:
                    sys.exit("nobody waits for the results any more")
                now = time.monotonic()
                for pipe, child in list(children.items()):
                    received = os.read(pipe, 65536) if pipe in ready else b""
                    child.received += received
                    closed = pipe in ready and not received
                    if closed or now > child.deadline:
                        selector.unregister(pipe)
                        del children[pipe]
                        _bury(child)
                        yield child.number, _result(child, closed)
        finally:
            for child in children.values():
                _bury(child)


def _fork(number: int, run: Run, shell: InteractiveShell, points: list[float]) -> _Child:
    folder = Path("..", "runs", str(number)).resolve()
    shutil.copytree(Path.cwd(), folder, symlinks=True)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            os.setpgid(0, 0)  # so that what it starts dies with it
            os.chdir(folder)
            _live(run, shell, points, write)
        finally:
            os._exit(0)
    os.close(write)
    with suppress(OSError):  # the child may have done it, or have ended, already
        os.setpgid(pid, pid)
    return _Child(number, pid, read, folder, time.monotonic() + run.limit)


def _live(run: Run, shell: InteractiveShell, points: list[float], pipe: int) -> None:
    """Execute the cells of a run in the child, and report each on the pipe."""
    os.dup2(1, 2)
    allowed = psutil.Process().memory_info().vms + _MEMORY
    with suppress(ValueError, OSError):  # a system may refuse: then it does without
        resource.setrlimit(resource.RLIMIT_AS, (allowed, resource.getrlimit(resource.RLIMIT_AS)[1]))
    os.environ["FORWARDPASS_TEST_SEED"] = str(run.seed)
    for index, code in run.steps:
        result = _execute(shell, index, code)
        os.write(pipe, json.dumps(asdict(result)).encode() + b"\n")
        if index in run.watched and result.score(points[index]) < points[index]:
            break
    os.write(pipe, b"end\n")


def _bury(child: _Child) -> None:
    """End a child and all that it started; one that has reported is ending anyway."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    os.close(child.pipe)
    shutil.rmtree(child.folder, ignore_errors=True)


def _result(child: _Child, closed: bool) -> RunResult:
    *lines, rest = child.received.decode().split("\n")
    complete = bool(lines) and lines[-1] == "end" and not rest
    cells = [json.loads(line) for line in lines if line != "end"]
    end = "finished" if complete else "died" if closed else "timed out"
    return RunResult(tuple(CellResult(**cell) for cell in cells), end)


if __name__ == "__main__":
    sys.exit(main())
