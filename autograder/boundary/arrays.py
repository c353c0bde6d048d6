"""NumPy's arrays, scalars, data types and generators on their way to the other process.

Arrays that share memory share it on the other side, too: what is sent is the memory, once, and each
array as a view of it. A result that is a view of an argument comes back as a view of it.
"""

import math
import re
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.boundary.codec import Cannot, Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.kinds import Kind
from autograder.boundary.twins import TwinKind
from autograder.boundary.values import PLAIN_TYPES

_PLAIN = "biufcSUmM"
_SMALL = 2**16  # bytes that are sent without a thought, although a view covers few of them
_DTYPE = re.compile(r"[<>|=]?[biufcSUmM]\d{1,9}(\[\d*\w+\])?", re.ASCII)
_LONGEST_STRIDE = 2**48
_ALIGNMENT = 16  # bytes
_WORDS, _PHILOX_WORDS = 624, 4  # of the states of MT19937 and of Philox
_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


class _Memory:
    """The memory of arrays that are sent: that of one contiguous array.

    Only those of its bytes that an array shows cross, and come back.

    Parameters
    ----------
    array : numpy.ndarray
    original : numpy.ndarray or None
        What the array is a contiguous copy of.
    """

    def __init__(self, array: np.ndarray, original: np.ndarray | None = None) -> None:
        self._array, self._original = array, original
        straight = array if array.flags.c_contiguous else array.T
        self.bytes = straight.reshape(-1).view(np.uint8)
        self.low = _start(self.bytes)
        # None: no byte; True: each; else those where there is one.
        self._shown: Any = None
        self._open: Any = None  # to changes

    def show(self, array: np.ndarray, offset: int, strides: tuple[int, ...]) -> None:
        """Let the other process see an array of this memory, and change it if it is writeable."""
        form = array.itemsize, array.shape, strides, offset
        self._shown = self._marked(self._shown, *form)
        if array.flags.writeable:
            self._open = self._marked(self._open, *form)

    def _marked(self, marks: Any, size: int, shape: Any, strides: Any, offset: int) -> Any:
        is_dense = size * math.prod(shape) == len(self.bytes) and 0 not in strides
        if marks is True or is_dense:
            return True
        if marks is None:
            marks = np.zeros(len(self.bytes), np.uint8)
        _bytes_of(marks, size, shape, strides, offset)[...] = 1
        return marks

    def content(self) -> bytes:
        """Return what the other process gets."""
        if self._shown is True:
            return self.bytes.tobytes()
        return b"" if self._shown is None else (self.bytes * self._shown).tobytes()

    def view(self, dtype: np.dtype, shape: Any, strides: Any, offset: int) -> np.ndarray:
        """Return an array of this memory, see `_view`; of what was shown alone."""
        array = _view(self.bytes, dtype, shape, strides, offset)
        if self._shown is not True:
            marks = np.zeros(len(self.bytes), np.uint8) if self._shown is None else self._shown
            if not _bytes_of(marks, dtype.itemsize, shape, strides, offset).all():
                raise Malformed("a view of what was not passed")
        return array

    def replace(self, content: bytearray) -> None:
        """Give it other content, and the array that it is a copy of."""
        if len(content) != len(self.bytes):
            raise Malformed("a change of another size")
        if self._open is None:
            raise Malformed("a change of what is read-only")
        changed = np.frombuffer(content, np.uint8)
        if self._open is True:
            self.bytes[:] = changed
        else:
            np.copyto(self.bytes, changed, where=self._open.astype(bool))
        if self._original is not None:
            self._original[...] = self._array


class _Block:
    """The memory of arrays that have arrived.

    Parameters
    ----------
    content : bytearray
        As it arrived.
    keep : bool
        Whether it will be asked if it has changed.
    """

    def __init__(self, content: bytearray, *, keep: bool) -> None:
        self.before = bytes(content) if keep else b""
        self.bytes = aligned(content)
        self.low = _start(self.bytes)

    @classmethod
    def of(cls, memory: np.ndarray) -> "_Block":
        """Return what has arrived earlier, from its bytes."""
        block = cls.__new__(cls)
        block.before, block.bytes, block.low = b"", memory, _start(memory)
        return block

    def content(self) -> bytes:
        """Return its bytes."""
        return self.bytes.tobytes()

    def replace(self, content: bytearray) -> None:
        """Give it other content."""
        self.bytes[:] = np.frombuffer(content, np.uint8)

    def view(self, *form: Any) -> np.ndarray:
        """Return an array of this memory, see `_view`."""
        return _view(self.bytes, *form)


