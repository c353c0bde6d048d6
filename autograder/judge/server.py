"""The process that imports an assignment's packages once, and has judges forked.

``python -m autograder.judge.server FOLDER`` listens on ``FOLDER/judges``, a Unix socket. Its first
line of standard input is JSON: the modules to import, and whether it is in a sandbox. When standard
input closes, it ends, and every judge with it. For every notebook that it is asked for it forks a
process that runs the beginning of it and forks the judges, see `autograder.judge.checkpoint`; what
goes over a connection is told in `autograder.judge.protocol`. A connection that says ``{"import":
[names]}`` has more modules imported, for the judges of later requests.
"""

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.judge.checkpoint import NO_MORE, Checkpoint, refuse
from autograder.judge.protocol import SOCKET, JudgedNotebook
from autograder.judge.shell import make_shell
from autograder.kernels import namespaces
from autograder.kernels.importing import import_all, import_before_forks
from autograder.kernels.protocol import IMPORTED

# Each holds the data of its notebook. One that is asked for again later begins anew.
_MOST_CHECKPOINTS = 8
_PATIENCE = 1.0  # seconds between the request to end and the kill
_ALWAYS = (
    "autograder.boundary.judge_peer",
    "forwardpass.check",
    "IPython.core.completerlib",
    "matplotlib_inline.backend_inline",
)


@dataclass(eq=False)
class _Client:
    """A connection whose request has not arrived yet."""

    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)


@dataclass
class _Forked:
    """The process of a checkpoint."""

    pid: int
    channel: socket.socket


class Server:
    """Hands clients on to the checkpoints of their notebooks.

    Parameters
    ----------
    folder : pathlib.Path
        Shared with the clients.
    workplace : pathlib.Path
        Holds a folder for every checkpoint.
    """

    def __init__(self, folder: Path, workplace: Path) -> None:
        self._folder = folder
        self._workplace = workplace
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._clients: set[_Client] = set()
        self._checkpoints: dict[str, _Forked] = {}  # by the notebook's digest; the newest last
        self._leaving: list[_Forked] = []
        self._count = 0

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
        """End every checkpoint, and so every judge."""
        ending = [*self._checkpoints.values(), *self._leaving]
        for one in ending:
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        for one in ending:
            while not _has_ended(one):
                if time.monotonic() > deadline:
                    os.kill(one.pid, signal.SIGKILL)
                time.sleep(0.002)

    def _accept(self) -> None:
        client = _Client(self._listener.accept()[0])
        self._clients.add(client)
        self._selector.register(client.connection, selectors.EVENT_READ, lambda: self._hear(client))

    def _hear(self, client: _Client) -> None:
        """Take a request, or notice that the client is gone."""
        try:
            received = client.connection.recv(2**20)
        except OSError:
            received = b""
        client.received += received
        is_whole = client.received.endswith(b"\n")  # a client sends no more before it is answered
        if received and not is_whole:
            return
        self._selector.unregister(client.connection)
        if is_whole:
            message = json.loads(client.received)
            if "import" in message:
                self._import_also(client, message["import"])
            else:
                self._hand_on(client, message)
        self._clients.discard(client)
        client.connection.close()

    def _hand_on(self, client: _Client, request: dict[str, Any]) -> None:
        """Give a client to the checkpoint of its notebook, which is forked if there is none."""
        digest = request["digest"]
        self._leaving = [one for one in self._leaving if not _has_ended(one)]
        known = self._checkpoints.pop(digest, None)
        if known is None or _has_ended(known):
            known = self._fork(JudgedNotebook.from_json(request))
        self._checkpoints[digest] = known
        if len(self._checkpoints) > _MOST_CHECKPOINTS:
            self._retire(next(iter(self._checkpoints)))
        with suppress(OSError):  # it has died just now: the client sees its connection closed
            socket.send_fds(known.channel, [b"j"], [client.connection.fileno()])

    def _retire(self, digest: str) -> None:
        """Ask a checkpoint for no more judges: it ends with the last of those that it has."""
        one = self._checkpoints.pop(digest)
        with suppress(OSError):
            one.channel.sendall(NO_MORE)
        one.channel.close()
        self._leaving.append(one)

    def _import_also(self, client: _Client, modules: list[str]) -> None:
        """Import more modules; the checkpoints that there are have not, so others follow them."""
        answer = {"failed": import_before_forks(modules)}
        for digest in list(self._checkpoints):
            self._retire(digest)
        with suppress(OSError):  # the client is gone
            client.connection.sendall(json.dumps(answer).encode() + b"\n")

    def _fork(self, notebook: JudgedNotebook) -> _Forked:
        self._count += 1
        folder = self._workplace / str(self._count)
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                ours.close()
                self._let_go()
                _lay_out(notebook, self._folder, folder)
                Checkpoint(notebook, theirs, folder).serve()
                code = 0
            except SystemExit:
                code = 0
            except BaseException as error:
                refuse(theirs, f"the notebook cannot be judged ({type(error).__name__}: {error})")
                traceback.print_exc()
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                sys.stderr.flush()
                os._exit(code)
        theirs.close()
        return _Forked(pid, ours)

    def _let_go(self) -> None:
        """Close, in a forked child, what belongs to the server alone."""
        os.setsid()
        signal.signal(signal.SIGTERM, _end)
        self._selector.close()
        self._listener.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        for client in self._clients:
            client.connection.close()
        for one in (*self._checkpoints.values(), *self._leaving):
            one.channel.close()


def _end(*_: object) -> None:
    raise SystemExit


def _has_ended(one: _Forked) -> bool:
    """Whether a process has ended, which is then no more."""
    try:
        return os.waitpid(one.pid, os.WNOHANG)[0] != 0
    except ChildProcessError:  # that was told before
        return True


def _lay_out(notebook: JudgedNotebook, shared: Path, folder: Path) -> None:
    """Put a notebook's files where it runs."""
    files = notebook.files_in(shared)
    if files.exists():
        shutil.copytree(files, folder / "unit", symlinks=True)
    else:
        (folder / "unit").mkdir(parents=True)


def main() -> int:
    """Serve in the folder that the command line names."""
    folder = Path(sys.argv[1])
    settings = json.loads(sys.stdin.buffer.raw.readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the client
    if settings["in_namespaces"]:
        namespaces.drop_privileges()  # which a server of kernels needs to make more namespaces
    with tempfile.TemporaryDirectory(dir=None if settings["in_namespaces"] else folder) as work:
        os.environ["IPYTHONDIR"] = str(Path(work, "ipython"))  # no user's own
        make_shell()  # before the packages, which ask at import whether IPython runs
        failed = import_all(_ALWAYS) | import_all(settings["modules"])
        server = Server(folder, Path(work))
        try:
            server.listen()  # first: who finds the file asks at once for a judge
            part = folder / f"{IMPORTED}.part"
            part.write_text(json.dumps({"failed": failed}), encoding="utf-8")
            part.rename(folder / IMPORTED)
            server.serve()
        finally:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
