"""The kernel itself: ipykernel's own, with a guard over test cells, and open to a judge's calls.

The shell of a forked one is older than its process: it was made where the packages were imported.
Many of them ask, while they are imported, whether they run in IPython, and set up figures, widgets
and progress bars for the shell that answers.
"""

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell as IPykernelShell
from IPython.core.application import BaseIPythonApplication
from traitlets import Type

from autograder.boundary.connection import Connection
from autograder.boundary.kernel_peer import KernelPeer
from autograder.kernels.absent import absent
from autograder.kernels.guard.guard import REPORT, Guard
from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.serving import Server, serve

_IN_HISTORY = "# (a test)"


class _DisplayHook(ZMQShellDisplayHook):
    """Tells the guard what a cell shows as its value."""

    guard: Guard | None = None
    _value: Any = None
    _caller: FrameType | None = None

    def __call__(self, result: Any = None) -> None:
        """Show the value of an expression; called by the interpreter."""
        if self.guard is not None:
            self.guard.note_hooked()
        self._value, self._caller = result, sys._getframe(1)
        try:
            super().__call__(result)
        finally:
            self._value = self._caller = None

    def quiet(self) -> bool:
        """Whether the running cell ends with a semicolon; called by IPython.

        IPython looks for it in the history, where a test cell is not: the last cell there is one
        of the learner's.
        """
        silenced = None if self.guard is None else self.guard.is_silenced()
        return super().quiet() if silenced is None else silenced

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Send a value's representations to the notebook; called by IPython."""
        if self.guard is not None and self._caller is not None and "text/plain" in format_dict:
            # A learner may register another representation of plain numbers.
            is_number = type(self._value) in (bool, int, float)
            text = repr(self._value) if is_number else format_dict["text/plain"]
            self.guard.note_shown(text, self._caller)
        super().write_format_data(format_dict, md_dict)


class ZMQInteractiveShell(IPykernelShell):
    """IPykernel's shell, by whose name libraries (rich, plotly, …) recognise a notebook."""

    displayhook_class = Type(_DisplayHook)

    def ask_exit(self) -> None:
        """Make ``exit()`` an error of the cell that calls it, not the end of the cells below."""
        raise SystemExit


class GradingKernel(IPythonKernel):
    """An IPython kernel whose replies to test cells carry a signed report.

    It takes one kind of request beyond Jupyter's: after a ``serve_request`` on the shell channel,
    without content, it serves a judge until that ends its test, and then sends a ``serve_reply``.
    """

    shell_class = Type(ZMQInteractiveShell)
    msg_types = (*IPythonKernel.msg_types, "serve_request")
    guard: Guard | None = None
    boundary: socket.socket | None = None
    peer: Server | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # takes the shell that there is
        self.shell.parent = self.shell.kernel = self

    @property
    def kernel_info(self) -> dict[str, Any]:
        """What the kernel tells of itself, and to the first who asks the key of signatures."""
        info = super().kernel_info
        key = None if self.guard is None else self.guard.tell_key()
        return info if key is None else {**info, REPORT: key}

    async def do_execute(self, code: str, silent: bool, *args: Any, **options: Any) -> dict:
        """Run one cell; called by ipykernel for every execute request."""
        self._signed: dict[str, Any] | None = None
        guard, is_test = self.guard, True
        # A notebook can have replaced what the guard is made of. Then a test has no signed report,
        # and so no points, but still a reply, for which the grader would otherwise wait in vain.
        with suppress(BaseException):
            is_test = guard is not None and guard.concerns(code)
        if not is_test:
            return await super().do_execute(code, silent, *args, **options)
        with suppress(BaseException):
            self._take_a_place_in_history()
            guard.begin(code)
        options["store_history"] = False
        reply = await super().do_execute(code, silent, *args[1:], **options)
        self.shell.execution_count += 1
        with suppress(BaseException):
            self._signed = guard.end(reply["status"], reply.get("ename", ""))
        return reply

    def _take_a_place_in_history(self) -> None:
        """Let a test have its place in what learners' code can read, but not its text."""
        self.shell.history_manager.store_inputs(self.shell.execution_count, _IN_HISTORY)

    async def serve_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Let the judge run one test against this notebook; called by ipykernel."""
        status = "error"
        with suppress(BaseException):  # the grader waits for a reply, whatever a notebook does
            if self.peer is None:
                self.peer = self._make_peer()
            self._forward_input(allow_stdin=False)
            serve(self.peer, self.shell)
            status = "ok"
        with suppress(BaseException):
            self._restore_input()
            self._take_a_place_in_history()
            self.shell.execution_count += 1
        content = {"status": status, "execution_count": self.shell.execution_count - 1}
        self.session.send(stream, "serve_reply", content, parent, ident=ident)

    def _make_peer(self) -> Server:
        names = self.shell.user_ns
        return KernelPeer(Connection(self.boundary), names, lambda without: absent(without, names))

    def finish_metadata(self, parent: dict, metadata: dict, reply_content: dict) -> dict:
        """Add the guard's report to a reply; called by ipykernel."""
        metadata = super().finish_metadata(parent, metadata, reply_content)
        if signed := getattr(self, "_signed", None):
            metadata[REPORT] = signed
        return metadata


def prepare_shell() -> None:
    """Make the shell that the kernel of this process, or of a fork of it, will have.

    Call it before packages are imported; a second call does nothing.
    """
    if ZMQInteractiveShell.initialized():
        return
    app = IPKernelApp.instance(kernel_class=GradingKernel, log_level=logging.CRITICAL)
    app.config.HistoryManager.enabled = False
    BaseIPythonApplication.initialize(app, [])  # reads the user's settings of IPython
    ZMQInteractiveShell.instance(
        parent=app, profile_dir=app.profile_dir, compiler_class=XCachingCompiler, kernel=None
    )


def start_kernel(
    connection_file: Path,
    settings: GuardSettings,
    when_bound: Callable[[], None],
    boundary: int | None = None,
) -> None:
    """Run a kernel in this process until it is shut down.

    Parameters
    ----------
    connection_file : pathlib.Path
        Names the kernel's sockets.
    settings : GuardSettings
    when_bound : callable
        Called once, when the kernel's sockets are there and before any cell runs.
    boundary : int or None
        The descriptor of this end of a connection to a judge.
    """
    prepare_shell()
    app = IPKernelApp.instance()
    app.config.IPKernelApp.connection_file = app.connection_file = str(connection_file)
    app.initialize([])
    app.kernel.guard = Guard(app.shell, settings)
    app.shell.displayhook.guard = app.kernel.guard
    if boundary is not None:
        app.kernel.boundary = socket.socket(fileno=boundary)
    when_bound()
    app.start()
