"""CIFAR: a small archive of the original format is read as the original is."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forwardpass import data
from forwardpass.data import DataError, store

TEN = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def record(*labels: int, red: int = 0, green: int = 0, blue: int = 0) -> bytes:
    """Return a record of an image that is filled with one colour, but for its second pixel."""
    planes = [bytes([value, 255 - value]) + bytes([value]) * 1022 for value in (red, green, blue)]
    return bytes(labels) + b"".join(planes)


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict], None]:
    """Return a function that makes an archive the one of the registry."""

    def publish(name: str, members: dict[str, bytes]) -> None:
        path = tmp_path / "cifar" / name
        path.parent.mkdir()
        with tarfile.open(path, "w:gz") as tar:
            folder = tarfile.TarInfo("cifar-binary")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
            for member, content in members.items():
                entry = tarfile.TarInfo(f"cifar-binary/{member}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        checksum = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        entries = {f"cifar/{name}": {"checksum": f"md5:{checksum}", "licence": "x"}}
        monkeypatch.setattr(store, "registry", lambda: entries)
        monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path))

    return publish


def test_cifar_10_joins_its_five_batches_in_order(publish: Callable) -> None:
    members = {"test_batch.bin": record(9, blue=51)}  # the archive's order is not the batches'
    members |= {f"data_batch_{n}.bin": record(n, red=n) + record(0, green=n) for n in (3, 1, 5)}
    members |= {f"data_batch_{n}.bin": record(n, red=n) for n in (2, 4)}
    members["batches.meta.txt"] = "\n".join([*TEN, "", ""]).encode()
    publish("cifar-10-binary.tar.gz", members)
    dataset = data.cifar10()
    assert dataset.y_train.tolist() == [1, 0, 2, 3, 0, 4, 5, 0]
    assert dataset.y_train.dtype == dataset.y_test.dtype == np.int64
    assert dataset.X_train.shape == (8, 3, 32, 32)
    assert dataset.X_train.dtype == np.float32
    assert dataset.classes == tuple(TEN)
    assert np.allclose(dataset.X_train[3, :, 5, 7], [3 / 255, 0, 0])
    assert dataset.y_test.tolist() == [9]
    assert np.allclose(dataset.X_test[0, :, 0, :2], [[0, 1], [0, 1], [0.2, 0.8]])


@pytest.mark.parametrize(("labels", "expected"), [("fine", [77, 5]), ("coarse", [3, 19])])
def test_cifar_100_has_two_labels_an_image(
    publish: Callable, labels: str, expected: list[int]
) -> None:
    members = {
        "coarse_label_names.txt": b"\n".join(b"group%d" % n for n in range(20)),
        "fine_label_names.txt": b"\n".join(b"kind%d" % n for n in range(100)),
        "train.bin": record(3, 77, red=255) + record(19, 5),
        "test.bin": record(0, 99),
    }
    publish("cifar-100-binary.tar.gz", members)
    dataset = data.cifar100("full", labels=labels)
    assert dataset.y_train.tolist() == expected
    assert dataset.X_train[0, :, 1, 1].tolist() == [1, 0, 0]
    assert len(dataset.classes) == {"fine": 100, "coarse": 20}[labels]


@pytest.mark.parametrize("load", [data.cifar10, data.cifar100])
def test_there_is_no_quick_cifar(load: Callable) -> None:
    with pytest.raises(DataError, match="fashion_mnist"):
        load("quick")


@pytest.mark.parametrize("load", [data.cifar10, data.cifar100])
def test_without_a_network_the_archive_is_named(
    load: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {
        name: entry | {"url": "http://127.0.0.1:9/x"} for name, entry in store.registry().items()
    }
    monkeypatch.setattr(store, "registry", lambda: nowhere)
    monkeypatch.setattr(store, "cache_folder", lambda: tmp_path)
    monkeypatch.delenv("FORWARDPASS_DATA", raising=False)
    with pytest.raises(DataError, match=r"cifar-100?-binary\.tar\.gz could not be downloaded"):
        load()
