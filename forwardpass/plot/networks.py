"""Diagrams of networks: units and layers, computation graphs, matrix shapes."""

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from forwardpass.plot.style import COLOURS


def network(
    layer_sizes: Sequence[int],
    *,
    names: Sequence[str] | None = None,
    unit_labels: Sequence[Sequence[str]] | None = None,
    weights: Sequence[np.ndarray] | None = None,
    max_units: int = 7,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a fully connected network, inputs on the left.

    Parameters
    ----------
    layer_sizes : sequence of int
        Units in each layer, the input layer first.
    names : sequence of str, optional
        What to write under each layer.
    unit_labels : sequence of sequences of str, optional
        What to write into the units, one sequence (it may be empty) for each layer.
    weights : sequence of numpy.ndarray, optional
        One array of shape (n_in, n_out) for each pair of neighbouring layers. Lines are then as
        wide as the weight is large; negative weights are red and dashed.
    max_units : int
        A layer with more units is drawn with its first and last ones and dots between them.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array of weights does not have the shape (n_in, n_out) of its two layers.
    """
    if ax is None:
        ax = plt.subplots(figsize=(1.9 * len(layer_sizes) + 1.2, 3.6))[1]
    heights = [_unit_heights(size, max_units) for size in layer_sizes]
    for layer in range(len(layer_sizes) - 1):
        expected = (layer_sizes[layer], layer_sizes[layer + 1])
        matrix = None if weights is None else np.asarray(weights[layer])
        if matrix is not None and matrix.shape != expected:
            raise ValueError(
                f"weights[{layer}] has shape {matrix.shape}, expected {expected} (n_in, n_out)."
            )
        _draw_connections(ax, layer, heights[layer], heights[layer + 1], matrix)
    for layer, size in enumerate(layer_sizes):
        labels = None if unit_labels is None else unit_labels[layer]
        _draw_units(ax, layer, size, heights[layer], labels)
    lowest = min(height for layer in heights for height in layer.values())
    for layer, name in enumerate(names or ()):
        ax.text(2 * layer, lowest - 0.6, name, ha="center", va="top")
    highest = max(height for layer in heights for height in layer.values())
    below = 0.6 + 0.45 * max((name.count("\n") + 1 for name in names or ()), default=0)
    _blank(ax, (-0.8, 2 * len(layer_sizes) - 1.2), (lowest - below, highest + 0.5), title)
    return ax


def computation_graph(
    graph: Mapping[str, tuple[str, Sequence[str]]],
    *,
    values: Mapping[str, float] | None = None,
    gradients: Mapping[str, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a computation graph from left to right, with values above and gradients below the nodes.

    Parameters
    ----------
    graph : mapping of str to (str, sequence of str)
        For each node the text in its box and the names of its inputs, in an order in which it can
        be computed. An input of the whole computation has no inputs of its own.
    values, gradients : mapping of str to float, optional
        Number above each node (forward pass) and below it (backward pass).
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> graph = {"w": ("$w$", ()), "x": ("$x$", ()), "z": ("$z = wx$", ("w", "x"))}
    >>> ax = computation_graph(graph, values={"w": 2, "x": 3, "z": 6})

    Raises
    ------
    ValueError
        If a node uses an input that does not stand before it.
    """
    position = _graph_positions(graph)
    width = max(x for x, _ in position.values())
    heights = [y for _, y in position.values()]
    low, high = min(heights), max(heights)
    if ax is None:
        ax = plt.subplots(figsize=(1.5 * (width + 1), 1.0 * (high - low + 1) + 0.5))[1]
    boxes = {}
    for name, (label, inputs) in graph.items():
        boxes[name] = ax.text(
            *position[name],
            label,
            ha="center",
            va="center",
            bbox={
                "boxstyle": "round,pad=0.35",
                "facecolor": "white" if inputs else "#e8ebef",
                "edgecolor": "black",
            },
        )
    for name, (_, inputs) in graph.items():
        for source in inputs:
            ax.annotate(
                "",
                xy=position[name],
                xytext=position[source],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": COLOURS["grey"],
                    "connectionstyle": _bend(position[source], position[name]),
                    "patchA": boxes[source].get_bbox_patch(),
                    "patchB": boxes[name].get_bbox_patch(),
                },
            )
    _write_numbers(ax, position, values, +1, COLOURS["blue"], "")
    _write_numbers(ax, position, gradients, -1, COLOURS["red"], "∂ ")
    _blank(ax, (-0.6, width + 0.6), (low - 0.55, high + 0.55), title, equal=False)
    return ax


