"""Pictures of the plane: vectors as arrows, matrices as maps, quadratic forms as contour lines."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator

from forwardpass.plot.style import COLOURS

_HALO = [patheffects.withStroke(linewidth=3, foreground="white")]


def plane(
    ax: Axes | None = None,
    *,
    extent: float = 3.0,
    xlabel: str = "first coordinate",
    ylabel: str = "second coordinate",
    title: str = "",
) -> Axes:
    """Prepare axes for geometry: the same scale in both directions, the origin in the middle.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        The axes to prepare; a new square figure by default.
    extent : float
        Both axes run from ``-extent`` to ``extent``.
    xlabel, ylabel, title : str

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the extent is not positive.
    """
    if not extent > 0:
        raise ValueError(f"extent is {extent}: the plane must have a positive size.")
    ax = plt.subplots(figsize=(4.5, 4.5))[1] if ax is None else ax
    ax.axhline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-", zorder=1)
    ax.axvline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-", zorder=1)
    ax.set_aspect("equal")
    ax.set(xlim=(-extent, extent), ylim=(-extent, extent))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return ax


def arrows(
    vectors: np.ndarray,
    labels: Sequence[str] | None = None,
    *,
    starts: np.ndarray | None = None,
    colours: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw vectors of the plane as arrows, each with its name beside the tip.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (m, 2)
        One vector in each row.
    labels : sequence of str, optional
        One for each vector; mathematics between dollar signs is typeset.
    starts : numpy.ndarray, shape (m, 2), optional
        Where each arrow begins; the origin by default.
    colours : sequence of str, optional
        One for each vector, a key of ``COLOURS`` or any colour that matplotlib knows; the course's
        colours in order by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new :func:`plane` that holds every arrow by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the vectors are not rows of two numbers, or the starts, labels or colours do not match.
    """
    vectors = _rows_of_two(vectors, "vectors")
    starts = np.zeros_like(vectors) if starts is None else _rows_of_two(starts, "starts")
    palette = list(COLOURS)
    names = [palette[i % len(palette)] for i in range(len(vectors))] if colours is None else colours
    for what, values in (("starts", starts), ("labels", labels), ("colours", names)):
        if values is not None and len(values) != len(vectors):
            raise ValueError(f"{len(vectors)} vectors, but {len(values)} {what}: give one each.")
    tips = starts + vectors
    if ax is None:
        reach = float(np.abs(np.concatenate([starts, tips])).max())
        ax = plane(extent=1.25 * reach or 1.0)
    ax.quiver(
        *starts.T,
        *vectors.T,
        color=[COLOURS.get(name, name) for name in names],
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.012,
        zorder=3,
    )
    if labels is not None:
        for tip, vector, label in zip(tips, vectors, labels, strict=True):
            _write_beside(ax, tip, vector, label)
    return ax


def right_angle(
    corner: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    *,
    size: float = 0.2,
    ax: Axes,
) -> Axes:
    """Mark the right angle between two directions with the small square of school geometry.

    Parameters
    ----------
    corner : numpy.ndarray, shape (2,)
        Where the two directions meet.
    first, second : numpy.ndarray, shape (2,)
        The directions; only where they point matters, not how long they are.
    size : float
        Edge of the square, in the units of the axes.
    ax : matplotlib.axes.Axes
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    corner, first, second = (np.asarray(v, dtype=float) for v in (corner, first, second))
    along = size * first / np.linalg.norm(first)
    up = size * second / np.linalg.norm(second)
    square = np.array([corner + along, corner + along + up, corner + up])
    ax.plot(*square.T, color="black", linewidth=1.0, linestyle="-", zorder=2)
    return ax


def linear_map(
    matrix: np.ndarray,
    *,
    extent: float = 3.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show what a 2 by 2 matrix does to the plane.

    Faint lines are the grid before the map, strong lines the grid after it. The two arrows are the
    images of the unit vectors, which are the columns of the matrix; the shaded parallelogram is the
    image of the unit square, so its area is the absolute value of the determinant.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (2, 2)
        Maps the vector x to ``matrix @ x``.
    extent : float
        Both axes run from ``-extent`` to ``extent``.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the matrix does not have shape (2, 2).
    """
    matrix = _two_by_two(matrix)
    ax = plane(ax, extent=extent, title=title)
    ax.grid(False)
    before = _grid_lines(int(np.ceil(2 * extent)))  # (lines, 2 ends, 2)
    ax.add_collection(LineCollection(before, colors=COLOURS["grey"], linewidths=0.5, alpha=0.4))
    after = before @ matrix.T
    ax.add_collection(LineCollection(after, colors=COLOURS["sky"], linewidths=1.2))
    corners = np.array([[0, 1, 1, 0], [0, 0, 1, 1]])
    ax.add_patch(
        Polygon((matrix @ corners).T, facecolor=COLOURS["orange"], alpha=0.5, edgecolor="none")
    )
    labels = [r"$A\,\mathbf{e}_1$", r"$A\,\mathbf{e}_2$"]
    return arrows(matrix.T, labels, colours=["blue", "red"], ax=ax)


