"""Pictures of values and of returns: what stands where, and what is averaged."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt

from forwardpass import plot


@pytest.fixture(autouse=True)
def _closed() -> object:
    with mpl.rc_context():
        plot.use_course_style()
        yield
    plt.close("all")


def test_values_stand_in_their_places_and_walls_have_none() -> None:
    values = np.array([[0.0, 1.0, np.nan], [2.0, 3.0, 4.0]])
    ax = plot.value_grid(values, annotate=".0f", marks={(1, 2): "G"}, title="values")
    texts = {text.get_text(): text.get_position() for text in ax.texts}
    assert texts["1"] == (1, 0)
    assert set(texts) == {"0", "1", "2", "3", "4", "G"}
    assert ax.get_ylim() == (1.5, -0.5)
    assert ax.images[0].get_array().mask.tolist() == [[False, False, True], [False] * 3]


def test_arrows_point_where_the_policy_goes() -> None:
    actions = np.zeros((1, 2, 4))
    actions[0, 0] = [0, 1, 0, 0]  # right
    actions[0, 1] = [0.5, 0, 0.5, 0]  # up or down
    ax = plot.value_grid(np.array([[0.0, 1.0]]), actions)
    tips = [text.xy for text in ax.texts]
    assert len(tips) == 3
    assert tips[0] == pytest.approx((0.3, 0))
    assert tips[1] == pytest.approx((1, -0.15))
    assert tips[2] == pytest.approx((1, 0.15))


def test_a_path_begins_with_a_dot() -> None:
    ax = plot.value_grid(np.zeros((2, 3)), path=[(0, 0), (0, 1), (1, 1)])
    assert ax.lines[1].get_xydata().tolist() == [[0, 0], [1, 0], [1, 1]]
    assert ax.lines[2].get_xydata().tolist() == [[0, 0]]


def test_grids_can_share_their_colours() -> None:
    ax = plot.value_grid(np.array([[1.0, 2.0]]), limits=(0.0, 5.0))
    assert ax.images[0].get_clim() == (0, 5)


def test_returns_are_averaged_over_the_last_episodes() -> None:
    ax = plot.episodes({"a": np.array([1.0, 3.0, 5.0, 7.0])}, window=2, optimum=8.0)
    assert ax.lines[0].get_xydata().tolist() == [[2, 2], [3, 4], [4, 6]]
    assert ax.lines[1].get_ydata()[0] == 8.0
    assert ax.get_ylabel() == "return, mean of 2"


def test_several_runs_have_a_mean_and_a_band() -> None:
    ax = plot.episodes({"a": np.array([[0.0, 2.0], [4.0, 6.0]]), "b": np.ones(2)}, window=1)
    assert ax.lines[0].get_ydata().tolist() == [2, 4]
    low, high = ax.collections[0].get_datalim(ax.transData).get_points()[:, 1]
    assert (low, high) == (0, 6)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_fewer_episodes_than_the_window_are_refused() -> None:
    with pytest.raises(ValueError, match="window 50"):
        plot.episodes({"a": np.ones(3)})
