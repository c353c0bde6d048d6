"""Which objects the other process holds, and which of its objects are held here."""

import functools
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from autograder.boundary.codec import Cannot, load_rooms
from autograder.boundary.connection import Malformed
from autograder.boundary.handles import (
    OPERATORS,
    Reference,
    RemoteClass,
    RemoteFunction,
    RemoteIterator,
    RemoteMethod,
    RemoteObject,
    passing_on,
)
from autograder.boundary.names import from_library, identifier, is_identifier, library_place

if TYPE_CHECKING:
    from autograder.boundary.codec import Decoder, Encoder
    from autograder.boundary.peer import Peer

FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    functools.partial,
    functools._lru_cache_wrapper,
    staticmethod,
)
# Through these a program gives itself away.
_PRIVATE = (types.ModuleType, types.CodeType, types.FrameType, types.TracebackType)
# Libraries whose classes are bases of handles' classes, so that isinstance() answers as it should.
_LIBRARIES = ("collections", "gymnasium", "keras", "sklearn", "tensorflow", "torch")
# What a new handle counts for, and a new class of them, see `Decoder.costs`.
_COST, _CLASS_COST = 50, 1000
# What makes a class, and decides nothing about its objects.
_STRUCTURE = {
    *("__abstractmethods__", "__annotations__", "__class__", "__class_getitem__", "__delattr__"),
    *("__dict__", "__doc__", "__getattribute__", "__init__", "__init_subclass__", "__module__"),
    *("__new__", "__orig_bases__", "__parameters__", "__qualname__", "__setattr__", "__slots__"),
    *("__subclasshook__", "__weakref__"),
}

# What handles of a library's objects are made of instead of RemoteObject, by the class's name.
SPECIAL_BASES: dict[str, type] = {}
# Called with an operation, its target and its values: each raises what the judge refuses to do.
REFUSALS: list[Callable[[str, Any, list[Any]], None]] = []


class Lent:
    """A function that is lent to the notebook: not even a library's is told by its name.

    Attributes
    ----------
    value : callable
    """

    def __init__(self, value: Callable[..., Any]) -> None:
        self.value = value


class Method:
    """A method of an object of this process: it is called by one request.

    Attributes
    ----------
    target : object
    name : str
    """

    def __init__(self, target: Any, name: str) -> None:
        self.target, self.name = target, name


class Proxies:
    """The objects of this process that the other has handles of, and the handles of the other's.

    Parameters
    ----------
    peer : Peer

    Attributes
    ----------
    dropped : list of [int, int]
        Handles that are gone: the number, and how often it had arrived.
    """

    def __init__(self, peer: "Peer") -> None:
        self._peer = peer
        self._own: dict[int, list[Any]] = {}  # number -> object, how often it was sent
        self._numbers: dict[int, int] = {}  # id of an object -> number
        self._last = 0
        self._handles: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self.dropped: list[list[int]] = []

    def own(self, number: int) -> Any:
        """Return an object of this process by the number that the other knows it by.

        Raises
        ------
        Malformed
            If the other process has, or should have, no handle of it.
        """
        if number not in self._own:
            raise Malformed("a handle of nothing")
        return self._own[number][0]

    def take_dropped(self) -> list[list[int]]:
        """Return the handles that are gone since the last time."""
        dropped = self.dropped[:]
        del self.dropped[: len(dropped)]  # another may have gone meanwhile
        return dropped

    def release(self, dropped: list[list[int]]) -> None:
        """Forget objects whose handles are gone, unless they were sent again meanwhile."""
        for number, times in dropped:
            entry = self._own.get(number)
            if entry is None or type(times) is not int or not 0 < times <= entry[1]:
                raise Malformed("the end of a handle that never was")
            entry[1] -= times
            if not entry[1]:
                del self._own[number]
                del self._numbers[id(entry[0])]

    def describe(self, value: Any, encoder: "Encoder", *, by_name: bool = True) -> list[Any]:
        """Return what the other process needs to have a handle of an object.

        Parameters
        ----------
        value : object
        encoder : Encoder
        by_name : bool
            Whether a library's function or class may be told by its name, to a kernel.

        Raises
        ------
        Cannot
            If it is a module, or of what a program is made of.
        """
        if type(value) is Method:
            return ["me", encoder(value.target), value.name]
        if type(value) is Lent:
            return self.describe(value.value, encoder, by_name=False)
        if (reference := reference_of(value)) is not None:
            if reference.proxies is not self:
                raise Cannot(f"{value!r} is of a test that is over")
            if type(value) is RemoteMethod:
                raise Cannot(f"{value!r} is the other process's own: hand the object over")
            return ["y", reference.number]
        if isinstance(value, _PRIVATE):
            raise Cannot(f"a {type(value).__name__} is no value for a test")
        handle = ["h", self.number(value), *self._description(value, encoder)]
        if by_name and self._peer.is_judge and (place := library_place(value)):
            return ["lib", *place, handle]
        return handle

    def _description(self, value: Any, encoder: "Encoder") -> list[Any]:
        if isinstance(value, type):
            bases = [place for kind in value.__mro__ if (place := library_place(kind))]
            operators = [name for name in sorted(OPERATORS) if _defines([value], name)]
            return ["c", value.__name__, bases, operators]
        if isinstance(value, FUNCTIONS) or type(value).__name__ == "ufunc":
            return ["f", str(getattr(value, "__name__", "function"))]
        if isinstance(value, Iterator):
            return ["i"]
        return ["o", self.describe(type(value), encoder, by_name=False)]

    def number(self, value: Any) -> int:
        """Return the number that the other process knows an object by, once it arrives there."""
        number = self._numbers.get(id(value))
        if number is None:
            self._last += 1
            number = self._numbers[id(value)] = self._last
            self._own[number] = [value, 0]
        self._own[number][1] += 1
        return number

    def proxy(self, content: list[Any], decoder: "Decoder") -> Any:
        """Return the handle of an object of the other process's, one for one object.

        Raises
        ------
        Malformed
        """
        _, number, kind, *rest = content
        if type(number) is not int:
            raise Malformed("a handle without a number")
        found = self._handles.get(number)
        if found is None:
            decoder.costs(_CLASS_COST if kind == "c" else _COST)
            found = self._made(number, kind, rest, decoder)
            self._handles[number] = found
        reference_of(found).times += 1
        return found

    def _made(self, number: int, kind: str, rest: list[Any], decoder: "Decoder") -> Any:
        reference = Reference(self._peer, number)
        if kind == "c":
            name, bases, operators = rest
            name = name if is_identifier(name) else "Object"
            return _class_of(name, bases, operators, reference)
        if kind == "o":
            made_of = decoder(rest[0])
            if not isinstance(made_of, RemoteClass):
                raise Malformed("an object without a class")
        elif kind in ("f", "i"):
            made_of = _FIXED[kind]
        else:
            raise Malformed("an unknown kind of handle")
        return new_handle(made_of, reference)

    def method(self, handle: Any, name: Any) -> RemoteMethod:
        """Return a method of a handle."""
        if (reference := reference_of(handle)) is None:
            raise Malformed("a method of no object")
        return RemoteMethod(reference, identifier(name))

    def library(self, content: list[Any], decoder: "Decoder") -> Any:
        """Return a library's class or function, which the judge alone may name.

        Where the library is not loaded it is a handle.
        """
        if self._peer.is_judge:
            raise Malformed("a library's function from the learner's side")
        _, module, name, handle = content
        try:
            return from_library(module, name)
        except Malformed:
            return decoder(handle)