def circle_image(
    matrix: np.ndarray,
    *,
    colour: str = "blue",
    label: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the curve to which a 2 by 2 matrix takes the unit circle: an ellipse.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (2, 2)
    colour : str
        A key of ``COLOURS`` or any colour that matplotlib knows.
    label : str, optional
        Entry in the legend.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new :func:`plane` that holds the curve by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the matrix does not have shape (2, 2).
    """
    matrix = _two_by_two(matrix)
    angle = np.linspace(0, 2 * np.pi, 181)
    curve = matrix @ np.array([np.cos(angle), np.sin(angle)])
    ax = plane(extent=1.25 * float(np.abs(curve).max()) or 1.0) if ax is None else ax
    ax.plot(*curve, color=COLOURS.get(colour, colour), linestyle="-", label=label, zorder=2)
    return ax


def quadratic_form(
    matrix: np.ndarray,
    *,
    extent: float = 2.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the contour lines of q(x) = x^T A x, dashed where the value is negative.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (2, 2)
        The matrix A; only its symmetric part matters.
    extent : float
        Both axes run from ``-extent`` to ``extent``.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the matrix does not have shape (2, 2).
    """
    matrix = _two_by_two(matrix)
    ax = plane(ax, extent=extent, xlabel="$x_1$", ylabel="$x_2$", title=title)
    ax.grid(False)
    side = np.linspace(-extent, extent, 121)
    points = np.stack(np.meshgrid(side, side))  # (2, rows, columns)
    values = np.einsum("irc,ij,jrc->rc", points, matrix, points)
    contours = ax.contour(side, side, values, levels=9, colors="black", linewidths=1.0)
    ax.clabel(contours, fontsize=7)
    return ax


def _write_beside(ax: Axes, tip: np.ndarray, vector: np.ndarray, label: str) -> None:
    """Write a label 8 points beyond the tip, in the direction of the arrow, on a white halo."""
    length = float(np.linalg.norm(vector))
    offset = 8 * vector / length if length > 0 else np.array([8.0, 8.0])
    ax.annotate(
        label,
        tip,
        xytext=tuple(offset),
        textcoords="offset points",
        ha="left" if offset[0] > 2 else "right" if offset[0] < -2 else "center",
        va="bottom" if offset[1] > 2 else "top" if offset[1] < -2 else "center",
        path_effects=_HALO,
        zorder=4,
    )


def _grid_lines(reach: int) -> np.ndarray:
    """Return the ends of all horizontal and vertical lines at whole numbers, (lines, 2, 2)."""
    positions = np.arange(-reach, reach + 1, dtype=float)
    along = np.broadcast_to([-reach, reach], (len(positions), 2))
    across = np.stack([positions, positions], axis=1)
    horizontal = np.stack([along, across], axis=-1)
    return np.concatenate([horizontal, horizontal[..., ::-1]])


def _rows_of_two(values: np.ndarray, name: str) -> np.ndarray:
    rows = np.asarray(values, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise ValueError(f"{name} has shape {rows.shape}, expected (m, 2): one vector in each row.")
    return rows


def _two_by_two(matrix: np.ndarray) -> np.ndarray:
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (2, 2):
        raise ValueError(f"matrix has shape {matrix.shape}, expected (2, 2): a map of the plane.")
    return matrix
