"""The process that imports packages once, and forks one that executes a reference whenever asked.

``python -m autograder.check.forkserver PACKAGE …`` talks with `autograder.check.runner` over the
socket that is its standard input. It says first what its imports took. A request is the path of a
job's folder, with the descriptor of a channel for its results; it is answered by one byte as soon
as the process that does the job is forked. When the socket closes, the server ends: whoever wanted
results is gone.
"""

import gc
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path

from autograder.check.reference import do_job, processor_seconds
from autograder.judge.shell import make_shell
from autograder.kernels.importing import import_all

_LONGEST_PATH = 4096


def main(packages: list[str]) -> int:
    """Import packages, then serve requests until the socket closes."""
    control = socket.socket(fileno=os.dup(0))
    # What packages and notebooks print is not read by anyone; standard error keeps what goes wrong.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    make_shell()  # before the packages, which ask at import whether IPython runs
    begin = processor_seconds()
    import_all(packages)
    control.sendall(json.dumps({"seconds": processor_seconds() - begin}).encode() + b"\n")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system removes children that have ended
    gc.collect()
    gc.freeze()  # a collection in a fork would write to, and so copy, every page
    while True:
        request, descriptors, *_ = socket.recv_fds(control, _LONGEST_PATH, 1)
        if not request:
            return 0
        (channel,) = descriptors
        if os.fork() == 0:
            control.close()
            _serve(Path(os.fsdecode(request)), channel)
        os.close(channel)
        control.sendall(b"1")


def _serve(folder: Path, channel: int) -> None:
    """Do a job in a process of its own, wait for it, tell how it ended, and end, too."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()  # Ctrl-C reaches the process that asked, which ends this one
            complaints = os.open(folder / "complaints", os.O_WRONLY | os.O_CREAT)
            os.dup2(complaints, 2)
            do_job(folder, channel)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    os.write(channel, json.dumps({"pid": pid}).encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    os.write(channel, json.dumps({"exit_code": code}).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
