"""The process of one judge: it answers its client until either of them ends."""

import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder.boundary.connection import Connection
from autograder.boundary.judge_peer import JudgePeer
from autograder.judge.notebook import Notebook
from autograder.judge.protocol import line_of, messages
from autograder.kernels import namespaces
from autograder.kernels.limits import Limits, apply_limits

# A judge is trusted: its limits are there for accidents. It holds beside its own values what the
# learner's process returns.
_MORE = 2
_PROCESSES = 4096


def live(connection: socket.socket, notebook: Notebook, limits: Limits, workplace: Path) -> None:
    """Be a judge in this process, which was forked for nothing else, until the client closes.

    Parameters
    ----------
    connection : socket.socket
        To the client, see `autograder.judge.protocol`.
    notebook : Notebook
    limits : Limits
        Of a kernel.
    workplace : pathlib.Path
        The judge's own folder, which whoever forked it removes.
    """
    with suppress(AttributeError, OSError):  # Linux only; elsewhere the closed connection has to do
        namespaces.die_with_parent()
    os.chdir(workplace)
    temporary = workplace / ".tmp"
    temporary.mkdir()
    os.environ["TMPDIR"] = str(temporary)
    tempfile.tempdir = None  # so that it is looked up again
    apply_limits(_generous(limits))
    connection.sendall(line_of({"broken": notebook.broken}))
    try:
        _serve(connection, notebook)
    except BrokenPipeError:  # the client is gone
        return
    except Exception as error:  # whatever went wrong, the client must not wait for ever
        told = f"{type(error).__name__}: {error}"
        with suppress(OSError):
            connection.sendall(line_of({"failed": told}))
        raise


def _serve(connection: socket.socket, notebook: Notebook) -> None:
    peer: JudgePeer | None = None
    incoming = messages(connection)

    def more_time() -> float:
        connection.sendall(line_of({"late": True}))
        message, _ = next(incoming, ({}, []))
        return float(message.get("more", 0.0))

    for message, descriptors in incoming:
        if "connect" in message:
            kernel = socket.socket(fileno=descriptors[0])
            peer = JudgePeer(Connection(kernel), more_time)
        elif peer is None:
            raise ValueError("there is no kernel to be judged")
        else:
            connection.sendall(line_of(_answer(notebook, peer, message)))


def _answer(notebook: Notebook, peer: JudgePeer, message: dict[str, Any]) -> dict[str, Any]:
    run = notebook.run_test(message["test"], message["seconds"], peer)
    return {"run": asdict(run), "broken": notebook.broken}


def _generous(limits: Limits) -> Limits:
    return replace(
        limits,
        memory=_MORE * limits.memory,
        seconds=_MORE * limits.seconds,
        processes=_PROCESSES,
    )
