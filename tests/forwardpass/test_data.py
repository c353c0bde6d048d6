"""The data sets: what they contain, where they are looked for, what a missing one says."""

import gzip
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from forwardpass import data
from forwardpass.data import DataError, store


@pytest.mark.parametrize(
    ("load", "train", "test"),
    [
        (data.digits, (1347, 8, 8), (450, 8, 8)),
        (data.mnist, (4000, 28, 28), (1000, 28, 28)),
        (data.fashion_mnist, (6000, 28, 28), (1000, 28, 28)),
    ],
)
def test_image_sets_are_scaled_split_and_balanced(
    load: object, train: tuple[int, ...], test: tuple[int, ...]
) -> None:
    dataset = load()
    assert dataset.X_train.shape == train
    assert dataset.X_test.shape == test
    assert dataset.X_train.dtype == np.float32
    assert dataset.X_train.min() == 0
    assert dataset.X_train.max() == 1
    counts = np.bincount(dataset.y_train, minlength=10)
    assert len(dataset.classes) == len(counts) == 10
    assert counts.max() < 1.1 * counts.min()


def test_no_image_is_in_both_parts_of_a_split() -> None:
    dataset = data.digits()
    shown = {image.tobytes() for image in dataset.X_train}
    assert not any(image.tobytes() in shown for image in dataset.X_test)


def test_a_seed_fixes_the_split() -> None:
    assert np.array_equal(data.digits(seed=1).X_test, data.digits(seed=1).X_test)
    assert not np.array_equal(data.digits(seed=1).X_test, data.digits(seed=2).X_test)


def test_moons_and_photograph() -> None:
    moons = data.moons(m=100, seed=3)
    assert moons.X_train.shape == (50, 2)
    assert set(moons.y_test) == {0, 1}
    photograph = data.photograph("flower")
    assert photograph.shape == (427, 640, 3)
    assert 0 <= photograph.min() < photograph.max() <= 1


def test_the_packaged_file_is_the_one_in_the_registry() -> None:
    path = store.find("fashion_mnist_subset.npz")
    assert path.parent == store.PACKAGED
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in (store.PACKAGED / "README.md").read_text()


def test_every_registered_file_has_checksum_and_licence() -> None:
    for name, entry in store.registry().items():
        algorithm, digest = entry["checksum"].split(":")
        assert len(digest) == {"md5": 32, "sha256": 64}[algorithm], name
        assert entry["licence"], name


class TestSearch:
    """Package, then local mirror, then cache, then download."""

    NAME = "small/labels.gz"
    CONTENT = gzip.compress(b"\0" * 8 + bytes([1, 2, 3]), mtime=0)

    @pytest.fixture(autouse=True)
    def _registered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = {
            "checksum": "sha256:" + hashlib.sha256(self.CONTENT).hexdigest(),
            "licence": "MIT",
            "url": "http://127.0.0.1:9/labels.gz",  # a port on which nothing answers
        }
        monkeypatch.setattr(store, "registry", lambda: {self.NAME: entry})
        monkeypatch.setattr(store, "PACKAGED", tmp_path / "package")
        monkeypatch.setattr(store, "cache_folder", lambda: tmp_path / "cache")
        monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path / "mirror"))

    def put(self, folder: Path, content: bytes | None = None) -> Path:
        path = folder / self.NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(self.CONTENT if content is None else content)
        return path

    def test_the_mirror_comes_before_the_cache(self, tmp_path: Path) -> None:
        cached = self.put(tmp_path / "cache")
        assert store.find(self.NAME) == cached
        mirrored = self.put(tmp_path / "mirror")
        assert store.find(self.NAME) == mirrored
        assert store.find(self.NAME) != self.put(tmp_path / "other")
        packaged = self.put(tmp_path / "package")
        assert store.find(self.NAME) == packaged

    def test_a_damaged_file_is_named(self, tmp_path: Path) -> None:
        damaged = self.put(tmp_path / "cache", b"damaged")
        with pytest.raises(DataError, match="is damaged") as error:
            store.find(self.NAME)
        assert str(damaged) in str(error.value)

    def test_without_a_network_the_manual_way_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as error:
            store.find(self.NAME)
        message = str(error.value)
        assert "http://127.0.0.1:9/labels.gz" in message
        assert str(tmp_path / "cache" / self.NAME) in message
        assert "\n" not in message
        assert not (tmp_path / "cache" / self.NAME).exists()

    def test_an_unknown_file_is_named_with_the_known_ones(self) -> None:
        with pytest.raises(DataError, match=r"labels\.gz"):
            store.find("nonsense.gz")


def test_the_registry_is_read_as_a_windows_editor_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "registry.toml"
    path.write_bytes(b'\xef\xbb\xbf["a.gz"]\r\nchecksum = "md5:1"\r\nlicence = "x"\r\n')
    monkeypatch.setattr(store, "_REGISTRY", path)
    assert store.registry.__wrapped__() == {"a.gz": {"checksum": "md5:1", "licence": "x"}}


def test_the_full_profile_reads_the_original_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {
        "train-images-idx3-ubyte.gz": b"\0" * 16 + bytes(range(256)) * 49,
        "train-labels-idx1-ubyte.gz": b"\0" * 8 + bytes(range(16)),
        "t10k-images-idx3-ubyte.gz": b"\0" * 16 + bytes(784),
        "t10k-labels-idx1-ubyte.gz": b"\0" * 8 + bytes([7]),
    }
    entries = {}
    for file, content in contents.items():
        path = tmp_path / "mnist" / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content))
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        entries[f"mnist/{file}"] = {"checksum": f"sha256:{checksum}", "licence": "x"}
    monkeypatch.setattr(store, "registry", lambda: entries)
    monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path))
    dataset = data.mnist("full")
    assert dataset.X_train.shape == (16, 28, 28)
    assert dataset.y_train.tolist() == list(range(16))
    assert dataset.y_test.tolist() == [7]
    assert dataset.X_train[0, 0, 5] == np.float32(5) / np.float32(255)


@pytest.mark.skipif(importlib.util.find_spec("skimage") is None, reason="scikit-image is missing")
@pytest.mark.parametrize(("name", "shape"), [("cat", (300, 451, 3)), ("brick", (512, 512, 3))])
def test_photographs_of_scikit_image_have_three_channels_from_0_to_1(name, shape):
    picture = data.photograph(name)
    assert picture.shape == shape
    assert picture.dtype == np.float64
    assert 0 <= picture.min() < picture.max() <= 1


def test_an_unknown_photograph_is_refused_with_the_names_of_the_others():
    with pytest.raises(data.DataError, match="known are astronaut"):
        data.photograph("unicorn")


def test_a_photograph_whose_package_is_missing_says_which(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(data.DataError, match="pip install scikit-image"):
        data.photograph("cat")
