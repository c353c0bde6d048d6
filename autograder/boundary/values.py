"""Python's own types on their way to the other process, by value."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from autograder.boundary.codec import Decoder, Encoder, add_builtins
from autograder.boundary.connection import Malformed
from autograder.boundary.containers import CONTAINERS, count_keys
from autograder.boundary.exceptions import described, rebuilt
from autograder.boundary.names import named_tuple

# Types that both sides know by name, and that no more can be done with than make plain data.
PLAIN_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, object)
} | {"NoneType": type(None)}
_SINGLES = {"...": ..., "NotImplemented": NotImplemented}
# What rare values count for, see `Decoder.costs`: a class is slow to make, and the hash of a large
# number can be chosen.
_CLASS_COST, _LARGE_COST = 1000, 2000
_MOST_FIELDS = 200


def _encode_tuple(value: tuple[Any, ...], encoder: Encoder) -> list[Any]:
    encoder.keep(value)
    return ["t", *encoder.many(value)]


def _encode_named(value: Any, encoder: Encoder) -> list[Any]:
    """Encode a named tuple: its names are all that its class is known for."""
    names = [str(name) for name in type(value)._fields]
    return ["nt", type(value).__name__, names, *encoder.many(_AS_BASE[tuple](value))]


def _decode_named(content: list[Any], decoder: Decoder) -> tuple[Any, ...]:
    _, name, names, *values = content
    if len(names) > _MOST_FIELDS:
        raise Malformed("a named tuple with too many names")
    decoder.costs(_CLASS_COST)
    return named_tuple(name, tuple(names))(*decoder.many(values))


def _decode_frozenset(content: list[Any], decoder: Decoder) -> frozenset[Any]:
    items = decoder.many(content[1:])
    count_keys(items, decoder)
    return frozenset(items)


def _decode_large(content: list[Any], decoder: Decoder) -> int:
    decoder.costs(_LARGE_COST)
    return int(_short(content[1], 100_000), 16)


def _decode_fraction(content: list[Any], decoder: Decoder) -> Fraction:
    decoder.costs(_LARGE_COST)
    return Fraction(*(int(_short(part, 1000), 16) for part in content[1:3]))


def _encode_type(value: type, encoder: Encoder) -> list[Any]:
    name = (
        value.__name__ if value.__module__ == "builtins" else f"{value.__module__}.{value.__name__}"
    )
    if PLAIN_TYPES.get(name) is value:
        return ["ty", name]
    return encoder.peer.proxies.describe(value, encoder)


def _encode_exception(value: BaseException, encoder: Encoder) -> list[Any]:
    encoder.keep(value)
    return ["ex", described(value, with_frames=not encoder.peer.is_judge)]


def _encode_rest(value: Any, encoder: Encoder) -> list[Any]:
    """Encode what is no plain data: the other process gets a handle of it."""
    encoder.keep(value)
    return encoder.peer.proxies.describe(value, encoder)


# How the plain data in an object of a subclass is read, whatever the subclass says of itself.
_AS_BASE: dict[type, Callable[[Any], Any]] = {
    bool: bool,
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    list: lambda value: list.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    dict: lambda value: dict(dict.items(value)),
    set: set.copy,
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}

_ENCODERS: dict[type, Callable[[Any, Encoder], Any]] = {
    **{container.kind: container.encode for container in CONTAINERS},
    tuple: _encode_tuple,
    frozenset: lambda value, encoder: ["fs", *encoder.many(list(value))],
    complex: lambda value, _: ["c", value.real, value.imag],
    range: lambda value, encoder: ["r", *encoder.many([value.start, value.stop, value.step])],
    slice: lambda value, encoder: ["sl", *encoder.many([value.start, value.stop, value.step])],
    Fraction: lambda value, _: ["fr", hex(value.numerator), hex(value.denominator)],
    Decimal: lambda value, _: ["de", str(value)],
    type(...): lambda *_: ["1", "..."],
    type(NotImplemented): lambda *_: ["1", "NotImplemented"],
    type: _encode_type,
}
_DECODERS: dict[str, Callable[[list[Any], Decoder], Any]] = {
    **{container.tag: container.decode for container in CONTAINERS},
    "t": lambda content, decoder: tuple(decoder.many(content[1:])),
    "nt": _decode_named,
    "fs": _decode_frozenset,
    "i": _decode_large,
    "c": lambda content, _: complex(float(content[1]), float(content[2])),
    "r": lambda content, decoder: range(*decoder.many(content[1:4])),
    "sl": lambda content, decoder: slice(*decoder.many(content[1:4])),
    "fr": _decode_fraction,
    "de": lambda content, _: Decimal(_short(content[1], 1000)),
    "ex": lambda content, _: rebuilt(content[1]),
    "1": lambda content, _: _SINGLES[content[1]],
    "ty": lambda content, _: PLAIN_TYPES[content[1]],
    "p": lambda content, decoder: Path(decoder.peer.folders.decode(content)),
    "pt": lambda content, decoder: decoder.peer.folders.decode(content),
    "@": lambda content, decoder: decoder.earlier(content[1]),
    "@a": lambda content, decoder: decoder.argument(content[1]),
    "h": lambda content, decoder: decoder.peer.proxies.proxy(content, decoder),
    "y": lambda content, decoder: decoder.peer.proxies.own(_exactly(int, content[1])),
    "me": lambda content, decoder: decoder.peer.proxies.method(decoder(content[1]), content[2]),
    "lib": lambda content, decoder: decoder.peer.proxies.library(content, decoder),
    "tw": lambda content, decoder: decoder.peer.twins.get(_exactly(int, content[1])),
}


def _find(kind: type) -> Callable[[Any, Encoder], Any]:
    """Return the encoder of a subclass of a built-in type, or of a class of any other kind."""
    if issubclass(kind, PurePath):
        return lambda value, encoder: encoder.peer.folders.encode(value)
    if issubclass(kind, type):
        return _encode_type
    if issubclass(kind, BaseException):
        return _encode_exception
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _encode_named
    base = next((base for base in _AS_BASE if issubclass(kind, base)), None)
    if base is None:
        return _encode_rest

    def encode(value: Any, encoder: Encoder) -> Any:
        # What a test hands over may well be more than its base: it stays with the judge.
        if encoder.peer.is_judge and base in (list, tuple, dict, set):
            return _encode_rest(value, encoder)
        return encoder(_AS_BASE[base](value))

    return encode


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise Malformed(f"{type(value).__name__} in place of {kind.__name__}")
    return value


def _short(text: Any, longest: int) -> str:
    if len(_exactly(str, text)) > longest:
        raise Malformed("a number with too many digits")
    return text


add_builtins(_ENCODERS, _DECODERS, {one.tag: one for one in CONTAINERS}, _find)
