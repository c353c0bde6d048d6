"""The course's data sets: one function each, offline in the quick profile.

Every function returns a :class:`Dataset` (or an image, a :class:`Series`, a text, sentences, the
vectors of words), seeded where it splits or draws.
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
from forwardpass.data.dates import Dates, dates
from forwardpass.data.glove import WordVectors, glove
from forwardpass.data.phrases import Phrases, phrases
from forwardpass.data.reviews import Reviews, reviews
from forwardpass.data.scenes import Scenes, scenes
from forwardpass.data.series import Series, alice, co2, electricity, sunspots
from forwardpass.data.store import DataError, find
from forwardpass.data.voc import VOC, voc

__all__ = [
    "VOC",
    "DataError",
    "Dataset",
    "Dates",
    "Phrases",
    "Reviews",
    "Scenes",
    "Series",
    "WordVectors",
    "alice",
    "cifar10",
    "cifar100",
    "co2",
    "dates",
    "digits",
    "electricity",
    "fashion_mnist",
    "find",
    "glove",
    "mnist",
    "moons",
    "photograph",
    "phrases",
    "reviews",
    "scenes",
    "sunspots",
    "voc",
]
