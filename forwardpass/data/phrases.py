"""German sentences with their English translations: the examples of a dictionary."""

import gzip
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forwardpass.data.store import find

Part = Literal["train", "test"]

_TEST = 0.1  # fraction of the German sentences that only the test part has


@dataclass(frozen=True)
class Phrases:
    """Sentences in two languages, cut into words and marks that blanks separate.

    Attributes
    ----------
    sources, targets : tuple of str
        ``sources[k]`` (German) and ``targets[k]`` (English) say the same, in lower case. Forms
        like ``"you 're"`` and ``"don 't"`` are two words.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.sources)


def phrases(part: Part = "train", *, max_length: int = 10, min_count: int = 1) -> Phrases:
    """Return short German sentences and their translations (dictionary "Ding", TU Chemnitz).

    They illustrate single words, so they are as diverse as a dictionary: idioms, rare words, free
    translations. Networks of the size of a lesson learn them by heart rather than by rule.

    Parameters
    ----------
    part : {"train", "test"}
        A tenth of the German sentences is for testing; the filters below move none from part to
        part.
    max_length : int
        Largest number of words and marks, in both languages; the file has none above 10.
    min_count : int
        In how many of these pairs, both parts together, every word must be. (The count is made
        before pairs are left out, so afterwards a word may be in fewer.)

    Returns
    -------
    Phrases

    Raises
    ------
    ValueError
        If the part is unknown.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part is {part!r}: it is "train" or "test".')
    text = gzip.decompress(find("german_english.tsv.gz").read_bytes()).decode()
    pairs = [tuple(line.split("\t")) for line in text.splitlines()]
    german = sorted({source for source, _ in pairs})
    order = np.random.default_rng(12).permutation(len(german))
    tested = {german[i] for i in order[: round(_TEST * len(german))]}
    pairs = [pair for pair in pairs if all(len(side.split()) <= max_length for side in pair)]
    counts = [Counter(), Counter()]
    for pair in pairs:
        for side, count in zip(pair, counts, strict=True):
            count.update(set(side.split()))
    chosen = [
        pair
        for pair in pairs
        if (pair[0] in tested) == (part == "test")
        and all(
            count[word] >= min_count
            for side, count in zip(pair, counts, strict=True)
            for word in side.split()
        )
    ]
    sources, targets = zip(*chosen, strict=True) if chosen else ((), ())
    return Phrases(sources, targets)
