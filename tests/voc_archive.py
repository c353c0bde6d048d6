"""Tiny archives in the format of Pascal VOC 2007."""

import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

TRAINVAL, TEST = (f"voc2007/VOC{part}_06-Nov-2007.tar" for part in ("trainval", "test"))

ANNOTATION = """<annotation><folder>VOC2007</folder><filename>{name}.jpg</filename>
<size><width>12</width><height>9</height><depth>3</depth></size>{objects}</annotation>"""
OBJECT = """<object><name>{name}</name><pose>Left</pose><truncated>1</truncated>
<difficult>{difficult}</difficult><bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin>
<xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox>
<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
</object>"""


def encoded(picture: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


def write_archive(path: Path, splits: dict[str, list[str]], masked: list[str]) -> None:
    """Write a tar file as the challenge's, whose photographs are 9 pixels high and 12 wide."""
    files = {}
    for split, names in splits.items():
        files[f"ImageSets/Main/{split}.txt"] = "".join(f"{name}\n" for name in names).encode()
        chosen = [name for name in names if name in masked]
        files[f"ImageSets/Segmentation/{split}.txt"] = "".join(f"{n}\n" for n in chosen).encode()
    for name in sorted({name for names in splits.values() for name in names}):
        colours = np.zeros((9, 12, 3), np.uint8) + np.array([200, 100, 50], np.uint8)
        files[f"JPEGImages/{name}.jpg"] = encoded(Image.fromarray(colours), "JPEG")
        objects = OBJECT.format(name="dog", difficult=0, box=(3, 2, 10, 9)) + OBJECT.format(
            name="person", difficult=1, box=(1, 1, 12, 9)
        )
        xml = ANNOTATION.format(name=name, objects=objects)
        files[f"Annotations/{name}.xml"] = xml.encode()
        if name in masked:
            numbers = np.zeros((9, 12), np.uint8)
            numbers[2:5, 3:9] = 12
            numbers[5, 3:9] = 255
            picture = Image.fromarray(numbers, "P")
            picture.putpalette([(7 * k) % 256 for k in range(768)])
            files[f"SegmentationClass/{name}.png"] = encoded(picture, "PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"VOCdevkit/VOC2007/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_both(folder: Path) -> dict[str, dict[str, str]]:
    """Write both archives of the challenge, small ones, and return what a registry says of them."""
    write_archive(
        folder / TRAINVAL,
        {"train": ["000012"], "val": ["000005"], "trainval": ["000005", "000012"]},
        masked=["000012"],
    )
    write_archive(folder / TEST, {"test": ["000001"]}, masked=["000001"])
    return {
        name: {
            "checksum": "md5:" + hashlib.md5((folder / name).read_bytes()).hexdigest(),
            "licence": "x",
        }
        for name in (TRAINVAL, TEST)
    }
