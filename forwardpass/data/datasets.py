"""Load a data set by name, already split into training and test examples."""

import gzip
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from forwardpass.data.store import DataError, find

Profile = Literal["quick", "full"]

FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DIGIT_CLASSES = tuple(str(digit) for digit in range(10))

_SCIKIT_LEARN_PHOTOGRAPHS = ("china", "flower")
# Only files that lie in the wheel: some of scikit-image's pictures are downloaded when asked for.
_SCIKIT_IMAGE_PHOTOGRAPHS = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "motorcycle": "motorcycle_left.png",
    "rocket": "rocket.jpg",
    "stars": "hubble_deep_field.jpg",
}


@dataclass(frozen=True)
class Dataset:
    """Examples in rows, split into training and test set.

    Attributes
    ----------
    X_train, X_test : numpy.ndarray, shape (m, ...)
        Inputs; images have values from 0 to 1 (float32) and shape (m, height, width), in colour
        (m, 3, height, width).
    y_train, y_test : numpy.ndarray of int64, shape (m,)
        Class numbers.
    classes : tuple of str
        ``classes[k]`` is the name of class k.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    classes: tuple[str, ...]


def digits(test_size: float = 0.25, seed: int = 0) -> Dataset:
    """Return 1,797 handwritten digits of 8 by 8 pixels (Alpaydin and Kaynak, 1998; UCI).

    Parameters
    ----------
    test_size : float
        Fraction of the examples that become the test set; classes keep their proportions.
    seed : int
        Seed of the split.

    Returns
    -------
    Dataset
        Images of shape (m, 8, 8), scaled to 0..1.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype(np.float32).reshape(-1, 8, 8)
    X_train, X_test, y_train, y_test = train_test_split(
        images, labels.astype(np.int64), test_size=test_size, random_state=seed, stratify=labels
    )
    return Dataset(X_train, y_train, X_test, y_test, DIGIT_CLASSES)


def mnist(profile: Profile = "quick", seed: int = 0) -> Dataset:
    """Return MNIST, handwritten digits of 28 by 28 pixels (LeCun, Cortes, Burges, 1998).

    Parameters
    ----------
    profile : {"quick", "full"}
        Quick: 4,000 + 1,000 packaged digits. Full: the original 60,000 + 10,000, downloaded once.
    seed : int
        Seed of the quick profile's split; the original split is fixed.

    Raises
    ------
    DataError
        If the files cannot be had.
    """
    if profile == "full":
        return _idx_dataset("mnist", DIGIT_CLASSES)
    from sklearn.model_selection import train_test_split

    with np.load(find("mnist_subset.npz")) as arrays:
        images, labels = arrays["X"], arrays["y"]
    X_train, X_test, y_train, y_test = train_test_split(
        _scaled(images),
        labels.astype(np.int64),
        test_size=0.2,
        random_state=seed,
        stratify=labels,
    )
    return Dataset(X_train, y_train, X_test, y_test, DIGIT_CLASSES)


def fashion_mnist(profile: Profile = "quick") -> Dataset:
    """Return Fashion-MNIST, pieces of clothing of 28 by 28 pixels (Xiao, Rasul, Vollgraf, 2017).

    Parameters
    ----------
    profile : {"quick", "full"}
        Quick: the packaged 6,000 + 1,000 images. Full: all 60,000 + 10,000, downloaded once.

    Raises
    ------
    DataError
        If the files cannot be had.
    """
    if profile == "full":
        return _idx_dataset("fashion_mnist", FASHION_CLASSES)
    with np.load(find("fashion_mnist_subset.npz")) as arrays:
        return Dataset(
            _scaled(arrays["X_train"]),
            arrays["y_train"].astype(np.int64),
            _scaled(arrays["X_test"]),
            arrays["y_test"].astype(np.int64),
            FASHION_CLASSES,
        )


def moons(m: int = 400, noise: float = 0.2, seed: int = 0) -> Dataset:
    """Return two interleaving half circles in the plane, half of them for testing.

    Parameters
    ----------
    m : int
        Number of points in all.
    noise : float
        Standard deviation of the Gaussian noise on each coordinate.
    seed : int
        Seed of noise and split.

    Returns
    -------
    Dataset
        Inputs of shape (m / 2, 2).
    """
    from sklearn.datasets import make_moons
    from sklearn.model_selection import train_test_split

    points, labels = make_moons(m, noise=noise, random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(
        points, labels.astype(np.int64), test_size=0.5, random_state=seed, stratify=labels
    )
    return Dataset(X_train, y_train, X_test, y_test, ("upper moon", "lower moon"))


def photograph(name: str = "china") -> np.ndarray:
    """Return a photograph that scikit-learn or scikit-image carries.

    Parameters
    ----------
    name : str
        ``"china"`` or ``"flower"`` (scikit-learn's sample images, CC BY); or one of scikit-image's,
        which are free of rights or CC0: ``"astronaut"``, ``"brick"``, ``"camera"``, ``"cat"``,
        ``"coffee"``, ``"grass"``, ``"gravel"``, ``"motorcycle"``, ``"rocket"``, ``"stars"``.

    Returns
    -------
    numpy.ndarray of float64, shape (height, width, 3)
        Red, green and blue from 0 to 1; grey photographs have three equal channels. China and
        flower have 427 by 640 pixels.

    Raises
    ------
    DataError
        If the name is not known, or scikit-image is missing.
    """
    if name in _SCIKIT_LEARN_PHOTOGRAPHS:
        from sklearn.datasets import load_sample_image

        return load_sample_image(f"{name}.jpg") / 255
    if name not in _SCIKIT_IMAGE_PHOTOGRAPHS:
        known = ", ".join(sorted((*_SCIKIT_LEARN_PHOTOGRAPHS, *_SCIKIT_IMAGE_PHOTOGRAPHS)))
        raise DataError(f"{name!r} is not a known photograph: known are {known}.")
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise DataError(f"The {name} is part of the package scikit-image: pip install scikit-image")
    from PIL import Image  # matplotlib brings it

    path = Path(package.origin).parent / "data" / _SCIKIT_IMAGE_PHOTOGRAPHS[name]
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")) / 255


def _scaled(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / np.float32(255)


def _idx_dataset(folder: str, classes: tuple[str, ...]) -> Dataset:
    """Read the four files in the idx format of the MNIST family: a header, then plain bytes."""

    def read(file: str, offset: int) -> np.ndarray:
        content = gzip.decompress(find(f"{folder}/{file}").read_bytes())
        return np.frombuffer(content, np.uint8, offset=offset)

    def images(part: str) -> np.ndarray:
        return _scaled(read(f"{part}-images-idx3-ubyte.gz", offset=16).reshape(-1, 28, 28))

    def labels(part: str) -> np.ndarray:
        return read(f"{part}-labels-idx1-ubyte.gz", offset=8).astype(np.int64)

    return Dataset(images("train"), labels("train"), images("t10k"), labels("t10k"), classes)