class _Memories(Kind):
    """Memory, which can be changed in place."""

    tag = "b"

    def fits(self, kind: type) -> bool:
        return kind is _Memory

    def encode(self, value: _Memory, encoder: Encoder) -> list[Any]:
        encoder.share(value)
        return ["b", encoder.buffer_later(value.content, len(value.bytes))]

    def decode(self, content: list[Any], decoder: Decoder) -> _Block:
        block = _Block(decoder.buffer(content[1]), keep=decoder.is_question)
        decoder.note(decoder.share(block), self, None)
        decoder.memories.append(block)
        return block

    def is_changed(self, value: _Block, state: None) -> bool:
        return value.bytes.tobytes() != value.before

    def encode_state(self, value: _Block | _Memory, encoder: Encoder) -> int:
        return encoder.buffer(value.content())

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        if not self.can_keep(value):
            raise Malformed("a change of another kind")
        value.replace(decoder.buffer(content))

    def snapshot(self, value: _Block | _Memory) -> bytes:
        return value.content()

    def is_same(self, value: _Block | _Memory, snapshot: bytes) -> bool:
        return value.content() == snapshot

    def size(self, value: _Block | _Memory) -> int:
        return len(value.bytes)

    def hold(self, value: _Block) -> Callable[[], _Block | None]:
        """Return a function that returns the memory as long as an array of it is there."""
        found = weakref.ref(value.bytes)
        return lambda: None if (memory := found()) is None else _Block.of(memory)

    def can_keep(self, value: Any) -> bool:
        return type(value) in (_Block, _Memory)


class _Arrays(Kind):
    """Arrays of numbers, truth values, text and times."""

    tag = "a"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, np.ndarray)

    def encode(self, value: np.ndarray, encoder: Encoder) -> list[Any]:
        # A subclass decides much for itself, but not here.
        plain = np.ndarray.view(value, np.ndarray)
        encoder.keep(plain)
        if plain.dtype.kind == "O":
            if not encoder.peer.is_judge:
                raise Cannot("an array of objects is no value for a test: give it a data type")
            return ["ao", list(plain.shape), *encoder.many(plain.ravel().tolist())]
        if plain.dtype.kind not in _PLAIN:
            raise Cannot(f"an array of {plain.dtype} is no value for a test")
        encoder.share(value)
        memory, offset, strides = _memory_of(plain, encoder)
        if type(memory) is _Memory:
            memory.show(plain, offset, strides)
        form = [plain.dtype.str, list(plain.shape), list(strides), offset]
        return ["a", *form, plain.flags.writeable, encoder(memory)]

    def decode(self, content: list[Any], decoder: Decoder) -> np.ndarray:
        _, dtype, shape, strides, offset, is_writeable, memory = content
        place = decoder.share(None)  # before its memory, as it was encoded
        block = decoder(memory)
        if type(block) not in (_Block, _Memory):
            raise Malformed("an array without memory")
        dtype = _dtype(dtype)
        if dtype.itemsize * math.prod(shape) > decoder.peer.bounds.buffers:
            raise Malformed("an array of too many numbers")
        array = block.view(dtype, shape, strides, offset)
        if not is_writeable:
            array.flags.writeable = False
        decoder.shared[place] = array
        return array


class _ObjectArrays(Kind):
    """Arrays of objects, which the judge alone sends."""

    tag = "ao"

    def fits(self, kind: type) -> bool:
        return False

    def decode(self, content: list[Any], decoder: Decoder) -> np.ndarray:
        if decoder.peer.is_judge:
            raise Malformed("an array of objects")
        array = np.empty(content[1], object)
        array.ravel()[:] = decoder.many(content[2:])
        return array


class _Scalars(Kind):
    """NumPy's scalars, which are no Python numbers."""

    tag = "n"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, np.generic)

    def encode(self, value: np.generic, encoder: Encoder) -> list[Any]:
        if value.dtype.kind not in _PLAIN:
            raise Cannot(f"a number of {value.dtype} is no value for a test")
        return ["n", value.dtype.str, value.tobytes()]

    def decode(self, content: list[Any], decoder: Decoder) -> np.generic:
        return np.frombuffer(content[2], _dtype(content[1]), 1)[0]


class _DataTypes(Kind):
    """Data types, ``np.dtype("float32")``, and the classes of scalars, ``np.float32``."""

    tag = "dt"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, np.dtype)

    def encode(self, value: np.dtype, encoder: Encoder) -> list[Any]:
        return ["dt", value.str]

    def decode(self, content: list[Any], decoder: Decoder) -> np.dtype:
        return _dtype(content[1])


