"""The course's data sets: one function each, offline in the quick profile.

Every function returns a :class:`Dataset` (or an image), seeded where it splits or draws.
"""

from forwardpass.data.datasets import (
    Dataset,
    digits,
    fashion_mnist,
    mnist,
    moons,
    photograph,
)
from forwardpass.data.store import DataError, find

__all__ = [
    "DataError",
    "Dataset",
    "digits",
    "fashion_mnist",
    "find",
    "mnist",
    "moons",
    "photograph",
]
