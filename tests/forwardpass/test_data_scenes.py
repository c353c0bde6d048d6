"""Scenes: labels that are exact, parts that share nothing, seeds that decide on everything."""

import importlib

import numpy as np
import pytest

from forwardpass import data

maker = importlib.import_module("forwardpass.data.scenes")


@pytest.fixture(scope="module")
def many() -> data.Scenes:
    return data.scenes(60, seed=3)


def test_shapes_and_types(many: data.Scenes) -> None:
    assert len(many) == 60
    assert many.images.shape == (60, 3, 48, 64)
    assert many.images.dtype == np.float32
    assert 0 <= many.images.min() < many.images.max() <= 1
    assert many.instances.shape == many.masks.shape == (60, 48, 64)
    assert many.masks.dtype == np.int64
    for boxes, labels in zip(many.boxes, many.labels, strict=True):
        assert boxes.shape == (len(labels), 4)
        assert boxes.dtype == np.float32
        assert labels.dtype == np.int64
        assert 1 <= len(labels) <= 4


def test_boxes_are_tight_around_what_is_visible(many: data.Scenes) -> None:
    for boxes, instances in zip(many.boxes, many.instances, strict=True):
        assert instances.max() == len(boxes)
        for k, (x1, y1, x2, y2) in enumerate(boxes.astype(int)):
            seen = instances == k + 1
            inside = seen[y1:y2, x1:x2]
            assert inside.sum() == seen.sum() > 0
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any()


def test_masks_hold_the_class_of_what_is_seen(many: data.Scenes) -> None:
    for labels, instances, mask in zip(many.labels, many.instances, many.masks, strict=True):
        assert (mask[instances == 0] == 0).all()
        for k, label in enumerate(labels):
            assert (mask[instances == k + 1] == label + 1).all()


def test_half_of_every_object_stays_visible() -> None:
    occupied = np.zeros((12, 14), np.int64)
    occupied[2:10, 3:11] = 1
    rng = np.random.default_rng(0)
    assert maker._place(np.ones((10, 12), bool), occupied, [(0, 64)], rng) is None
    for _ in range(20):
        top, left = maker._place(np.ones((6, 7), bool), occupied, [(0, 64)], rng)
        after = occupied.copy()
        after[top : top + 6, left : left + 7] = 2
        assert after.shape == occupied.shape
        assert (after == 1).sum() >= 32


def test_a_scene_depends_on_the_seed_and_its_number(many: data.Scenes) -> None:
    again = data.scenes(5, seed=3)
    assert np.array_equal(again.images, many.images[:5])
    assert np.array_equal(again.boxes[4], many.boxes[4])
    assert not np.array_equal(data.scenes(5, seed=4).images, again.images)


def test_parts_share_neither_glyphs_nor_backgrounds() -> None:
    for label in range(10):
        train = {image.tobytes() for image, _ in maker._glyphs("train", label)}
        assert not any(image.tobytes() in train for image, _ in maker._glyphs("test", label))
    left, right = (maker._backgrounds(part)[0] for part in ("train", "test"))
    assert left.shape[1] + right.shape[1] == data.photograph().shape[1]
    test, train = data.scenes(4, "test", seed=3), data.scenes(4, seed=3)
    assert not np.array_equal(test.images, train.images)


def test_options_decide_on_sizes_numbers_and_classes() -> None:
    made = data.scenes(
        40,
        "test",
        size=(40, 72),
        objects=(2, 2),
        lengths=(8, 10),
        classes=("Bag", "Ankle boot"),
        frequencies=(9, 1),
    )
    assert made.images.shape == (40, 3, 40, 72)
    assert all(len(labels) == 2 for labels in made.labels)
    sides = np.concatenate(made.boxes)
    assert (sides[:, 2:] - sides[:, :2]).max() <= 10
    counts = np.bincount(np.concatenate(made.labels), minlength=2)
    assert counts[0] > 4 * counts[1] > 0
    assert made.classes == ("Bag", "Ankle boot")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"part": "valid"}, "part"),
        ({"classes": ("Hat",)}, "Hat"),
        ({"lengths": (14, 60)}, "lengths"),
        ({"objects": (0, 2)}, "objects"),
        ({"size": (48, 900)}, "size"),
    ],
)
def test_what_cannot_be_is_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        data.scenes(1, **options)
