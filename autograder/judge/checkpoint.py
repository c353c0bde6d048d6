"""A process that has run the beginning of a notebook, and forks a judge whenever it is asked.

No learner's code runs in it: what a judge has met, the next one does not know.
"""

import gc
import os
import select
import shutil
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.judge.notebook import Notebook
from autograder.judge.process import live
from autograder.judge.protocol import JudgedNotebook, line_of

NO_MORE = b"n"  # no judge is asked for any more: end with the last one


_PATIENCE = 1.0  # seconds until the first client is there at the latest


@dataclass(eq=False)
class _Judge:
    """A running judge."""

    pid: int
    connection: socket.socket
    folder: Path


class Checkpoint:
    """Forks the judges of one notebook.

    Parameters
    ----------
    notebook : JudgedNotebook
    channel : socket.socket
        A byte with a descriptor asks for a judge, for the client at that socket. When it closes
        without `NO_MORE` before, all judges end.
    folder : pathlib.Path
        Holds in ``unit/`` what the notebook finds; each judge gets a copy beside it.
    """

    def __init__(self, notebook: JudgedNotebook, channel: socket.socket, folder: Path) -> None:
        self._limits = notebook.limits
        self._channel = channel
        self._folder = folder
        self._judges: dict[int, _Judge] = {}  # by their connection
        self._count = 0
        os.chdir(folder / "unit")
        sys.path[0] = ""  # a judge imports from its own copy of the folder
        self._notebook = Notebook(notebook)

    def serve(self) -> None:
        """Run the beginning of the notebook, then fork judges until none is wanted."""
        self._notebook.run_ahead()
        gc.collect()
        gc.freeze()  # a collection in a judge would write to, and so copy, every page
        ended, tell_end = os.pipe()
        os.set_blocking(ended, False)
        os.set_blocking(tell_end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(tell_end, warn_on_full_buffer=False)
        self._own = (ended, tell_end)
        self._poll = select.poll()
        self._poll.register(ended, select.POLLIN)
        self._poll.register(self._channel, select.POLLIN)
        is_wanted = True
        try:
            while is_wanted or self._judges:
                ready = {descriptor for descriptor, _ in self._poll.poll()}
                for descriptor in ready & self._judges.keys():  # whose client is gone
                    self._kill(self._judges[descriptor])
                if ended in ready:
                    self._hear_end()
                if self._channel.fileno() in ready:  # last: it may bring a descriptor's number back
                    is_wanted = self._hear_server()
        finally:
            for judge in list(self._judges.values()):
                self._kill(judge)

    def _hear_server(self) -> bool:
        """Fork a judge, or return that no other will be wanted.

        Raises
        ------
        SystemExit
            If the server is gone.
        """
        word, descriptors, *_ = socket.recv_fds(self._channel, 1, 1)
        if word == NO_MORE:
            self._poll.unregister(self._channel)
            return False
        if not word:
            raise SystemExit
        self._fork(socket.socket(fileno=descriptors[0]))
        return True

    def _fork(self, connection: socket.socket) -> None:
        self._count += 1
        folder = self._folder / str(self._count)
        try:
            shutil.copytree(self._folder / "unit", folder, symlinks=True)
            pid = os.fork()
        except OSError as error:  # a full disk, too many processes: the others go on
            _tell(connection, f"no judge can be started ({error})")
            connection.close()
            shutil.rmtree(folder, ignore_errors=True)
            return
        if pid == 0:
            code = 1
            try:
                os.setsid()  # so that what it starts dies with it
                self._let_go()
                live(connection, self._notebook, self._limits, folder)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        self._judges[connection.fileno()] = _Judge(pid, connection, folder)
        self._poll.register(connection, 0)  # which tells only that it is closed

    def _let_go(self) -> None:
        """Close, in a forked judge, what belongs to this process alone."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._channel.close()
        for descriptor in self._own:
            os.close(descriptor)
        for judge in self._judges.values():
            judge.connection.close()

    def _hear_end(self) -> None:
        """Take leave of the judges that have ended."""
        with suppress(BlockingIOError):
            os.read(self._own[0], 4096)
        for judge in list(self._judges.values()):
            pid, status = os.waitpid(judge.pid, os.WNOHANG)
            if pid:
                if status:
                    _tell(judge.connection, _reason(status))
                self._remove(judge)

    def _kill(self, judge: _Judge) -> None:
        with suppress(ProcessLookupError):
            os.kill(judge.pid, signal.SIGKILL)
        os.waitpid(judge.pid, 0)
        self._remove(judge)

    def _remove(self, judge: _Judge) -> None:
        """Remove what a judge that has ended leaves: processes and files."""
        with suppress(ProcessLookupError):
            os.killpg(judge.pid, signal.SIGKILL)
        del self._judges[judge.connection.fileno()]
        self._poll.unregister(judge.connection)
        judge.connection.close()
        shutil.rmtree(judge.folder, ignore_errors=True)


def refuse(channel: socket.socket, why: str) -> None:
    """Tell the clients that wait at a channel why there is no judge for them."""
    channel.settimeout(_PATIENCE)
    with suppress(OSError):
        while descriptors := socket.recv_fds(channel, 1, 1)[1]:
            with socket.socket(fileno=descriptors[0]) as connection:
                _tell(connection, why)
            channel.settimeout(0)


def _reason(status: int) -> str:
    """Say how a judge ended that should not have."""
    if not os.WIFSIGNALED(status):
        return f"the judge ended with exit status {os.WEXITSTATUS(status)}"
    ended_by = os.WTERMSIG(status)
    if ended_by == signal.SIGXCPU:
        return "the judge used up its processor time"
    return f"the judge was ended by {signal.Signals(ended_by).name}"


def _tell(connection: socket.socket, why: str) -> None:
    """Tell a client, that may be gone or not listen, why there is no judge."""
    with suppress(OSError):  # a judge's own line may have broken off before
        connection.send(b"\n" + line_of({"failed": why}), socket.MSG_DONTWAIT)
