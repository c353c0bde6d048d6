"""Show a run on the terminal: who is at which cell, what failed where, and a table at the end."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.run.plan import Job
from autograder.run.result import NotebookRun
from autograder.run.summary import clean, duration, memory


class TerminalWatcher:
    """Progress bars of the notebooks that run, and a line for each that has run.

    Where the output is not a terminal, only the lines. A context manager.

    Parameters
    ----------
    console : rich.console.Console
    planned : int
        How many notebooks there are to run.
    """

    def __init__(self, console: Console, planned: int) -> None:
        self.runs: list[NotebookRun] = []
        self._console = console
        self._planned = planned
        self._bars: dict[tuple[str, str], TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[place]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def started(self, job: Job) -> None:
        """Show a bar for a notebook whose process starts."""
        bar = self._progress.add_task(escape(job.notebook), total=None, place="starting")
        self._bars[job.unit, job.notebook] = bar

    def cell_started(self, job: Job, cell: int, cells: int) -> None:
        """Move a notebook's bar."""
        bar = self._bars[job.unit, job.notebook]
        self._progress.update(bar, completed=cell, total=cells, place=f"{cell} of {cells} cells")

    def finished(self, run: NotebookRun) -> None:
        """Replace a notebook's bar by a line that says how it went."""
        self._progress.remove_task(self._bars.pop((run.unit, run.notebook)))
        self.runs.append(run)
        count = f"{len(self.runs):>{len(str(self._planned))}}/{self._planned}"
        name = f"{escape(run.unit)}/{escape(run.notebook)}"
        facts = f"{duration(run.seconds)}, {memory(run.peak_memory_bytes)}"
        if run.ok:
            self._print(f"[green]✓[/green] {count} {name}  [dim]{facts}[/dim]")
            return
        what = f"{run.status.value}: {escape(clean(run.fault))}"
        self._print(f"[red]✗[/red] {count} {name}  [dim]{facts}[/dim]\n    [red]{what}[/red]")
        for line in run.source.splitlines():
            self._print(f"      [dim]{escape(line)}[/dim]")

    def _print(self, text: str) -> None:
        # soft_wrap: a log keeps a line whole, whatever width rich assumes for it.
        self._console.print(text, highlight=False, soft_wrap=True)


def table_of(runs: Sequence[NotebookRun]) -> Table:
    """Return the table of runs that closes the command."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("unit", no_wrap=True)
    table.add_column("notebook", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for name in ("time", "budget", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        style = "green" if run.ok else "red"
        table.add_row(
            escape(run.unit),
            escape(run.notebook),
            f"[{style}]{run.status.value}[/{style}]",
            duration(run.seconds),
            "none" if run.budget is None else duration(run.budget),
            memory(run.peak_memory_bytes),
        )
    return table
