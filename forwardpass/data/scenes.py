"""Scenes for detection and segmentation: real glyphs on real photographs, with exact labels.

The glyphs are pieces of clothing (Fashion-MNIST), the backgrounds crops of two photographs
(scikit-learn's sample images). Since the scenes are composed, every box and every pixel's label is
known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from forwardpass.data.datasets import FASHION_CLASSES, Dataset, fashion_mnist, photograph

Part = Literal["train", "test"]

SCENE_CLASSES = ("T-shirt/top", "Trouser", "Sneaker", "Bag")

_ATTEMPTS = 30  # places that are tried for an object before the scene goes without it
_VISIBLE = 0.5  # the smallest part of an object that others leave visible
_FULL = 0.4  # the smallest part of its own box that a glyph covers: dark clothes have holes
_SPLIT = 0.6  # training backgrounds lie left of this fraction of a photograph, test ones right
_REDUCTIONS = (1, 2, 4)  # a background is a crop of the photograph reduced by one of these
_CROSS = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]], bool)  # neighbours in the same image


@dataclass(frozen=True)
class Scenes:
    """Scenes with one to several objects each.

    Attributes
    ----------
    images : numpy.ndarray of float32, shape (m, 3, height, width)
        Red, green and blue from 0 to 1.
    boxes : tuple of numpy.ndarray of float32, each of shape (objects, 4)
        For each scene the corners (x1, y1, x2, y2) of its objects, in pixels: x to the right and y
        downwards from the upper left corner of the image. The box is the smallest one around the
        *visible* part of the object: its columns are x1, ..., x2 - 1, so its width is x2 - x1.
    labels : tuple of numpy.ndarray of int64, each of shape (objects,)
        Class numbers, in the order of the boxes.
    instances : numpy.ndarray of int64, shape (m, height, width)
        0 where the background is seen, k + 1 where object k of the scene is.
    classes : tuple of str
        ``classes[k]`` is the name of class k.
    """

    images: np.ndarray
    boxes: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...]
    instances: np.ndarray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of scenes."""
        return len(self.images)

    @property
    def masks(self) -> np.ndarray:
        """For each pixel 0 (background) or 1 + the class seen there; int64, (m, height, width)."""
        tables = (np.append(0, 1 + labels) for labels in self.labels)
        pairs = zip(tables, self.instances, strict=True)
        return np.stack([table[instances] for table, instances in pairs])


def scenes(
    m: int,
    part: Part = "train",
    *,
    seed: int = 0,
    size: tuple[int, int] = (48, 64),
    objects: tuple[int, int] = (1, 4),
    lengths: tuple[int, int] = (14, 28),
    classes: Sequence[str] = SCENE_CLASSES,
    frequencies: Sequence[float] | None = None,
) -> Scenes:
    """Return scenes of pieces of clothing on photographs, with exact boxes and masks.

    An object lies inside the image as a whole. A later one may hide a part of an earlier one, but
    at least half of every object stays visible; an object for which there is no such place is left
    out. Training and test scenes share neither a glyph nor a piece of a photograph.

    Parameters
    ----------
    m : int
        Number of scenes. Scene k depends on the seed and on k, not on m.
    part : {"train", "test"}
        Which glyphs and which backgrounds are used.
    seed : int
        Seed of all that is random.
    size : tuple of int
        Height and width of the scenes, in pixels.
    objects : tuple of int
        Smallest and largest number of objects in a scene.
    lengths : tuple of int
        Smallest and largest length of an object's longer side, in pixels.
    classes : sequence of str
        Names of Fashion-MNIST's classes; class k is the k-th of them.
    frequencies : sequence of float, optional
        How often each class appears, relative to the others; equally often by default.

    Returns
    -------
    Scenes

    Raises
    ------
    ValueError
        If the part or a class is unknown, or an object or a crop does not fit.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part is {part!r}: it is "train" or "test".')
    unknown = [name for name in classes if name not in FASHION_CLASSES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no class of Fashion-MNIST: {FASHION_CLASSES}.")
    if not 2 <= lengths[0] <= lengths[1] <= min(size):
        raise ValueError(f"lengths is {lengths}: objects must fit into scenes of size {size}.")
    if not 1 <= objects[0] <= objects[1]:
        raise ValueError(f"objects is {objects}: a scene has one object at least.")
    backgrounds = [
        picture
        for picture in _backgrounds(part)
        if picture.shape[0] >= size[0] and picture.shape[1] >= size[1]
    ]
    if not backgrounds:
        raise ValueError(f"size is {size}: no photograph is that large.")
    glyphs = [_glyphs(part, FASHION_CLASSES.index(name)) for name in classes]
    share = np.ones(len(classes)) if frequencies is None else np.asarray(frequencies, float)

    images = np.empty((m, 3, *size), np.float32)
    instances = np.zeros((m, *size), np.int64)
    boxes, labels = [], []
    for k in range(m):
        rng = np.random.default_rng([seed, k, part == "test"])
        canvas = _background(backgrounds, size, rng)
        kept = []
        for _ in range(rng.integers(objects[0], objects[1] + 1)):
            label = int(rng.choice(len(classes), p=share / share.sum()))
            glyph = glyphs[label][rng.integers(len(glyphs[label]))]
            brightness, shape = _resized(glyph, int(rng.integers(lengths[0], lengths[1] + 1)))
            colour = rng.uniform(0.35, 1.0, size=3)
            place = _place(shape, instances[k], kept, rng)
            if place is None:
                continue
            (top, left), (rows, columns) = place, shape.shape
            window = (slice(top, top + rows), slice(left, left + columns))
            painted = colour * (0.25 + 0.75 * brightness[shape])[:, np.newaxis]
            canvas[window][shape] = painted
            kept.append((label, int(shape.sum())))
            instances[k][window][shape] = len(kept)
        images[k] = canvas.transpose(2, 0, 1)
        boxes.append(_boxes(instances[k], len(kept)))
        labels.append(np.array([label for label, _ in kept], np.int64))
    return Scenes(images, tuple(boxes), tuple(labels), instances, tuple(classes))


@cache
def _backgrounds(part: Part) -> list[np.ndarray]:
    """Return this part's pieces of the photographs, whole and reduced: (height, width, 3)."""
    pieces = []
    for name in ("china", "flower"):
        picture = photograph(name).astype(np.float32)
        cut = round(_SPLIT * picture.shape[1])
        piece = picture[:, :cut] if part == "train" else picture[:, cut:]
        for factor in _REDUCTIONS:
            rows, columns = piece.shape[0] // factor, piece.shape[1] // factor
            blocks = piece[: rows * factor, : columns * factor]
            blocks = blocks.reshape(rows, factor, columns, factor, 3)
            pieces.append(blocks.mean(axis=(1, 3)))
    return pieces


