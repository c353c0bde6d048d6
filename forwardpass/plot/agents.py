"""What an agent knows and how it fares: values of a grid with their policy, returns by episode."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from forwardpass.plot.style import COLOURS

# Up, right, down, left, as the axes of an image have it: y grows downwards.
_DIRECTIONS = ((0, -1), (1, 0), (0, 1), (-1, 0))
_WALL = "#4b5563"


def value_grid(
    values: np.ndarray,
    actions: np.ndarray | None = None,
    *,
    annotate: str | None = None,
    marks: Mapping[tuple[int, int], str] | None = None,
    path: Sequence[tuple[int, int]] = (),
    limits: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show a value for each place of a grid, and which way the policy goes there.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
        NaN is a wall: no number, no arrows.
    actions : numpy.ndarray of bool or float, shape (rows, columns, 4), optional
        Whether, or how probably, the policy goes up, right, down and left. An arrow is as long as
        its action is probable; no number, no arrow.
    annotate : str, optional
        Format of the number in each place, for instance ``".1f"``; no numbers by default.
    marks : mapping of (row, column) to str, optional
        Letters, as start and goal.
    path : sequence of (row, column)
        A way through the grid: a line with a dot where it begins.
    limits : tuple of float, optional
        Values of the darkest and the lightest colour, so that several grids can be compared.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    rows, columns = values.shape
    if ax is None:
        ax = plt.subplots(figsize=(0.75 * columns + 0.4, 0.75 * rows + 0.6))[1]
    cmap = plt.get_cmap("viridis").with_extremes(bad=_WALL)
    low, high = (np.nanmin(values), np.nanmax(values)) if limits is None else limits
    image = ax.imshow(np.ma.masked_invalid(values), cmap=cmap, vmin=low, vmax=max(high, low + 1e-9))
    for (row, column), value in np.ndenumerate(values):
        red, green, blue, _ = image.cmap(image.norm(value)) if not np.isnan(value) else (0, 0, 0, 1)
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"
        mark = (marks or {}).get((row, column))
        if mark:
            corner = {"ha": "left", "va": "top", "fontsize": 10, "fontweight": "bold"}
            ax.text(column - 0.42, row - 0.42, mark, color=ink, **corner)
        if np.isnan(value):
            continue
        if actions is not None:
            probabilities = np.nan_to_num(np.asarray(actions[row, column], float))
            _arrows(ax, row, column, probabilities, ink, lift=0.12 if annotate else 0.0)
        if annotate is not None:
            below = 0.33 if mark or actions is not None else 0.0
            text = format(value, annotate)
            ax.text(column, row + below, text, ha="center", va="center", color=ink, fontsize=8)
    if len(path):
        down, right = np.asarray(path, float).T
        ax.plot(right, down, "-", color="white", linewidth=4.5, solid_capstyle="round")
        ax.plot(right, down, "-", color=COLOURS["red"], linewidth=2.5, solid_capstyle="round")
        ax.plot(right[:1], down[:1], "o", color=COLOURS["red"], markeredgecolor="white")
    ax.set(xticks=np.arange(columns + 1) - 0.5, yticks=np.arange(rows + 1) - 0.5, title=title)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.tick_params(length=0, labelbottom=False, labelleft=False)
    ax.grid(True, color="white", linewidth=0.8, alpha=0.6)
    return ax


def _arrows(
    ax: Axes, row: int, column: int, probabilities: np.ndarray, ink: str, *, lift: float
) -> None:
    for (right, down), probability in zip(_DIRECTIONS, probabilities, strict=True):
        if probability > 0:
            length = 0.3 * probability if probability < 1 else 0.3
            ax.annotate(
                "",
                xy=(column + right * length, row - lift + down * length),
                xytext=(column, row - lift),
                arrowprops={
                    "arrowstyle": "-|>,head_width=0.16,head_length=0.28",
                    "color": ink,
                    "linewidth": 1.3,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )


def episodes(
    returns: Mapping[str, np.ndarray],
    *,
    window: int = 50,
    optimum: float | None = None,
    ylabel: str = "return",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how returns change while agents learn, averaged over the last episodes.

    Parameters
    ----------
    returns : mapping of str to numpy.ndarray, shape (episodes,) or (runs, episodes)
        Legend entry to the return of each episode. With several runs the line is their mean, and
        the band goes from the worst to the best of them.
    window : int
        Episodes in an average, the last of which is the one that it is drawn at.
    optimum : float, optional
        What could be had at best: a thin line.
    ylabel, title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are fewer episodes than the window holds.
    """
    ax = plt.subplots()[1] if ax is None else ax
    for name, numbers in returns.items():
        runs = np.atleast_2d(np.asarray(numbers, dtype=np.float64))
        if runs.shape[1] < window:
            raise ValueError(f"{name} has {runs.shape[1]} episodes, the window {window}.")
        sums = np.cumsum(np.pad(runs, ((0, 0), (1, 0))), axis=1)
        means = (sums[:, window:] - sums[:, :-window]) / window
        places = np.arange(window, runs.shape[1] + 1)
        (line,) = ax.plot(places, means.mean(axis=0), label=name)
        if len(runs) > 1:
            band = {"color": line.get_color(), "alpha": 0.18, "linewidth": 0}
            ax.fill_between(places, means.min(axis=0), means.max(axis=0), **band)
    if optimum is not None:
        ax.axhline(optimum, color="black", linewidth=0.9, label="optimum")
    average = f", mean of {window}" if window > 1 else ""
    ax.set(xlabel="episode", ylabel=f"{ylabel}{average}", title=title)
    if len(returns) > 1 or optimum is not None:
        ax.legend()
    return ax
