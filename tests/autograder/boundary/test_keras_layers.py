"""A learner's Keras layers and models, in the judge."""

from .pairs import judged


def twin_of(remote, shape):
    """Return a layer of this process that does what ``Scaled`` does, with the same weights."""
    import keras
    from keras import ops

    class Own(keras.layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight((input_shape[-1], remote.units), "zeros", name="kernel")
            self.bias = self.add_weight((remote.units,), "zeros", name="bias")

        def call(self, inputs):
            return remote.factor * ops.softplus(ops.matmul(inputs, self.kernel) + self.bias)

    own = Own()
    own.build(shape)
    own.set_weights(remote.get_weights())
    return own


@judged
def test_a_layer_is_one_of_keras_with_its_weights_and_settings(peer):
    import keras
    import numpy as np

    layer = peer.fetch("Scaled")(2, name="hidden")
    assert isinstance(layer, keras.layers.Layer)
    assert layer.name == "hidden"
    assert layer.weights == []
    layer(np.ones((5, 3), np.float32))
    assert [weight.name for weight in layer.weights] == ["kernel", "bias"]
    assert all(isinstance(weight, keras.Variable) for weight in layer.weights)
    assert layer.count_params() == 8
    assert layer.kernel.shape == (3, 2)
    assert layer.trainable_variables[0] is layer.kernel
    layer.trainable = False
    assert layer.trainable_weights == []


@judged
def test_weights_are_set_by_the_judge_and_used_by_the_kernel(peer):
    import numpy as np

    layer = peer.fetch("Scaled")(2)
    layer.build((None, 3))
    layer.set_weights([np.zeros((3, 2)), np.array([0.0, 1.0])])
    found = layer(np.ones((1, 3), np.float32)).numpy()
    np.testing.assert_allclose(found, [[2 * np.log(2), 2 * np.log1p(np.e)]], rtol=1e-6)
    layer.bias.assign([1.0, 1.0])
    assert layer(np.ones((1, 3), np.float32)).numpy()[0, 0] == found[0, 1]


@judged
def test_private_attributes_do_not_cross(peer):
    layer = peer.fetch("Scaled")(2)
    assert not hasattr(layer, "_secret")


@judged
def test_gradients_are_those_of_one_process_to_the_last_bit(peer):
    import numpy as np
    import tensorflow as tf

    rng = np.random.default_rng(0)
    layer = peer.fetch("Scaled")(4, factor=0.7)
    layer.build((None, 5))
    layer.set_weights([rng.normal(size=(5, 4)), rng.normal(size=4)])
    own = twin_of(layer, (None, 5))
    inputs = tf.Variable(rng.normal(size=(6, 5)).astype(np.float32))
    found = []
    for one in (layer, own):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.square(one(tf.sin(inputs))))
        found.append([total, *tape.gradient(total, [inputs, *one.trainable_variables])])
    for remote, local in zip(*found, strict=True):
        assert np.array_equal(remote, local)


@judged
def test_a_layer_that_is_called_twice_gets_both_gradients(peer):
    import numpy as np
    import tensorflow as tf

    layer = peer.fetch("Scaled")(3)
    layer.build((None, 3))
    own = twin_of(layer, (None, 3))
    found = []
    for one in (layer, own):
        with tf.GradientTape(persistent=True) as tape:
            total = tf.reduce_sum(one(one(tf.ones((2, 3)))))
        found.append([tape.gradient(total, one.kernel), tape.gradient(total, one.bias)])
    for remote, local in zip(*found, strict=True):
        np.testing.assert_allclose(remote, local, rtol=1e-6)


@judged
def test_a_layer_is_called_with_symbolic_inputs(peer):
    import keras

    layer = peer.fetch("Scaled")(5)
    outputs = layer(keras.Input((3, 7)))
    assert outputs.shape == (None, 3, 5)
    assert layer.kernel.shape == (7, 5)


@judged
def test_the_mode_reaches_a_layer_as_argument_and_by_its_model(peer):
    import keras
    import numpy as np

    layer = peer.fetch("Noisy")()
    zeros = np.zeros((1, 2), np.float32)
    assert layer(zeros, training=True).numpy().sum() == 2.0
    assert layer(zeros).numpy().sum() == 0.0
    model = keras.Sequential([keras.Input((2,)), keras.layers.Flatten(), layer])
    assert model(zeros, training=True).numpy().sum() == 2.0
    assert model(zeros, training=False).numpy().sum() == 0.0

    class Around(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layer

        def call(self, inputs):
            return self.inner(inputs)

    assert Around()(zeros, training=True).numpy().sum() == 2.0


@judged
def test_a_configuration_makes_a_layer_again(peer):
    layers = peer.fetch("Scaled")
    config = layers(6, factor=1.0, name="second", trainable=False).get_config()
    assert (config["units"], config["factor"], config["name"]) == (6, 1.0, "second")
    again = layers.from_config(config)
    assert (again.units, again.factor, again.name) == (6, 1.0, "second")
    assert again.trainable is False


@judged
def test_layers_take_part_in_models_that_are_copied_saved_and_loaded(peer):
    import tempfile
    from pathlib import Path

    import keras
    import numpy as np

    layers = peer.fetch("Scaled")
    model = keras.Sequential([keras.Input((5,)), layers(4, name="one"), layers(3, name="two")])
    inputs = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    expected = model(inputs).numpy()
    copy = keras.models.clone_model(model)
    assert copy.layers[0] is not model.layers[0]
    copy.set_weights(model.get_weights())
    assert np.array_equal(copy(inputs), expected)
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder, "model.keras"))
        model.save(place)
        loaded = keras.saving.load_model(place)
    assert np.array_equal(loaded(inputs), expected)
    assert [layer.name for layer in loaded.layers] == ["one", "two"]
    assert isinstance(loaded.layers[0], layers)


@judged
def test_a_model_of_learners_layers_predicts_and_is_fitted_in_graphs(peer):
    import keras
    import numpy as np

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 5)).astype(np.float32), rng.normal(size=(8, 3)).astype(np.float32)
    layer = peer.fetch("Scaled")(3)
    model = keras.Sequential([keras.Input((5,)), layer])
    own = keras.Sequential([keras.Input((5,)), twin_of(layer, (None, 5))])
    assert np.array_equal(model.predict(X, verbose=0), own.predict(X, verbose=0))
    for one in (model, own):
        one.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
        one.fit(X, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    for remote, local in zip(model.get_weights(), own.get_weights(), strict=True):
        np.testing.assert_allclose(remote, local, rtol=1e-5, atol=1e-6)


@judged
def test_a_model_of_the_learners_is_a_model_here(peer):
    import keras
    import numpy as np
    import tensorflow as tf

    model = peer.fetch("made")()
    assert isinstance(model, keras.Model)
    inputs = tf.ones((2, 3))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model(inputs))
    gradients = tape.gradient(total, model.trainable_variables)
    assert [gradient.shape for gradient in gradients] == [(3, 4), (4,), (4, 2), (2,)]
    np.testing.assert_allclose(gradients[3], [2.0, 2.0])
    assert [layer.units for layer in model.layers] == [4, 2]
    assert isinstance(model.first, keras.layers.Dense)
    assert model.predict(np.ones((2, 3)), verbose=0).shape == (2, 2)
