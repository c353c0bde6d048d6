"""Pictures of scenes: boxes where they are, names beside them, masks above the image."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from forwardpass import plot


@pytest.fixture(autouse=True)
def _closed() -> None:
    yield
    plt.close("all")


def test_boxes_stand_where_their_corners_are() -> None:
    boxes = np.array([[2.0, 3.0, 10.0, 8.0], [0.0, 0.0, 5.0, 4.0]])
    ax = plot.scene(np.zeros((3, 12, 20)), boxes, ["bag 0.9", "shoe"], labels=[3, 0])
    first, second = ax.patches
    assert first.get_bbox().extents.tolist() == [2, 3, 10, 8]
    assert first.get_edgecolor() != second.get_edgecolor()
    assert [text.get_text() for text in ax.texts] == ["bag 0.9", "shoe"]
    assert ax.get_xlim() == (0, 20)
    assert ax.get_ylim() == (12, 0)
    assert ax.images[0].get_extent() == [0, 20, 12, 0]


def test_truths_are_dashed() -> None:
    ax = plot.scene(np.ones((3, 6, 9)), truths=[(1, 1, 4, 5)], title="one")
    assert ax.patches[0].get_linestyle() in ("--", "dashed")
    assert ax.get_title() == "one"


def test_a_mask_is_transparent_where_the_background_is() -> None:
    mask = np.zeros((6, 9), int)
    mask[2:4, 3:5] = 2
    ax = plot.scene(np.ones((3, 6, 9)), mask=mask)
    veil = ax.images[1].get_array()
    assert (np.asarray(veil)[..., 3] > 0).sum() == 4
