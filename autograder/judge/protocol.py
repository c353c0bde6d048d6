"""What a judge's server, its judges and their clients agree on.

A connection to the server's socket stands for one judge; when either side closes it, the judge
ends. Both sides send lines of JSON. The client begins with the notebook (`JudgedNotebook`); the
judge answers ``{"broken": […]}`` when it is there. From then on the client sends ``{"connect":
true}`` with the descriptor of a socket to a kernel, which is not answered, and ``{"test": index,
"seconds": s}``, which is answered by ``{"run": …}`` (`TestRun`). Before that the judge may say
``{"late": true}``, that the seconds are used up, and the client grants others: ``{"more": s}``. In
place of any answer may come ``{"failed": why}``, the last line.
"""

import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from autograder import regions
from autograder.judge.plan import JudgedCell
from autograder.kernels.limits import Limits

# In the folder that a server shares with its clients.
SOCKET = "judges"
_FILES = "files-"  # and a notebook's digest

Status = Literal["ok", "error", "timeout", "died", "memory", "garbage"]


@dataclass(frozen=True)
class JudgedNotebook:
    """All that a judge needs to know of a notebook.

    Attributes
    ----------
    cells : tuple of JudgedCell
    seed : bytes
        What the tests' random numbers are drawn from; no learner may know it.
    files : pathlib.Path or None
        A folder with what the notebook finds in its working directory.
    hidden : tuple of (str, str)
        Markers around the lines of tests that no learner may see.
    limits : Limits
        Of a kernel; a judge may use more.
    """

    cells: tuple[JudgedCell, ...]
    seed: bytes = field(repr=False)
    files: Path | None = None
    hidden: tuple[regions.Markers, ...] = (regions.MARKERS["hidden tests"],)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def digest(self) -> str:
        """What the notebook, with its seed and its files, is recognised by."""
        found = hashlib.sha256(json.dumps(self._content()).encode())
        for path in sorted(self.files.rglob("*")) if self.files else ():
            if path.is_file():
                name, content = path.relative_to(self.files).as_posix(), path.read_bytes()
                found.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return found.hexdigest()

    def files_in(self, shared: Path) -> Path:
        """Return where its files lie in the folder that a server shares with its clients."""
        return shared / f"{_FILES}{self.digest}"

    def to_json(self) -> dict[str, Any]:
        """Return what a server is told: plain dictionaries, lists and strings."""
        return {**self._content(), "digest": self.digest}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return what :meth:`to_json` was called on, without its files."""
        found = cls(
            cells=tuple(JudgedCell.from_json(cell) for cell in content["cells"]),
            seed=bytes.fromhex(content["seed"]),
            hidden=tuple((begin, end) for begin, end in content["hidden"]),
            limits=Limits(**content["limits"]),
        )
        vars(found)["digest"] = content["digest"]
        return found

    def _content(self) -> dict[str, Any]:
        return {
            "cells": [asdict(cell) for cell in self.cells],
            "seed": self.seed.hex(),
            "hidden": self.hidden,
            "limits": asdict(self.limits),
        }


@dataclass(frozen=True)
class TestRun:
    """How a test ended in the judge.

    Attributes
    ----------
    status : str
        ``"ok"``; ``"error"``, the test raised; or what went wrong with the learner's process:
        ``"timeout"``, ``"died"``, ``"memory"``, ``"garbage"``.
    error : str
        The name of the exception's class; empty for none.
    outputs : list of dict
        As a notebook has them.
    shown : list of str
        The text of each value that the test itself showed, which nbgrader takes for partial credit.
    seconds : float
        What it took by the clock.
    learner_seconds : float
        How much of that the learner's process took.
    processor_seconds : float
        The processor time of the judge.
    """

    __test__ = False  # to pytest

    status: Status
    error: str
    outputs: list[dict[str, Any]]
    shown: list[str]
    seconds: float
    learner_seconds: float
    processor_seconds: float


def line_of(message: dict[str, Any]) -> bytes:
    """Return a message as it is sent."""
    # What a library shows may hold values that JSON has not.
    return json.dumps(message, default=repr).encode() + b"\n"


def messages(connection: socket.socket) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Yield what arrives until the other side closes, with the descriptors that came with it.

    A line that broke off is dropped.
    """
    received, descriptors = b"", []
    while True:
        try:
            more, found, *_ = socket.recv_fds(connection, 2**18, 1)
        except ConnectionResetError:
            return
        if not more:
            return
        descriptors += found
        *lines, received = (received + more).split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            yield message, descriptors
            descriptors = []
