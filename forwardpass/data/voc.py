"""Pascal VOC 2007: photographs with boxes of twenty classes, and masks for some of them.

Everingham, Van Gool, Williams, Winn, Zisserman: The PASCAL Visual Object Classes Challenge 2007.
The two archives (about 450 MB each) are downloaded once and read in place.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np

from forwardpass.data.store import find

Split = Literal["train", "val", "trainval", "test"]

VOC_CLASSES = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)
VOID = 255

_ARCHIVES = {"test": "voc2007/VOCtest_06-Nov-2007.tar"}
_TRAINVAL = "voc2007/VOCtrainval_06-Nov-2007.tar"
_ROOT = "VOCdevkit/VOC2007"


@dataclass(frozen=True)
class Photograph:
    """A photograph of Pascal VOC with its labels.

    Attributes
    ----------
    name : str
        The number under which the photograph is known, for instance ``"000005"``.
    image : numpy.ndarray of uint8, shape (3, height, width)
        Red, green and blue from 0 to 255; every photograph has its own size.
    boxes : numpy.ndarray of float32, shape (objects, 4)
        Corners (x1, y1, x2, y2) in pixels from the upper left corner of the image. The files count
        pixels from 1 and name the last one, so x1 and y1 are one smaller than there.
    labels : numpy.ndarray of int64, shape (objects,)
        Class numbers, in the order of the boxes.
    difficult : numpy.ndarray of bool, shape (objects,)
        Objects that are so hard to see that the challenge counts them neither for nor against.
    mask : numpy.ndarray of int64, shape (height, width), or None
        For each pixel 0 (background), 1 + its class, or 255 (the void along outlines, which is not
        counted); None where the photograph has no mask.
    """

    name: str
    image: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    difficult: np.ndarray
    mask: np.ndarray | None


class VOC:
    """The photographs of one split, read from the archive when they are asked for.

    Parameters
    ----------
    archive : pathlib.Path
        The tar file of the challenge.
    split : {"train", "val", "trainval", "test"}
    segmentation : bool
        Whether only photographs with masks count.

    Attributes
    ----------
    classes : tuple of str
        ``classes[k]`` is the name of class k.
    names : tuple of str
        The photographs' names, in the order of the split's own list.
    """

    classes = VOC_CLASSES

    def __init__(self, archive: Path, split: Split, segmentation: bool = False) -> None:
        self._archive = archive
        folder = "Segmentation" if segmentation else "Main"
        listed = self._content(f"ImageSets/{folder}/{split}.txt").decode()
        self.names = tuple(line.split()[0] for line in listed.splitlines() if line.strip())

    def __len__(self) -> int:
        """Return the number of photographs."""
        return len(self.names)

    def __iter__(self) -> Iterator[Photograph]:
        """Go through the photographs in order."""
        return (self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> Photograph:
        """Return photograph k with its labels."""
        name = self.names[k]
        image = self._picture(f"JPEGImages/{name}.jpg", "RGB")
        boxes, labels, difficult = _objects(self._content(f"Annotations/{name}.xml"))
        masked = f"{_ROOT}/SegmentationClass/{name}.png" in _members(self._archive)
        # The palette's numbers are the classes: converted to colours they would be lost.
        mask = self._picture(f"SegmentationClass/{name}.png", "P") if masked else None
        return Photograph(
            name=name,
            image=np.ascontiguousarray(image.transpose(2, 0, 1)),
            boxes=boxes,
            labels=labels,
            difficult=difficult,
            mask=None if mask is None else mask.astype(np.int64),
        )

    def _content(self, path: str) -> bytes:
        # Opened for every file, so that several processes may read the same archive.
        member = _members(self._archive)[f"{_ROOT}/{path}"]
        with self._archive.open("rb") as archive:
            archive.seek(member.offset_data)
            return archive.read(member.size)

    def _picture(self, path: str, mode: str) -> np.ndarray:
        import io

        from PIL import Image

        with Image.open(io.BytesIO(self._content(path))) as picture:
            return np.asarray(picture if picture.mode == mode else picture.convert(mode))


def voc(split: Split = "trainval", *, segmentation: bool = False) -> VOC:
    """Return Pascal VOC 2007, downloaded once.

    The photographs come from flickr; whoever uses them must respect flickr's terms of use and the
    rights of the photographers. The course therefore ships none of them.

    Parameters
    ----------
    split : {"train", "val", "trainval", "test"}
        2,501, 2,510, 5,011 and 4,952 photographs.
    segmentation : bool
        Whether only photographs with masks count: 209, 213, 422 and 210 of them.

    Returns
    -------
    VOC

    Raises
    ------
    ValueError
        If the split is unknown.
    DataError
        If the archive cannot be had.
    """
    if split not in ("train", "val", "trainval", "test"):
        raise ValueError(f'split is {split!r}: it is "train", "val", "trainval" or "test".')
    return VOC(find(_ARCHIVES.get(split, _TRAINVAL)), split, segmentation)


@cache
def _members(archive: Path) -> dict[str, Any]:
    """Return where each file of an archive lies: the archive is gone through once."""
    with tarfile.open(archive, "r:") as opened:  # not compressed, so files can be read in place
        return {member.name: member for member in opened if member.isfile()}


def _objects(annotation: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes, labels and difficult flags of an annotation in XML."""
    boxes, labels, difficult = [], [], []
    for thing in ElementTree.fromstring(annotation).findall("object"):
        box = thing.find("bndbox")
        x1, y1, x2, y2 = (float(box.findtext(key)) for key in ("xmin", "ymin", "xmax", "ymax"))
        boxes.append((x1 - 1, y1 - 1, x2, y2))
        labels.append(VOC_CLASSES.index(thing.findtext("name")))
        difficult.append(thing.findtext("difficult", "0") == "1")
    return (
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(difficult, bool),
    )
