"""Start the process that executes runs, and hand its results on as they come."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import autograder
from autograder.check.plan import Trial
from autograder.check.results import RunResult
from autograder.check.script import Script

_PATIENCE = 2.0  # seconds between the request to end and the kill


class RunnerFailed(Exception):
    """The process that executes the reference died, and its runs with it."""


def execute(
    script: Script, trials: Sequence[Trial], files: Mapping[str, bytes], at_once: int
) -> Iterator[tuple[Trial, RunResult]]:
    """Execute runs and yield each with its result, in the order in which they end.

    Close the iterator when you stop reading early: that ends every process.

    Parameters
    ----------
    script : Script
    trials : sequence of Trial
    files : mapping of str to bytes
        What the notebook finds in its working directory.
    at_once : int
        How many runs are executed at a time.

    Raises
    ------
    RunnerFailed
        If the process dies.
    """
    if not trials:
        return
    job = {
        "reference": [cell.code for cell in script.cells],
        "points": [cell.points for cell in script.cells],
        "runs": [asdict(trial.run) for trial in trials],
        "at_once": at_once,
    }
    with (
        tempfile.TemporaryDirectory(
            prefix="forwardpass-check-", ignore_cleanup_errors=True
        ) as temporary,
        tempfile.TemporaryFile() as complaints,
    ):
        folder = Path(temporary, "unit")
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        folder.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder.check.chain"],
            cwd=folder,
            env=_environment(Path(temporary)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,  # Ctrl-C reaches this process, which ends that one
            text=True,
        )
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                content = json.loads(line)
                yield trials[content.pop("run")], RunResult.from_json(content)
            status = process.wait()
        finally:
            _end(process)
        if status != 0:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
            raise RunnerFailed(" ".join([f"exit status {status}", *last]))


def _end(process: subprocess.Popen) -> None:
    """End the process and its children.

    Where it has children, it sees at once that its input closes; where it executes a cell, it has
    none and can be killed.
    """
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()


def _environment(temporary: Path) -> dict[str, str]:
    """Return the environment of the reference: one thread, no display, no GPU, no own settings."""
    package = str(Path(autograder.__file__).parents[1])
    # A pool of threads that a numeric library has begun does not survive a fork.
    threads = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM")
    return {
        **os.environ,
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        "MPLBACKEND": "Agg",
        "CUDA_VISIBLE_DEVICES": "",  # CUDA cannot be forked, and the quick profile needs none
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "IPYTHONDIR": str(temporary / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
    }