def new_handle(made_of: type, reference: Reference) -> Any:
    """Return a handle of a class, without calling the class."""
    handle = object.__new__(made_of)
    object.__setattr__(handle, "_reference", reference)
    if begin := getattr(made_of, "_begin", None):
        begin(handle)
    return handle


def reference_of(value: Any) -> Reference | None:
    """Return what a handle knows of its object; None if the value is no handle."""
    if isinstance(value, RemoteClass):
        return type.__getattribute__(value, "__dict__").get("_own_reference")
    kind = type(value)
    if isinstance(kind, RemoteClass) or kind is RemoteMethod:
        return object.__getattribute__(value, "_reference")
    return None


def _class_of(name: str, bases: Any, operators: Any, reference: Reference) -> type:
    """Return a class for the handles of a class of the other process's."""
    load_rooms()
    if not isinstance(operators, list) or not OPERATORS.issuperset(operators):
        raise Malformed("unknown operators")
    load_rooms()
    places = [(str(module), str(qualname)) for module, qualname in bases]
    special = next(
        (SPECIAL_BASES[key] for place in places if (key := ".".join(place)) in SPECIAL_BASES), None
    )
    content = {"_own_reference": reference, "_methods": set(), "__module__": "__main__"}
    first = special or RemoteObject
    found = list(_real_bases(places))
    nearest = [one for one in found if not any(o is not one and issubclass(o, one) for o in found)]
    for libraries in [nearest, *([base] for base in found)]:
        with suppress(TypeError):  # their objects are laid out otherwise
            made = _new_class(name, (first, *libraries), operators, content)
            object.__new__(made)
            return made
    return _new_class(name, (first,), operators, content)


def _real_bases(places: Iterable[tuple[str, str]]) -> Iterator[type]:
    for module, qualname in places:
        if module.partition(".")[0] in _LIBRARIES:
            with suppress(Malformed):
                found = from_library(module, qualname)
                if isinstance(found, type):
                    yield found


def _new_class(
    name: str, bases: tuple[type, ...], operators: list[str], content: dict[str, Any]
) -> type:
    first, *libraries = bases
    # What a library's class makes of an object must not decide anything about a handle.
    special = set().union(*map(_special_names, libraries)) - _special_names(first)
    content = dict.fromkeys(special, _REFUSED) | content
    bases = (first, *(base for base in libraries if not issubclass(first, base)))
    passed = [o for o in operators if first is RemoteObject or not _defines([first], o)]
    metas = tuple(dict.fromkeys(type(base) for base in bases))
    most = [one for one in metas if not any(one is not o and issubclass(o, one) for o in metas)]
    meta = most[0] if len(most) == 1 else type("RemoteClass", tuple(most), {})
    return type.__new__(meta, name, bases, content | {one: passing_on(one) for one in passed})


class _Refused:
    """In place of a special method that a handle does not have."""

    def __get__(self, instance: Any, owner: type) -> Any:
        raise AttributeError("a handle has no such method")


_REFUSED = _Refused()


def _special_names(kind: type) -> set[str]:
    """Return the names of the special methods that a class has defined, or inherited."""
    return {
        name
        for one in kind.__mro__
        if one is not object
        for name in vars(one)
        if name.startswith("__") and name.endswith("__") and not name.startswith("__sklearn_")
    } - _STRUCTURE


def _defines(kinds: Iterable[type], name: str) -> bool:
    """Whether classes have an operator for their objects, and not for themselves."""
    return any(name in vars(kind) for base in kinds for kind in base.__mro__)


def _fixed_class(name: str, base: type) -> type:
    return type.__new__(RemoteClass, name, (base,), {"_methods": set()})


_FIXED = {
    "f": _fixed_class("function", RemoteFunction),
    "i": _fixed_class("iterator", RemoteIterator),
}
