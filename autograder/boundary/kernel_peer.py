"""The kernel's end: it answers, until the judge ends its test."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from autograder.boundary.connection import Connection, Lost
from autograder.boundary.exceptions import TestOver
from autograder.boundary.peer import Peer, begun, require_public

_MISSING = object()


class KernelPeer(Peer):
    """The kernel's end of the connection to the judge.

    Parameters
    ----------
    connection : Connection
    namespace : dict
        The learner's names.
    around : callable, optional
        Takes the packages that are not to answer during a test, and returns a context manager for
        its time.
    """

    is_judge = False

    def __init__(
        self,
        connection: Connection,
        namespace: dict[str, Any],
        around: Callable[[list[str]], AbstractContextManager[Any]] = lambda _: nullcontext(),
    ) -> None:
        super().__init__(connection)
        self._namespace = namespace
        self._around = around
        self._lending = _Lending(namespace)
        self._is_over = True
        self._operations |= {
            "count": _count_calls,
            "del": self._delete,
            "give back": lambda _, token: self._lending.give_back(token),
            "lend": lambda _, names, values: self._lending.lend(names, values),
            "name": self._name,
            "set": self._set,
        }

    def serve(self) -> None:
        """Answer requests until the judge ends its test, or is gone."""
        with _Interrupts(self):
            message: dict[str, Any] = {}
            while "begin" not in message:
                try:
                    message, _ = self._receive()
                except TestOver:  # of one that was given up
                    continue
                except Lost:
                    return
            self._forget()
            self._is_over = False
            try:
                self._send(begun(message["begin"]), [])
                with self._around(message["without"]), self._lock:
                    while True:
                        self._answer(*self._receive())
            except (TestOver, Lost):
                pass
            finally:
                self._is_over = True
                self._lending.give_back(1)
                self.folders.clear()
                self._forget()

    def _send(self, head: bytes, buffers: list[Any]) -> None:
        if os.getpid() != self._pid:
            os._exit(0)  # a fork of the notebook's that was not ended where it should have been
        super()._send(head, buffers)

    def _receive(self) -> tuple[dict[str, Any], list[bytearray]]:
        message, buffers = super()._receive()
        if "end" in message:
            self._is_over = True
            raise TestOver
        return message, buffers

    def _require_open(self) -> None:
        if self._is_over:
            raise TestOver

    def _name(self, _: None, name: str) -> Any:
        if name not in self._namespace:
            raise NameError(f"name {name!r} is not defined")
        return self._namespace[name]

    def _set(self, target: Any, name: str, value: Any) -> None:
        require_public(name)
        setattr(target, name, value)

    def _delete(self, target: Any, name: str) -> None:
        require_public(name)
        delattr(target, name)


def _count_calls(target: Any, method: str | None, *values: Any) -> int:
    """Return how many calls a call makes, as :func:`forwardpass.check.count_calls` counts."""
    from forwardpass.numerics import count_calls

    if method is not None:
        require_public(method)
        target = getattr(target, method)
    return count_calls(target, *values)


class _Interrupts:
    """Lets an interrupt end the learner's function, and nothing else."""

    def __init__(self, peer: KernelPeer) -> None:
        self._peer = peer
        self._before: Any = None

    def __enter__(self) -> None:
        self._peer.is_talking = True
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)

    def __exit__(self, *_: object) -> None:
        self._peer.is_talking = False
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, *_: object) -> None:
        if not self._peer.is_talking:
            raise KeyboardInterrupt


class _Lending:
    """Names of the notebook that stand for values of the judge's, for a while.

    Parameters
    ----------
    namespace : dict
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._before: list[dict[str, Any]] = []

    def lend(self, names: list[str], values: list[Any]) -> int:
        """Lend values, and return what :meth:`give_back` takes."""
        self._before.append({name: self._namespace.get(name, _MISSING) for name in names})
        self._namespace.update(zip(names, values, strict=True))
        return len(self._before)

    def give_back(self, token: int) -> None:
        """Let names be what they were before they were lent, and before what was lent since."""
        while len(self._before) >= token:
            for name, value in self._before.pop().items():
                if value is _MISSING:
                    self._namespace.pop(name, None)  # the learner's code may have deleted it
                else:
                    self._namespace[name] = value
