"""Keras's global random state, which goes along with calls."""

from typing import Any

import keras
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED

_MOST = 2**32


class _SeedGenerator:
    """The seed of ``keras.utils.set_random_seed``, and the generator that is made of it."""

    name = "keras.random"

    def read(self) -> Any:
        generator = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
        if generator is None:
            return global_state.get_global_attribute(GLOBAL_RANDOM_SEED), None
        with tf.init_scope():
            state = tuple(generator.state.numpy().tolist())
        return global_state.get_global_attribute(GLOBAL_RANDOM_SEED), state

    def write(self, value: Any) -> None:
        seed, state = value
        global_state.set_global_attribute(GLOBAL_RANDOM_SEED, None if seed is None else int(seed))
        if state is None:
            global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)
            return
        first, second = state
        with tf.init_scope():
            generator = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
            if generator is None:
                generator = keras.random.SeedGenerator(0)
                global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, generator)
            generator.state.assign([int(first) % _MOST, int(second) % _MOST])


SETTINGS = [_SeedGenerator()]
