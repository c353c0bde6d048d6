"""Run notebooks and leave a summary, whether they end well, badly or by Ctrl-C."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from autograder.cores import available_cores
from autograder.errors import InputError
from autograder.files import write_text
from autograder.run.plan import Job
from autograder.run.pool import run_all
from autograder.run.result import NotebookRun
from autograder.run.summary import html_summary, junit_summary
from autograder.run.terminal import TerminalWatcher, table_of


def run_jobs(
    jobs: Sequence[Job], *, output: Path, parallel: int | None, title: str
) -> tuple[NotebookRun, ...]:
    """Run notebooks, show how they go, and write ``index.html`` and ``junit.xml``.

    Parameters
    ----------
    jobs : sequence of Job
        At least one, all of one profile.
    output : pathlib.Path
        Folder of the summary, and of the executed notebooks in a folder a unit.
    parallel : int, optional
        How many run at a time; as many as there are cores by default, and never more than jobs.
    title : str
        Name of the course, for the page.

    Returns
    -------
    tuple of NotebookRun
        In the order of the jobs.

    Raises
    ------
    InputError
        If the output folder cannot be made.
    KeyboardInterrupt
        After Ctrl-C, when the kernels are stopped and the summary of what ran is written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"no folder can be made here: {error.strerror}", output) from None
    began = datetime.now().astimezone()
    parallel = min(parallel or available_cores(), len(jobs))
    watcher = TerminalWatcher(Console(stderr=True), planned=len(jobs))
    try:
        with watcher:
            asyncio.run(run_all(jobs, output, parallel, watcher))
    finally:
        order = {(job.unit, job.notebook): place for place, job in enumerate(jobs)}
        runs = sorted(watcher.runs, key=lambda run: order[run.unit, run.notebook])
        page = html_summary(
            runs,
            title=title,
            profile=jobs[0].profile,
            moment=f"{began:%A, %d %B %Y, %H:%M %Z}",
            planned=len(jobs),
        )
        write_text(output / "index.html", page)
        write_text(output / "junit.xml", junit_summary(runs))
        Console().print(table_of(runs))
        print(f"{_verdict(runs, len(jobs))} {output / 'index.html'}")
    return tuple(runs)


def _verdict(runs: Sequence[NotebookRun], planned: int) -> str:
    faults = sum(not run.ok for run in runs)
    stopped = f" {planned - len(runs)} did not start." if len(runs) < planned else ""
    notebooks = "1 notebook" if len(runs) == 1 else f"{len(runs)} notebooks"
    return f"{notebooks} run, {faults} with a fault.{stopped}"
