"""Calls across the boundary that a gradient tape sees, or that are part of a graph.

**Eager, while a tape records**: the other process runs the call under a tape of its own and keeps
it. The results are joined to the arguments, and to the variables that the call has read, by
``tf.custom_gradient``; the gradient is a second request.

**While a graph is written** (``tf.function``, ``fit``, ``predict``): the other process traces its
function, and tells which tensors come out. The graph here gets an operation that asks for the
values when it runs, with its gradient.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import tensorflow as tf
from tensorflow.python.eager import record

from autograder.boundary.connection import Malformed
from autograder.boundary.handles import Reference, RemoteMethod, RemoteObject

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

# What is called across the boundary is no Python for AutoGraph to rewrite; it looks for this name.
RemoteObject.autograph_info__ = RemoteMethod.autograph_info__ = {}

# The last operation in a graph that asks the other process: they run in the order of the program.
_LAST: WeakKeyDictionary[Any, tf.Operation] = WeakKeyDictionary()


def is_for_tensors(arguments: Sequence[Any], named: dict[str, Any]) -> bool:
    """Whether a call has tensors that a tape or a graph wants to know of."""
    if tf.executing_eagerly() and not record.could_possibly_record():
        return False
    return any(isinstance(leaf, tf.Tensor) for leaf in tf.nest.flatten((arguments, named)))


def call_function(
    reference: Reference, name: str | None, arguments: Sequence[Any], named: dict[str, Any]
) -> Any:
    """Call a function of the other process's, or a method of an object."""
    if not is_written(arguments, named):
        if tf.executing_eagerly():
            return recorded_call(reference, arguments, named, name=name)
        with tf.init_scope():
            return _plain_call(reference, name, arguments, named)
    described = tf.nest.map_structure(_described, (tuple(arguments), named))
    with tf.init_scope():
        graph, outputs, variables = reference.peer.request("tf trace", reference, name, *described)
    return call_in_graph(_reference(graph), arguments, named, outputs, variables)


def is_written(arguments: Sequence[Any], named: dict[str, Any]) -> bool:
    """Whether any argument is a tensor of a graph that is being written."""
    return any(_is_symbolic(leaf) for leaf in tf.nest.flatten((arguments, named)))


def recorded_call(
    reference: Reference,
    arguments: Sequence[Any],
    named: dict[str, Any],
    reads: Sequence[tf.Tensor] | None = None,
    name: str | None = None,
) -> Any:
    """Call something of the other process's, so that the tapes here see through it.

    Parameters
    ----------
    reference : Reference
    arguments, named : sequence, dict
    reads : sequence of tensors, optional
        What has been read of the variables that the call uses; read here if it is not given.
    name : str, optional
        Of a method; otherwise the object itself is called.
    """
    if not record.could_possibly_record():
        return _plain_call(reference, name, arguments, named)
    recording, outputs, variables = reference.peer.request(
        "tf record", reference, name, tuple(arguments), named
    )
    _reference(recording)
    if reads is None:
        reads = [read(variable) for variable in variables]
    inputs = [*_differentiable((arguments, named)), *reads]
    flat = tf.nest.flatten(outputs)
    places = [number for number, leaf in enumerate(flat) if _is_differentiable(leaf)]

    @tf.custom_gradient
    def join(*_: tf.Tensor) -> tuple[list[tf.Tensor], Callable[..., Any]]:
        def gradient(*upstream: tf.Tensor) -> list[tf.Tensor | None]:
            return _checked(recording.gradient(list(upstream)), inputs)

        return [flat[place] for place in places], gradient

    if places and inputs:
        for place, joined in zip(places, join(*inputs), strict=True):
            flat[place] = joined
    return tf.nest.pack_sequence_as(outputs, flat)


def call_in_graph(
    reference: Reference,
    arguments: Sequence[Any],
    named: dict[str, Any],
    outputs: Any,
    variables: Sequence[Any],
) -> Any:
    """Write a call of something of the other process's into the graph that is being written.

    Parameters
    ----------
    reference : Reference
    arguments, named : sequence, dict
    outputs : nested structure
        What comes out: a ``tf.TensorSpec`` for a tensor, all else as it is.
    variables : sequence
        Those of both processes that the call reads.
    """
    structure = (tuple(arguments), named)
    leaves = tf.nest.flatten(structure)
    places = [number for number, leaf in enumerate(leaves) if _is_symbolic(leaf)]
    specs = [leaf for leaf in tf.nest.flatten(outputs) if isinstance(leaf, tf.TensorSpec)]

    def ask(*values: tf.Tensor) -> list[tf.Tensor]:
        filled = list(leaves)
        for place, value in zip(places, values, strict=False):
            filled[place] = value
        now, named_now = tf.nest.pack_sequence_as(structure, filled)
        found = recorded_call(reference, now, named_now, values[len(places) :])
        return [leaf for leaf in tf.nest.flatten(found) if isinstance(leaf, tf.Tensor)]

    inputs = [*(leaves[place] for place in places), *map(read, variables)]
    graph = tf.compat.v1.get_default_graph()
    before = [_LAST[graph]] if graph in _LAST else []
    with tf.control_dependencies(before):
        results = tf.py_function(ask, inputs, [spec.dtype for spec in specs])
    if isinstance(results, tf.Operation):  # of a call that returns no tensor
        _LAST[graph] = results
        return outputs
    results = list(results) if isinstance(results, list | tuple) else [results]
    _LAST[graph] = results[0].op
    for result, spec in zip(results, specs, strict=True):
        result.set_shape(spec.shape)
    rest = iter(results)
    return tf.nest.map_structure(
        lambda leaf: next(rest) if isinstance(leaf, tf.TensorSpec) else leaf, outputs
    )


