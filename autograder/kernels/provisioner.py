"""Jupyter's extension point for kernels: forked from a warm process instead of started anew."""

import asyncio
import atexit
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase, LocalProvisioner
from traitlets import Dict, Enum, Instance, List, Unicode

from autograder.kernels import spawned
from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.limits import Limits
from autograder.kernels.process import KernelProcess
from autograder.kernels.protocol import ENDED_IN_ORDER
from autograder.kernels.sandbox.choice import CHOICES, Sandbox, choose
from autograder.kernels.server import Address, KernelFailed, KernelServer, SandboxConfig

NAME = "forwardpass-warm"
_START_SECONDS = 60
_ANSWER_SECONDS = 5
_STEP_SECONDS = 0.005


def can_fork() -> bool:
    """Whether a process with torch or tensorflow in it survives a fork here.

    On macOS system libraries do not, and Windows has none.
    """
    return sys.platform == "linux"


class WarmProvisioner(KernelProvisionerBase):
    """Gets a kernel in the way that this system allows: a fork, or else a new process.

    A kernel specification names it under ``metadata.kernel_provisioner``, with these as its
    ``config``. What it makes is one of its two subclasses. Of a kernel that is not forked, nothing
    more is known than Jupyter knows.
    """

    modules = List(Unicode(), help="What is imported before the kernel starts")
    sandbox = Enum(CHOICES, default_value="auto", help="What kernels are locked into")
    server = Unicode("", help="The folder of a running fork server; empty: one for this process")
    limits = Dict(help="See autograder.kernels.limits.Limits")
    guard = Dict(help="See autograder.kernels.guard.settings.GuardSettings.to_json")
    program = List(Unicode(), help="Another kernel's own command; empty: the warm Python kernel")
    boundary = Instance(
        socket.socket,
        allow_none=True,
        help="The next kernel's end of a connection to a judge; closed here once it has that",
    )

    def __new__(cls, *arguments: Any, **settings: Any) -> "WarmProvisioner":
        """Make the one for this system; Jupyter and nbclient know this class alone."""
        if cls is WarmProvisioner:
            cls = ForkedProvisioner if can_fork() else SpawnedProvisioner
        return super().__new__(cls, *arguments, **settings)

    @property
    def limit(self) -> str | None:
        """Which of its limits the kernel exceeded: ``"memory"``, ``"processes"``, ``"time"``."""
        return None

    @property
    def ended_in_order(self) -> bool:
        """Whether the kernel's loop has ended, rather than its process in the middle of it."""
        return False

    def begin_waiting(self) -> None:
        """Begin to count how long the kernel waits for a processor; does not wait itself."""

    def _close_boundary(self) -> None:
        """Close this process's copy of what the kernel has now, or never will have.

        As long as one is open here, the judge does not notice the kernel's end.
        """
        if self.boundary is not None:
            self.boundary.close()
            self.boundary = None

    async def waited(self) -> float:
        """Return the seconds since :meth:`begin_waiting` in which others took the processor."""
        return 0.0


