"""Execute a reference cell by cell, and fork a child for every run.

`do_job` reads its job from a folder and writes a line of JSON to its channel for every run that has
ended. When the channel closes, it ends all children and itself: whoever wanted the results is gone.
The unit's public files lie in the folder; every child gets a copy of them, so that children that
write files do not meet.

A fork costs a few hundredths of a second, where a kernel of its own would cost seconds: imports,
data and the exercises above are there already.
"""

import gc
import json
import math
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
from IPython.core.interactiveshell import InteractiveShell

from autograder.check.judged import JudgedRun, Judges, cell_result
from autograder.check.results import CellResult, RunResult
from autograder.judge.plan import JudgedCell
from autograder.judge.protocol import JudgedNotebook
from autograder.judge.shell import make_shell
from autograder.kernels.importing import import_all
from autograder.kernels.limits import Limits

# What a run may allocate beyond the reference: a mutant may ask for any size of array.
_MEMORY = 8 * 2**30
# A run that used no processor time for so many seconds waits for something that never comes.
_IDLE = 15.0


@dataclass(frozen=True)
class _Job:
    """What is to be done, as `autograder.check.runner` writes it.

    Attributes
    ----------
    reference : list of str
        The code of its cells.
    points : list of float
        What each of them is worth.
    judged : list of dict
        Of each cell what a judge runs of it, see `autograder.judge.plan.JudgedCell`.
    parameters : int or None
        The cell that sets the seed of the notebook.
    preloaded : list of str
        Modules that the reference loads at some time: imported first, once for all runs.
    runs : list of dict
        Of each `Trial` its checkpoint, steps, limit, seed and watched cells, whether it
        ``is_local``, and whether it ``reports_modules``, those that it loads.
    at_once : int
        How many runs are executed at a time, until the channel says otherwise.
    """

    reference: list[str]
    points: list[float]
    judged: list[dict[str, Any]]
    parameters: int | None
    preloaded: list[str]
    runs: list[dict[str, Any]]
    at_once: int

    @property
    def seeds(self) -> list[int]:
        """The seeds of the runs that are judged."""
        return sorted({run["seed"] for run in self.runs if not run["is_local"]})

    def notebook(self, seed: int) -> JudgedNotebook:
        """Return what a judge runs, with a seed for the notebook and for its tests."""
        cells = [JudgedCell.from_json(cell) for cell in self.judged]
        if self.parameters is not None and seed:
            cell = cells[self.parameters]
            cells[self.parameters] = replace(cell, source=f"{cell.source}\nSEED = {seed}")
        seconds = math.ceil(max(run["limit"] for run in self.runs))
        return JudgedNotebook(tuple(cells), str(seed).encode(), limits=Limits(seconds=seconds))


@dataclass
class _Child:
    """A forked run, as its parent sees it."""

    number: int
    pid: int
    pipe: int
    folder: Path
    limit: float
    look_again: float = field(default_factory=lambda: time.monotonic() + _IDLE)
    seconds: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def must_end(self, now: float) -> bool:
        """Say whether it used no processor time since it was last looked at, or too much.

        The system ends a run that used up its limit; what it started has no limit of its own.
        """
        if now < self.look_again:
            return False
        before, self.seconds = self.seconds, _seconds_of(self.pid)
        self.look_again = now + _IDLE
        return not before < self.seconds <= self.limit


