"""NumPy's arrays, scalars, data types and generators on their way to the other process.

Arrays that share memory share it on the other side, too: what is sent is the memory, once, and each
array as a view of it. A result that is a view of an argument comes back as a view of it.
"""

from typing import Any

import numpy as np

from autograder.boundary.codec import Cannot, Decoder, Encoder, Kind
from autograder.boundary.connection import Malformed
from autograder.boundary.twins import TwinKind

_PLAIN = "biufcSUmM"
_SMALL = 2**16  # bytes that are sent without a thought, although a view covers few of them
_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


class _Memory:
    """The memory of arrays that are sent: that of one contiguous array.

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
        self.low = self.bytes.__array_interface__["data"][0]

    def view(self, *form: Any) -> np.ndarray:
        """Return an array of this memory, see `_view`."""
        return _view(self.bytes, *form)

    def replace(self, content: bytes) -> None:
        """Give it other content, and the array that it is a copy of."""
        if len(content) != len(self.bytes):
            raise Malformed("a change of another size")
        self.bytes[:] = np.frombuffer(content, np.uint8)
        if self._original is not None:
            self._original[...] = self._array


class _Block:
    """The memory of arrays that have arrived.

    Parameters
    ----------
    content : bytes
        As it arrived.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.bytes = np.frombuffer(bytearray(content), np.uint8)
        self.low = self.bytes.__array_interface__["data"][0]

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
        return ["b", encoder.buffer(value.bytes.tobytes())]

    def decode(self, content: list[Any], decoder: Decoder) -> _Block:
        block = _Block(_buffer(content[1], decoder))
        decoder.note(decoder.share(block), self, None)
        decoder.memories.append(block)
        return block

    def is_changed(self, value: _Block, state: None) -> bool:
        return value.bytes.tobytes() != value.content

    def encode_state(self, value: _Block, encoder: Encoder) -> int:
        return encoder.buffer(value.bytes.tobytes())

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        if type(value) is not _Memory:
            raise Malformed("a change of another kind")
        value.replace(_buffer(content, decoder))


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
        form = [plain.dtype.str, list(plain.shape), list(strides), offset]
        return ["a", *form, plain.flags.writeable, encoder(memory)]

    def decode(self, content: list[Any], decoder: Decoder) -> np.ndarray:
        _, dtype, shape, strides, offset, is_writeable, memory = content
        place = decoder.share(None)  # before its memory, as it was encoded
        block = decoder(memory)
        if type(block) not in (_Block, _Memory):
            raise Malformed("an array without memory")
        array = block.view(_dtype(dtype), shape, strides, offset)
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
        name = decoder(content)["bit_generator"]
        if name not in _GENERATORS:
            raise Malformed("an unknown generator")
        generator = np.random.Generator(getattr(np.random, name)(0))
        self.replace(generator, content, decoder)
        return generator

    def replace(self, value: np.random.Generator, content: Any, decoder: Decoder) -> None:
        value.bit_generator.state = _with_arrays(decoder(content))


KINDS = [_Memories(), _Arrays(), _ObjectArrays(), _Scalars(), _DataTypes(), _Generators()]


def _memory_of(plain: np.ndarray, encoder: Encoder) -> tuple[Any, int, tuple[int, ...]]:
    """Return the memory that an array is sent as a view of, where in it, and with which strides."""
    low, high = np.lib.array_utils.byte_bounds(plain)
    for memory in encoder.memories:
        if memory.low <= low and high <= memory.low + len(memory.bytes):
            return memory, _start(plain) - memory.low, plain.strides
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
        return memory, _start(plain) - memory.low, plain.strides
    return memory, 0, plain.copy().strides


def _start(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _view(
    memory: np.ndarray, dtype: np.dtype, shape: list[int], strides: list[int], offset: int
) -> np.ndarray:
    """Return an array of some memory; NumPy itself refuses one that lies beyond it."""
    return np.ndarray(tuple(shape), dtype, memory, offset, tuple(strides))


def _dtype(text: Any) -> np.dtype:
    if type(text) is not str or len(text) > 40:
        raise Malformed("a wrong data type")
    found = np.dtype(text)
    if found.kind not in _PLAIN or found.names is not None:
        raise Malformed("a wrong data type")
    return found


def _buffer(number: Any, decoder: Decoder) -> bytes:
    if type(number) is not int or number < 0:
        raise Malformed("memory without a number")
    return decoder.buffers[number]


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
        return np.frombuffer(content, np.uint32 if len(content) == 4 * 624 else np.uint64).copy()
    return state
