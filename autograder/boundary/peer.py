"""One end of the connection between the judge and a kernel: requests, and requests within them.

A request names an operation and the object that it is for. While one process waits for the answer,
the other may ask back, at any depth. Both talk only when it is their turn.

A kernel trusts the judge. The judge believes nothing: whatever arrives that is not the answer to
what was asked, or no value, ends the test with a `Fault`.
"""

import copy
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from types import MethodType
from typing import Any

import msgpack

from autograder.boundary import values as _values  # noqa: F401  # lets Python's own types cross
from autograder.boundary.ambient import Ambient
from autograder.boundary.codec import Cannot, Decoder, Encoder, load_rooms
from autograder.boundary.connection import Connection, Late, Lost, Malformed
from autograder.boundary.exceptions import Fault, TestOver, described, rebuilt
from autograder.boundary.folders import Folders
from autograder.boundary.handles import OPERATORS, Reference, apply_operator
from autograder.boundary.proxies import Method, Proxies
from autograder.boundary.twins import Twins

# What a library's room does for the other process: takes the peer, the target, and the values.
LIBRARY_OPERATIONS: dict[str, Callable[..., Any]] = {}

# Attributes that are private, or give away what a generator or a frame is made of.
_PRIVATE = ("_", "gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_")


class Peer:
    """One end of the connection.

    Parameters
    ----------
    connection : Connection

    Attributes
    ----------
    is_judge : bool
    received : int
        How many messages of this test have arrived.
    seconds : float
        What this test has waited for the other process.
    fault : Fault or None
        What has ended this test.
    """

    is_judge: bool

    def __init__(self, connection: Connection) -> None:
        self.bounds = connection.bounds
        self.folders = Folders()
        self._connection = connection
        self._operations: dict[str, Callable[..., Any]] = {
            "call": self.call,
            "deepcopy": lambda target: copy.deepcopy(target),
            "get": self._get,
            "method": self._method,
            "next": _next,
        }
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        """Let go of all that a test has left."""
        load_rooms()  # for what they add to the settings below
        self.proxies = Proxies(self)
        self.twins = Twins(self)
        self.ambient = Ambient()
        self.seconds = 0.0
        self.fault: Fault | None = None
        self._numbers = count(1)
        self._calls = 0
        self.received = 0  # messages of this test
        self.is_talking = False  # a message is on its way, or is waited for
        self._errors: dict[int, BaseException] = {}  # of this process, which the other was told

    def request(self, operation: str, target: Reference | None, *values: Any, **named: Any) -> Any:
        """Ask the other process, and return its answer.

        Parameters
        ----------
        operation : str
        target : Reference or None
            What it is for; None: the notebook.
        *values, **named : object
            Of the operation.

        Raises
        ------
        Fault
            In the judge, if no answer comes.
        Exception
            What the operation has raised in the other process.
        """
        self._require_open()
        if target is not None and target.proxies is not self.proxies:
            raise RuntimeError("an object of a test that is over")
        if os.getpid() != self._pid:
            raise RuntimeError("a test can be asked by the process of the notebook alone")
        with self._lock:
            return self._exchange(operation, target, values, named)

    def _exchange(
        self,
        operation: str,
        target: Reference | None,
        values: tuple[Any, ...],
        named: dict[str, Any],
    ) -> Any:
        number = next(self._numbers)
        encoder = Encoder(self)
        message = {
            "q": number,
            "op": operation,
            "of": None if target is None else target.number,
        }
        try:
            message["v"] = encoder.many(values)
            message["k"] = {name: encoder(value) for name, value in named.items()}
        except BaseException:
            self.twins.withdraw(encoder)
            raise
        self._send(self._with_news(message, encoder, is_answer=False), encoder.buffers, encoder)
        while True:
            content, buffers = self._receive()
            if "q" in content:
                self._answer(content, buffers)
            elif content.get("r") == number:
                break
            else:
                raise self._failed(Malformed("an answer to no question"))
        with self.believing_nothing():
            decoder = Decoder(self, buffers, encoder)
            error = self._error(content["e"]) if "e" in content else None
            value = decoder(content.get("v"))
            decoder.apply(content["c"])
            self._learn(content, decoder)
        if error is not None:
            raise error
        return value

    def _answer(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Do what the other process asks for, and tell it what came of it."""
        with self.believing_nothing():
            if "q" not in content:
                raise Malformed("an answer to no question")
            number, operation = content["q"], content["op"]
            self._calls += 1
            if self._calls > self.bounds.calls:
                raise Malformed("too many calls within calls")
            decoder = Decoder(self, buffers)
            target = None if content["of"] is None else self.proxies.own(content["of"])
            values = decoder.many(content["v"])
            named = {str(name): decoder(value) for name, value in content["k"].items()}
            self._learn(content, decoder)
        reply: dict[str, Any] = {"r": number, "c": []}
        encoder = Encoder(self, decoder)
        try:
            with self._turn_of_all_threads(), self.ambient.of_the_caller():
                value = self._perform(operation, target, values, named)
            reply["v"] = encoder(value)
            reply["c"] = decoder.changes(encoder)
        except (Fault, TestOver):
            raise
        except BaseException as error:
            self._require_tellable(error)
            self.twins.withdraw(encoder)
            encoder = Encoder(self, decoder)
            reply = {"r": number, "e": self._told(error)}
            try:
                reply["c"] = decoder.changes(encoder)
            except Cannot:
                self.twins.withdraw(encoder)
                encoder, reply["c"] = Encoder(self, decoder), []
        finally:
            self._calls -= 1
        self._send(self._with_news(reply, encoder, is_answer=True), encoder.buffers, encoder)

    @contextmanager
    def _turn_of_all_threads(self) -> Iterator[None]:
        """Let any thread ask meanwhile: what is done may well wait for another thread."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()

    def _perform(
        self, operation: str, target: Any, values: list[Any], named: dict[str, Any]
    ) -> Any:
        """Do what an operation asks for."""
        if operation in OPERATORS:
            return apply_operator(operation, target, *values, **named)
        act = self._operations.get(operation)
        if act is None and operation in LIBRARY_OPERATIONS:
            act = partial(LIBRARY_OPERATIONS[operation], self)
        if act is None:
            raise Malformed(f"an unknown operation {operation!r}")
        return act(target, *values, **named)

    def _told(self, error: BaseException) -> Any:
        """Return what the other process is told of an error."""
        back = getattr(error, "_of_the_other", None)
        if type(back) is tuple and back[0] is self:
            return {"yours": back[1]}
        number = len(self._errors) + 1
        self._errors[number] = error
        return {"number": number, **described(error)}

    def _error(self, content: dict[str, Any]) -> BaseException:
        """Return the error that the other process has told of."""
        if "yours" in content:
            return self._errors[content["yours"]]
        error = rebuilt(content)
        error._of_the_other = (self, int(content["number"]))
        return error

    def _with_news(
        self, message: dict[str, Any], encoder: Encoder, *, is_answer: bool
    ) -> dict[str, Any]:
        """Add what the other process should know before it goes on."""
        if twins := self.twins.news(encoder):
            message["tw"] = twins
        if settings := self.ambient.news(is_answer=is_answer):
            message["am"] = encoder(settings)
        if dropped := self.proxies.take_dropped():
            message["drop"] = dropped
        return message

    def _learn(self, message: dict[str, Any], decoder: Decoder) -> None:
        if "drop" in message:
            self.proxies.release(message["drop"])
        if "tw" in message:
            self.twins.learn(message["tw"], decoder)
        if "am" in message:
            self.ambient.learn(decoder(message["am"]))

    @contextmanager
    def believing_nothing(self) -> Iterator[None]:
        """Make whatever goes wrong with what has arrived the other process's fault."""
        try:
            yield
        except Exception as error:
            raise self._failed(error) from None

    def _send(self, message: dict[str, Any], buffers: list[Any], encoder: Any = None) -> None:
        pack = msgpack.packb if encoder is None else encoder.packed
        with self._talking():
            self._connection.send(pack(message), buffers, self._patience)

    def _receive(self) -> tuple[dict[str, Any], list[bytes]]:
        with self._talking():
            head, buffers = self._connection.receive(self._patience)
        with self.believing_nothing():
            message = msgpack.unpackb(
                head, strict_map_key=True, unicode_errors="surrogatepass", use_list=True
            )
            if type(message) is not dict:
                raise Malformed("what arrived is no message")
        self.received += 1
        return message, buffers

    @contextmanager
    def _talking(self) -> Iterator[None]:
        before, self.is_talking = self.is_talking, True
        self._since = time.monotonic()
        try:
            yield
        except (Late, Lost, Malformed) as error:
            raise self._failed(error) from None
        finally:
            self.seconds += time.monotonic() - self._since
            self.is_talking = before

    def _used(self) -> float:
        """Return the seconds that this test has waited, up to now."""
        return self.seconds + time.monotonic() - self._since

    def _patience(self) -> float:
        """Return how many seconds the other process may still take."""
        return float("inf")

    def _require_open(self) -> None:
        """Raise what has ended this test, if anything has."""

    def _require_tellable(self, error: BaseException) -> None:
        """Raise an error again that is no business of the other process's."""

    def _failed(self, error: Exception) -> BaseException:
        """Return what is raised where something that has arrived, or has not, is wrong."""
        return error

    def call(self, target: Any, *values: Any, **named: Any) -> Any:
        return target(*values, **named)

    def _get(self, target: Any, name: str) -> Any:
        """Return an attribute, or a mark for a method of the object itself."""
        require_public(name)
        value = getattr(target, name)
        if type(value) is MethodType and value.__self__ is target:
            return Method(target, name)
        return value

    def _method(self, target: Any, name: str, *values: Any, **named: Any) -> Any:
        require_public(name)
        return getattr(target, name)(*values, **named)


def _next(target: Any) -> tuple[Any, ...]:
    """Return an iterator's next item in a tuple, an empty one at the end."""
    for item in target:
        return (item,)
    return ()


def require_public(name: str) -> None:
    """Refuse the name of an attribute that is private.

    Raises
    ------
    AttributeError
    """
    if type(name) is not str or name.startswith(_PRIVATE):
        raise AttributeError(f"{name!r} is private")
