"""Keras's variables, and the models and optimisers that a judge hands to the learner's functions.

The kernel gets real models and optimisers, made anew from their configuration; the variables are
twins. No code crosses: a layer, a function or an optimiser of a class that Keras itself does not
have stays with the judge, and the kernel has a handle of it.
"""

from typing import Any

import keras
import tensorflow as tf
from keras.src.models.functional import Functional

from autograder.boundary.ambient import Ambient
from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.handles import RemoteObject
from autograder.boundary.keras_layers import RemoteLayer
from autograder.boundary.tensorflow_values import VariableKind, short_name
from autograder.boundary.twins import TwinKind

_CONTAINERS = {"Sequential": keras.Sequential, "Functional": keras.Model}
_COMPILED = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly")
_BEFORE_BUILD = 2  # of an optimiser's variables: the step, and the rate if it is no schedule
_PLACED = "Placed"  # in a container's configuration: a layer that comes beside it


class _Variables(VariableKind):
    """Variables of layers and of optimisers."""

    tag = "kv"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, keras.Variable)

    def storage(self, value: keras.Variable) -> tf.Variable:
        return value._value

    def form(self, value: keras.Variable) -> list[Any]:
        return [value.trainable, value.name, value.path]

    def made(self, form: list[Any], tensor: tf.Tensor) -> keras.Variable:
        trainable, name, path = form
        variable = keras.Variable(
            tensor, dtype=tensor.dtype.name, trainable=trainable is True, name=short_name(name)
        )
        variable._path = short_name(path)
        return variable

    def set_form(self, value: keras.Variable, form: list[Any]) -> None:
        if value.trainable is not form[0]:
            value.trainable = form[0] is True


class _Layers(TwinKind):
    """Layers and models of Keras's own classes, which a judge hands over."""

    tag = "kl"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, keras.layers.Layer) and not issubclass(kind, RemoteObject)

    def snapshot(self, value: keras.layers.Layer) -> Any:
        return value._trainable, getattr(value, "_compile_config", None)

    def encode(self, value: keras.layers.Layer, encoder: Encoder) -> list[Any]:
        twins = encoder.peer.twins
        if (known := twins.reference(value)) is not None:
            return known
        plan = _plan_of_layer(value) if encoder.peer.is_judge else None
        if plan is None:
            return _handle(value, encoder)
        config, layers = plan
        number = twins.number(value, self, encoder)
        own = [] if "layers" in config["config"] else value.variables
        parts = [encoder(config), encoder.many(layers), encoder.many(own)]
        parts.append(encoder.many([_calls(layer) for layer in layers]))
        return ["kl", number, [*parts, *self.encode_state(value, encoder)]]

    def encode_state(self, value: keras.layers.Layer, encoder: Encoder) -> list[Any]:
        return [value._trainable, encoder(_compiled(value))]

    def make(self, content: Any, decoder: Decoder) -> keras.layers.Layer:
        _require_kernel(decoder)
        config, layers, variables, calls, *state = content
        config, inner = decoder(config), decoder.many(layers)
        for layer, known in zip(inner, decoder.many(calls), strict=True):
            if isinstance(layer, RemoteLayer):
                for inputs, outputs in known:
                    layer.remember(inputs, outputs)
        with _SeedsKept(), tf.init_scope():
            if "layers" in config["config"]:
                value = _container(config, inner)
            else:
                value = keras.saving.deserialize_keras_object(config)
        _bind(value.variables if variables else [], variables, decoder)
        self.replace(value, state, decoder)
        return value

    def replace(self, value: keras.layers.Layer, content: Any, decoder: Decoder) -> None:
        trainable, compiled = content
        value._trainable = trainable is True
        compiled = decoder(compiled)
        if compiled is not None:
            settings = {
                name: keras.tree.map_structure(_afresh, compiled[name]) for name in _COMPILED
            }
            if isinstance(settings["optimizer"], RemoteObject):
                settings["optimizer"] = _Elsewhere()
            value.compile(**settings)


class _Elsewhere(keras.optimizers.Optimizer):
    """In the place of an optimiser that a learner's function has compiled a model with."""

    def __init__(self) -> None:
        super().__init__(learning_rate=0.0, name="elsewhere")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        raise NotImplementedError("the model was compiled by the learner: it is trained there")


