"""What a model computes, as a picture: activation functions, and the regions it decides between."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from forwardpass.plot.style import COLOURS

# Region colours differ in lightness, markers in form: both survive a greyscale print.
_REGIONS = ("#dcebf7", "#f3c892", "#c9cdd3", "#f2f0b5", "#b9dfcc", "#f0b9ae")
_MARKERS = ("o", "^", "s", "D", "v", "P")


def decision_regions(
    predict: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    *,
    classes: Sequence[str] | None = None,
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    title: str = "",
    resolution: int = 200,
    marker_size: float = 26,
    ax: Axes | None = None,
) -> Axes:
    """Shade the plane by the class that a classifier predicts, with the examples on top.

    Parameters
    ----------
    predict : callable
        Takes points of shape (k, 2); returns class numbers of shape (k,), or probabilities of
        shape (k, classes). With probabilities of two classes, dotted lines mark 0.1 and 0.9.
    X : numpy.ndarray, shape (m, 2)
    y : numpy.ndarray of int, shape (m,)
        Class numbers from 0 to at most 5.
    classes : sequence of str, optional
        Legend entries; no legend by default.
    xlabel, ylabel, title : str
    resolution : int
        Grid points along each axis.
    marker_size : float
        Area of an example's marker, in points squared.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the examples do not lie in the plane, or there are more than six classes.
    """
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(
            f"X has shape {X.shape}: decision regions need points in the plane, (m, 2)."
        )
    margin = 0.08 * np.ptp(X, axis=0)
    (left, bottom), (right, top) = X.min(axis=0) - margin, X.max(axis=0) + margin
    first, second = np.meshgrid(
        np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    )
    output = np.asarray(predict(np.column_stack([first.ravel(), second.ravel()])))
    winner = output if output.ndim == 1 else output.argmax(axis=1)
    count = int(max(winner.max(), y.max())) + 1
    if count > len(_REGIONS):
        raise ValueError(f"There are {count} classes; at most {len(_REGIONS)} can be told apart.")
    ax = plt.subplots(figsize=(5.5, 4.2))[1] if ax is None else ax
    ax.pcolormesh(
        first,
        second,
        winner.reshape(first.shape),
        cmap=ListedColormap(_REGIONS[: max(count, 2)]),
        vmin=-0.5,
        vmax=max(count, 2) - 0.5,
        shading="nearest",
        rasterized=True,
    )
    if output.ndim == 2 and output.shape[1] == 2:
        probability = output[:, 1].reshape(first.shape)
        for level, style, width in ((0.1, ":", 1.0), (0.5, "-", 1.8), (0.9, ":", 1.0)):
            if probability.min() < level < probability.max():
                ax.contour(
                    first,
                    second,
                    probability,
                    [level],
                    colors="k",
                    linestyles=style,
                    linewidths=width,
                )
    colours = list(COLOURS.values())
    for number in range(count):
        chosen = y == number
        ax.scatter(
            *X[chosen].T,
            s=marker_size,
            marker=_MARKERS[number],
            color=colours[number],
            edgecolor="white",
            linewidth=0.5,
            label=None if classes is None else classes[number],
        )
    ax.grid(False)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=(left, right), ylim=(bottom, top))
    if classes is not None:
        ax.legend(loc="upper right", frameon=True, fontsize=9)
    return ax


def activation(
    z: np.ndarray,
    value: np.ndarray,
    derivative: np.ndarray,
    *,
    name: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw an activation function (solid) and its derivative (dashed) over the same axis.

    Parameters
    ----------
    z : numpy.ndarray, shape (k,)
        Where the function was evaluated.
    value, derivative : numpy.ndarray, shape (k,)
    name : str
        Title of the panel.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = plt.subplots(figsize=(4.0, 3.0))[1] if ax is None else ax
    ax.axhline(0, color="black", linewidth=0.8)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.plot(z, value, color=COLOURS["blue"], linestyle="-", label="$g(z)$")
    ax.plot(z, derivative, color=COLOURS["red"], linestyle="--", label="$g'(z)$")
    ax.set(xlabel="$z$", title=name)
    return ax
