"""CIFAR-10 and CIFAR-100: colour photographs of 32 by 32 pixels, for the full profile."""

import tarfile
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np

from forwardpass.data.datasets import Dataset, Profile
from forwardpass.data.store import DataError, find

_PIXELS = 3 * 32 * 32


def cifar10(profile: Profile = "full") -> Dataset:
    """Return CIFAR-10, photographs of ten kinds of animal and vehicle (Krizhevsky, 2009).

    Parameters
    ----------
    profile : {"full"}
        All 50,000 + 10,000 images, downloaded once (162 MB). There is no quick CIFAR-10.

    Returns
    -------
    Dataset
        Images of shape (m, 3, 32, 32), channels first: red, green, blue. They take 740 MB.

    Raises
    ------
    DataError
        If the quick profile is asked for, or the archive cannot be had.
    """
    members = _read("cifar-10-binary.tar.gz", profile)
    batches = b"".join(members[f"data_batch_{number}.bin"] for number in range(1, 6))
    X_train, y_train = _records(batches, label_bytes=1, label=0)
    X_test, y_test = _records(members["test_batch.bin"], label_bytes=1, label=0)
    return Dataset(X_train, y_train, X_test, y_test, _names(members["batches.meta.txt"]))


def cifar100(profile: Profile = "full", labels: Literal["fine", "coarse"] = "fine") -> Dataset:
    """Return CIFAR-100, photographs of a hundred kinds of thing (Krizhevsky, 2009).

    Parameters
    ----------
    profile : {"full"}
        All 50,000 + 10,000 images, downloaded once (161 MB). There is no quick CIFAR-100.
    labels : {"fine", "coarse"}
        The 100 classes, or the 20 groups of five classes each.

    Returns
    -------
    Dataset
        Images of shape (m, 3, 32, 32), channels first: red, green, blue. They take 740 MB.

    Raises
    ------
    DataError
        If the quick profile is asked for, or the archive cannot be had.
    """
    members = _read("cifar-100-binary.tar.gz", profile)
    column = {"coarse": 0, "fine": 1}[labels]
    X_train, y_train = _records(members["train.bin"], label_bytes=2, label=column)
    X_test, y_test = _records(members["test.bin"], label_bytes=2, label=column)
    return Dataset(X_train, y_train, X_test, y_test, _names(members[f"{labels}_label_names.txt"]))


def _read(archive: str, profile: Profile) -> dict[str, bytes]:
    """Return the files of an archive by their names, without folders; nothing is unpacked."""
    if profile != "full":
        raise DataError(
            'There is no quick CIFAR: data.fashion_mnist() works offline, PROFILE = "full" '
            "downloads CIFAR."
        )
    path: Path = find(f"cifar/{archive}")
    with tarfile.open(path, "r:gz") as tar:  # in the archive's order, so it is read only once
        return {
            PurePosixPath(member.name).name: tar.extractfile(member).read()
            for member in tar
            if member.isfile()
        }


def _records(content: bytes, *, label_bytes: int, label: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels of records, each of some labels and then 3,072 brightness values."""
    records = np.frombuffer(content, np.uint8).reshape(-1, label_bytes + _PIXELS)
    images = records[:, label_bytes:].astype(np.float32)
    images /= 255  # in place: the whole set is large
    return images.reshape(-1, 3, 32, 32), records[:, label].astype(np.int64)


def _names(content: bytes) -> tuple[str, ...]:
    return tuple(content.decode("ascii").split())