def read(variable: Any) -> tf.Tensor:
    """Return a variable's value, which a tape knows the origin of."""
    return tf.convert_to_tensor(storage(variable))


def storage(variable: Any) -> tf.Variable:
    """Return the variable of TensorFlow's that holds the numbers of Keras's."""
    return variable if isinstance(variable, tf.Variable) else variable._value


class Recording:
    """A call that was run under a tape.

    Parameters
    ----------
    tape : tf.GradientTape
    inputs : list of tensors and variables
    outputs : nested structure
    """

    def __init__(self, tape: tf.GradientTape, inputs: list[Any], outputs: Any) -> None:
        self._tape, self._inputs = tape, inputs
        self._outputs = [leaf for leaf in tf.nest.flatten(outputs) if _is_differentiable(leaf)]

    def gradient(self, upstream: list[tf.Tensor]) -> list[tf.Tensor | None]:
        """Return the gradients with respect to the inputs, the variables last."""
        if len(upstream) != len(self._outputs):
            raise ValueError("a gradient for each output")
        found = self._tape.gradient(self._outputs, self._inputs, output_gradients=upstream)
        return [None if one is None else tf.convert_to_tensor(one) for one in found]


class Graph:
    """A function of this process that was traced for the other.

    Parameters
    ----------
    function : tf.types.experimental.PolymorphicFunction
    """

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._function(*arguments, **named)


def _plain_call(
    reference: Reference, name: str | None, arguments: Sequence[Any], named: dict[str, Any]
) -> Any:
    if name is None:
        return reference.peer.request("call", reference, *arguments, **named)
    return reference.peer.request("method", reference, name, *arguments, **named)


def _record(
    peer: "Peer",
    target: Any,
    name: str | None,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    """Call something under a tape; return the recording, the outputs, and the variables read."""
    inputs = _differentiable((arguments, named))
    with tf.GradientTape(persistent=True) as tape:
        for tensor in inputs:
            tape.watch(tensor)
        if name is None:
            outputs = peer.perform("call", target, list(arguments), named)
        else:
            outputs = peer.perform("method", target, [name, *arguments], named)
    own = [] if isinstance(target, Graph) else getattr(target, "trainable_variables", [])
    variables = _shared(peer, list(own), tape.watched_variables())
    recording = Recording(tape, [*inputs, *map(storage, variables)], outputs)
    return recording, outputs, variables


def _trace(
    peer: "Peer",
    target: Any,
    name: str | None,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    """Trace a function for these arguments; return the graph, what comes out, and the variables."""
    if isinstance(target, type):
        raise TypeError("a class is no function to trace")
    if name is not None:
        peer.perform("get", target, [name], {})  # which may not be allowed
    function = tf.function(target if name is None else getattr(target, name))
    traced = function.get_concrete_function(*arguments, **named)
    outputs = tf.nest.map_structure(_described, traced.structured_outputs)
    return Graph(function), outputs, _shared(peer, [], traced.trainable_variables)


OPERATIONS = {"tf record": _record, "tf trace": _trace}


def _shared(peer: "Peer", own: list[Any], watched: Sequence[tf.Variable]) -> list[Any]:
    """Return those of an object's own variables, and of the twins, that a call has read."""
    read_ones = {id(variable) for variable in watched}
    found: dict[int, Any] = {}
    for variable in [*own, *peer.twins.values()]:
        inner = variable if isinstance(variable, tf.Variable) else getattr(variable, "_value", None)
        if id(inner) in read_ones:
            found.setdefault(id(inner), variable)
    return list(found.values())


def _checked(gradients: Any, inputs: Sequence[tf.Tensor]) -> list[tf.Tensor | None]:
    """Return gradients that have the forms of the inputs."""
    if type(gradients) is not list or len(gradients) != len(inputs):
        raise TypeError("the other process returned no gradient for each input")
    for gradient, tensor in zip(gradients, inputs, strict=True):
        if gradient is None:
            continue
        fits = isinstance(gradient, tf.Tensor) and gradient.dtype == tensor.dtype
        if not fits or gradient.shape != tensor.shape:
            raise TypeError("the other process returned a gradient of another form")
    return gradients


def _described(leaf: Any) -> Any:
    """Return what the other process is told of a tensor that has no value yet."""
    if _is_symbolic(leaf) or isinstance(leaf, tf.TensorSpec):
        return tf.TensorSpec(leaf.shape, leaf.dtype)
    return leaf


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, tf.Tensor) and not hasattr(value, "numpy")


def _is_differentiable(value: Any) -> bool:
    return isinstance(value, tf.Tensor) and (value.dtype.is_floating or value.dtype.is_complex)


def _differentiable(structure: Any) -> list[tf.Tensor]:
    return [leaf for leaf in tf.nest.flatten(structure) if _is_differentiable(leaf)]


def _reference(handle: Any) -> Reference:
    if not isinstance(handle, RemoteObject):
        raise Malformed("a handle was expected")
    return object.__getattribute__(handle, "_reference")