class _Measures(TwinKind):
    """Losses and metrics of Keras's own classes, which a judge hands over."""

    tag = "kc"

    def fits(self, kind: type) -> bool:
        known = keras.losses.Loss, keras.metrics.Metric
        return issubclass(kind, known) and not issubclass(kind, RemoteObject)

    def snapshot(self, value: Any) -> None:
        return None  # what changes is in the variables

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        twins = encoder.peer.twins
        if (known := twins.reference(value)) is not None:
            return known
        config = _library_config(value) if encoder.peer.is_judge else None
        if config is None:
            return _handle(value, encoder)
        number = twins.number(value, self, encoder)
        variables = getattr(value, "variables", [])
        return ["kc", number, [encoder(config), encoder.many(variables)]]

    def make(self, content: Any, decoder: Decoder) -> Any:
        _require_kernel(decoder)
        config, variables = content
        value = keras.saving.deserialize_keras_object(decoder(config))
        _bind(getattr(value, "variables", []), variables, decoder)
        return value


class _Optimisers(TwinKind):
    """Optimisers of Keras's own classes, which a judge hands over."""

    tag = "ko"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, keras.optimizers.Optimizer) and not issubclass(kind, RemoteObject)

    def snapshot(self, value: keras.optimizers.Optimizer) -> bool:
        # While a graph is written, its variables have no values yet.
        return value.built and all(map(_has_value, value.variables))

    def is_same(self, value: keras.optimizers.Optimizer, snapshot: bool) -> bool:
        return snapshot or not self.snapshot(value)

    def encode(self, value: keras.optimizers.Optimizer, encoder: Encoder) -> list[Any]:
        twins = encoder.peer.twins
        if (known := twins.reference(value)) is not None:
            return known
        config = _library_config(value) if encoder.peer.is_judge else None
        if config is None:
            return _handle(value, encoder)
        number = twins.number(value, self, encoder)
        return ["ko", number, [encoder(config), *self.encode_state(value, encoder)]]

    def encode_state(self, value: keras.optimizers.Optimizer, encoder: Encoder) -> list[Any]:
        if not self.snapshot(value):
            return [None, encoder.many(value.variables[:_BEFORE_BUILD])]
        return [encoder.many(value._trainable_variables), encoder.many(value.variables)]

    def make(self, content: Any, decoder: Decoder) -> keras.optimizers.Optimizer:
        _require_kernel(decoder)
        config, *state = content
        value = keras.optimizers.deserialize(decoder(config))
        self.replace(value, state, decoder)
        return value

    def replace(self, value: keras.optimizers.Optimizer, content: Any, decoder: Decoder) -> None:
        trained, variables = content
        if trained is not None and not value.built:
            trained = decoder.many(trained)
            if not all(isinstance(variable, keras.Variable) for variable in trained):
                raise Malformed("an optimiser of other things than variables")
            with tf.init_scope():
                value.build(trained)
        _bind(value.variables[: len(variables)], variables, decoder)


_VARIABLES = _Variables()
KINDS = [_VARIABLES, _Layers(), _Measures(), _Optimisers()]


class _SeedsKept:
    """Undoes what happens to random states meanwhile: weights that are made are not kept."""

    def __enter__(self) -> None:
        self._before = Ambient().news(is_answer=True)

    def __exit__(self, *_: object) -> None:
        Ambient().learn(self._before)


def _handle(value: Any, encoder: Encoder) -> list[Any]:
    encoder.keep(value)
    return encoder.peer.proxies.describe(value, encoder)


def _require_kernel(decoder: Decoder) -> None:
    if decoder.peer.is_judge:
        raise Malformed("a configuration from the learner's side")


def _plan_of_layer(value: keras.layers.Layer) -> tuple[dict[str, Any], list[Any]] | None:
    """Return a layer's configuration, and the layers that it refers to; None: it stays here."""
    if type(value) in (keras.Sequential, Functional):
        return _plan_of_container(value)
    if not value.built or isinstance(value, keras.Model | keras.layers.Lambda):
        return None
    config = _library_config(value)
    return None if config is None else (config, [])


