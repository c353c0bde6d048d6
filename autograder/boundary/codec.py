"""Values as messages and back: plain data by value, everything else as a handle.

A value becomes what msgpack can pack: None, booleans, numbers, text and bytes are themselves, and
all else is a list that begins with a tag. Large numbers of numbers lie in raw buffers beside the
head. Nothing is ever unpickled, and no class is called that the other process names.

Containers and arrays that occur twice in a message are one object again on the other side. Those
that came with a call are told back by their number, so that a result can be an argument, and
arguments that were changed in place are changed on the caller's side, too.

What belongs to a library (arrays, tensors, modules, layers) is the business of a *kind*, which is
loaded when the library is.
"""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograder.boundary.connection import Malformed
from autograder.boundary.heads import packed
from autograder.boundary.kinds import Kind

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

# The rooms of each library's kinds: imported once the library itself is.
_ROOMS = {
    "numpy": ("autograder.boundary.arrays",),
    "sklearn": ("autograder.boundary.estimators",),
    "tensorflow": ("autograder.boundary.tensorflow_values",),
    # Keras is loaded, and computes with TensorFlow.
    "keras.src.backend.tensorflow": ("autograder.boundary.keras_values",),
    "torch": (
        "autograder.boundary.torch_settings",
        "autograder.boundary.torch_leaves",  # before all other tensors
        "autograder.boundary.torch_gradients",
        "autograder.boundary.torch_tensors",
        "autograder.boundary.torch_modules",
        "autograder.boundary.torch_optimisers",
    ),
}
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_AS_THEY_ARE = frozenset({str, float, bool, type(None), bytes, int})


class Cannot(TypeError):
    """A value that cannot cross: one line that says why."""


class Encoder:
    """Encodes the values of one message.

    Parameters
    ----------
    peer : Peer
    known : Decoder or None
        Of the call that this message answers: its arguments are told by their number.

    Attributes
    ----------
    buffers : list of bytes-like
    originals : list
        What may be changed in place, by number.
    memories : list
        Of the arrays so far, see :mod:`autograder.boundary.arrays`.
    introduced : list of int
        Twins that the other process first hears of.
    encode_text : callable
        Takes text that may be a path.
    """

    def __init__(self, peer: "Peer", known: "Decoder | None" = None) -> None:
        self.peer = peer
        self.known = known
        self.buffers: list[Any] = []
        self.originals: list[Any] = []
        self.introduced: list[int] = []
        self._depth = 0
        self._nodes = peer.bounds.nodes
        self._bytes = 0  # of the buffers whose content is not there yet
        self.encode_text: Callable[[str], Any] = peer.folders.encode_text
        self._later: list[tuple[int, Callable[[], Any]]] = []
        self.memories: list[Any] = [] if known is None else list(known.memories)
        self._alive: list[Any] = []  # an id is of use only while its object lives
        shared = [] if known is None else known.shared
        self._numbers = {id(value): ["@a", number] for number, value in enumerate(shared)}

    def __call__(self, value: Any) -> Any:
        """Return an encoded value.

        Raises
        ------
        Cannot
        """
        kind = type(value)
        if kind is str:
            return self.encode_text(value) if "/" in value or "." in value else value
        if kind in _AS_THEY_ARE and kind is not int:
            return value
        if kind is int:
            return value if _SMALLEST <= value <= _LARGEST else ["i", hex(value)]
        if reference := self._numbers.get(id(value)):
            return reference
        encode = _encoders.get(kind) or _find_encoder(kind)
        self._depth += 1
        if self._depth > self.peer.bounds.depth:
            raise Cannot("the value is nested too deeply for a test")
        encoded = encode(value, self)
        self._depth -= 1
        return encoded

    def many(self, values: Sequence[Any]) -> list[Any]:
        """Return a list of encoded values."""
        self._nodes -= len(values)
        if self._nodes < 0:
            raise Cannot("the value has too many parts for a test")
        return [self(value) for value in values]

    def share(self, value: Any) -> None:
        """Give a value the next number: what refers to it again is the same object."""
        self._numbers[id(value)] = ["@", len(self.originals)]
        self.originals.append(value)

    def buffer(self, content: Any) -> int:
        """Add raw bytes, and return their number."""
        self.buffers.append(content)
        return len(self.buffers) - 1

    def buffer_later(self, content: Callable[[], Any], size: int) -> int:
        """Add raw bytes that are known once all values are encoded, and return their number.

        Raises
        ------
        Cannot
            If there are too many.
        """
        self._bytes += size
        if self._bytes > self.peer.bounds.buffers:
            raise Cannot("the value is too large for a test")
        self._later.append((len(self.buffers), content))
        return self.buffer(b"")

    def keep(self, value: Any) -> None:
        """Let a value live as long as this encoder."""
        self._alive.append(value)

    def let_go(self) -> None:
        """Fill all buffers, and refer to no value any more; nothing else can be encoded."""
        self._fill_buffers()
        self.originals, self.memories, self._alive = [], [], []

    def packed(self, message: dict[str, Any]) -> bytes:
        """Return a message's head; all buffers are there then.

        Raises
        ------
        Cannot
            If the other process would refuse it.
        """
        self._fill_buffers()
        head, bounds = packed(message), self.peer.bounds
        if (
            len(head) > bounds.head
            or len(self.buffers) > bounds.parts
            or sum(map(len, self.buffers)) > bounds.buffers
        ):
            raise Cannot("the value is too large for a test")
        return head

    def _fill_buffers(self) -> None:
        for number, content in self._later:
            self.buffers[number] = content()
        self._later = []


