"""The course's data sets: one function each, offline in the quick profile.

Every function returns a :class:`Dataset` (or an image), seeded where it splits or draws.
"""

from forwardpass.data.cifar import cifar10, cifar100
from forwardpass.data.datasets import (
    Dataset,
    digits,
    fashion_mnist,
    mnist,
    moons,
    photograph,
)
from forwardpass.data.scenes import Scenes, scenes
from forwardpass.data.store import DataError, find
from forwardpass.data.voc import VOC, voc

__all__ = [
    "VOC",
    "DataError",
    "Dataset",
    "Scenes",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "find",
    "mnist",
    "moons",
    "photograph",
    "scenes",
    "voc",
]
