"""The process that imports an assignment's packages once and forks a kernel for every request.

``python -m autograder.kernels.forkserver FOLDER`` listens on ``FOLDER/forkserver``, a Unix socket.
Its first line of standard input is JSON: the modules to import, and whether to use namespaces. When
standard input closes, it ends, and every kernel with it.

A connection stands for a kernel, or asks for more modules to be imported. It begins with the
client's request, one line of JSON; where the kernel is to serve a judge, its end of a connection to
that comes with it, as a file descriptor. After that the server sends events (``ready``, ``limit``,
``failed``, ``waited``, ``ended``) and takes the commands ``interrupt`` and ``waited``. When the
client closes the connection, the kernel ends: it never outlives its client.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from autograder.kernels.importing import import_all, import_before_forks
from autograder.kernels.kernel import prepare_shell
from autograder.kernels.protocol import IMPORTED, SOCKET, KernelRequest
from autograder.kernels.supervisor import supervise

# What every Python kernel loads at its start, or for its first traceback.
_ALWAYS = (
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.core.ultratb",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
)


@dataclass(eq=False)
class _Kernel:
    """One running kernel, as the server sees it."""

    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)
    pid: int = 0
    report: int = -1
    boundary: int = -1  # until the kernel has it

    def close_boundary(self) -> None:
        """Close this process's copy of the kernel's end of a connection to a judge."""
        if self.boundary >= 0:
            os.close(self.boundary)
            self.boundary = -1


class ForkServer:
    """Answers requests for kernels, one process each.

    Parameters
    ----------
    folder : pathlib.Path
        Shared with the clients; holds the socket and a folder for every kernel.
    in_namespaces : bool
        Whether kernels are confined by namespaces of their own.
    """

    def __init__(self, folder: Path, *, in_namespaces: bool) -> None:
        self._folder = folder
        self._in_namespaces = in_namespaces
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._kernels: set[_Kernel] = set()

    def listen(self) -> None:
        """Accept connections from now on, though they are served only later."""
        self._listener.bind(str(self._folder / SOCKET))
        self._listener.listen(64)

    def serve(self) -> None:
        """Serve until standard input closes."""
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(0, selectors.EVENT_READ, None)
        gc.collect()
        gc.freeze()  # a collection in a child would write to, and so copy, every page
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not os.read(0, 1024):
                        return
                    continue
                key.data()

    def close(self) -> None:
        """End every kernel."""
        for kernel in list(self._kernels):
            self._reap(kernel)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        kernel = _Kernel(connection)
        self._kernels.add(kernel)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._hear_client(kernel))

    def _hear_client(self, kernel: _Kernel) -> None:
        """Take a request or a command, or notice that the client is gone."""
        if kernel not in self._kernels:
            return  # it was reaped after this was reported
        try:
            received, descriptors, _, _ = socket.recv_fds(kernel.connection, 1 << 20, 1)
        except OSError:
            received, descriptors = b"", []
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)  # no program that the notebook starts has it
            kernel.close_boundary()
            kernel.boundary = descriptor
        if not received:
            self._reap(kernel)
            return
        kernel.received += received
        while b"\n" in kernel.received and kernel in self._kernels:
            line, _, rest = bytes(kernel.received).partition(b"\n")
            kernel.received[:] = rest
            message = json.loads(line)
            if "request" in message:
                self._fork(kernel, KernelRequest.from_json(message["request"]))
            elif "import" in message:
                failed = import_before_forks(message["import"])
                answer = {"event": "imported", "failed": failed}
                self._send(kernel, (json.dumps(answer) + "\n").encode())
            elif message.get("command") == "interrupt" and kernel.pid:
                with suppress(ProcessLookupError):
                    os.kill(kernel.pid, signal.SIGINT)
            elif message.get("command") == "waited":
                self._tell(kernel, event="waited", seconds=self._waited(kernel))

    def _fork(self, kernel: _Kernel, request: KernelRequest) -> None:
        read, write = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:  # the others go on
            os.close(read)
            os.close(write)
            kernel.close_boundary()
            self._tell(kernel, event="failed", why=str(error))
            self._tell(kernel, event="ended", status=1)
            return
        if pid == 0:
            code = 1
            try:
                self._let_go(kernel)
                os.close(read)
                folder = self._folder / str(request.number)
                boundary = kernel.boundary if kernel.boundary >= 0 else None
                code = supervise(
                    request, folder, write, boundary, in_namespaces=self._in_namespaces
                )
            except BaseException as error:
                failed = {"event": "failed", "why": f"{type(error).__name__}: {error}"}
                with suppress(OSError):
                    os.write(write, (json.dumps(failed) + "\n").encode())
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        os.close(write)
        kernel.close_boundary()
        kernel.pid, kernel.report = pid, read
        self._selector.register(read, selectors.EVENT_READ, lambda: self._hear_kernel(kernel))

    def _waited(self, kernel: _Kernel) -> float | None:
        """Return how long a kernel has waited for a processor, see :mod:`supervisor`."""
        return _waited_for_processor(kernel.pid, depth=2 if self._in_namespaces else 1)

    def _let_go(self, own: _Kernel) -> None:
        """Close, in a forked child, what belongs to the server alone, or to other kernels."""
        self._selector.close()
        self._listener.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        for kernel in self._kernels:
            kernel.connection.close()
            if kernel.report >= 0:
                os.close(kernel.report)
            if kernel is not own:
                kernel.close_boundary()

    def _hear_kernel(self, kernel: _Kernel) -> None:
        """Hand an event on, or say that the kernel has ended."""
        if kernel.report < 0:
            return  # it was reaped after this was reported
        received = os.read(kernel.report, 65536)
        if received:
            self._send(kernel, received)
            return
        self._selector.unregister(kernel.report)
        os.close(kernel.report)
        kernel.report = -1
        status = os.waitstatus_to_exitcode(os.waitpid(kernel.pid, 0)[1])
        kernel.pid = 0
        self._tell(kernel, event="ended", status=status)

    def _tell(self, kernel: _Kernel, **event: Any) -> None:
        self._send(kernel, (json.dumps(event) + "\n").encode())

    def _send(self, kernel: _Kernel, text: bytes) -> None:
        with suppress(OSError):  # the client is gone: the next read says so
            kernel.connection.sendall(text)

    def _reap(self, kernel: _Kernel) -> None:
        """End a kernel whose client is gone, and all that it started."""
        self._selector.unregister(kernel.connection)
        kernel.connection.close()
        self._kernels.discard(kernel)
        kernel.close_boundary()
        if kernel.report >= 0:
            self._selector.unregister(kernel.report)
            os.close(kernel.report)
            kernel.report = -1
        if kernel.pid:
            with suppress(ProcessLookupError):
                # In namespaces the death of this process ends all; elsewhere it ends them itself.
                os.kill(kernel.pid, signal.SIGKILL if self._in_namespaces else signal.SIGTERM)
            os.waitpid(kernel.pid, 0)


def _waited_for_processor(supervisor: int, depth: int) -> float | None:
    """Return how long a kernel was ready to run while others ran; None if that is not known.

    That is the second number in ``/proc/<pid>/schedstat``, in nanoseconds: what other work on this
    machine has cost the kernel's main thread. The kernel is so many generations below.
    """
    with suppress(psutil.Error, OSError, ValueError, IndexError):
        process = psutil.Process(supervisor)
        for _ in range(depth):
            # Adopted orphans come later.
            process = min(process.children(), key=lambda child: child.create_time())
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    return None


def main() -> int:
    """Serve in the folder that the command line names."""
    folder = Path(sys.argv[1])
    settings = json.loads(sys.stdin.buffer.raw.readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the client
    failed = import_all(_ALWAYS)
    prepare_shell()
    failed |= import_all(settings["modules"])
    server = ForkServer(folder, in_namespaces=settings["in_namespaces"])
    try:
        server.listen()  # first: who finds the file asks at once for a kernel
        part = folder / f"{IMPORTED}.part"
        part.write_text(json.dumps({"failed": failed}), encoding="utf-8")
        part.rename(folder / IMPORTED)
        server.serve()
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
