"""One end of the connection between the judge and a kernel: requests, and requests within them.

A request names an operation and the object that it is for. While one process waits for the answer,
the other may ask back, at any depth. Both talk only when it is their turn.

A kernel trusts the judge. The judge believes nothing: whatever arrives that is not the answer to
what was asked, or no value, ends the test with a `Failure`.
"""

import copy
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from types import MethodType
from typing import Any

from autograder.boundary import values as _values  # noqa: F401  # lets Python's own types cross
from autograder.boundary.ambient import Ambient
from autograder.boundary.codec import Decoder, Encoder, load_rooms
from autograder.boundary.connection import Connection, Late, Lost, Malformed
from autograder.boundary.exceptions import Failure, TestOver, described, rebuilt
from autograder.boundary.folders import Folders
from autograder.boundary.handles import OPERATORS, Reference, apply_operator
from autograder.boundary.heads import packed, unpacked
from autograder.boundary.kept import Kept
from autograder.boundary.proxies import Method, Proxies
from autograder.boundary.twins import Twins

# What a library's room does for the other process: takes the peer, the target, and the values.
LIBRARY_OPERATIONS: dict[str, Callable[..., Any]] = {}

# Attributes that are private, or give away what a generator or a frame is made of.
_PRIVATE = ("_", "gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_")
_MOST_ERRORS = 200  # that are kept, in case that they come back


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
    failure : Failure or None
        What has ended this test.
    is_talking : bool
        Whether this process does nothing but talk to the other, or wait for it. Only otherwise may
        an interrupt end what it does.
    """

    is_judge: bool

    def __init__(self, connection: Connection) -> None:
        self.bounds = connection.bounds
        self._connection = connection
        self._operations: dict[str, Callable[..., Any]] = {
            "call": self.call,
            "deepcopy": lambda target: copy.deepcopy(target),
            "get": self._get,
            "method": self._method,
            "next": _next,
        }
        self._pid = os.getpid()
        self.is_talking = False
        self._lock = threading.RLock()  # of the connection: who has it may send and receive
        self._turns = threading.Condition(self._lock)
        self._forget()

    def _forget(self) -> None:
        """Let go of all that a test has left."""
        load_rooms()  # for what they add to the settings below
        self.proxies = Proxies(self)
        self.twins = Twins(self)
        self.kept = Kept(self)
        self.ambient = Ambient()
        self.folders = Folders(is_judge=self.is_judge)
        self.seconds = 0.0
        self.failure: Failure | None = None
        self._numbers = count(1)
        self._calls = 0  # requests that have no answer yet, of both processes
        self.received = 0  # messages of this test
        self._errors: dict[int, BaseException] = {}  # of this process, which the other was told
        self._last_error = 0

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
        Failure
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
        if self._calls >= self.bounds.calls:
            raise RecursionError("too many calls within calls, to a test and back")
        number = next(self._numbers)
        encoder = Encoder(self)
        message = {"q": number, "op": operation, "of": None if target is None else target.number}
        try:
            message["v"] = encoder.many(values)
            message["k"] = {name: encoder(value) for name, value in named.items()}
            head = encoder.packed(self._with_news(message, encoder, is_answer=False))
        except BaseException:
            self._take_back(message, encoder)
            raise
        self._calls += 1
        was_talking, self.is_talking = self.is_talking, True
        try:
            self._send(head, encoder.buffers)
            while True:
                content, buffers = self._receive()
                if "q" in content:
                    self._answer(content, buffers)
                elif content.get("r") == number:
                    break
                else:
                    raise self._failed(Malformed("an answer to no question"))
            return self._answer_of(number, content, buffers, encoder)
        finally:
            self._calls -= 1
            self.is_talking = was_talking
            self._turns.notify_all()

    def _answer_of(
        self, number: int, content: dict[str, Any], buffers: list[bytearray], encoder: Encoder
    ) -> Any:
        """Return the value that has arrived, or raise the error; arguments are changed by then."""
        try:
            decoder = Decoder(self, buffers, encoder)
            error = self._error(content["e"]) if "e" in content else None
            value = decoder(content.get("v"))
            decoder.apply(content["c"])
            self.kept.note(number, content.get("kept", []), encoder)
            self._learn(content, decoder)
        except Exception as wrong:
            raise self._failed(wrong) from None
        if error is not None:
            raise error
        return value

    def _answer(self, content: dict[str, Any], buffers: list[bytearray]) -> None:
        """Do what the other process asks for, and tell it what came of it."""
        decoder = Decoder(self, buffers)
        self._calls += 1
        try:
            number, *request = self._question(content, decoder)
            values = [self._free_to_perform(*request)]
            del request
            head, buffers = self._reply(number, decoder, values)
        except (Failure, TestOver):
            raise
        except BaseException as error:
            self._require_tellable(error)
            head, buffers = self._reply(content["q"], decoder, [], error)
        finally:
            self._calls -= 1
        self._send(head, buffers)

    def _question(self, content: dict[str, Any], decoder: Decoder) -> tuple[Any, ...]:
        """Return what is asked: number, operation, target, values, named values."""
        try:
            number, operation, of = content["q"], content["op"], content["of"]
            if type(number) is not int or type(operation) is not str:
                raise Malformed("no question")
            if self._calls > self.bounds.calls + 1:
                raise Malformed("too many calls within calls")
            target = None if of is None else self.proxies.own(of)
            values = decoder.many(content["v"])
            named = {name: decoder(value) for name, value in content["k"].items()}
            decoder.end_arguments()
            self._learn(content, decoder)
        except Exception as wrong:
            raise self._failed(wrong) from None
        return number, operation, target, values, named

    def _reply(
        self,
        number: int,
        decoder: Decoder,
        values: list[Any],
        error: BaseException | None = None,
    ) -> tuple[bytes, list[Any]]:
        """Return an answer as a frame: a value or an error, and the arguments that were changed.

        The value is taken out of its list, so that nothing here refers to it any more.

        Raises
        ------
        Cannot
            If a value cannot cross. An error always can, at worst without the changes.
        """
        encoder = Encoder(self, decoder)
        message: dict[str, Any] = {"r": number, "c": []}
        try:
            if error is None:
                message["v"] = encoder(values.pop())
            else:
                message["e"] = self._told(error)
            message["c"] = decoder.changes(encoder)
            self._with_news(message, encoder, is_answer=True)
            encoder.let_go()  # what refers to an argument from now on is the notebook
            if kept := self.kept.look(number, decoder) if error is None else []:
                message["kept"] = kept
            return encoder.packed(message), encoder.buffers
        except BaseException as wrong:
            self._take_back(message, encoder)
            if error is None or not isinstance(wrong, Exception):
                raise
            return packed({"r": number, "c": [], "e": self._told(error)}), []

    def _free_to_perform(self, *request: Any) -> Any:
        """Do what an operation asks for; other threads may ask meanwhile, and interrupts end it."""
        level = self._calls
        self.is_talking = False
        self._lock.release()
        try:
            with self.ambient.of_the_caller():
                return self.perform(*request)
        finally:
            self.is_talking = True
            self._lock.acquire()
            while self._calls > level:  # answers come in the order of the calls that lie within
                self._turns.wait()

    def perform(self, operation: str, target: Any, values: list[Any], named: dict[str, Any]) -> Any:
        """Do what an operation asks for."""
        if operation in OPERATORS:
            return apply_operator(operation, target, *values, **named)
        act = self._operations.get(operation)
        if act is None and operation in LIBRARY_OPERATIONS:
            act = partial(LIBRARY_OPERATIONS[operation], self)
        if act is None:
            raise Malformed(f"an unknown operation {operation!r}")
        return act(target, *values, **named)

    def _told(self, error: BaseException) -> dict[str, Any]:
        """Return what the other process is told of an error."""
        back = object.__getattribute__(error, "__dict__").get("_of_the_other")
        if type(back) is tuple and back[0] is self.proxies:
            return {"yours": back[1]}
        self._last_error += 1
        self._errors[self._last_error] = error
        self._errors.pop(self._last_error - _MOST_ERRORS, None)
        # A test's own lines are not for the learner.
        return {"number": self._last_error, **described(error, with_frames=not self.is_judge)}

    def _error(self, content: dict[str, Any]) -> BaseException:
        """Return the error that the other process has told of."""
        if "yours" in content:
            return self._errors[content["yours"]]
        error = rebuilt(content)
        error._of_the_other = (self.proxies, int(content["number"]))
        return error

    def _with_news(
        self, message: dict[str, Any], encoder: Encoder, *, is_answer: bool
    ) -> dict[str, Any]:
        """Add what the other process should know before it goes on."""
        encoder.encode_text = str  # what follows names no files
        if twins := self.twins.news(encoder):
            message["tw"] = twins
        if changes := self.kept.news(encoder):
            message["ch"] = changes
        if settings := self.ambient.news(is_answer=is_answer):
            message["am"] = encoder(settings)
        if files := self.folders.news(encoder):
            message["fs"] = files
        if dropped := self.proxies.take_dropped():
            message["drop"] = dropped
        return message

    def _learn(self, message: dict[str, Any], decoder: Decoder) -> None:
        if "fs" in message:
            self.folders.learn(message["fs"], decoder)
        if "drop" in message:
            self.proxies.release(message["drop"])
        if "tw" in message:
            self.twins.learn(message["tw"], decoder)
        if "ch" in message:
            self.kept.learn(message["ch"], decoder)
        if "am" in message:
            self.ambient.learn(decoder(message["am"]))

    @contextmanager
    def believing_nothing(self) -> Iterator[None]:
        """Make whatever goes wrong with what has arrived the other process's fault."""
        try:
            yield
        except Exception as error:
            raise self._failed(error) from None

    def _take_back(self, message: dict[str, Any], encoder: Encoder) -> None:
        """Undo what was noted as told by a message that is not sent."""
        self.twins.take_back(encoder.introduced, message.get("tw", []))
        self.kept.take_back(message.get("ch", []))
        self.ambient.forget()
        self.folders.take_back(message.get("fs", []))
        self.proxies.dropped += message.get("drop", [])

    def _send(self, head: bytes, buffers: list[Any]) -> None:
        try:
            self._connection.send(head, buffers, self._patience)
        except (Late, Lost) as error:
            raise self._failed(error) from None

    def _receive(self) -> tuple[dict[str, Any], list[bytearray]]:
        try:
            head, buffers = self._connection.receive(self._patience)
            self.received += 1
            return unpacked(head, self.bounds), buffers
        except Exception as error:
            raise self._failed(error) from None

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


def begun(name: bytes) -> bytes:
    """Return the head by which a kernel says that a test has begun."""
    return packed({"begun": name})


def require_public(name: str) -> None:
    """Refuse the name of an attribute that is private.

    Raises
    ------
    AttributeError
    """
    if type(name) is not str or name.startswith(_PRIVATE):
        raise AttributeError(f"{name!r} is private")
