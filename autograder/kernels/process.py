"""One kernel of a fork server, from the client's side: ask for it, follow it, end it."""

import json
import random
import shutil
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.limits import Limits
from autograder.kernels.protocol import SOCKET, WORK, KernelRequest
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed, KernelServer

# Five Unix sockets beside each other stand for a kernel's five ports.
_PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


class KernelProcess:
    """A kernel that was asked for, or will be.

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
        self.limit: str | None = None  # which limit it exceeded
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
                raise KernelFailed(f"{KernelServer.title} is gone ({error.strerror})") from None
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
        boundary: socket.socket | None = None,
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
        boundary : socket.socket or None
            The kernel's end of a connection to a judge. The caller's own copy stays open.

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
            self._send(json.dumps({"request": request.to_json()}).encode() + b"\n", boundary)
        except OSError as error:
            self.remove()
            raise KernelFailed(f"{KernelServer.title} is gone ({error.strerror})") from None
        self._socket.setblocking(False)

    def read_events(self) -> None:
        """Read what the server has told since; never waits."""
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
                self._note(json.loads(line))

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

    def _send(self, content: bytes, boundary: socket.socket | None) -> None:
        """Send a request, and with its first byte the descriptor that goes with it, unix(7)."""
        if boundary is not None:
            sent = socket.send_fds(self._socket, [content], [boundary.fileno()])
            content = content[sent:]
        self._socket.sendall(content)

    def _note(self, event: dict[str, Any]) -> None:
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
    """Copy a working directory, links as links, without pipes and sockets."""

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
