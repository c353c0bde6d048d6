"""Promises of forwardpass.plot.geometry: what the axes hold after a call."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Polygon
from matplotlib.quiver import Quiver

from forwardpass import plot

MATRIX = np.array([[1.0, 2.0], [0.5, -1.0]])
ROWS = np.array([[1.0, 2.0], [-3.0, 0.5], [0.0, -1.0]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def quiver_of(ax):
    return next(artist for artist in ax.collections if isinstance(artist, Quiver))


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def test_a_plane_has_equal_scales_and_the_origin_in_the_middle():
    ax = plot.plane(extent=2.5, xlabel="red", ylabel="blue", title="pixels")
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim() == (-2.5, 2.5)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("red", "blue", "pixels")


@pytest.mark.parametrize("extent", [0, -1, float("nan")])
def test_a_plane_without_size_is_refused(extent):
    with pytest.raises(ValueError, match="positive"):
        plot.plane(extent=extent)


def test_arrows_start_at_the_origin_and_keep_their_coordinates():
    quiver = quiver_of(plot.arrows(ROWS))
    np.testing.assert_array_equal(quiver.get_offsets(), np.zeros((3, 2)))
    np.testing.assert_array_equal(np.column_stack([quiver.U, quiver.V]), ROWS)


def test_arrows_are_drawn_in_the_units_of_the_axes():
    quiver = quiver_of(plot.arrows(ROWS))
    assert (quiver.angles, quiver.scale_units, quiver.scale) == ("xy", "xy", 1)


def test_arrows_start_where_they_are_told():
    starts = ROWS[::-1] * 2
    quiver = quiver_of(plot.arrows(ROWS, starts=starts))
    np.testing.assert_array_equal(quiver.get_offsets(), starts)


def test_a_new_plane_holds_every_tip():
    ax = plot.arrows(ROWS, starts=np.full((3, 2), 4.0))
    assert ax.get_xlim()[1] > 6  # the largest coordinate is the tip at 4 + 2
    assert ax.get_ylim()[0] < -1


def test_every_arrow_has_its_label_at_the_tip():
    ax = plot.arrows(ROWS, ["a", "b", "c"])
    assert texts_of(ax) == ["a", "b", "c"]
    np.testing.assert_array_equal([text.xy for text in ax.texts], ROWS)


def test_a_label_stands_on_the_far_side_of_the_tip():
    ax = plot.arrows(np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0]]), ["a", "b", "c"])
    assert [text.get_ha() for text in ax.texts] == ["left", "right", "center"]
    assert [text.get_va() for text in ax.texts] == ["center", "center", "bottom"]


def test_the_zero_vector_can_be_drawn_and_labelled():
    assert texts_of(plot.arrows(np.zeros((1, 2)), ["0"])) == ["0"]


def test_colours_are_the_courses_or_matplotlibs():
    quiver = quiver_of(plot.arrows(ROWS, colours=["red", "sky", "black"]))
    wanted = [plot.COLOURS["red"], plot.COLOURS["sky"], "black"]
    np.testing.assert_allclose(quiver.get_facecolor(), [to_rgba(colour) for colour in wanted])


def test_more_arrows_than_colours_begin_again():
    colours = quiver_of(plot.arrows(np.ones((7, 2)))).get_facecolor()
    np.testing.assert_array_equal(colours[0], colours[6])


@pytest.mark.parametrize(
    ("vectors", "options", "message"),
    [
        (np.ones(2), {}, r"vectors has shape \(2,\)"),
        (np.ones((2, 3)), {}, r"vectors has shape \(2, 3\)"),
        (ROWS, {"starts": np.ones((3, 1))}, r"starts has shape \(3, 1\)"),
        (ROWS, {"starts": np.ones((2, 2))}, "2 starts"),
        (ROWS, {"labels": ["a"]}, "1 labels"),
        (ROWS, {"colours": ["red"]}, "1 colours"),
    ],
)
def test_arrows_that_do_not_match_are_refused(vectors, options, message):
    with pytest.raises(ValueError, match=message):
        plot.arrows(vectors, **options)


def test_drawing_leaves_its_inputs_alone():
    vectors, matrix = ROWS.copy(), MATRIX.copy()
    plot.arrows(vectors, starts=vectors)
    plot.linear_map(matrix)
    np.testing.assert_array_equal(vectors, ROWS)
    np.testing.assert_array_equal(matrix, MATRIX)


def test_a_right_angle_is_a_square_at_its_corner_whatever_the_lengths():
    ax = plot.plane()
    plot.right_angle(np.array([1, 2]), np.array([5, 0]), np.array([0, 0.1]), size=0.5, ax=ax)
    np.testing.assert_allclose(ax.lines[-1].get_xydata(), [[1.5, 2], [1.5, 2.5], [1, 2.5]])


def test_the_arrows_of_a_map_are_the_columns_of_its_matrix():
    ax = plot.linear_map(MATRIX)
    quiver = quiver_of(ax)
    np.testing.assert_array_equal([quiver.U, quiver.V], MATRIX)
    assert len(texts_of(ax)) == 2


def test_the_shaded_parallelogram_has_the_area_of_the_determinant():
    ax = plot.linear_map(MATRIX)
    patch = next(patch for patch in ax.patches if isinstance(patch, Polygon))
    x, y = patch.get_xy()[:-1].T
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))  # the shoelace formula
    assert area == pytest.approx(abs(np.linalg.det(MATRIX)))


def test_every_grid_line_is_drawn_before_and_after_the_map():
    ax = plot.linear_map(MATRIX, extent=2)
    grids = [grid for grid in ax.collections if isinstance(grid, LineCollection)]
    before, after = (np.array(grid.get_segments()) for grid in grids)
    assert before.shape == (18, 2, 2)  # 9 horizontal and 9 vertical lines, from end to end
    assert len(np.unique(before.reshape(18, 4), axis=0)) == 18
    np.testing.assert_allclose(after, before @ MATRIX.T)


def test_a_map_draws_into_given_axes():
    fig, axes = plt.subplots(1, 2)
    assert plot.linear_map(MATRIX, ax=axes[1], title="shear", extent=4) is axes[1]
    assert axes[1].get_title() == "shear"
    assert axes[1].get_xlim() == (-4, 4)
    assert not axes[0].has_data()
    assert len(fig.axes) == 2


def test_the_image_of_the_circle_comes_back_to_the_circle_through_the_inverse():
    curve = plot.circle_image(MATRIX, label="ellipse").lines[-1]
    back = np.linalg.solve(MATRIX, curve.get_xydata().T)
    np.testing.assert_allclose(np.linalg.norm(back, axis=0), 1)
    assert curve.get_label() == "ellipse"


def test_the_longest_radius_of_the_image_is_the_largest_singular_value():
    curve = plot.circle_image(MATRIX, colour="red").lines[-1]
    longest = np.linalg.norm(curve.get_xydata(), axis=1).max()
    assert longest == pytest.approx(np.linalg.norm(MATRIX, 2), rel=1e-3)
    assert curve.get_color() == plot.COLOURS["red"]


def test_the_circle_shrunk_to_a_point_still_has_a_plane():
    assert plot.circle_image(np.zeros((2, 2))).get_xlim() == (-1, 1)


def test_contours_of_a_quadratic_form_follow_its_values():
    form = np.array([[2.0, 0.5], [0.5, 1.0]])
    contours = plot.quadratic_form(form, extent=1.5).collections[0]
    for level, segments in zip(contours.levels, contours.allsegs, strict=True):
        for points in segments:
            values = np.einsum("pi,ij,pj->p", points, form, points)
            np.testing.assert_allclose(values, level, atol=0.01)


def test_a_saddle_has_negative_and_positive_contours():
    levels = plot.quadratic_form(np.diag([1.0, -1.0])).collections[0].levels
    assert levels.min() < 0 < levels.max()


@pytest.mark.parametrize("draw", [plot.linear_map, plot.circle_image, plot.quadratic_form])
@pytest.mark.parametrize("shape", [(2,), (3, 3), (2, 3)])
def test_only_maps_of_the_plane_are_drawn(draw, shape):
    with pytest.raises(ValueError, match=r"expected \(2, 2\)"):
        draw(np.ones(shape))