def processor_seconds() -> float:
    """Return the processor time that this process and its children that ended have used."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def do_job(folder: Path, channel: int) -> None:
    """Execute a job's reference and all its runs.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``job.json`` and, in ``unit/``, what the notebook finds in its working directory.
    channel : int
        Descriptor of a socket. Results are written to it, a line of JSON each; a byte that is read
        from it is the number of runs to be executed at a time from then on.
    """
    job = _Job(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
    os.chdir(folder / "unit")
    sys.path[0] = ""  # a run imports from its own copy of the folder
    shell = make_shell()
    import_all(job.preloaded)
    judges = Judges([job.notebook(seed) for seed in job.seeds], folder, Path.cwd(), [channel])
    forks = _Forks(job, shell, channel, judges)
    last = max(run["checkpoint"] for run in job.runs)
    for index in range(last + 1):
        due = [number for number, run in enumerate(job.runs) if run["checkpoint"] == index]
        with closing(forks.results(due)) as results:
            for number, result in results:
                line = json.dumps({"run": number, **asdict(result)})
                _write(channel, line.encode() + b"\n")
        if index < last:
            _execute(shell, index, job.reference[index])


def _execute(shell: InteractiveShell, index: int, code: str) -> CellResult:
    """Execute one cell, as a kernel does."""
    begin = processor_seconds()
    outcome = shell.run_cell(code, store_history=False)
    seconds = processor_seconds() - begin
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


class _Forks:
    """Forks children for runs, some at a time, and hears how they end."""

    def __init__(self, job: _Job, shell: InteractiveShell, channel: int, judges: Judges) -> None:
        self._job = job
        self._judges = judges
        self._shell = shell
        self._channel = channel
        self._at_once = job.at_once

    def results(self, numbers: list[int]) -> Iterator[tuple[int, RunResult]]:
        """Fork a child for every run, and yield how each ended. No child outlives this iterator."""
        waiting = list(numbers)
        children: dict[int, _Child] = {}  # by pipe
        if waiting:
            gc.collect()
            gc.freeze()  # a collection in a child would write to, and so copy, every page
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            try:
                while waiting or children:
                    while waiting and len(children) < self._at_once:
                        child = self._fork(waiting.pop(0))
                        children[child.pipe] = child
                        selector.register(child.pipe, selectors.EVENT_READ)
                    next_look = min(child.look_again for child in children.values())
                    patience = max(next_look - time.monotonic(), 0)
                    ready = [key.fd for key, _ in selector.select(patience)]
                    if self._channel in ready:
                        self._hear()
                    now = time.monotonic()
                    for pipe, child in list(children.items()):
                        received = os.read(pipe, 65536) if pipe in ready else b""
                        child.received += received
                        closed = pipe in ready and not received
                        if closed or child.must_end(now):
                            selector.unregister(pipe)
                            del children[pipe]
                            yield child.number, _result(child, closed)
            finally:
                for child in children.values():
                    _reap(child)

    def _hear(self) -> None:
        told = os.read(self._channel, 64)
        if not told:
            sys.exit("nobody waits for the results any more")
        self._at_once = told[-1]

    def _fork(self, number: int) -> _Child:
        folder = Path("..", "runs", str(number)).resolve()
        shutil.copytree(Path.cwd(), folder, symlinks=True)
        run = self._job.runs[number]
        judge = None
        if not run["is_local"]:
            judge = self._judges.ask(self._job.seeds.index(run["seed"]))
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(read)
                self._judges.let_go()
                os.setpgid(0, 0)  # so that what it starts dies with it
                os.chdir(folder)
                _live(run, self._job, self._shell, judge, write)
            finally:
                os._exit(0)
        os.close(write)
        if judge is not None:
            judge.close()
        with suppress(OSError):  # the child may have done it, or have ended, already
            os.setpgid(pid, pid)
        return _Child(number, pid, read, folder, self._job.runs[number]["limit"])


def _live(
    run: dict[str, Any],
    job: _Job,
    shell: InteractiveShell,
    judge: socket.socket | None,
    pipe: int,
) -> None:
    """Execute the cells of a run in the child, and report each on the pipe."""
    os.dup2(1, 2)
    _bound("RLIMIT_AS", psutil.Process().memory_info().vms + _MEMORY)
    # Of processor time and not of the clock's, which passes faster where others use the cores.
    _bound("RLIMIT_CPU", math.ceil(run["limit"]))
    os.environ["FORWARDPASS_TEST_SEED"] = str(run["seed"])
    known = set(sys.modules)
    judged = None if judge is None else JudgedRun(judge, shell.user_ns)
    for index, code in run["steps"]:
        if judged is not None and job.judged[index]["kind"] == "test":
            begin = processor_seconds()
            told = judged.run(index, run["limit"])
            result = cell_result(index, processor_seconds() - begin, told)
        else:
            result = _execute(shell, index, code)
        _write(pipe, json.dumps(asdict(result)).encode() + b"\n")
        if index in run["watched"] and result.score(job.points[index]) < job.points[index]:
            break
    loaded = [name for name in sys.modules if name not in known and _is_installed(name)]
    _write(pipe, json.dumps({"loaded": loaded if run["reports_modules"] else []}).encode() + b"\n")


def _bound(name: str, allowed: int) -> None:
    limit = getattr(resource, name)
    with suppress(ValueError, OSError):  # a system may refuse: then it does without
        resource.setrlimit(limit, (allowed, resource.getrlimit(limit)[1]))


def _is_installed(module: str) -> bool:
    """Say whether a module is a library's, and not a file that the notebook wrote or brought."""
    file = getattr(sys.modules[module], "__file__", None)
    return bool(file) and file.startswith((sys.prefix, sys.base_prefix))


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _seconds_of(pid: int) -> float:
    """Return the processor time of a process and its children so far."""
    try:
        process = psutil.Process(pid)
        members = [process, *process.children(recursive=True)]
        return sum(sum(member.cpu_times()[:2]) for member in members)
    except psutil.Error:  # it has ended
        return 0.0


def _result(child: _Child, closed: bool) -> RunResult:
    """Say how a child ended, after ending it where it runs on."""
    used_up = _reap(child)
    *lines, rest = child.received.decode().split("\n")
    told = [json.loads(line) for line in lines]
    complete = bool(told) and "loaded" in told[-1] and not rest
    cells = tuple(CellResult(**cell) for cell in told if "loaded" not in cell)
    if complete:
        return RunResult(cells, "finished", tuple(told[-1]["loaded"]))
    return RunResult(cells, "died" if closed and not used_up else "timed out")


def _reap(child: _Child) -> bool:
    """End a child and all that it started; return whether it had used up its processor time."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    os.close(child.pipe)
    shutil.rmtree(child.folder, ignore_errors=True)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
