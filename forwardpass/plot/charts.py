"""Charts that many weeks draw: training curves, grids of images, matrices as colours."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

_LINE = 0.17  # inches that one line of a title takes


def curves(
    series: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "epoch",
    ylabel: str = "cost",
    title: str = "",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one labelled line for each series, against 1, 2, 3, ….

    Parameters
    ----------
    series : mapping of str to sequence of float
        Legend entry to values, one for each epoch.
    xlabel, ylabel, title : str
    log : bool
        Whether the y axis is logarithmic.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = plt.subplots()[1] if ax is None else ax
    for name, values in series.items():
        ax.plot(np.arange(1, len(values) + 1), values, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    if log:
        ax.set_yscale("log")
    if len(series) > 1:
        ax.legend()
    return ax


def images(
    pictures: np.ndarray,
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    size: float = 1.1,
    title: str = "",
    symmetric: bool = False,
) -> Figure:
    """Show images in a grid, all on the same colour scale.

    Parameters
    ----------
    pictures : numpy.ndarray, shape (m, height, width) or (m, height, width, 3)
    titles : sequence of str, optional
        One for each image.
    columns : int
        Images in a row.
    size : float
        Edge of one image, in inches.
    title : str
        Title of the whole figure.
    symmetric : bool
        For signed images (weights, eigenvectors): a diverging colour map with white at zero.

    Returns
    -------
    matplotlib.figure.Figure
    """
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    lines = max(label.count("\n") + 1 for label in titles) if titles else 0
    above = 0.08 * size + _LINE * lines  # inches between two rows, where the titles stand
    head = 2 * _LINE if title else 0.0
    height = rows * (size + above) + head
    # Everything is placed by hand: a layout engine takes longer than the drawing of the images.
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * size, height),
        squeeze=False,
        layout="none",
        gridspec_kw={
            "left": 0.01,
            "right": 0.99,
            "bottom": 0.0,
            "top": 1 - (above + head) / height,
            "wspace": 0.08,
            "hspace": above / size,
        },
    )
    limit = float(np.abs(pictures).max())
    scale = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit} if symmetric else {}
    if not symmetric and np.ndim(pictures) == 3:
        scale = {"cmap": "gray", "vmin": float(np.min(pictures)), "vmax": limit}
    for position, ax in enumerate(axes.flat):
        ax.set_axis_off()
        if position < len(pictures):
            ax.imshow(pictures[position], **scale)
            if titles is not None:
                ax.set_title(titles[position], fontsize=9, fontweight="normal")
    if title:
        fig.suptitle(title, fontweight="bold", y=1.0, va="top")
    return fig


def heatmap(
    matrix: np.ndarray,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    annotate: str | None = None,
    symmetric: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Show a matrix as colours, row 0 at the top, with a colour bar.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (rows, columns)
    xlabel, ylabel, title : str
    annotate : str, optional
        Format of the number in each cell, for instance ``".2f"``; no numbers by default.
    symmetric : bool
        For signed values: a diverging colour map with white at zero.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = plt.subplots()[1] if ax is None else ax
    limit = float(np.abs(matrix).max())
    scale = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit} if symmetric else {"cmap": "Blues"}
    image = ax.imshow(matrix, aspect="auto", **scale)
    ax.grid(False)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.figure.colorbar(image, ax=ax)
    if annotate is not None:
        for (row, column), value in np.ndenumerate(matrix):
            red, green, blue, _ = image.cmap(image.norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5  # luma, ITU-R BT.601
            ax.text(
                column,
                row,
                format(value, annotate),
                ha="center",
                va="center",
                color="white" if dark else "black",
            )
    return ax