@cache
def _clothes() -> Dataset:
    """Return Fashion-MNIST, read once for all classes."""
    return fashion_mnist()


@cache
def _glyphs(part: Part, label: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return brightness and shape, cut to the shape's own box, of all glyphs of a class."""
    from scipy.ndimage import binary_fill_holes

    clothes = _clothes()
    images, labels = (
        (clothes.X_train, clothes.y_train) if part == "train" else (clothes.X_test, clothes.y_test)
    )
    images = images[labels == label]
    shapes = binary_fill_holes(images > 0.08, structure=_CROSS)  # all at once, each by itself
    rows, columns = shapes.any(axis=2), shapes.any(axis=1)
    tops, lefts = rows.argmax(axis=1), columns.argmax(axis=1)
    bottoms = rows.shape[1] - rows[:, ::-1].argmax(axis=1)
    rights = columns.shape[1] - columns[:, ::-1].argmax(axis=1)
    covered = shapes.sum(axis=(1, 2)) / ((bottoms - tops) * (rights - lefts))
    glyphs = []
    for k in np.flatnonzero(covered >= _FULL):
        window = (k, slice(tops[k], bottoms[k]), slice(lefts[k], rights[k]))
        glyphs.append((images[window], shapes[window]))
    return glyphs


def _background(
    pictures: list[np.ndarray], size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Return a random crop, perhaps mirrored, with a brightness of its own: (height, width, 3)."""
    picture = pictures[rng.integers(len(pictures))]
    top = rng.integers(picture.shape[0] - size[0] + 1)
    left = rng.integers(picture.shape[1] - size[1] + 1)
    crop = picture[top : top + size[0], left : left + size[1]]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return np.clip(crop * rng.uniform(0.6, 1.2), 0, 1)


def _resized(glyph: tuple[np.ndarray, np.ndarray], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return brightness and shape of a glyph whose longer side has this length (bilinear)."""
    old = glyph[0].shape
    new = [max(2, round(side * length / max(old))) for side in old]
    lines = [_interpolation(before, after) for before, after in zip(old, new, strict=True)]
    brightness, coverage = (lines[0] @ array @ lines[1].T for array in glyph)
    shape = coverage > 0.5
    return brightness, shape


@cache
def _interpolation(before: int, after: int) -> np.ndarray:
    """Return the matrix (after, before) of linear interpolation between pixel centres."""
    place = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    distance = np.abs(place[:, np.newaxis] - np.arange(before))
    return np.maximum(0, 1 - distance).astype(np.float32)


def _place(
    shape: np.ndarray,
    instances: np.ndarray,
    kept: list[tuple[int, int]],
    rng: np.random.Generator,
) -> tuple[int, int] | None:
    """Return row and column for a shape that leaves enough of every object visible, or None."""
    height, width = shape.shape
    for _ in range(_ATTEMPTS):
        top = int(rng.integers(instances.shape[0] - height + 1))
        left = int(rng.integers(instances.shape[1] - width + 1))
        after = instances.copy()
        after[top : top + height, left : left + width][shape] = 0
        visible = np.bincount(after.ravel(), minlength=len(kept) + 1)[1:]
        if all(seen >= _VISIBLE * area for seen, (_, area) in zip(visible, kept, strict=True)):
            return top, left
    return None


def _boxes(instances: np.ndarray, count: int) -> np.ndarray:
    """Return the tight boxes (count, 4) around 1, ..., count in a map of instances."""
    boxes = np.zeros((count, 4), np.float32)
    for k in range(count):
        seen = instances == k + 1
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        boxes[k] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return boxes