class _Generators(TwinKind):
    """Random generators, which are advanced on both sides alike."""

    tag = "rg"

    def fits(self, kind: type) -> bool:
        return kind is np.random.Generator

    def snapshot(self, value: np.random.Generator) -> Any:
        return _without_arrays(value.bit_generator.state)

    def encode_state(self, value: np.random.Generator, encoder: Encoder) -> Any:
        return encoder(self.snapshot(value))

    def make(self, content: Any, decoder: Decoder) -> np.random.Generator:
        state = decoder(content)  # once: what follows it in the message counts what was shared
        if state["bit_generator"] not in _GENERATORS:
            raise Malformed("an unknown generator")
        generator = np.random.Generator(getattr(np.random, state["bit_generator"])(0))
        self._put(generator, state)
        return generator

    def replace(self, value: np.random.Generator, content: Any, decoder: Decoder) -> None:
        self._put(value, decoder(content))

    def _put(self, value: np.random.Generator, state: dict[str, Any]) -> None:
        # NumPy itself takes any place, and would read there.
        place = state["state"].get("pos", 0), state.get("buffer_pos", 0)
        if not (0 <= place[0] <= _WORDS and 0 <= place[1] <= _PHILOX_WORDS):
            raise Malformed("a generator in a wrong state")
        value.bit_generator.state = _with_arrays(state)


# NumPy's numbers as types: np.float32.
PLAIN_TYPES.update(
    (f"numpy.{kind.__name__}", kind)
    for kind in np.sctypeDict.values()
    if np.dtype(kind).kind in _PLAIN and getattr(np, kind.__name__, None) is kind
)

KINDS = [_Memories(), _Arrays(), _ObjectArrays(), _Scalars(), _DataTypes(), _Generators()]


def _memory_of(plain: np.ndarray, encoder: Encoder) -> tuple[Any, int, tuple[int, ...]]:
    """Return the memory that an array is sent as a view of, where in it, and with which strides."""
    low = start = _start(plain)
    high = low + plain.nbytes
    if not plain.flags.c_contiguous:
        low, high = np.lib.array_utils.byte_bounds(plain)
    for memory in encoder.memories:
        if memory.low <= low and high <= memory.low + len(memory.bytes):
            return memory, start - memory.low, plain.strides
    root = plain
    while isinstance(root.base, np.ndarray):
        root = root.base
    root = np.ndarray.view(root, np.ndarray)  # a subclass decides much for itself, but not here
    if root.dtype.kind in _PLAIN and root.nbytes <= max(4 * plain.nbytes, _SMALL):
        covering = root
    else:
        covering = plain
    is_whole = covering.flags.c_contiguous or covering.flags.f_contiguous
    memory = _Memory(covering) if is_whole else _Memory(plain.copy(), plain)
    encoder.memories.append(memory)
    if is_whole:
        return memory, start - memory.low, plain.strides
    return memory, 0, plain.copy().strides


def aligned(content: bytearray) -> np.ndarray:
    """Return an array of the bytes that have arrived, which begins where numbers of any size may.

    It is their memory if that does, too.
    """
    found = np.frombuffer(content, np.uint8)
    return found if _start(found) % _ALIGNMENT == 0 else found.copy()


def _start(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _view(memory: np.ndarray, dtype: np.dtype, shape: Any, strides: Any, offset: int) -> np.ndarray:
    """Return an array of some memory, which must not lie beyond it.

    NumPy checks that, too, but its sums of strides can overflow.
    """
    reach = [stride * (size - 1) for size, stride in zip(shape, strides, strict=True)]
    low = offset + sum(one for one in reach if one < 0)
    high = offset + sum(one for one in reach if one > 0) + dtype.itemsize
    if math.prod(shape) and not 0 <= low <= high <= len(memory):
        raise Malformed("an array beyond its memory")
    if max(map(abs, [0, *shape, *strides])) > _LONGEST_STRIDE:
        raise Malformed("an array with wrong strides")
    return np.ndarray(tuple(shape), dtype, memory, offset, tuple(strides))


def _bytes_of(memory: np.ndarray, size: int, shape: Any, strides: Any, offset: int) -> np.ndarray:
    """Return the single bytes of an array of some memory; their last axis is within an item."""
    return np.ndarray((*shape, size), np.uint8, memory, offset, (*strides, 1))


def _dtype(text: Any) -> np.dtype:
    if type(text) is not str or not _DTYPE.fullmatch(text):
        raise Malformed("a wrong data type")
    found = np.dtype(text)
    if found.kind not in _PLAIN or found.names is not None:
        raise Malformed("a wrong data type")
    return found


def _without_arrays(state: Any) -> Any:
    """Return a generator's state as plain data, which compares as such."""
    if isinstance(state, dict):
        return {name: _without_arrays(value) for name, value in state.items()}
    return ("array", state.tobytes()) if isinstance(state, np.ndarray) else state


def _with_arrays(state: Any) -> Any:
    if isinstance(state, dict):
        return {name: _with_arrays(value) for name, value in state.items()}
    if isinstance(state, tuple):
        # MT19937 has 32-bit words, all others 64-bit ones.
        content = state[1]
        return np.frombuffer(content, np.uint32 if len(content) == 4 * _WORDS else np.uint64).copy()
    return state
