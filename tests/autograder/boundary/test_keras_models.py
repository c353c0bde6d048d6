"""The judge's Keras models and optimisers, handed to the learner's functions."""

from .pairs import judged


def batch():
    import numpy as np
    import tensorflow as tf

    rng = np.random.default_rng(1)
    X = tf.constant(rng.normal(size=(7, 5)), tf.float32)
    return X, tf.constant(rng.integers(3, size=7))


def model_of(*layers):
    import keras

    return keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3)])


def own_step(model, optimiser, X, y):
    """Do what the learner's ``train_step`` does."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimiser.apply(gradients, model.trainable_variables)
    return loss, tf.linalg.global_norm(gradients)


def require_equal(first, second):
    import numpy as np

    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)


@judged
def test_steps_are_those_of_one_process_to_the_last_bit(peer):
    import keras

    step, (X, y) = peer.fetch("train_step"), batch()
    for make in (
        lambda: keras.optimizers.SGD(0.1, momentum=0.9),
        lambda: keras.optimizers.Adam(0.1),
    ):
        models = [model_of(keras.layers.Dense(4, activation="tanh")) for _ in range(2)]
        models[1].set_weights(models[0].get_weights())
        optimisers = [make(), make()]
        for _ in range(3):
            loss, norm = step(models[0], optimisers[0], X, y)
            require_equal([loss, norm], own_step(models[1], optimisers[1], X, y))
            require_equal(models[0].get_weights(), models[1].get_weights())
        require_equal(*[[v.numpy() for v in one.variables] for one in optimisers])


@judged
def test_variables_are_kept_alike_in_both_directions(peer):
    model = model_of()
    (found,) = peer.fetch("kernels")(model)
    require_equal([found], [model.layers[0].kernel.numpy()])
    model.layers[0].kernel.assign(0 * model.layers[0].kernel + 3.0)
    (found,) = peer.fetch("kernels")(model)
    assert (found == 3.0).all()
    peer.fetch("double")(model.layers[0].kernel)
    assert (model.layers[0].kernel.numpy() == 6.0).all()


@judged
def test_a_model_is_one_object_for_the_length_of_a_test(peer):
    model = model_of()
    assert peer.fetch("keep")(model) == [True]
    assert peer.fetch("keep")(model) == [True, True]
    assert peer.fetch("same")(model) is model
    assert peer.fetch("same")(model.layers[0]) is model.layers[0]


@judged
def test_layers_that_two_models_share_are_shared_there(peer):
    import keras

    shared = keras.layers.Dense(4)
    first, second = model_of(shared), model_of(shared)
    a, b = peer.fetch("kernels")(first)[0], peer.fetch("kernels")(second)[0]
    require_equal([a], [b])
    (X, y), optimiser = batch(), keras.optimizers.SGD(0.5)
    peer.fetch("train_step")(first, optimiser, X, y)
    require_equal([peer.fetch("kernels")(second)[0]], [shared.kernel.numpy()])


@judged
def test_a_functional_model_keeps_its_form(peer):
    import keras

    step, (X, y) = peer.fetch("train_step"), batch()
    inputs, dense = keras.Input((5,)), keras.layers.Dense(5)
    hidden = keras.layers.Add()([dense(inputs), 2.0 * dense(dense(inputs))])
    models = [keras.Model(inputs, keras.layers.Dense(3)(hidden))]
    models.append(keras.models.clone_model(models[0]))
    models[1].set_weights(models[0].get_weights())
    peer.fetch("kernels")(model_of(dense))  # it has been called in another model before
    results = [
        one(model, keras.optimizers.SGD(0.1), X, y)
        for one, model in zip([step, own_step], models, strict=True)
    ]
    require_equal(*results)
    require_equal(*[model.get_weights() for model in models])


@judged
def test_a_frozen_layer_stays_as_it_is(peer):
    import keras

    model = model_of(keras.layers.Dense(4))
    model.layers[0].trainable = False
    before = model.get_weights()
    X, y = batch()
    peer.fetch("train_step")(model, keras.optimizers.Adam(0.1), X, y)
    require_equal(model.get_weights()[:2], before[:2])
    assert (model.get_weights()[2] != before[2]).any()
    model = model_of(keras.layers.Dense(4))
    peer.fetch("freeze")(model)
    assert model.layers[0].trainable is False
    assert len(model.trainable_weights) == 2


@judged
def test_a_layer_of_the_tests_own_is_called_back_with_gradients_and_mode(peer):
    import keras
    import tensorflow as tf

    class Mode(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.modes = []

        def build(self, input_shape):
            self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

        def call(self, inputs, training=None):
            self.modes.append(training)
            return tf.square(inputs) * self.factor

    modes = [Mode(), Mode()]
    models = [model_of(mode, keras.layers.Dense(4)) for mode in modes]
    models[1].set_weights(models[0].get_weights())
    modes[0].modes.clear()
    X, y = batch()
    optimisers = [keras.optimizers.SGD(0.1) for _ in range(2)]
    for _ in range(3):
        found = peer.fetch("train_step")(models[0], optimisers[0], X, y)
        require_equal(found, own_step(models[1], optimisers[1], X, y))
    assert modes[0].modes == [True] * 3
    require_equal(*[model.get_weights() for model in models])


@judged
def test_a_model_that_is_not_built_yet_is_built_and_trained(peer):
    import keras

    models = [keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(3)]) for _ in range(2)]
    X, y = batch()
    models[1].build((None, 5))
    keras.utils.set_random_seed(1)
    peer.fetch("train_step")(models[0], keras.optimizers.SGD(0.0), X, y)
    models[1].set_weights(models[0].get_weights())
    optimisers = [keras.optimizers.SGD(0.1) for _ in range(2)]
    found = peer.fetch("train_step")(models[0], optimisers[0], X, y)
    require_equal(found, own_step(models[1], optimisers[1], X, y))
    require_equal(*[model.get_weights() for model in models])


@judged
def test_learners_layers_in_a_judges_model_are_the_learners_own_there(peer):
    import keras

    layer = peer.fetch("Scaled")(4, name="scaled")
    model = model_of(layer)
    X, y = batch()
    before = model.get_weights()
    assert peer.fetch("same")(layer) is layer
    peer.fetch("train_step")(model, keras.optimizers.SGD(0.1), X, y)
    assert all((new != old).any() for new, old in zip(model.get_weights(), before, strict=True))
    require_equal(
        peer.fetch("kernels")(model), [layer.kernel.numpy(), before[2] * 0 + model.layers[1].kernel]
    )


@judged
def test_a_model_is_saved_and_loaded_by_the_learners_functions(peer):
    import tempfile
    from pathlib import Path

    import keras
    import numpy as np

    network = model_of(keras.layers.Dense(4, activation="tanh"), keras.layers.Dropout(0.4))
    inputs = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        for place in (Path(folder, "a.keras"), str(Path(folder, "b.keras"))):
            peer.fetch("save")(network, place)
            assert (
                keras.saving.load_model(place)(inputs).numpy().tolist()
                == network(inputs).numpy().tolist()
            )
            copy = peer.fetch("load")(place)
            assert isinstance(copy, keras.Model)
            assert isinstance(copy, keras.Sequential)
            assert copy is not network
            assert np.array_equal(copy(inputs), network(inputs))
            assert len(copy.layers) == 3
            assert np.array_equal(copy.get_weights()[0], network.get_weights()[0])


@judged
def test_no_code_of_the_tests_crosses(peer):
    import keras
    import tensorflow as tf

    def secret(inputs):
        return inputs + 1.0

    sent, send = [], peer._connection.send

    def listen(head, buffers, patience):
        sent.append(b"".join([head, *map(bytes, buffers)]))
        send(head, buffers, patience)

    peer._connection.send = listen
    for layer in (keras.layers.Lambda(secret), keras.layers.Dense(4, activation=secret)):
        layer(tf.ones((1, 5)))
        assert peer.fetch("names")(model_of(layer))[0] == layer.name
    del peer._connection.send
    assert any(b"Dense" in one for one in sent)
    assert not any(b"secret" in one for one in sent)


@judged
def test_what_a_library_can_do_with_a_tests_layer_is_not_the_learners(peer):
    import tempfile
    from pathlib import Path

    import keras
    import tensorflow as tf

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.level = 3

        def call(self, inputs):
            return inputs

        def half(self, x):
            return x / 2

    layer = Own()
    layer(tf.ones((1, 2)))
    assert peer.fetch("pry")(layer, "level") == 3
    assert peer.fetch("pry_and_call")(layer, "half", 3.0) == 1.5
    with tempfile.TemporaryDirectory() as folder:
        for name in ("save", "save_weights", "load_weights", "build", "from_config", "export"):
            try:
                peer.fetch("pry_and_call")(layer, name, str(Path(folder, "a.keras")))
            except AttributeError:
                continue
            raise AssertionError(name)
        assert not list(Path(folder).iterdir())


def data():
    import numpy as np

    X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    return X, X @ np.array([[1.0], [2.0], [3.0]], np.float32)


def line():
    import keras

    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])


@judged
def test_a_model_that_is_compiled_is_fitted_by_the_learners_function(peer):
    import keras
    import tensorflow as tf

    X, y = data()

    def own(y_true, y_pred):
        return tf.reduce_mean((y_true - y_pred) ** 2, -1)

    for loss, metrics in [
        (lambda: "mse", lambda: ["mae"]),
        (keras.losses.Huber, lambda: [keras.metrics.MeanAbsoluteError()]),
        (lambda: own, lambda: [own]),
    ]:
        models, losses = [line(), line()], []
        for model in models:
            model.compile(keras.optimizers.Adam(0.1), loss(), metrics=metrics())
        losses.append(peer.fetch("fit")(models[0], X, y))
        losses.append(models[1].fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"])
        assert losses[0] == losses[1]
        require_equal(*[model.get_weights() for model in models])
        require_equal(*[model.evaluate(X, y, verbose=0) for model in models])
        assert int(models[0].optimizer.iterations.numpy()) == 2


@judged
def test_a_model_that_the_learner_compiles_is_evaluated_here_and_trained_there(peer):
    import pytest

    X, y = data()
    model = line()
    losses = peer.fetch("compile_and_fit")(model, X, y)
    assert losses[1] < losses[0]
    assert model.evaluate(X, y, verbose=0)[0] < losses[1]
    assert len(peer.fetch("fit")(model, X, y)) == 2
    with pytest.raises(NotImplementedError, match="compiled by the learner"):
        model.fit(X, y, verbose=0)


@judged
def test_learners_losses_callbacks_and_initialisers_serve_a_judges_model(peer):
    import keras

    X, y = data()
    losses = []
    for loss in ("mse", peer.fetch("squared_error"), peer.fetch("SquaredError")()):
        model = line()
        model.compile(keras.optimizers.SGD(0.1), loss)
        losses.append(model.fit(X, y, epochs=3, shuffle=False, verbose=0).history["loss"])
    assert losses[0] == losses[1] == losses[2]
    halving = peer.fetch("Halving")(model.optimizer.learning_rate)
    model.fit(X, y, epochs=2, verbose=0, callbacks=[halving])
    assert abs(float(model.optimizer.learning_rate.numpy()) - 0.025) < 1e-8
    layer = keras.layers.Dense(2, kernel_initializer=peer.fetch("Cube")())
    layer.build((None, 2))
    assert (layer.kernel.numpy() == 3.0).all()


@judged
def test_a_metric_counts_on_both_sides(peer):
    import keras

    metric = keras.metrics.MeanSquaredError()
    call = peer.fetch("pry_and_call")
    call(metric, "update_state", [1.0, 2.0], [2.0, 4.0])
    assert float(metric.result()) == 2.5
    metric.update_state([0.0, 0.0], [0.0, 0.0])
    assert float(call(metric, "result")) == 1.25
