import itertools

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

from forwardpass import plot


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def units(ax):
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def place_of(ax, content):
    (text,) = [text for text in ax.texts if text.get_text() == content]
    return text.get_position()


class TestNetwork:
    def test_every_unit_is_joined_to_every_unit_of_the_next_layer(self):
        ax = plot.network([3, 4, 2])
        assert len(units(ax)) == 3 + 4 + 2
        assert len(ax.lines) == 3 * 4 + 4 * 2

    def test_a_large_layer_is_drawn_with_dots(self):
        ax = plot.network([64, 5], max_units=6)
        assert len(units(ax)) == (6 - 1) + 5
        assert texts(ax).count("⋮") == 1

    @pytest.mark.parametrize("max_units", [2, 3, 6, 7])
    def test_the_dots_never_lie_on_a_unit(self, max_units):
        ax = plot.network([64], max_units=max_units)
        _, dots = place_of(ax, "⋮")
        assert all(abs(unit.center[1] - dots) >= 0.99 for unit in units(ax))

    def test_a_layer_that_just_fits_is_drawn_in_full(self):
        ax = plot.network([7, 1], max_units=7)
        assert len(units(ax)) == 8
        assert "⋮" not in texts(ax)

    def test_a_larger_weight_is_a_wider_line_and_a_negative_one_is_dashed(self):
        ax = plot.network([1, 3], weights=[np.array([[0.5, 2.0, -1.0]])])
        small, large, negative = ax.lines
        assert small.get_linewidth() < negative.get_linewidth() < large.get_linewidth()
        assert [line.get_linestyle() for line in ax.lines] == ["-", "-", "--"]

    def test_weights_of_zero_are_allowed(self):
        ax = plot.network([2, 2], weights=[np.zeros((2, 2))])
        assert np.isfinite([line.get_linewidth() for line in ax.lines]).all()

    def test_transposed_weights_are_refused_with_both_shapes(self):
        with pytest.raises(ValueError, match=r"weights\[0\].*\(3, 2\).*\(2, 3\)"):
            plot.network([2, 3], weights=[np.ones((3, 2))])

    def test_names_and_labels_are_written(self):
        ax = plot.network([1, 2], names=["in", "out"], unit_labels=[["$x$"], []], title="A net")
        assert {"in", "out", "$x$"} <= set(texts(ax))
        assert ax.get_title() == "A net"

    def test_it_draws_into_the_given_axes(self):
        _, ax = plt.subplots()
        assert plot.network([2, 1], ax=ax) is ax


class TestComputationGraph:
    PRODUCT = {  # noqa: RUF012 (only read)
        "w": ("w", ()),
        "x": ("x", ()),
        "b": ("b", ()),
        "u": ("u=wx", ("w", "x")),
        "z": ("z=u+b", ("u", "b")),
    }

    def test_every_node_stands_to_the_right_of_its_inputs(self):
        ax = plot.computation_graph(self.PRODUCT)
        for label, inputs in self.PRODUCT.values():
            for source in inputs:
                assert place_of(ax, self.PRODUCT[source][0])[0] < place_of(ax, label)[0]

    def test_an_input_stands_just_before_its_first_use(self):
        ax = plot.computation_graph(self.PRODUCT)
        assert place_of(ax, "z=u+b")[0] - place_of(ax, "b")[0] == 1

    def test_no_two_nodes_share_a_place(self):
        shared = {
            "x": ("x", ()),
            "p": ("p", ("x",)),
            "q": ("q", ("x",)),
            "r": ("r", ("x",)),
            "f": ("f", ("p", "q", "r")),
        }
        ax = plot.computation_graph(shared)
        places = [place_of(ax, label) for label, _ in shared.values()]
        assert all(np.hypot(*np.subtract(a, b)) >= 1 for a, b in itertools.combinations(places, 2))

    def test_values_stand_above_and_gradients_below(self):
        ax = plot.computation_graph(self.PRODUCT, values={"u": 6}, gradients={"u": -0.5})
        height = place_of(ax, "u=wx")[1]
        assert place_of(ax, "6")[1] > height > place_of(ax, "∂ −0.5")[1]

    def test_two_outputs_can_be_drawn(self):
        ax = plot.computation_graph({"x": ("x", ()), "f": ("f", ("x",)), "g": ("g", ("x",))})
        assert place_of(ax, "f") != place_of(ax, "g")

    def test_a_node_before_its_input_is_refused(self):
        with pytest.raises(ValueError, match="z uses w"):
            plot.computation_graph({"z": ("z", ("w",)), "w": ("w", ())})


