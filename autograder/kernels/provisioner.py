"""Jupyter's extension point for kernels: forked from a warm process instead of started anew."""

import asyncio
import atexit
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Enum, List, Unicode

from autograder.kernels import spawned
from autograder.kernels.limits import Limits
from autograder.kernels.sandbox import bubblewrap as sandbox
from autograder.kernels.sandbox.bubblewrap import ENDED_IN_ORDER
from autograder.kernels.sandbox.choice import LEVELS, Level
from autograder.kernels.server import Address, KernelFailed, KernelProcess, KernelServer, Walls

NAME = "forwardpass-warm"
_START_SECONDS = 60
_ANSWER_SECONDS = 5
_STEP_SECONDS = 0.005


def can_fork() -> bool:
    """Whether a process with torch or tensorflow in it survives a fork here.

    On macOS system libraries do not, and Windows has none.
    """
    return sys.platform == "linux"


class WarmProvisioner(LocalProvisioner):
    """Gets a kernel from a fork server; where forking is impossible, starts one as Jupyter does.

    A kernel specification names it under ``metadata.kernel_provisioner``, with these as its
    ``config``.
    """

    modules = List(Unicode(), help="What the fork server imports")
    sandbox = Enum(LEVELS, default_value="auto", help="What kernels are locked into")
    server = Unicode("", help="The folder of a running fork server; empty: one for this process")
    limits = Dict(help="See autograder.kernels.limits.Limits")
    guard = Dict(help="See autograder.kernels.guard.settings.GuardSettings.to_json")
    program = List(Unicode(), help="Another kernel's own command; empty: the warm Python kernel")

    _kernel: KernelProcess | None = None
    _number: int | None = None  # of the kernel, also over a restart

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel; asserted by Jupyter after a launch."""
        return self._kernel is not None if can_fork() else super().has_process

    @property
    def limit(self) -> str | None:
        """Which of its limits the kernel went beyond: ``"memory"``, ``"processes"``, ``"time"``."""
        if self._kernel is None:
            return None
        self._kernel.read_events()
        return self._kernel.limit

    @property
    def ended_in_order(self) -> bool:
        """Whether the kernel came to the end of its loop, rather than to a sudden one."""
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
        """Choose the place of the kernel's sockets; called before every start."""
        if not can_fork():
            if sandbox.choose(self.sandbox) is not Level.NONE:
                raise KernelFailed("without fork there is no sandbox for kernels: choose none")
            return await super().pre_launch(**kwargs)
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
        if not can_fork():
            own = spawned.settings(dict(self.guard), dict(self.limits), self.modules)
            kwargs["env"] = {**kwargs.get("env", os.environ), **own}
            return await super().launch_kernel(cmd, **kwargs)
        kernel = self._kernel
        kernel.launch(
            key=self.connection_info["key"].decode(),
            workplace=Path(kwargs.get("cwd") or Path.cwd()).resolve(),
            environment={},
            limits=Limits(**self.limits),
            guard=self.guard,
            program=cmd,
        )
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
        if not can_fork():
            return await super().poll()
        if self._kernel is None:
            return 0
        self._kernel.read_events()
        return self._kernel.status

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        if not can_fork():
            return await super().wait()
        while (status := await self.poll()) is None:
            await asyncio.sleep(_STEP_SECONDS)
        return status

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel, or end it: other signals mean nothing to a notebook."""
        if not can_fork():
            await super().send_signal(signum)
        elif self._kernel is not None:
            if signum == signal.SIGINT:
                self._kernel.interrupt()
            elif signum != 0:
                self._kernel.kill()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        if not can_fork():
            await super().kill(restart)
        elif self._kernel is not None:
            self._kernel.kill()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folder; called when it has been shut down."""
        if not can_fork():
            await super().cleanup(restart)
        elif self._kernel is not None:
            self._kernel.remove()
            self._kernel = None
            if not restart:
                self._number = None

    def _address(self) -> Address:
        if self.server:
            return Address(Path(self.server), Level(self.sandbox))
        level = sandbox.choose(self.sandbox)
        return _server_of_this_process(level, tuple(self.modules)).address


def _server_of_this_process(level: Level, modules: tuple[str, ...]) -> KernelServer:
    """Return the fork server for these modules, which ends with this process."""
    server = _servers.get((level, modules))
    if server is None or not server.is_running:
        server = _servers[level, modules] = KernelServer(Walls(level, modules))
        atexit.register(server.close)
    return server


_servers: dict[tuple[Level, tuple[str, ...]], KernelServer] = {}
