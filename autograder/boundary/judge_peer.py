"""The judge's end: it asks, and believes nothing."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from autograder.boundary.connection import Connection, Late, Lost, Malformed
from autograder.boundary.exceptions import Failure
from autograder.boundary.handles import OPERATORS, RemoteClass
from autograder.boundary.heads import packed
from autograder.boundary.library_methods import paths_of, require_allowed
from autograder.boundary.peer import Peer, begun
from autograder.boundary.proxies import FUNCTIONS, REFUSALS, Lent, reference_of

# Through their attributes a test, and all that it imports, could be reached.
_OPAQUE = (*FUNCTIONS, type)
# Modules whose objects hold functions and their arguments.
_PLUMBING = {"contextlib", "functools", "inspect", "itertools", "operator", "weakref"}
_FOREVER = float("inf")
_FAREWELL_SECONDS = 1.0  # for a message of a few bytes


class JudgePeer(Peer):
    """The judge's end of the connection to a kernel.

    Parameters
    ----------
    connection : Connection
    more_time : callable, optional
        Called when the learner's time is used up; returns the seconds that are granted beyond it.
    """

    is_judge = True

    def __init__(
        self, connection: Connection, more_time: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._more_time = more_time
        self._allowed = _FOREVER
        self._since: float | None = None  # when the learner's time began to run
        super().__init__(connection)

    def begin(self, seconds: float, without: tuple[str, ...] = ()) -> None:
        """Begin a test: nothing is left of the one before.

        Parameters
        ----------
        seconds : float
            How long the learner's code may take in all.
        without : tuple of str
            Packages that do not answer in the kernel during the test.

        Raises
        ------
        Failure
        """
        self._forget()
        self._allowed = seconds
        name = os.urandom(16)  # so that nothing that was sent before can be the answer
        head = packed({"begin": name, "without": list(without)})
        self._since = time.monotonic()
        try:
            self._connection.restart(head, begun(name), self._patience)
        except (Late, Lost) as error:
            raise self._failed(error) from None
        finally:
            self._stop_clock()

    def end(self) -> Failure | None:
        """End the test, and return what went wrong between the processes, if anything."""
        failure, seconds = self.failure, self.seconds
        self.failure = None
        self._allowed = seconds + _FAREWELL_SECONDS
        self._since = time.monotonic()
        with suppress(Failure):
            self._send(packed({"end": True}), [])
        self._since = None
        self._forget()
        self.seconds = seconds
        return failure

    def fetch(self, name: str, *, is_class: bool = False) -> Any:
        """Return what the learner's notebook has under a name.

        Parameters
        ----------
        name : str
        is_class : bool
            Whether the test expects a class, whose objects may then have arithmetic.

        Raises
        ------
        NameError
            If it has nothing.
        """
        value = self.request("name", None, name)
        if is_class and isinstance(value, RemoteClass):
            reference_of(value).is_asked_for = True
        return value

    @contextmanager
    def lend(self, names: dict[str, Any]) -> Iterator[None]:
        """Let names of the learner's notebook stand for values of the judge's."""
        lent = [
            Lent(value) if callable(value) and not isinstance(value, type) else value
            for value in names.values()
        ]
        token = self.request("lend", None, list(names), lent)
        of_test = self.proxies
        try:
            yield
        finally:
            if self.failure is None and self.proxies is of_test:
                self.request("give back", None, token)

    def _exchange(self, *request: Any) -> Any:
        if self._since is not None:  # within a call of the learner's, whose time it is anyway
            return super()._exchange(*request)
        if self._connection.has_arrived():
            raise self._failed(Malformed("the notebook talks when it was not asked"))
        self._since = time.monotonic()
        try:
            return super()._exchange(*request)
        finally:
            self._stop_clock()

    def _stop_clock(self) -> None:
        self.seconds += time.monotonic() - self._since
        self._since = None

    def _receive(self) -> tuple[dict[str, Any], list[bytearray]]:
        if self._patience() <= 0:  # one that never lets the judge wait
            raise self._failed(Late("no answer in time"))
        return super()._receive()

    def _patience(self) -> float:
        used = self.seconds + (0.0 if self._since is None else time.monotonic() - self._since)
        if used >= self._allowed:
            self._allowed += self._more_time()
        return max(0.0, self._allowed - used)

    def _require_open(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _require_tellable(self, error: BaseException) -> None:
        if not isinstance(error, Exception):
            raise error

    def _failed(self, error: Exception) -> Failure:
        """Return the failure that ends this test: the first one."""
        if self.failure is None:
            kind = {Late: "timeout", Lost: "died"}.get(type(error), "garbage")
            text = str(error) if isinstance(error, Malformed | Late | Lost) else repr(error)
            self.failure = Failure(kind, text[:200])
        return self.failure

    def perform(self, operation: str, target: Any, values: list[Any], named: dict[str, Any]) -> Any:
        if operation == "__call__":
            operation = "call"
        elif operation in OPERATORS and isinstance(target, _OPAQUE):
            raise TypeError(f"{operation} of a function or a class is the test's own")
        for refuse in REFUSALS:
            refuse(operation, target, values)
        return super().perform(operation, target, values, named)

    def call(self, target: Any, *values: Any, **named: Any) -> Any:
        if isinstance(target, type) and target.__module__ != "__main__":
            raise TypeError(f"{target.__name__} is not the notebook's to make")
        return super().call(target, *values, **named)

    def _get(self, target: Any, name: str) -> Any:
        if isinstance(target, _OPAQUE) or type(target).__module__ in _PLUMBING:
            raise AttributeError(f"{name!r} of a function or a class is the test's own")
        require_allowed(target, name)
        return super()._get(target, name)

    def _method(self, target: Any, name: str, *values: Any, **named: Any) -> Any:
        if isinstance(target, _OPAQUE):
            raise AttributeError(f"{name!r} of a function or a class is the test's own")
        require_allowed(target, name)
        for path in paths_of(name, [*values, *named.values()]):
            self.folders.require_shared(path)
        return super()._method(target, name, *values, **named)
