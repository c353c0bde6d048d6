"""TensorFlow's tensors, shapes, data types and variables on their way to the other process.

A tensor crosses by value. Variables are twins. What is done here is neither recorded by a gradient
tape nor written into a graph that is being traced: it happens in ``tf.init_scope``.
"""

import math
from typing import Any

import numpy as np
import tensorflow as tf

from autograder.boundary import tensorflow_calls, tensorflow_seeds
from autograder.boundary.ambient import add_settings
from autograder.boundary.codec import Cannot, Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.handles import SPECIAL_CALLS
from autograder.boundary.kinds import Kind
from autograder.boundary.peer import LIBRARY_OPERATIONS
from autograder.boundary.twins import TwinKind

_EAGER = tf.__internal__.EagerTensor  # nothing may be computed before a process forks
_NO_NUMBERS = (tf.resource, tf.variant, tf.string)
_LONGEST_NAME = 1000
_LARGEST_SIZE = 2**31 - 1


class _Tensors(Kind):
    """Tensors that have values."""

    tag = "tf"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, tf.Tensor)

    def encode(self, value: tf.Tensor, encoder: Encoder) -> list[Any]:
        if type(value) is not _EAGER:
            raise Cannot("a tensor of a graph that is being written has no value yet")
        if value.dtype == tf.string:
            return ["tf", "string", list(value.shape), *value.numpy().ravel().tolist()]
        if value.dtype in _NO_NUMBERS:
            raise Cannot(f"a tensor of {value.dtype.name} is no value for a test")
        memory = _memory(value)
        content = value.numpy().tobytes() if memory is None else memoryview(memory)
        return ["tf", value.dtype.name, list(value.shape), encoder.buffer(content)]

    def decode(self, content: list[Any], decoder: Decoder) -> tf.Tensor:
        _, name, shape, *rest = content
        with tf.init_scope():
            if name == "string":
                if not all(type(text) is bytes for text in rest):
                    raise Malformed("a tensor of other things than texts")
                if math.prod(_shape(shape)) != len(rest):
                    raise Malformed("a tensor of another shape")
                return tf.constant(rest, tf.string, _shape(shape))
            array = np.frombuffer(_buffer(rest[0], decoder), number_type(name).as_numpy_dtype)
            return tf.constant(array.reshape(_shape(shape)))


class _Shapes(Kind):
    """Shapes, whose sizes may be unknown."""

    tag = "tfs"

    def fits(self, kind: type) -> bool:
        return kind is tf.TensorShape

    def encode(self, value: tf.TensorShape, encoder: Encoder) -> list[Any]:
        return ["tfs", None if value.rank is None else value.as_list()]

    def decode(self, content: list[Any], decoder: Decoder) -> tf.TensorShape:
        return shape_of(content[1])


class _DataTypes(Kind):
    """Data types."""

    tag = "tfd"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, tf.DType)

    def encode(self, value: tf.DType, encoder: Encoder) -> list[Any]:
        return ["tfd", value.name]

    def decode(self, content: list[Any], decoder: Decoder) -> tf.DType:
        return data_type(content[1])


class _Specs(Kind):
    """What is known of a tensor that has no value yet."""

    tag = "tft"

    def fits(self, kind: type) -> bool:
        return kind is tf.TensorSpec

    def encode(self, value: tf.TensorSpec, encoder: Encoder) -> list[Any]:
        return ["tft", encoder(value.shape), value.dtype.name]

    def decode(self, content: list[Any], decoder: Decoder) -> tf.TensorSpec:
        return tf.TensorSpec(decoder(content[1]), data_type(content[2]))


