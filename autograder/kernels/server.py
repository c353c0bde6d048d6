"""Start a fork server in its sandbox, and ask it for kernels."""

import json
import random
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.files import TemporaryFolder
from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.limits import Limits
from autograder.kernels.protocol import IMPORTED, SHARED, SOCKET, WORK, KernelRequest
from autograder.kernels.sandbox import bubblewrap
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.sandbox.environment import environment

_START_SECONDS = 300  # importing torch and tensorflow on a slow disk takes a minute
# Five Unix sockets beside each other stand for a kernel's five ports.
_PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
_GONE = "the kernels' fork server is gone"


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


class KernelServer:
    """A running fork server; close it, or leave a ``with`` block, and all its kernels end.

    Parameters
    ----------
    config : SandboxConfig

    Raises
    ------
    KernelFailed
        If it does not start.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._temporary = TemporaryFolder()
        self._folder = self._temporary.path
        self.address = Address(self._folder, config.sandbox)
        is_confined = config.sandbox is Sandbox.BWRAP
        command = [sys.executable, "-m", "autograder.kernels.forkserver"]
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
            start_new_session=True,  # Ctrl-C is for this process, which ends that one in order
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

    def __enter__(self) -> "KernelServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether it can still be asked for kernels."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the server and its kernels, and remove what they shared with this process."""
        with suppress(OSError):
            self._process.stdin.close()  # it reads this as the end
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._temporary.remove()

    def import_also(self, modules: Sequence[str]) -> None:
        """Import more modules, for the kernels that are still to come.

        Raises
        ------
        KernelFailed
            If the server does not answer.
        """
        with socket.socket(socket.AF_UNIX) as asker:
            asker.settimeout(_START_SECONDS)
            try:
                asker.connect(str(self._folder / SOCKET))
                asker.sendall(json.dumps({"import": list(modules)}).encode() + b"\n")
                with asker.makefile("rb") as answers:
                    self.failed |= json.loads(answers.readline() or b"{}").get("failed", {})
            except OSError as error:
                raise KernelFailed(f"{_GONE} ({error})") from None

    def complaints(self) -> str:
        """Return the last line that the server wrote to its log."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def _wait_until_ready(self) -> dict[str, str]:
        """Return which modules could not be imported, and why."""
        deadline = time.monotonic() + _START_SECONDS
        ready, listening = self._folder / IMPORTED, self._folder / SOCKET
        while time.monotonic() < deadline:
            if ready.exists() and listening.exists():
                return json.loads(ready.read_text(encoding="utf-8"))["failed"]
            if self._process.poll() is not None:
                why = self.complaints() or f"exit status {self._process.returncode}"
                raise KernelFailed(f"the kernels' fork server does not start: {why}")
            time.sleep(0.02)
        raise KernelFailed(f"the kernels' fork server is not ready after {_START_SECONDS} s")


class KernelProcess:
    """One kernel of a fork server, from the client's side.

    Parameters
    ----------
    address : Address
    number : int or None
        Of a kernel that has ended and whose place this one takes: clients stay connected.

    Raises
    ------
    KernelFailed
        If there is no server at this address.
    """

    def __init__(self, address: Address, number: int | None = None) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._received = b""
        self.is_ready = False
        self.limit: str | None = None  # which limit it went beyond
        self.status: int | None = None  # as a shell would give it
        self.failure: str | None = None
        # The newest answer to ask_waited: seconds, or None where the system does not tell.
        self.waited: float | None = None
        self.is_answered = False
        while True:
            self.number = random.SystemRandom().randrange(2**31) if number is None else number
            self.folder = address.folder / str(self.number)
            try:
                self.folder.mkdir()
            except FileExistsError:
                number = None
            except OSError as error:
                raise KernelFailed(f"{_GONE} ({error.strerror})") from None
            else:
                break
        (self.folder / "sockets").mkdir()

    @property
    def connection(self) -> dict[str, Any]:
        """The place of the kernel's sockets, as a connection file has it."""
        return {"transport": "ipc", "ip": str(self.folder / "sockets" / "c"), **_PORTS}

    def launch(
        self,
        *,
        key: str,
        workplace: Path,
        limits: Limits,
        guard: GuardSettings,
        program: list[str] | None,
    ) -> None:
        """Ask for the kernel; :meth:`read_events` tells when it is there.

        Parameters
        ----------
        key : str
            Of the messages' signatures.
        workplace : pathlib.Path
            The working directory. In a sandbox the kernel gets a copy of it.
        limits : Limits
        guard : GuardSettings
        program : list of str or None
            A kernel of another kind, as its kernel specification starts it.

        Raises
        ------
        KernelFailed
            If the server does not answer, or the working directory cannot be copied.
        """
        if self._address.sandbox is not Sandbox.NONE:
            _copy(workplace, self.folder / "files")
            workplace = WORK
        request = KernelRequest(
            number=self.number,
            connection={
                **_PORTS,
                "transport": "ipc",
                "signature_scheme": "hmac-sha256",
                "key": key,
                "kernel_name": "",
            },
            limits=limits,
            guard=guard,
            workplace=str(workplace),
            program=program,
        )
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(self._address.folder / SOCKET))
            self._socket.sendall(json.dumps({"request": request.to_json()}).encode() + b"\n")
        except OSError as error:
            self.remove()
            raise KernelFailed(f"{_GONE} ({error.strerror})") from None
        self._socket.setblocking(False)

    def read_events(self) -> None:
        """Take in what the server has told since; never waits."""
        while self._socket is not None:
            try:
                received = self._socket.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                received = b""
            if not received:
                self._let_go()
                if self.status is None:
                    self.status = 1
                    self.failure = self.failure or "the kernels' fork server has ended"
                return
            *lines, self._received = (self._received + received).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def interrupt(self) -> None:
        """Send the kernel what Ctrl-C sends."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendall(b'{"command": "interrupt"}\n')

    def ask_waited(self) -> None:
        """Ask how long the kernel was ready to run while others ran."""
        self.is_answered = False
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendall(b'{"command": "waited"}\n')

    def kill(self) -> None:
        """End the kernel, and all that it started."""
        self.read_events()
        self._let_go()
        if self.status is None:
            self.status = 137  # as of SIGKILL

    def remove(self) -> None:
        """End the kernel and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _take(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "ready":
                self.is_ready = True
            case "limit":
                self.limit = event["what"]
            case "failed":
                self.failure = event["why"]
            case "waited":
                self.waited, self.is_answered = event["seconds"], True
            case "ended":
                self.status = event["status"]

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _copy(workplace: Path, target: Path) -> None:
    """Copy a working directory, links as links; pipes and sockets are not for a kernel."""

    def special(folder: str, names: list[str]) -> list[str]:
        kinds = [(name, Path(folder, name).lstat().st_mode) for name in names]
        known = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
        return [name for name, mode in kinds if not any(is_kind(mode) for is_kind in known)]

    try:
        shutil.copytree(workplace, target, symlinks=True, ignore=special)
    except shutil.Error as error:
        name, _, why = error.args[0][0]
        raise KernelFailed(f"{name} cannot be copied for the kernel: {why}") from None
    except OSError as error:
        raise KernelFailed(f"{workplace} cannot be copied for the kernel: {error}") from None
