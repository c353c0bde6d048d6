"""Show how far a check is: bars on a terminal, a line now and then elsewhere."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich import progress
from rich.console import Console

from autograder.check.plan import UnitUnderTest

_LINE_EVERY = 100  # runs between two lines where there is no terminal


class Progress:
    """What is seen of a check while it runs. It is a context manager; threads may use it."""

    def __init__(self, console: Console) -> None:
        self._is_terminal = console.is_terminal
        self._lock = threading.Lock()
        self._bars: dict[str, progress.TaskID] = {}
        self._progress = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, tested: UnitUnderTest, done: int, known: int) -> None:
        """Show how many of the runs that are known of have ended."""
        name = tested.unit.id
        with self._lock:
            if name not in self._bars:
                self._bars[name] = self._progress.add_task(name)
            self._progress.update(self._bars[name], completed=done, total=known)
        if not self._is_terminal and (done % _LINE_EVERY == 0 or done == 1):
            print(f"{name}: {done} of {known} runs", file=sys.stderr, flush=True)

    @contextmanager
    def paused(self, finished: str) -> Iterator[None]:
        """Leave the terminal to what is printed about a unit, whose bar goes."""
        self._progress.stop()
        with self._lock:
            if finished in self._bars:
                self._progress.remove_task(self._bars.pop(finished))
        yield
        self._progress.start()
