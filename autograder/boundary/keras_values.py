"""Keras on its way to the other process: what crosses by value, and what Keras adds to the rest."""

from typing import Any

import keras

from autograder.boundary import keras_layers, keras_models, keras_seeds
from autograder.boundary.ambient import add_settings
from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.kinds import Kind
from autograder.boundary.peer import LIBRARY_OPERATIONS
from autograder.boundary.proxies import SPECIAL_BASES
from autograder.boundary.tensorflow_values import data_type, shape_of, short_name

# Of a symbolic tensor from the learner's side: layers here make weights that fit it.
_LARGEST = 2**22
_POLICY = type(keras.dtype_policies.get("float32"))


class _SymbolicTensors(Kind):
    """Symbolic tensors, ``keras.Input((3,))``: shape, data type and name."""

    tag = "kt"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, keras.KerasTensor)

    def encode(self, value: keras.KerasTensor, encoder: Encoder) -> list[Any]:
        shape = None if value.shape is None else list(value.shape)
        return ["kt", shape, value.dtype, value.name]

    def decode(self, content: list[Any], decoder: Decoder) -> keras.KerasTensor:
        _, shape, dtype, name = content
        sizes = tuple(shape_of(shape).as_list())
        if decoder.peer.is_judge and any(size is not None and size > _LARGEST for size in sizes):
            raise Malformed("a symbolic tensor that is too large")
        return keras.KerasTensor(sizes, data_type(dtype).name, name=short_name(name))


class _Policies(Kind):
    """Policies for data types, ``"mixed_float16"``."""

    tag = "kp"

    def fits(self, kind: type) -> bool:
        return kind is _POLICY

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        return ["kp", value.name]

    def decode(self, content: list[Any], decoder: Decoder) -> Any:
        if type(content[1]) is not str or len(content[1]) > 40:
            raise Malformed("a wrong policy")
        return _POLICY(content[1])


KINDS = [_SymbolicTensors(), _Policies(), *keras_models.KINDS]

SPECIAL_BASES.update(
    {
        "keras.src.layers.layer.Layer": keras_layers.RemoteLayer,
        "keras.src.models.model.Model": keras_layers.RemoteModel,
    }
)
LIBRARY_OPERATIONS.update(keras_layers.OPERATIONS)
add_settings("keras", keras_seeds.SETTINGS, [])