class VariableKind(TwinKind):
    """Variables of TensorFlow, or of a library above it."""

    def storage(self, value: Any) -> tf.Variable:
        """Return the variable of TensorFlow's that holds the numbers."""
        raise NotImplementedError

    def form(self, value: Any) -> list[Any]:
        """Return what a variable is made of beside its numbers, the trainable flag first."""
        raise NotImplementedError

    def made(self, form: list[Any], array: np.ndarray) -> Any:
        """Return a variable of the other process's form."""
        raise NotImplementedError

    def set_form(self, value: Any, form: list[Any]) -> None:
        """Change a variable's form as far as it can be changed."""

    def snapshot(self, value: Any) -> Any:
        with tf.init_scope():
            return self.form(value), _content(_read(self.storage(value)))

    def is_same(self, value: Any, snapshot: Any) -> bool:
        form, content = snapshot
        if self.form(value) != form:
            return False
        with tf.init_scope():
            now = _content(_read(self.storage(value)))
        if type(now) is bytes or type(content) is bytes:
            return now == content
        # As long as the snapshot lives, a change of the variable gets memory of its own.
        return _start(now) == _start(content)

    def encode_state(self, value: Any, encoder: Encoder) -> Any:
        with tf.init_scope():
            tensor = _read(self.storage(value))
        return [self.form(value), encoder(tensor)]

    def make(self, content: Any, decoder: Decoder) -> Any:
        form, tensor = content
        with tf.init_scope():
            return self.made(form, _numbers(tensor, decoder))

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        form, tensor = content
        with tf.init_scope():
            self.storage(value).assign(_numbers(tensor, decoder))
            self.set_form(value, form)


class _Variables(VariableKind):
    """Variables of TensorFlow itself."""

    tag = "tfv"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, tf.Variable)

    def storage(self, value: tf.Variable) -> tf.Variable:
        return value

    def form(self, value: tf.Variable) -> list[Any]:
        return [value.trainable, value.name.partition(":")[0]]

    def made(self, form: list[Any], array: tf.Tensor) -> tf.Variable:
        trainable, name = form
        return tf.Variable(array, trainable=trainable is True, name=short_name(name))


KINDS = [_Tensors(), _Shapes(), _DataTypes(), _Specs(), _Variables()]

add_settings("tensorflow", tensorflow_seeds.SETTINGS, [])
SPECIAL_CALLS.append((tensorflow_calls.is_for_tensors, tensorflow_calls.call_function))
LIBRARY_OPERATIONS.update(tensorflow_calls.OPERATIONS)


def data_type(name: Any) -> tf.DType:
    """Return a data type by its name."""
    if type(name) is not str or len(name) > 40:
        raise Malformed("a wrong data type")
    return tf.as_dtype(name)


def number_type(name: Any) -> tf.DType:
    """Return a data type of numbers by its name."""
    found = data_type(name)
    if found in _NO_NUMBERS:
        raise Malformed("a wrong data type")
    return found


def shape_of(sizes: Any) -> tf.TensorShape:
    """Return a shape whose sizes may be unknown."""
    if sizes is None:
        return tf.TensorShape(None)
    for size in sizes:
        if size is not None and (type(size) is not int or not 0 <= size <= _LARGEST_SIZE):
            raise Malformed("a wrong shape")
    return tf.TensorShape(sizes)


def short_name(name: Any) -> str:
    """Return a variable's name, if it is one."""
    if type(name) is not str or len(name) > _LONGEST_NAME:
        raise Malformed("a wrong name")
    return name


def _shape(sizes: Any) -> list[int]:
    shape_of(sizes)
    return list(sizes)


def _buffer(number: Any, decoder: Decoder) -> bytes:
    if type(number) is not int or number < 0:
        raise Malformed("memory without a number")
    return decoder.buffers[number]


def _numbers(content: Any, decoder: Decoder) -> tf.Tensor:
    tensor = decoder(content)
    if type(tensor) is not _EAGER:
        raise Malformed("a variable without numbers")
    return tensor


def _read(variable: tf.Variable) -> tf.Tensor:
    """Return a variable's value: the memory itself, no copy of it."""
    return tf.raw_ops.ReadVariableOp(resource=variable.handle, dtype=variable.dtype)


def _memory(tensor: tf.Tensor) -> np.ndarray | None:
    """Return a tensor's memory as bytes; None where Python has no such data type."""
    try:
        return np.asarray(memoryview(tensor)).reshape(-1).view(np.uint8)
    except (ValueError, TypeError, BufferError):  # bfloat16, texts
        return None


def _content(tensor: tf.Tensor) -> np.ndarray | bytes:
    """Return a tensor's memory, or a copy of it where there is no way to look at it."""
    memory = _memory(tensor)
    return tensor.numpy().tobytes() if memory is None else memory


def _start(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