class Decoder:
    """Decodes the values of one message.

    Parameters
    ----------
    peer : Peer
    buffers : list of bytearray
        Theirs who use them first: an array's memory is one of these.
    sent : Encoder or None
        Of the call that this message answers.

    Attributes
    ----------
    shared : list
        What may be changed in place, by number.
    memories : list
        The memory of arrays among it.
    states : list of [Kind or None, object]
        By number, how it has arrived.
    """

    def __init__(self, peer: "Peer", buffers: list[bytearray], sent: Encoder | None = None) -> None:
        self.peer = peer
        self.buffers = buffers
        self.shared: list[Any] = []
        self.memories: list[Any] = []
        self.states: list[tuple[Any, Any]] = []
        self.argument_count = 0
        self._sent = sent
        self._depth = 0
        self._nodes = peer.bounds.nodes

    def __call__(self, content: Any) -> Any:
        """Return a decoded value.

        Raises
        ------
        Malformed, or whatever a wrong content makes of it
        """
        if type(content) is not list:
            if type(content) not in _AS_THEY_ARE:
                raise Malformed("a value without a tag")
            return content
        tag = content[0]
        if type(tag) is not str:
            raise Malformed("a value without a tag")
        decode = _decoders.get(tag) or _find_decoder(tag)
        self._depth += 1
        if self._depth > self.peer.bounds.depth:
            raise Malformed("values are nested too deeply")
        self.costs(len(content))
        value = decode(content, self)
        self._depth -= 1
        return value

    def many(self, contents: list[Any]) -> list[Any]:
        """Return a list of decoded values."""
        return [self(content) for content in contents]

    def share(self, value: Any) -> int:
        """Give a value the next number, as `Encoder.share` did."""
        self.shared.append(value)
        self.states.append((None, None))
        return len(self.shared) - 1

    @property
    def is_question(self) -> bool:
        """Whether what is decoded has come with a request, and is told of when it changes."""
        return self._sent is None

    def note(self, number: int, kind: Any, state: Any) -> None:
        """Remember how a shared value has arrived."""
        if self._sent is None:
            self.states[number] = kind, state

    def end_arguments(self) -> None:
        """Say that what is decoded from now on is nothing that the caller has handed over."""
        self.argument_count = len(self.shared)

    def costs(self, nodes: int) -> None:
        """Count what takes longer to make than an item does for many values.

        Raises
        ------
        Malformed
            If there are too many.
        """
        self._nodes -= nodes
        if self._nodes < 0:
            raise Malformed("too many values")

    def buffer(self, number: Any) -> bytearray:
        """Return raw bytes by their number."""
        if type(number) is not int or number < 0:
            raise Malformed("memory without a number")
        return self.buffers[number]

    def argument(self, number: int) -> Any:
        """Return what was sent with the call under a number."""
        if self._sent is None or type(number) is not int or number < 0:
            raise Malformed("an argument without a call")
        return self._sent.originals[number]

    def earlier(self, number: Any) -> Any:
        """Return what this message has under a number already."""
        if type(number) is not int or number < 0:
            raise Malformed("a value without a number")
        return self.shared[number]

    def changes(self, encoder: Encoder) -> list[Any]:
        """Return the shared values that were changed in place since they arrived, encoded."""
        found = []
        for number, (value, (kind, state)) in enumerate(zip(self.shared, self.states, strict=True)):
            if kind is not None and kind.is_changed(value, state):
                found.append([number, kind.tag, kind.encode_state(value, encoder)])
        return found

    def apply(self, changes: list[Any]) -> None:
        """Change arguments in place as the other process has changed them."""
        for number, tag, content in changes:
            mutable(tag).replace(self.argument(number), content, self)


