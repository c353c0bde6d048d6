"""Containers that can be changed in place, on their way to the other process and back."""

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed

# A key whose hash can be chosen counts for many values, see `Decoder.costs`: a set of colliding
# ones takes time with the square of their number.
_KEY_COST = 200
_QUICK_KEYS = frozenset({str, bytes, int, float, bool, type(None)})


class Mutable:
    """Containers of one type.

    Parameters
    ----------
    kind : type
    tag : str
    parts : callable
        Returns the container's items as a list.
    fill : callable
        Gives an empty container a list of decoded items.
    keys : slice
        Which of the items are hashed.
    option : callable, optional
        Returns one more value that an empty container is made with.
    make : callable, optional
        Returns an empty container, with an option.
    """

    def __init__(
        self,
        kind: type,
        tag: str,
        parts: Callable[[Any], list[Any]],
        fill: Callable[[Any, list[Any]], None],
        *,
        keys: slice = slice(0),
        option: Callable[[Any], Any] | None = None,
        make: Callable[[Any], Any] | None = None,
    ) -> None:
        self.kind, self.tag, self._parts, self._fill = kind, tag, parts, fill
        self._keys, self._option, self._make = keys, option, make

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        """Return the tag, and the items."""
        encoder.share(value)
        if self._option is None:
            return [self.tag, *encoder.many(self._parts(value))]
        return [self.tag, encoder(self._option(value)), *encoder.many(self._parts(value))]

    def decode(self, content: list[Any], decoder: Decoder) -> Any:
        """Return a new container."""
        if self._make is None:
            value, begin = self.kind(), 1
            number = decoder.share(value)  # before its items, which may contain it
        else:
            number, begin = decoder.share(None), 2
            value = decoder.shared[number] = self._make(decoder(content[1]))
        items = self._items(content[begin:], decoder)
        self._fill(value, items)
        decoder.note(number, self, items)
        return value

    def is_changed(self, value: Any, items: list[Any]) -> bool:
        """Whether a container has no longer the items that it arrived with."""
        now = self._parts(value)
        if self.kind is set:
            return len(now) != len(set(items)) or not value.issuperset(items)
        return len(now) != len(items) or any(
            new is not old for new, old in zip(now, items, strict=True)
        )

    def encode_state(self, value: Any, encoder: Encoder) -> list[Any]:
        """Return the items."""
        return encoder.many(self._parts(value))

    def replace(self, value: Any, content: list[Any], decoder: Decoder) -> None:
        """Give a container other items."""
        if type(value) is not self.kind:
            raise Malformed("a change of another kind")
        items = self._items(content, decoder)
        value.clear()
        self._fill(value, items)

    def parts(self, value: Any) -> list[Any]:
        """Return the items, keys among them."""
        return self._parts(value)

    def snapshot(self, value: Any) -> list[Any]:
        """Return what :meth:`is_same` compares with."""
        return self._parts(value)

    def is_same(self, value: Any, snapshot: list[Any]) -> bool:
        """Whether a container has the items that it had."""
        return not self.is_changed(value, snapshot)

    def hold(self, value: Any) -> Callable[[], Any]:
        """Return a function that returns the container."""
        return lambda: value

    def can_keep(self, value: Any) -> bool:
        """Whether a value is one of these containers."""
        return type(value) is self.kind

    def _items(self, content: list[Any], decoder: Decoder) -> list[Any]:
        items = decoder.many(content)
        count_keys(items[self._keys], decoder)
        return items


class _ByteArrays:
    """Byte arrays."""

    kind, tag = bytearray, "ba"

    def encode(self, value: bytearray, encoder: Encoder) -> list[Any]:
        encoder.share(value)
        return [self.tag, bytes(value)]

    def decode(self, content: list[Any], decoder: Decoder) -> bytearray:
        value = bytearray(_bytes(content[1]))
        decoder.note(decoder.share(value), self, content[1])
        return value

    def is_changed(self, value: bytearray, content: bytes) -> bool:
        return value != content

    def encode_state(self, value: bytearray, encoder: Encoder) -> bytes:
        return bytes(value)

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        if type(value) is not bytearray:
            raise Malformed("a change of another kind")
        value[:] = _bytes(content)


def count_keys(keys: list[Any], decoder: Decoder) -> None:
    """Count the keys that are slow to look up if they are chosen so.

    Raises
    ------
    Malformed
        If there are too many.
    """
    decoder.costs(_KEY_COST * sum(type(key) not in _QUICK_KEYS for key in keys))


def _flat(value: dict[Any, Any]) -> list[Any]:
    return [part for pair in value.items() for part in pair]


def _fill_dict(value: dict[Any, Any], items: list[Any]) -> None:
    dict.update(value, zip(items[::2], items[1::2], strict=True))


def _bytes(content: Any) -> bytes:
    if type(content) is not bytes:
        raise Malformed("no bytes")
    return content


def _fill_ordered(value: OrderedDict[Any, Any], items: list[Any]) -> None:
    value.update(zip(items[::2], items[1::2], strict=True))


_EVERY_OTHER = slice(None, None, 2)
CONTAINERS = (
    Mutable(list, "l", list, list.extend),
    Mutable(dict, "d", _flat, _fill_dict, keys=_EVERY_OTHER),
    Mutable(set, "s", list, set.update, keys=slice(None)),
    _ByteArrays(),
    Mutable(OrderedDict, "od", _flat, _fill_ordered, keys=_EVERY_OTHER),
    Mutable(Counter, "ct", _flat, _fill_dict, keys=_EVERY_OTHER),
    Mutable(
        defaultdict,
        "dd",
        _flat,
        _fill_dict,
        keys=_EVERY_OTHER,
        option=lambda value: value.default_factory,
        make=defaultdict,
    ),
    Mutable(
        deque,
        "dq",
        list,
        deque.extend,
        option=lambda value: value.maxlen,
        make=lambda longest: deque(maxlen=longest),
    ),
)
