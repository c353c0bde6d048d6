"""TensorFlow's global random state, which goes along with calls."""

from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context


class _GlobalSeed:
    """The seed of ``tf.random.set_seed``, and how far the operations' own seeds are drawn."""

    name = "tensorflow.random"

    def read(self) -> Any:
        # There is no public way to read what tf.random.set_seed has set.
        now = context.context()
        draws = getattr(now, "_rng", None)
        return now._seed, None if draws is None or now._seed is None else draws.getstate()

    def write(self, value: Any) -> None:
        seed, draws = value
        if seed is None:
            return  # TensorFlow itself knows no way back
        tf.random.set_seed(int(seed))
        if draws is not None:
            context.context()._rng.setstate(draws)


SETTINGS = [_GlobalSeed()]
