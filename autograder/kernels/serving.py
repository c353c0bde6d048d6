"""Let a judge call what the notebook defines, without a trace of that in the notebook's outputs."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from typing import Any, Protocol, TextIO

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell


class Server(Protocol):
    """The kernel's end of the boundary: :class:`autograder.boundary.kernel_peer.KernelPeer`."""

    def serve(self) -> None:
        """Answer requests until the judge ends its test, or is gone.

        An interrupt meanwhile ends the learner's function that runs, and nothing else.
        """


def serve(peer: Server, shell: InteractiveShell) -> None:
    """Answer a judge's requests in this thread, the main one, until it ends its test.

    What the learner's code prints and displays meanwhile is dropped: it belongs to no cell. Figures
    that it opens are closed. Interrupts that come before or after are ignored.

    Parameters
    ----------
    peer : Server
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    # A late one must not keep the reply from the grader: after it, ipykernel listens again.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _quiet_streams(), _quiet_descriptors(), _quiet_display(shell), _figures_closed():
        peer.serve()


@cache
def _sink() -> TextIO:
    """Return a stream that leads nowhere: never closed, since a logger may have kept it."""
    return open(os.devnull, "w", encoding="utf-8", errors="replace")


@contextmanager
def _quiet_streams() -> Iterator[None]:
    with redirect_stdout(_sink()), redirect_stderr(_sink()):
        yield


@contextmanager
def _quiet_descriptors() -> Iterator[None]:
    """Drop what C code, and programs that are started, write to stdout and stderr."""
    _flush_c()
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    try:
        for descriptor in (1, 2):
            os.dup2(_sink().fileno(), descriptor)
        yield
    finally:
        _flush_c()
        for descriptor, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)


def _flush_c() -> None:
    """Write what C's own streams hold back: later it would go somewhere else."""
    ctypes.CDLL(None).fflush(None)


class _NoDisplay(DisplayPublisher):
    """Publishes nothing."""

    def publish(self, *_: Any, **__: Any) -> None:
        """Drop a display; called by IPython."""

    def clear_output(self, wait: bool = False) -> None:
        """Leave the outputs of earlier cells alone; called by IPython."""


@contextmanager
def _quiet_display(shell: InteractiveShell) -> Iterator[None]:
    before = shell.display_pub
    shell.display_pub = _NoDisplay(parent=shell)
    try:
        yield
    finally:
        shell.display_pub = before


@contextmanager
def _figures_closed() -> Iterator[None]:
    """Close figures that are opened meanwhile; the next cell would show them."""
    before = set(_figures())
    try:
        yield
    finally:
        for number in set(_figures()) - before:
            sys.modules["matplotlib._pylab_helpers"].Gcf.destroy(number)


def _figures() -> list[Any]:
    """Return the numbers of all open figures; a notebook without matplotlib has none."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return [] if helpers is None else list(helpers.Gcf.figs)
