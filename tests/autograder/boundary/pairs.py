"""A judge and a kernel in processes of their own, started by exec.

``TensorFlow`` does not survive a fork, so the tests of its kinds run in a judge's process: the body
of a test that is marked with ``judged`` is executed there, and its assertions are reported here.
"""

import functools
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 120.0  # for one answer; to import TensorFlow takes its time on a busy machine


class Pair:
    """A judge's process, which has a kernel of its own.

    Parameters
    ----------
    notebook : pathlib.Path
        The learner's code.
    """

    def __init__(self, notebook: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "judge", str(notebook)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,
        )
        self._answer()  # that it is ready

    def run(self, module: str, name: str) -> None:
        """Run a test by the file that it is in, and its name."""
        self._process.stdin.write(json.dumps([module, name]).encode() + b"\n")
        self._process.stdin.flush()
        error = self._answer()
        assert error is None, error

    def _answer(self) -> str | None:
        ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
        line = self._process.stdout.readline() if ready else b""
        assert line, "the judge's process has hung, or is gone"
        return json.loads(line)

    def close(self) -> None:
        """End both processes."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def judged(test: Callable[[Any], None]) -> Callable[[Pair], None]:
    """Let a test run in the judge's process: it gets the judge's end of the connection."""

    def run(pair: Pair) -> None:
        pair.run(test.__code__.co_filename, test.__name__)

    functools.update_wrapper(run, test)
    del run.__wrapped__  # pytest would look for the fixtures of the test itself
    run.judged = test
    return run


def _environment() -> dict[str, str]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
    root = str(Path(__file__).parents[3])
    return {**os.environ, **quiet, "PYTHONPATH": root}


def _module(path: str) -> Any:
    spec = importlib.util.spec_from_file_location(
        f"tests.autograder.boundary.{Path(path).stem}", path
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _kernel(descriptor: int, notebook: str) -> None:
    from autograder.boundary.connection import Connection
    from autograder.boundary.kernel_peer import KernelPeer

    namespace = vars(sys.modules["__main__"])
    exec(compile(Path(notebook).read_text(), notebook, "exec"), namespace)
    peer = KernelPeer(Connection(socket.socket(fileno=descriptor)), namespace)
    while True:
        peer.serve()


def _judge(notebook: str) -> None:
    from autograder.boundary.connection import Connection
    from autograder.boundary.judge_peer import JudgePeer

    ours, theirs = socket.socketpair()
    command = [sys.executable, __file__, "kernel", str(theirs.fileno()), notebook]
    subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    peer = JudgePeer(Connection(ours))
    answers.write(b"null\n")
    module = functools.cache(_module)
    for line in sys.stdin:
        path, name = json.loads(line)
        peer.begin(SECONDS)
        error = None
        try:
            getattr(module(path), name).judged(peer)
        except BaseException as raised:
            error = traceback.format_exc() + getattr(raised, "remote_traceback", "")
        if (failure := peer.end()) is not None and error is None:
            error = f"{failure.kind}: {failure}"
        answers.write(json.dumps(error).encode() + b"\n")


if __name__ == "__main__":
    if sys.argv[1] == "kernel":
        _kernel(int(sys.argv[2]), sys.argv[3])
    else:
        _judge(*sys.argv[2:])
