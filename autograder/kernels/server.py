"""Start a fork server in its sandbox, from the client's side."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from autograder.files import TemporaryFolder
from autograder.kernels.protocol import IMPORTED, SHARED, SOCKET
from autograder.kernels.sandbox import bubblewrap
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.sandbox.environment import environment

_START_SECONDS = 300  # importing torch and tensorflow on a slow disk takes a minute


class KernelFailed(Exception):
    """A fork server or a kernel could not be started: one line that says why."""


@dataclass(frozen=True)
class Address:
    """Where a fork server listens; any process of this machine may ask it for kernels.

    Attributes
    ----------
    folder : pathlib.Path
    sandbox : Sandbox
    """

    folder: Path
    sandbox: Sandbox


@dataclass(frozen=True)
class SandboxConfig:
    """What a fork server is locked into, and what it has there.

    Attributes
    ----------
    sandbox : Sandbox
    modules : tuple of str
        Imported before the first kernel is forked.
    hidden : tuple of pathlib.Path
        Not to be seen, even if it lies within a folder that is.
    """

    sandbox: Sandbox
    modules: tuple[str, ...] = ()
    hidden: tuple[Path, ...] = ()


class WarmServer:
    """A running server that has imported packages; close it, or leave a ``with`` block.

    Parameters
    ----------
    config : SandboxConfig

    Raises
    ------
    KernelFailed
        If it does not start.
    """

    program: ClassVar[str]  # the module that it runs
    title: ClassVar[str]  # what messages call it
    socket_name: ClassVar[str]  # in its folder, on which it listens

    def __init__(self, config: SandboxConfig) -> None:
        self._temporary = TemporaryFolder()
        self._folder = self._temporary.path
        self.address = Address(self._folder, config.sandbox)
        is_confined = config.sandbox is Sandbox.BWRAP
        command = [sys.executable, "-m", self.program]
        if is_confined:
            mounts = bubblewrap.mounts_for(config.modules, config.hidden)
            command = [*bubblewrap.command(self._folder, mounts), *command]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed by close()
        self._process = subprocess.Popen(
            [*command, str(SHARED if is_confined else self._folder)],
            env=environment(config.sandbox),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # Ctrl-C reaches this process, which ends that one
        )
        settings = {"modules": config.modules, "in_namespaces": is_confined}
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(settings).encode() + b"\n")
            self._process.stdin.flush()
        try:
            self.failed = self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether it can still be asked for processes."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the server and all its processes, and remove what they shared with this one."""
        with suppress(OSError):
            self._process.stdin.close()  # which tells it to end
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._temporary.remove()

    def import_also(self, modules: Sequence[str]) -> None:
        """Import more modules, for processes that are asked for later.

        Raises
        ------
        KernelFailed
            If the server does not answer.
        """
        with socket.socket(socket.AF_UNIX) as asker:
            asker.settimeout(_START_SECONDS)
            try:
                asker.connect(str(self._folder / self.socket_name))
                asker.sendall(json.dumps({"import": list(modules)}).encode() + b"\n")
                with asker.makefile("rb") as answers:
                    self.failed |= json.loads(answers.readline() or b"{}").get("failed", {})
            except OSError as error:
                raise KernelFailed(f"{self.title} is gone ({error})") from None

    def complaints(self) -> str:
        """Return the last line that the server wrote to its log."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def _wait_until_ready(self) -> dict[str, str]:
        """Return which modules could not be imported, and why."""
        deadline = time.monotonic() + _START_SECONDS
        ready = self._folder / IMPORTED
        while time.monotonic() < deadline:
            if ready.exists():
                return json.loads(ready.read_text(encoding="utf-8"))["failed"]
            if self._process.poll() is not None:
                why = self.complaints() or f"exit status {self._process.returncode}"
                raise KernelFailed(f"{self.title} does not start: {why}")
            time.sleep(0.02)
        raise KernelFailed(f"{self.title} is not ready after {_START_SECONDS} s")


class KernelServer(WarmServer):
    """A fork server of kernels, which end with it."""

    program = "autograder.kernels.forkserver"
    title = "the kernels' fork server"
    socket_name = SOCKET
