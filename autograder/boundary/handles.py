"""Handles: objects of the other process, which are used as if they were here.

A handle passes attributes, calls, items, iteration, length, arithmetic and context managers on to
the object itself. What could decide a test does not cross: ``==`` and ``hash`` of a handle are its
identity, its ``repr`` says only what it is, and it converts to no number and no truth value.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograder.boundary.codec import load_rooms

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

_ARITHMETIC = (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow"),
    *("lshift", "rshift", "and", "or", "xor"),
)
# What a handle passes on where the object's class has it.
OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        *("call", "iter", "next", "len", "getitem", "setitem", "delitem", "contains", "reversed"),
        *("enter", "exit", "neg", "pos", "abs", "invert", "round", "divmod"),
        *_ARITHMETIC,
        *(f"r{name}" for name in _ARITHMETIC),
    )
)


# How functions and methods are called with arguments of a library's: a test of the arguments, and
# the call itself, of an object's method by its name, or of the object.
SPECIAL_CALLS: list[tuple[Callable[..., bool], Callable[..., Any]]] = []
# Those that are told a value of the other process's.
_SEEING = frozenset(f"__{name}__" for name in ("contains", "divmod", *_ARITHMETIC)) | {
    f"__r{name}__" for name in _ARITHMETIC
}


class Reference:
    """What a handle knows of its object: whose it is, and under which number."""

    __slots__ = ("is_asked_for", "number", "peer", "proxies", "times")

    def __init__(self, peer: "Peer", number: int, times: int = 0) -> None:
        self.peer, self.number, self.times = peer, number, times
        self.proxies = peer.proxies  # of this test, which the handle may outlive
        self.is_asked_for = False  # of a class: by its name and as a class

    def __del__(self) -> None:
        self.proxies.dropped.append([self.number, self.times])


class RemoteClass(type):
    """The class of the classes that stand for the other process's classes."""

    def __getattr__(cls, name: str) -> Any:
        """Return a public attribute of a class of the other process's."""
        reference = type.__getattribute__(cls, "__dict__").get("_own_reference")
        if reference is None or name.startswith("_"):
            raise AttributeError(f"{cls.__name__} has no attribute {name!r} here")
        return reference.peer.request("get", reference, name)

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        """Make an object in the other process."""
        reference = type.__getattribute__(cls, "__dict__").get("_own_reference")
        if reference is None:
            raise TypeError(f"{cls.__name__} cannot be called from here")
        return reference.peer.request("call", reference, *arguments, **named)


class RemoteObject(metaclass=RemoteClass):
    """A handle of an object of the other process's."""

    _reference: Reference
    _methods: set[str]  # those of its class that are known to be methods

    # A library's class among the bases could have others.
    __eq__ = object.__eq__
    __hash__ = object.__hash__
    __ne__ = object.__ne__
    __str__ = object.__str__
    __format__ = object.__format__
    # A number of NumPy's leaves arithmetic to the handle, and does not look for items in it.
    __array_ufunc__ = None

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name.endswith("__"):
            return object.__getattribute__(self, name)
        reference = object.__getattribute__(self, "_reference")
        methods = object.__getattribute__(self, "_methods")
        if name in methods:
            return RemoteMethod(reference, name)
        found = reference.peer.request("get", reference, name)
        if type(found) is RemoteMethod:
            methods.add(name)
        return found

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._reference.peer.request("deepcopy", self._reference)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") and len(type(self).__bases__) > 1:
            # What a library notes on an object of one of its classes is its own affair.
            object.__setattr__(self, name, value)
            return
        _require_public(name)
        self._reference.peer.request("set", self._reference, name, value)

    def __delattr__(self, name: str) -> None:
        if name in vars(self) and name != "_reference":
            object.__delattr__(self, name)
            return
        _require_public(name)
        self._reference.peer.request("del", self._reference, name)

    def __bool__(self) -> bool:
        if self._reference.peer.is_judge:
            raise TypeError(f"{self!r} is neither true nor false to a test")
        return True

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(f"{self!r} is no array")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the other process>"

    def __reduce__(self) -> Any:
        raise TypeError(f"{self!r} cannot be copied or pickled")


class RemoteFunction(RemoteObject):
    """A handle of a function."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _called(self._reference, None, arguments, named)

    def __bool__(self) -> bool:
        return True

    def __count_calls__(self, *arguments: Any) -> int:
        """Return how many calls a call makes; :func:`forwardpass.check.count_calls` asks it."""
        return self._reference.peer.request("count", self._reference, None, *arguments)


class RemoteMethod:
    """A method of a handle: called by one request, as a function is.

    Parameters
    ----------
    reference : Reference
        Of the object.
    name : str
    """

    def __init__(self, reference: Reference, name: str) -> None:
        self._reference, self._name = reference, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _called(self._reference, self._name, arguments, named)

    def __count_calls__(self, *arguments: Any) -> int:
        """Return how many calls a call makes; :func:`forwardpass.check.count_calls` asks it."""
        return self._reference.peer.request("count", self._reference, self._name, *arguments)

    def __repr__(self) -> str:
        return f"<method {self._name} of the other process>"


class RemoteIterator(RemoteObject):
    """A handle of a generator, or of another iterator: items cross one by one."""

    def __iter__(self) -> "RemoteIterator":
        return self

    def __next__(self) -> Any:
        found = self._reference.peer.request("next", self._reference)
        if not found:
            raise StopIteration
        return found[0]


def passing_on(name: str) -> Callable[..., Any]:
    """Return the method of a handle's class that passes an operator on.

    An operator that sees a test's values could decide what they are compared with. So a test has
    arithmetic and ``in`` with the objects of those classes alone that it asks for by their names
    and as classes;
    with others, ``in`` looks at the items itself.
    """

    def operator(self: RemoteObject, *arguments: Any, **named: Any) -> Any:
        if name in _SEEING and not _is_asked_for(self):
            if name == "__contains__":
                return any(item is arguments[0] or item == arguments[0] for item in self)
            return NotImplemented
        if name == "__exit__":  # the rest follows from it, or does not cross
            arguments = arguments[1:2]
        if name == "__call__":
            return _called(self._reference, None, arguments, named)
        return self._reference.peer.request(name, self._reference, *arguments, **named)

    operator.__name__ = name
    return operator


def _called(
    reference: Reference, name: str | None, arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """Return what an object of the other process's returns, or a method of it."""
    load_rooms()  # a test may well have imported the library just now
    for fits, call in SPECIAL_CALLS:
        if fits(arguments, named):
            return call(reference, name, arguments, named)
    if name is None:
        return reference.peer.request("call", reference, *arguments, **named)
    return reference.peer.request("method", reference, name, *arguments, **named)


def _is_asked_for(handle: RemoteObject) -> bool:
    """Whether the test is about a handle's class, or this is the learner's own process."""
    if not handle._reference.peer.is_judge:
        return True
    return type(handle)._own_reference.is_asked_for


def apply_operator(name: str, target: Any, *values: Any, **named: Any) -> Any:
    """Return what an operator of an object's class makes of it."""
    if name == "__exit__":
        (error,) = values
        values = None if error is None else type(error), error, None
    return getattr(type(target), name)(target, *values, **named)


def _require_public(name: str) -> None:
    if name.startswith("_"):
        raise AttributeError(f"{name!r} is private to the other process")
