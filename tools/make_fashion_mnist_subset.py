"""Make forwardpass/data/files/fashion_mnist_subset.npz from Debian's dataset-fashion-mnist.

The committed file was made by exactly this: `apt-get install dataset-fashion-mnist`, then
`python tools/make_fashion_mnist_subset.py`.
"""

import gzip
from pathlib import Path

import numpy as np

ORIGINAL = Path("/usr/share/datasets/fashion-mnist")
SUBSET = Path(__file__).parents[1] / "forwardpass/data/files/fashion_mnist_subset.npz"


def read(part: str, per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first images of each class, in the original order, and their labels."""
    images = np.frombuffer(
        gzip.decompress((ORIGINAL / f"{part}-images-idx3-ubyte.gz").read_bytes()),
        np.uint8,
        offset=16,
    ).reshape(-1, 28, 28)
    labels = np.frombuffer(
        gzip.decompress((ORIGINAL / f"{part}-labels-idx1-ubyte.gz").read_bytes()),
        np.uint8,
        offset=8,
    )
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in range(10)]))
    return images[chosen], labels[chosen]


if __name__ == "__main__":
    X_train, y_train = read("train", 600)
    X_test, y_test = read("t10k", 100)
    np.savez_compressed(SUBSET, X_train=X_train, y_train=y_train, X_test=X_test, y_test=y_test)
    print(f"{SUBSET}: {len(X_train)} + {len(X_test)} images")