_encoders: dict[type, Callable[[Any, Encoder], Any]] = {}
_decoders: dict[str, Callable[[list[Any], Decoder], Any]] = {}
_mutable: dict[str, Any] = {}
_loaded: set[str] = set()
_kinds: list[Kind] = []
_find_builtin: Callable[[type], Callable[[Any, Encoder], Any]]


def add_builtins(
    encoders: Mapping[type, Callable[[Any, Encoder], Any]],
    decoders: Mapping[str, Callable[[list[Any], Decoder], Any]],
    mutable: Mapping[str, Any],
    find: Callable[[type], Callable[[Any, Encoder], Any]],
) -> None:
    """Let Python's own types cross; see :mod:`autograder.boundary.values`.

    Parameters
    ----------
    encoders : mapping of type to callable
    decoders : mapping of str to callable
        By tag.
    mutable : mapping of str to object
        By tag, what can be changed in place.
    find : callable
        Returns the encoder of a type that has none of its own.
    """
    global _find_builtin
    _encoders.update(encoders)
    _decoders.update(decoders)
    _mutable.update(mutable)
    _find_builtin = find


def add_kinds(kinds: Iterable[Kind]) -> None:
    """Let values of a library's kinds cross."""
    for kind in kinds:
        _kinds.append(kind)
        _decoders[kind.tag] = kind.decode
        _mutable[kind.tag] = kind


def mutable(tag: Any) -> Any:
    """Return what knows values of a tag that can be changed in place."""
    if type(tag) is not str or tag not in _mutable:
        raise Malformed("a change of what cannot be changed")
    return _mutable[tag]


def load_rooms() -> None:
    """Import the rooms of all libraries that are loaded."""
    for library, rooms in _ROOMS.items():
        if library in sys.modules and library not in _loaded:
            _loaded.add(library)
            for room in rooms:
                add_kinds(importlib.import_module(room).KINDS)


def _find_encoder(kind: type) -> Callable[[Any, Encoder], Any]:
    load_rooms()
    for one in _kinds:
        if one.fits(kind):
            found = one.encode
            break
    else:
        found = _find_builtin(kind)
    _encoders[kind] = found
    return found


def _find_decoder(tag: str) -> Callable[[list[Any], Decoder], Any]:
    load_rooms()
    if tag not in _decoders:
        raise Malformed("a value of an unknown kind")
    return _decoders[tag]