class SpawnedProvisioner(WarmProvisioner, LocalProvisioner):
    """Starts a guarded kernel in a new process, as Jupyter starts any."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse what only a fork server could give; called before every start.

        Raises
        ------
        InputError
            If a sandbox is wanted that does not work here.
        KernelFailed
            If one is wanted that does.
        """
        if choose(self.sandbox) is not Sandbox.NONE:
            raise KernelFailed("without fork there is no sandbox for kernels: choose none")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the process, with what the kernel is told in its environment."""
        boundary = None if self.boundary is None else self.boundary.fileno()
        told = spawned.settings(
            GuardSettings.from_json(self.guard), Limits(**self.limits), self.modules, boundary
        )
        kwargs["env"] = {**kwargs.get("env", os.environ), **told}
        kwargs["pass_fds"] = () if boundary is None else (boundary,)
        try:
            return await super().launch_kernel(cmd, **kwargs)
        finally:
            self._close_boundary()


class ForkedProvisioner(WarmProvisioner):
    """Gets a kernel from a fork server, whose packages are imported already."""

    _kernel: KernelProcess | None = None
    _number: int | None = None  # of the kernel, also over a restart

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel; asserted by Jupyter after a launch."""
        return self._kernel is not None

    @property
    def limit(self) -> str | None:
        """Which of its limits the kernel exceeded: ``"memory"``, ``"processes"``, ``"time"``."""
        if self._kernel is None:
            return None
        self._kernel.read_events()
        return self._kernel.limit

    @property
    def ended_in_order(self) -> bool:
        """Whether the kernel's loop has ended, rather than its process in the middle of it."""
        return self._kernel is not None and self._kernel.status == ENDED_IN_ORDER

    def begin_waiting(self) -> None:
        """Begin to count how long the kernel waits for a processor; does not wait itself."""
        if self._kernel is not None:
            self._kernel.read_events()
            self._kernel.ask_waited()

    async def waited(self) -> float:
        """Return the seconds since :meth:`begin_waiting` in which others took the processor."""
        if self._kernel is None:
            return 0.0
        before = await self._answer()
        self._kernel.ask_waited()
        after = await self._answer()
        return 0.0 if before is None or after is None else after - before

    async def _answer(self) -> float | None:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while not self._kernel.is_answered and time.monotonic() < deadline:
            self._kernel.read_events()
            await asyncio.sleep(_STEP_SECONDS)
        return self._kernel.waited if self._kernel.is_answered else None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the place of the kernel's sockets; called before every start.

        The parent's is not called: it would prepare a process of Jupyter's own.
        """
        manager = self.parent
        if self._kernel is not None:  # a restart
            self._kernel.remove()
        self._kernel = KernelProcess(self._address(), self._number)
        self._number = self._kernel.number
        for name, value in self._kernel.connection.items():
            setattr(manager, name, value)
        self.connection_info = manager.get_connection_info()
        kwargs.pop("extra_arguments", None)
        return {"cmd": list(self.program) or None, **kwargs}

    async def launch_kernel(self, cmd: list[str] | None, **kwargs: Any) -> KernelConnectionInfo:
        """Ask for the kernel and wait until its sockets are there.

        Raises
        ------
        KernelFailed
            If it does not come up.
        """
        kernel = self._kernel
        try:
            kernel.launch(
                key=self.connection_info["key"].decode(),
                workplace=Path(kwargs.get("cwd") or Path.cwd()).resolve(),
                limits=Limits(**self.limits),
                guard=GuardSettings.from_json(self.guard),
                program=cmd,
                boundary=self.boundary,
            )
        finally:
            self._close_boundary()
        deadline = time.monotonic() + _START_SECONDS
        while not kernel.is_ready:
            kernel.read_events()
            if kernel.status is not None or time.monotonic() > deadline:
                late = f"it is not ready after {_START_SECONDS} s"
                ended = None if kernel.status is None else f"exit status {kernel.status}"
                await self.cleanup()
                raise KernelFailed(f"no kernel: {kernel.failure or ended or late}")
            await asyncio.sleep(_STEP_SECONDS)
        return self.connection_info

    async def poll(self) -> int | None:
        """Return None while the kernel runs, and its exit status afterwards."""
        if self._kernel is None:
            return 0
        self._kernel.read_events()
        return self._kernel.status

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(_STEP_SECONDS)
        return status

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel, or end it: other signals mean nothing to a notebook."""
        if self._kernel is not None:
            if signum == signal.SIGINT:
                self._kernel.interrupt()
            elif signum != 0:
                self._kernel.kill()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        if self._kernel is not None:
            self._kernel.kill()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folder; called when it has been shut down."""
        if self._kernel is not None:
            self._kernel.remove()
            self._kernel = None
            if not restart:
                self._number = None

    def _address(self) -> Address:
        if self.server:
            return Address(Path(self.server), Sandbox(self.sandbox))
        return _server_of_this_process(choose(self.sandbox), tuple(self.modules)).address


def _server_of_this_process(sandbox: Sandbox, modules: tuple[str, ...]) -> KernelServer:
    """Return the fork server for these modules, which ends with this process."""
    server = _servers.get((sandbox, modules))
    if server is None or not server.is_running:
        server = _servers[sandbox, modules] = KernelServer(SandboxConfig(sandbox, modules))
        atexit.register(server.close)
    return server


_servers: dict[tuple[Sandbox, tuple[str, ...]], KernelServer] = {}
