"""What a learner has written: layers, models, and functions for TensorFlow and Keras."""

import random

import keras
import numpy as np
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="notebook")
class Scaled(keras.layers.Layer):
    """A dense layer with a softplus and a factor."""

    def __init__(self, units, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.factor = units, factor
        self._secret = 1

    def build(self, input_shape):
        self.kernel = self.add_weight(
            (input_shape[-1], self.units), "glorot_uniform", name="kernel"
        )
        self.bias = self.add_weight((self.units,), "zeros", name="bias")

    def call(self, inputs):
        return self.factor * ops.softplus(ops.matmul(inputs, self.kernel) + self.bias)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "factor": self.factor}


class Noisy(keras.layers.Layer):
    """Adds one in training."""

    def call(self, inputs, training=False):
        return inputs + 1.0 if training else inputs


class TwoLayers(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = keras.layers.Dense(4), keras.layers.Dense(2)

    def call(self, inputs):
        return self.second(self.first(inputs))


def train_step(model, optimiser, X, y):
    with tf.GradientTape() as tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimiser.apply(gradients, model.trainable_variables)
    return loss, tf.linalg.global_norm(gradients)


def step_with_numbers(model, optimiser, X, y):
    return train_step(model, optimiser, X, y)[0].numpy()


def polynomial(x):
    return x**3 + 2.0 * x


def same(value):
    return value


def described(value):
    return [type(value).__name__, str(value.dtype), value.numpy().tolist()]


def branch(x):
    if tf.reduce_sum(x) > 0:
        return x
    return -x


def kernels(model):
    return [layer.get_weights()[0] for layer in model.layers if layer.weights]


def names(model):
    return [layer.name for layer in model.layers]


def double(variable):
    variable.assign(2 * variable)


def freeze(model):
    model.layers[0].trainable = False


def draws():
    return [
        random.random(),
        np.random.random(),
        tf.random.normal((3,)),
        keras.random.normal((3,)),
        keras.layers.Dense(3).build((None, 2)),
    ]


def initialised(seed_of_layer=None):
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    return layer.get_weights()[0]


def save(model, path):
    if not isinstance(model, keras.Model):
        raise ValueError("no model")
    model.save(filepath=path)


def load(path):
    return keras.saving.load_model(path)


def made():
    return TwoLayers()


kept = []


def keep(model):
    kept.append(model)
    return [one is model for one in kept]


def pry(layer, name):
    return getattr(layer, name)


def pry_and_call(layer, name, *arguments):
    return getattr(layer, name)(*arguments)


def calls(layer, inputs):
    return layer(inputs)


class Line:
    """A class of the learner's own, with nothing of a library."""

    def __init__(self):
        self.slope = tf.Variable([2.0, 3.0])

    def forward(self, x):
        return self.slope * x

    def __call__(self, x):
        return tf.square(self.forward(x))


def squared_error(y_true, y_pred):
    return ops.mean(ops.square(y_pred - y_true), axis=-1)


class SquaredError(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return squared_error(y_true, y_pred)


class Halving(keras.callbacks.Callback):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def on_epoch_end(self, epoch, logs=None):
        self.rate.assign(self.rate / 2)


class Cube(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return ops.full(shape, 3.0, dtype=dtype)


def listed(values):
    return list(values)


def fit(model, X, y):
    return model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


def compile_and_fit(model, X, y):
    model.compile(keras.optimizers.SGD(0.1), SquaredError(), metrics=["mae"])
    return fit(model, X, y)