def matrix_shapes(
    terms: Sequence[str | tuple[str, tuple[float, float], str]],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw an equation between matrices as rectangles in proportion to their shapes.

    Parameters
    ----------
    terms : sequence
        An operator as text (``"@"``, ``"+"``, ``"="``), or a matrix as (name, (rows, columns),
        caption), where rows and columns are lengths in the drawing.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = matrix_shapes(
    ...     [("X", (5, 3), "(m, n)"), "@", ("W", (3, 2), "(n, k)"), "=", ("Z", (5, 2), "(m, k)")]
    ... )
    """
    ax = plt.subplots(figsize=(8.0, 2.4))[1] if ax is None else ax
    gap, captions_wide = 0.9, 2.6
    tallest = max(term[1][0] for term in terms if not isinstance(term, str))
    right = 0.0
    for term in terms:
        if isinstance(term, str):
            width = gap * max(1.0, 0.4 * len(term))
            ax.text(right + width / 2, 0, term, ha="center", va="center", fontsize=14)
            right += width
            continue
        name, (rows, columns), caption = term
        centre = right + max(columns, captions_wide) / 2
        corner = (centre - columns / 2, -rows / 2)
        ax.add_patch(Rectangle(corner, columns, rows, facecolor="#dcebf7", edgecolor="black"))
        ax.text(centre, 0, name, ha="center", va="center")
        ax.text(centre, -tallest / 2 - 0.25, caption, ha="center", va="top", fontsize=9)
        right += max(columns, captions_wide)
    _blank(ax, (-0.2, right + 0.2), (-tallest / 2 - 1.1, tallest / 2 + 0.2), title)
    return ax


def _unit_heights(size: int, max_units: int) -> dict[int, float]:
    """Return the y coordinate of each unit to be drawn, the first on top, centred on zero.

    A layer with too many units keeps its first and last ones, with one place left free for dots.
    """
    if size <= max_units:
        return {unit: (size - 1) / 2 - unit for unit in range(size)}
    first = max_units // 2
    last = max_units - 1 - first
    places = [*range(first), *range(first + 1, max_units)]
    units = [*range(first), *range(size - last, size)]
    return {unit: (max_units - 1) / 2 - place for unit, place in zip(units, places, strict=True)}


def _draw_connections(
    ax: Axes,
    layer: int,
    sources: dict[int, float],
    targets: dict[int, float],
    matrix: np.ndarray | None,
) -> None:
    largest = 1.0 if matrix is None else max(float(np.abs(matrix).max()), 1e-12)
    for source, source_height in sources.items():
        for target, target_height in targets.items():
            style = {"color": COLOURS["grey"], "linestyle": "-", "linewidth": 0.8}
            if matrix is not None:
                weight = float(matrix[source, target])
                style = {
                    "color": COLOURS["red" if weight < 0 else "blue"],
                    "linestyle": "--" if weight < 0 else "-",
                    "linewidth": 0.3 + 3 * abs(weight) / largest,
                }
            ax.plot([2 * layer, 2 * layer + 2], [source_height, target_height], zorder=1, **style)


def _draw_units(
    ax: Axes,
    layer: int,
    size: int,
    heights: dict[int, float],
    labels: Sequence[str] | None,
) -> None:
    for unit, height in heights.items():
        place = (2 * layer, height)
        face = "#e8ebef" if layer == 0 else "white"
        ax.add_patch(Circle(place, 0.36, facecolor=face, edgecolor="black", zorder=2))
        if labels is not None and unit < len(labels):
            ax.text(*place, labels[unit], ha="center", va="center", fontsize=9, zorder=3)
    if len(heights) < size:
        free = -sum(heights.values())  # heights with the free place are symmetric about zero
        ax.text(2 * layer, free, "⋮", ha="center", va="center", fontsize=16, zorder=3)


def _graph_positions(
    graph: Mapping[str, tuple[str, Sequence[str]]],
) -> dict[str, tuple[float, float]]:
    """Place the nodes of a graph: columns by depth, inputs one below the other."""
    column: dict[str, int] = {}
    for name, (_, inputs) in graph.items():
        missing = [source for source in inputs if source not in column]
        if missing:
            raise ValueError(f"{name} uses {missing[0]}, which does not stand before it.")
        column[name] = 1 + max((column[source] for source in inputs), default=-1)
    users = {name: [other for other in graph if name in graph[other][1]] for name in graph}
    for name, (_, inputs) in graph.items():
        if not inputs and users[name]:  # an input stands just before its first use
            column[name] = min(column[user] for user in users[name]) - 1
    height: dict[str, float] = {}
    for name in reversed(graph):  # from every output, in case there are several
        if not users[name]:
            _place_tree(name, graph, height)
    _separate(column, height)
    return {name: (float(column[name]), -height[name]) for name in graph}


def _place_tree(
    name: str, graph: Mapping[str, tuple[str, Sequence[str]]], height: dict[str, float]
) -> None:
    """Give every input a line of its own, and every other node the middle of its inputs."""
    if name in height:
        return
    inputs = graph[name][1]
    if not inputs:
        height[name] = float(sum(1 for node in height if not graph[node][1]))
        return
    for source in inputs:
        _place_tree(source, graph, height)
    height[name] = sum(height[source] for source in inputs) / len(inputs)


def _separate(column: Mapping[str, int], height: dict[str, float]) -> None:
    """Push nodes of one column apart until neighbours are at least one line from each other."""
    for number in set(column.values()):
        nodes = sorted((name for name in column if column[name] == number), key=height.__getitem__)
        for above, below in itertools.pairwise(nodes):
            height[below] = max(height[below], height[above] + 1)


def _bend(source: tuple[float, float], target: tuple[float, float]) -> str:
    """Return the connection style of an arrow: one that skips a column goes round what is there."""
    if target[0] - source[0] <= 1 or source[1] == target[1]:
        return "arc3,rad=0"
    return "arc3,rad=-0.25" if source[1] > target[1] else "arc3,rad=0.25"


def _write_numbers(
    ax: Axes,
    position: Mapping[str, tuple[float, float]],
    numbers: Mapping[str, float] | None,
    side: int,
    colour: str,
    prefix: str,
) -> None:
    """Write a number above (side +1) or below (side -1) each node that has one."""
    for name, number in (numbers or {}).items():
        x, y = position[name]
        ax.text(
            x,
            y + 0.3 * side,
            f"{prefix}{float(number):.4g}".replace("-", "−"),
            ha="center",
            va="center",
            color=colour,
            fontsize=9,
            fontweight="bold",
            bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none"},
        )


def _blank(
    ax: Axes,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    title: str,
    *,
    equal: bool = True,
) -> None:
    """Turn axes into a drawing board: no ticks, no frame, equal units unless told otherwise."""
    ax.set(xlim=xlim, ylim=ylim, title=title)
    if equal:
        ax.set_aspect("equal")
    ax.set_axis_off()
