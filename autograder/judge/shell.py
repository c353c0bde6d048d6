"""The shell that executes cells where nobody looks on: IPython's own, without a terminal."""

from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class _Shell(InteractiveShell):
    """IPython without a terminal: errors are returned, not printed."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Let ``%matplotlib`` pass: there is no event loop to integrate."""

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Show nothing: to format a traceback takes longer than most test cells."""

    def showsyntaxerror(self, *arguments: Any, **options: Any) -> None:
        """Show nothing."""


def make_shell() -> InteractiveShell:
    """Return the shell of this process and its forks, the same at every call.

    Call it before packages are imported: many ask then whether they run in IPython.
    """
    config = Config()
    config.HistoryManager.enabled = False  # it has a thread, which a fork would lose
    return _Shell.instance(config=config)
