"""Keras layers and models of the other process's, which take part in Keras here.

The stand-in is a layer of Keras's own in all that Keras asks of one: it can be called with arrays,
tensors, tensors of a graph and symbolic inputs, it can be part of a model, and be saved with it.
What it computes is computed by the layer itself, in its process; the variables are twins.
"""

from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.ops.node import Node

from autograder.boundary.connection import Malformed
from autograder.boundary.handles import RemoteObject
from autograder.boundary.tensorflow_calls import call_in_graph, is_written, recorded_call

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

# What Keras does with a layer here, by its weights and its configuration.
_LOCAL = frozenset(
    (
        *("build_from_config", "call", "compute_output_spec", "get_config", "input", "output"),
        *("load_own_variables", "remember", "save_own_variables", "symbolic_call"),
    )
)
# What a kernel's stand-in does itself: a judge's layer is asked for as little as possible.
_OF_A_KERNEL = frozenset(("count_params", "get_layer", "get_weights", "set_weights"))


class RemoteLayer(RemoteObject, keras.layers.Layer):
    """A handle of a layer."""

    _is_ready = False
    _known: dict[str, Any]  # what comes out of symbolic inputs that it has had

    def _begin(self) -> None:
        # Keras's own bookkeeping; the name is never told, as all that is public.
        keras.layers.Layer.__init__(self, name="remote")
        object.__setattr__(self, "_known", {})
        object.__setattr__(self, "_is_ready", True)

    def __getattribute__(self, name: str) -> Any:
        look_up = object.__getattribute__
        if name in _LOCAL or not look_up(self, "_is_ready"):
            return look_up(self, name)
        if name in _OF_A_KERNEL and not look_up(self, "_reference").peer.is_judge:
            return look_up(self, name)
        return RemoteObject.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        # That it is built its own process knows best.
        if name.startswith("_") or name == "built" or not self._is_ready:
            object.__setattr__(self, name, value)
        else:
            RemoteObject.__setattr__(self, name, value)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        context = global_state.get_global_attribute("current_call_ctx")
        mode = None if context is None else context.get_value("training")
        if mode is not None and named.get("training") is None:
            named["training"] = mode
        if _has_symbolic(arguments, named):
            outputs = self.compute_output_spec(*arguments, **named)
            Node(operation=self, call_args=arguments, call_kwargs=named, outputs=outputs)
            return outputs
        if not is_written(arguments, named):
            return recorded_call(self._reference, arguments, named)
        described = keras.tree.map_structure(_described, (arguments, named))
        outputs = self.compute_output_spec(*described[0], **described[1])
        outputs = keras.tree.map_structure(_spec, outputs)
        variables = self.trainable_variables
        return call_in_graph(self._reference, arguments, named, outputs, variables)

    def __bool__(self) -> bool:
        return True  # as Keras asks of all that takes part in a graph

    def call(self, *arguments: Any, **named: Any) -> Any:
        """Return what the layer computes."""
        return self(*arguments, **named)

    def compute_output_spec(self, *arguments: Any, **named: Any) -> Any:
        """Return symbolic outputs for symbolic inputs; builds the layer if it is not built yet."""
        known = self._known.get(_form_of((arguments, named)))
        if known is not None:
            return keras.tree.map_structure(_again, known)
        with tf.init_scope():
            return self._reference.peer.request("keras spec", self._reference, arguments, named)

    def remember(self, inputs: list[keras.KerasTensor], outputs: Any) -> None:
        """Remember what comes out of symbolic inputs: the layer itself need not be called."""
        self._known[_form_of(inputs)] = outputs

    def get_config(self) -> dict[str, Any]:
        """Return the layer's configuration, and let Keras here find the class by its name."""
        config, registered = self._reference.peer.request("keras config", self._reference)
        _register(type(self), registered)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer in the other process."""
        return type(cls).__getattr__(cls, "from_config")(config)

    def save_own_variables(self, store: Any) -> None:
        """Write the weights into a part of a file."""
        for number, variable in enumerate(self.weights):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read the weights from a part of a file."""
        weights = self.weights
        if len(store) != len(weights):
            raise ValueError(f"{self!r} has {len(weights)} weights, the file {len(store)}.")
        for number, variable in enumerate(weights):
            variable.assign(store[str(number)])


class RemoteModel(RemoteLayer, keras.Model):
    """A handle of a model."""


def _spec_of(peer: "Peer", target: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Return what a layer makes of symbolic inputs."""
    return _require_layer(target)(*arguments, **named)


def _config_of(peer: "Peer", target: Any) -> Any:
    """Return a layer's configuration, and the name that its class is registered under."""
    layer = _require_layer(target)
    return layer.get_config(), keras.saving.get_registered_name(type(layer))


OPERATIONS = {"keras spec": _spec_of, "keras config": _config_of}


def _require_layer(target: Any) -> Any:
    if not isinstance(target, keras.layers.Layer):
        raise TypeError("this is no layer of Keras")
    return target


def _register(kind: type, name: Any) -> None:
    """Let Keras find a class of the other process's by the name that it is registered under."""
    if type(name) is not str or len(name) > 200:
        raise Malformed("a wrong name")
    package, is_registered, own = name.partition(">")
    if not is_registered or keras.saving.get_registered_name(kind) == name:
        return
    known = keras.saving.get_registered_object(name)
    if known is None or issubclass(known, RemoteObject):  # of a test before, or of this one
        keras.saving.register_keras_serializable(package, own)(kind)


def _has_symbolic(arguments: Any, named: Any) -> bool:
    leaves = keras.tree.flatten((arguments, named))
    return any(isinstance(leaf, keras.KerasTensor) for leaf in leaves)


def _form_of(structure: Any) -> str:
    """Return shapes and data types of all symbolic inputs."""
    leaves = [leaf for leaf in keras.tree.flatten(structure) if isinstance(leaf, keras.KerasTensor)]
    return str([(leaf.shape, leaf.dtype) for leaf in leaves])


def _again(leaf: Any) -> Any:
    if isinstance(leaf, keras.KerasTensor):
        return keras.KerasTensor(leaf.shape, leaf.dtype)
    return leaf


def _described(leaf: Any) -> Any:
    """Return the symbolic input of Keras that a tensor of a graph is."""
    if isinstance(leaf, tf.Tensor):
        return keras.KerasTensor(tuple(leaf.shape), leaf.dtype.name)
    return leaf


def _spec(leaf: Any) -> Any:
    if isinstance(leaf, keras.KerasTensor):
        return tf.TensorSpec(leaf.shape, leaf.dtype)
    return leaf
