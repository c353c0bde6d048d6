"""The shared charts: what the axes hold, and that they can be read without colour."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

from forwardpass import plot


@pytest.fixture(autouse=True)
def _course_style() -> object:
    with mpl.rc_context():
        plot.use_course_style()
        yield
    plt.close("all")


def test_curves_count_epochs_from_one_and_name_every_line() -> None:
    ax = plot.curves({"train": [3.0, 2.0], "test": [3.5, 3.0]}, ylabel="cost", log=True)
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 2], [1, 2]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train", "test"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "cost", "log")


def test_no_tick_stands_between_two_epochs() -> None:
    for epochs in (2, 5, 30, 400):
        ticks = plot.curves({"train": np.ones(epochs)}).get_xticks()
        assert (ticks == ticks.round()).all(), epochs


def test_lines_differ_in_pattern_and_in_brightness() -> None:
    ax = plot.curves({str(k): [1.0, 2.0] for k in range(5)})
    assert len({str(line.get_linestyle()) for line in ax.lines}) >= 4
    brightness = [np.dot(to_rgb(line.get_color()), [0.299, 0.587, 0.114]) for line in ax.lines]
    assert brightness == sorted(brightness)


def test_images_share_one_scale_and_leave_spare_places_empty() -> None:
    pictures = np.stack([np.full((4, 4), value) for value in (0.0, 0.5, 2.0)])
    fig = plot.images(pictures, ["a", "b", "c"], columns=2, title="three")
    shown = [ax.images[0] for ax in fig.axes if ax.images]
    assert [image.get_clim() for image in shown] == [(0.0, 2.0)] * 3
    assert [ax.get_title() for ax in fig.axes] == ["a", "b", "c", ""]


def test_signed_images_have_zero_in_the_middle() -> None:
    fig = plot.images(np.array([[[-1.0, 3.0]]]), symmetric=True)
    assert fig.axes[0].images[0].get_clim() == (-3.0, 3.0)


def test_a_heatmap_writes_its_numbers_in_readable_ink() -> None:
    ax = plot.heatmap(np.array([[0.0, 1.0]]), annotate=".1f", xlabel="x")
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [
        ("0.0", "black"),
        ("1.0", "white"),
    ]