class TestMatrixShapes:
    def test_rectangles_are_in_proportion_and_stand_side_by_side(self):
        ax = plot.matrix_shapes(
            [("X", (5, 3), "(m, n)"), "@", ("W", (3, 2), "(n, k)"), "=", ("Z", (5, 2), "(m, k)")]
        )
        boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        assert [(box.get_height(), box.get_width()) for box in boxes] == [(5, 3), (3, 2), (5, 2)]
        for left, right in itertools.pairwise(boxes):
            assert left.get_x() + left.get_width() < right.get_x()
        assert {"X", "@", "W", "=", "Z", "(m, n)"} <= set(texts(ax))

    def test_a_long_operator_gets_room(self):
        def gap(operator):
            ax = plot.matrix_shapes([("A", (3, 3), ""), operator, ("B", (3, 3), "")])
            first, second = (patch for patch in ax.patches if isinstance(patch, Rectangle))
            return second.get_x() - first.get_x() - first.get_width()

        assert gap("÷ $m$ =") > gap("=")


class TestDecisionRegions:
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
    y = np.array([0, 1, 0, 1])

    @staticmethod
    def by_first_coordinate(points):
        probability = 1 / (1 + np.exp(-20 * (points[:, 0] - 0.5)))
        return np.column_stack([1 - probability, probability])

    def test_every_example_is_shown_inside_the_axes(self):
        ax = plot.decision_regions(self.by_first_coordinate, self.X, self.y)
        shown = np.concatenate([np.asarray(group.get_offsets()) for group in ax.collections[-2:]])
        assert sorted(map(tuple, shown)) == sorted(map(tuple, self.X))
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        assert left < 0 < 1 < right
        assert bottom < 0 < 2 < top

    def test_each_region_has_the_class_that_is_predicted_there(self):
        ax = plot.decision_regions(self.by_first_coordinate, self.X, self.y, resolution=21)
        winner = np.asarray(ax.collections[0].get_array()).reshape(21, 21)
        assert (winner[:, :10] == 0).all()
        assert (winner[:, 11:] == 1).all()

    def test_probabilities_and_class_numbers_give_the_same_regions(self):
        def numbers(points):
            return self.by_first_coordinate(points).argmax(axis=1)

        first = plot.decision_regions(self.by_first_coordinate, self.X, self.y)
        second = plot.decision_regions(numbers, self.X, self.y)
        np.testing.assert_array_equal(
            first.collections[0].get_array(), second.collections[0].get_array()
        )

    def test_a_classifier_that_sees_one_class_only_is_no_error(self):
        plot.decision_regions(lambda points: np.zeros(len(points), int), self.X, 0 * self.y)

    def test_classes_differ_in_marker_and_in_lightness_of_their_region(self):
        ax = plot.decision_regions(lambda points: np.arange(len(points)) % 3, self.X, self.y)
        colours = ax.collections[0].cmap.colors
        assert len({to_hex(colour) for colour in colours}) == 3
        first, second = ax.collections[1:3]
        assert first.get_paths()[0].vertices.shape != second.get_paths()[0].vertices.shape

    def test_the_legend_names_the_classes(self):
        ax = plot.decision_regions(self.by_first_coordinate, self.X, self.y, classes=["no", "yes"])
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no", "yes"]

    def test_examples_outside_the_plane_are_refused(self):
        with pytest.raises(ValueError, match=r"\(4, 3\)"):
            plot.decision_regions(self.by_first_coordinate, np.ones((4, 3)), self.y)

    def test_more_classes_than_markers_are_refused(self):
        with pytest.raises(ValueError, match="7 classes"):
            plot.decision_regions(lambda points: np.zeros(len(points), int), self.X, self.y * 6)


def test_an_activation_is_solid_and_its_derivative_dashed():
    z = np.linspace(-1, 1, 5)
    ax = plot.activation(z, np.tanh(z), 1 - np.tanh(z) ** 2, name="tanh")
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["$g(z)$"].get_linestyle() == "-"
    assert lines["$g'(z)$"].get_linestyle() == "--"
    np.testing.assert_allclose(lines["$g'(z)$"].get_ydata(), 1 - np.tanh(z) ** 2)
    assert ax.get_title() == "tanh"
