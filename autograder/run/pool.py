"""Run notebooks side by side, each in a process of its own."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from autograder.cores import available_cores, thread_limits
from autograder.run.plan import Job
from autograder.run.process_tree import ProcessTree
from autograder.run.result import NotebookRun, RunOutcome, RunStatus

# How long a worker that is told to stop may take to stop its kernel and write its notebook.
GRACE_SECONDS = 5


class Watcher(Protocol):
    """Who follows a run: the terminal, say."""

    def started(self, job: Job) -> None:
        """Hear that a notebook's process starts."""

    def cell_started(self, job: Job, cell: int, cells: int) -> None:
        """Hear which cell its kernel is at, counted from 1, and of how many."""

    def finished(self, run: NotebookRun) -> None:
        """Hear that it has run, well or not."""


async def run_all(jobs: Sequence[Job], output: Path, parallel: int, watcher: Watcher) -> None:
    """Run notebooks, so many at a time; one that fails does not stop the others.

    When it is cancelled (Ctrl-C), every kernel is stopped, and the watcher hears how far the
    notebooks came that were running.

    Parameters
    ----------
    jobs : sequence of Job
    output : pathlib.Path
        Executed notebooks go to ``output/wNN_topic/``.
    parallel : int
        How many run at a time; the cores are shared out evenly among them.
    watcher : Watcher
    """
    environment = os.environ | thread_limits(max(1, available_cores() // parallel))
    gate = asyncio.Semaphore(parallel)

    async def run_in_turn(job: Job) -> None:
        async with gate:
            watcher.started(job)
            watcher.finished(await _run(job, output, environment, watcher))

    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(run_in_turn(job))


@dataclass
class _Account:
    """What was heard from a worker so far."""

    began: float
    ended: float
    outcome: RunOutcome | None = None


async def _run(
    job: Job, output: Path, environment: dict[str, str], watcher: Watcher
) -> NotebookRun:
    files = _fresh_files(output, job)
    with _workplace(job) as (folder, log):
        with log.open("wb") as log_stream:
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "autograder.run.worker"),
                json.dumps(_request(job, files[0], folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log_stream,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in good order
            )
        tree = ProcessTree(worker.pid)
        polling = asyncio.create_task(tree.poll())
        account = _Account(began=time.monotonic(), ended=time.monotonic())
        listening = asyncio.create_task(_listen(worker, job, account, watcher))
        cancelled = False
        try:
            await asyncio.shield(listening)
        except asyncio.CancelledError:
            cancelled = True
            worker.stdin.close()
            await asyncio.wait([listening], timeout=GRACE_SECONDS)
        finally:
            polling.cancel()
            listening.cancel()
            tree.kill()
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        outcome = account.outcome or _unheard_outcome(cancelled, worker.returncode, log)
    seconds = account.ended - account.began
    return NotebookRun(
        unit=job.unit,
        notebook=job.notebook,
        seconds=seconds,
        budget=job.budget,
        peak_memory_bytes=tree.peak_bytes,
        files=tuple(path.relative_to(output).as_posix() for path in files if path.exists()),
        **asdict(outcome.held_to(job.budget, seconds)),
    )


async def _listen(
    worker: asyncio.subprocess.Process, job: Job, account: _Account, watcher: Watcher
) -> None:
    async for line in worker.stdout:
        message = json.loads(line)
        now = time.monotonic()
        if "outcome" in message:
            told = message["outcome"]
            account.outcome = RunOutcome(**(told | {"status": RunStatus(told["status"])}))
        elif message["cell"] == 0:
            account.began = now  # the worker's own imports are not the notebook's time
        else:
            watcher.cell_started(job, message["cell"], message["cells"])
        account.ended = now
    if account.outcome is None:
        account.ended = time.monotonic()
    await worker.wait()


@contextlib.contextmanager
def _workplace(job: Job) -> Iterator[tuple[Path, Path]]:
    """Make a copy of the unit's folder to run in, and a file for what the worker prints."""
    # A process that was just killed may still be writing there.
    with tempfile.TemporaryDirectory(prefix="forwardpass-run-", ignore_cleanup_errors=True) as name:
        folder = Path(name, job.unit)
        shutil.copytree(job.folder, folder)
        yield folder, Path(name, "log")


def _fresh_files(output: Path, job: Job) -> tuple[Path, Path]:
    """Return where the executed notebook and its page go, with no older ones there."""
    notebook = output / job.unit / job.notebook
    files = (notebook, notebook.with_suffix(".html"))
    notebook.parent.mkdir(parents=True, exist_ok=True)
    for path in files:
        path.unlink(missing_ok=True)
    return files


def _request(job: Job, notebook: Path, folder: Path) -> dict[str, object]:
    return {
        "source": str(job.source.resolve()),
        "output": str(notebook.resolve()),
        "folder": str(folder),
        "profile": job.profile,
        "cell_limit": job.cell_limit,
        "allowed_errors": job.allowed_errors,
    }


def _unheard_outcome(cancelled: bool, exit_code: int, log: Path) -> RunOutcome:
    """Return what is known of a worker that ended without a word."""
    if cancelled:
        return RunOutcome(RunStatus.STOPPED, error="stopped by the user")
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last_words = f": {lines[-1]}" if lines else ""
    if exit_code < 0:
        error = f"signal {-exit_code} ended the process that ran it{last_words}"
        return RunOutcome(RunStatus.DIED, error=error)
    error = f"the process that ran it left with exit code {exit_code}{last_words}"
    return RunOutcome(RunStatus.FAILED, error=error)
