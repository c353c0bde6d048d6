"""Calls of the learner's functions with tensors, while a tape records or a graph is written."""

import pytest

from .pairs import judged


@judged
def test_a_tape_sees_through_a_function(peer):
    import numpy as np
    import tensorflow as tf

    polynomial = peer.fetch("polynomial")
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = polynomial(tf.exp(x))
    with tf.GradientTape() as own:
        e = tf.exp(x)
        z = e**3 + 2.0 * e
    assert np.array_equal(y, z)
    assert np.array_equal(tape.gradient(y, x), own.gradient(z, x))


@judged
def test_a_function_is_traced_as_a_graph_in_its_own_process(peer):
    import tensorflow as tf

    polynomial = tf.function(peer.fetch("polynomial"))
    for value in (1.0, 2.0):
        found = polynomial(tf.constant([value]))
        assert isinstance(found, tf.Tensor)
        assert found.numpy().tolist() == [value**3 + 2 * value]
    assert polynomial(tf.constant([1.0, 3.0])).numpy().tolist() == [3.0, 33.0]


@judged
def test_what_has_no_value_in_a_graph_fails_as_in_one_process(peer):
    import tensorflow as tf

    step = tf.function(peer.fetch("step_with_numbers"))
    _, model, optimiser, X, y = parts()
    with pytest.raises(AttributeError, match="numpy"):
        step(model, optimiser, X, y)


@judged
def test_autograph_rewrites_the_learners_branches(peer):
    import tensorflow as tf

    branch = tf.function(peer.fetch("branch"))
    assert branch(tf.constant([1.0])).numpy().tolist() == [1.0]
    assert branch(tf.constant([-1.0])).numpy().tolist() == [1.0]


@judged
def test_a_function_is_part_of_a_graph_with_its_gradient(peer):
    import tensorflow as tf

    polynomial = peer.fetch("polynomial")

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(2.0 * polynomial(x))
        return y, tape.gradient(y, x)

    y, gradient = slope(tf.constant([1.0, 2.0]))
    assert y.numpy() == 30.0
    assert gradient.numpy().tolist() == [10.0, 28.0]


def parts(optimiser=None, *layers):
    import keras
    import numpy as np
    import tensorflow as tf

    rng = np.random.default_rng(2)
    model = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(4)])
    X = tf.constant(rng.normal(size=(8, 6)), tf.float32)
    y = tf.constant(rng.integers(4, size=8))
    return keras, model, optimiser or keras.optimizers.SGD(0.3), X, y


@judged
def test_a_step_of_training_is_the_same_in_a_graph(peer):
    import numpy as np
    import tensorflow as tf

    step = peer.fetch("train_step")
    results = []
    for one in (step, tf.function(step)):
        keras, model, _, X, y = parts()
        model.set_weights([np.ones_like(array) for array in model.get_weights()])
        optimiser = keras.optimizers.Adam(0.1)  # its variables are made while the graph is written
        results.append([one(model, optimiser, X, y)[0] for _ in range(4)])
        assert int(optimiser.iterations.numpy()) == 4
        results[-1].extend(model.get_weights())
    for eager, graph in zip(*results, strict=True):
        np.testing.assert_allclose(graph, eager, rtol=1e-5, atol=1e-6)


@judged
def test_a_layer_of_the_tests_is_called_back_from_the_learners_graph(peer):
    import tensorflow as tf

    keras, *_ = parts()

    class Counting(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.values = []

        def call(self, inputs, training=None):
            if hasattr(inputs, "numpy"):
                self.values.append((inputs.shape, training))
            return 2.0 * inputs

    counting = Counting()
    keras, model, optimiser, X, y = parts(None, counting)
    step = tf.function(peer.fetch("train_step"))
    losses = [float(step(model, optimiser, X, y)[0]) for _ in range(5)]
    assert losses[-1] < losses[0]
    assert counting.values == [((8, 6), True)] * 5


@judged
def test_a_learners_layer_is_called_back_from_a_graph_that_the_learner_calls(peer):
    import numpy as np
    import tensorflow as tf

    layer = peer.fetch("Scaled")(4)
    keras, model, _, X, _ = parts(None, layer)
    graph = tf.function(lambda inputs: model(inputs))

    class Around(keras.layers.Layer):
        def call(self, inputs):
            return graph(inputs)

    around = Around()
    assert np.array_equal(around(X), model(X))
    assert np.array_equal(peer.fetch("calls")(around, X), model(X))


@judged
def test_methods_and_objects_of_plain_classes_have_gradients_too(peer):
    import tensorflow as tf

    line, x = peer.fetch("Line")(), tf.constant([1.0, 2.0])
    slope = line.slope
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        first, second = line.forward(x), line(x)
    assert [g.numpy().tolist() for g in tape.gradient(first, [x, slope])] == [[2, 3], [1, 2]]
    assert [g.numpy().tolist() for g in tape.gradient(second, [x, slope])] == [[8, 36], [4, 24]]
    graph = tf.function(lambda x: line.forward(x) + line(x))
    assert graph(x).numpy().tolist() == [6.0, 42.0]