def _plan_of_container(model: Any) -> tuple[dict[str, Any], list[Any]] | None:
    """Return a model's configuration with its layers taken out, and these."""
    if type(model) is keras.Sequential and model._functional is None:
        return None  # it is built by its first call: here
    parts = model._layers if type(model) is keras.Sequential else model.operations
    placed = [
        part
        for part in parts
        if isinstance(part, keras.layers.Layer) and not isinstance(part, keras.layers.InputLayer)
    ]
    for layer in placed:  # one of the judge's own may have no configuration
        layer.__dict__["get_config"] = dict
    try:
        config = model.get_config()
    finally:
        for layer in placed:
            del layer.__dict__["get_config"]
    entries = config["layers"]
    for number, (part, entry) in enumerate(zip(parts, entries, strict=True)):
        if any(part is layer for layer in placed):
            place = next(place for place, layer in enumerate(placed) if layer is part)
            kept = {name: entry[name] for name in ("name", "inbound_nodes") if name in entry}
            entries[number] = {
                **{"module": None, "class_name": _PLACED, "registered_name": _PLACED},
                **{"config": {"place": place}, **kept},
            }
        elif not _is_of_library(entry):
            return None
    return {"class_name": type(model).__name__, "config": config}, placed


def _calls(layer: keras.layers.Layer) -> list[Any]:
    """Return symbolic inputs and outputs of a layer's calls; none of one that Keras itself has."""
    if type(layer).__module__.startswith("keras."):
        return []
    found = []
    for node in layer._inbound_nodes:
        outputs = list(node.output_tensors)
        found.append([list(node.input_tensors), outputs[0] if len(outputs) == 1 else outputs])
    return found


def _compiled(layer: Any) -> dict[str, Any] | None:
    """Return what a model was compiled with; None if it was not."""
    config = getattr(layer, "_compile_config", None)
    if config is None:
        return None
    return {**{name: config.config[name] for name in _COMPILED}, "optimizer": layer.optimizer}


def _afresh(value: Any) -> Any:
    """Return a metric anew: each process's model counts for itself."""
    if isinstance(value, keras.metrics.Metric) and not isinstance(value, RemoteObject):
        return type(value).from_config(value.get_config())
    return value


def _library_config(value: Any) -> dict[str, Any] | None:
    """Return a configuration of nothing but Keras's own classes; None if there is none."""
    if not type(value).__module__.startswith("keras."):
        return None
    try:
        config = keras.saving.serialize_keras_object(value)
    except (NotImplementedError, TypeError, ValueError):  # what Keras says of what it cannot
        return None
    return config if _is_of_library(config) else None


def _is_of_library(config: Any) -> bool:
    if isinstance(config, dict):
        if "class_name" in config and "config" in config:
            module, name = config.get("module"), config["class_name"]
            is_tensor = str(name).startswith("__")  # "__keras_tensor__", "__tuple__"
            if not is_tensor and not str(module).startswith("keras"):
                return False
        return all(map(_is_of_library, config.values()))
    if isinstance(config, list | tuple):
        return all(map(_is_of_library, config))
    return True


def _container(config: dict[str, Any], layers: list[Any]) -> Any:
    """Return a model made of a configuration and of layers that are there."""

    class Placed:
        @staticmethod
        def from_config(config: dict[str, Any]) -> Any:
            return layers[config["place"]]

    kind, form = _CONTAINERS[config["class_name"]], config["config"]
    if kind is keras.Model:
        # A layer that is part of another model as well has been called before.
        calls = {layer.name: len(layer._inbound_nodes) for layer in layers}
        form = _shifted(form, calls)
    return kind.from_config(form, custom_objects={_PLACED: Placed})


def _shifted(config: Any, calls: dict[str, int]) -> Any:
    """Return a configuration that counts calls of layers from those that they have had."""
    if isinstance(config, dict):
        return {name: _shifted(value, calls) for name, value in config.items()}
    if isinstance(config, list | tuple):
        match config:
            case [str() as name, int() as call, int() as output] if name in calls:
                return [name, call + calls[name], output]
        return type(config)(_shifted(value, calls) for value in config)
    return config


def _has_value(variable: keras.Variable) -> bool:
    with tf.init_scope():
        return bool(tf.raw_ops.VarIsInitializedOp(resource=variable._value.handle))


def _bind(variables: list[Any], contents: list[Any], decoder: Decoder) -> None:
    """Make variables that are here the twins of encoded ones."""
    twins = decoder.peer.twins
    for variable, (tag, number, *state) in zip(variables, contents, strict=True):
        if tag == "tw":
            known = twins.get(number)
            if known is variable:
                continue
            _require_kernel(decoder)
            variable._value = known._value  # which was handed over by itself before: both are one
        elif tag == _VARIABLES.tag:
            _VARIABLES.replace(variable, state[0], decoder)
        else:
            raise Malformed("a variable of another kind")
        twins.adopt(number, variable, _VARIABLES)
