"""Draw the figures of a report, each as the text of one SVG file: same numbers, same bytes."""

import io
import itertools
import warnings
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autograder.report.measures import Summary
from autograder.report.statistics import Item
from forwardpass.plot import COLOURS, use_course_style

# More rows than this cannot be told apart on a page, so that learners are shown in groups.
MOST_ROWS = 60
GROUPS = 20

_LONGEST_LABEL = 28
# Inches. Shrunk to a phone of 360 px, the text of a figure this wide can still be read.
_WIDTH = 4.9
_MISSING = "#e5e7eb"
# Light is nothing, dark is all the points: the order survives a greyscale print.
_SHARES = LinearSegmentedColormap.from_list("shares", ["#fbfcfd", "#7cc4e8", COLOURS["blue"]])


def score_histogram(percents: Sequence[float], summary: Summary) -> str:
    """Draw how many learners got which percentage, with mean and median.

    Parameters
    ----------
    percents : sequence of float
        Final percentages, at least one. Extra credit can lift them over 100.
    summary : Summary

    Returns
    -------
    str
        An SVG document.
    """

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        top = 100 if max(percents) <= 100 else 10 * int(np.ceil(max(percents) / 10))
        axes.hist(
            percents,
            bins=np.arange(0, top + 1, 10),
            color=COLOURS["sky"],
            edgecolor=COLOURS["blue"],
            linewidth=0.8,
        )
        for value, name, colour, style in (
            (summary.mean, "mean", COLOURS["red"], "--"),
            (summary.median, "median", COLOURS["blue"], "-"),
        ):
            label = f"{name} {value:.1f} %"
            axes.axvline(value, color=colour, linestyle=style, label=label)
        axes.set(
            xlabel="score in %", ylabel="learners", xlim=(0, top), xticks=range(0, top + 1, 10)
        )
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="x", visible=False)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.12)  # headroom, so that no bar touches the legend
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)

    return _svg((_WIDTH, 3.0), draw)


def exercise_chart(exercises: Sequence[Item]) -> str:
    """Draw for each exercise the mean share of the points: all, the weakest and the best 27 %.

    Parameters
    ----------
    exercises : sequence of Item
        At least one, all with a difficulty.

    Returns
    -------
    str
        An SVG document.
    """
    rows = np.arange(len(exercises))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        grouped = [
            (row, item.lower, item.upper)
            for row, item in zip(rows, exercises, strict=True)
            if item.lower is not None
        ]
        if grouped:
            at, lower, upper = (np.array(column) for column in zip(*grouped, strict=True))
            axes.hlines(at, lower, upper, color=COLOURS["sky"], linewidth=5, zorder=2)
            style = {"s": 46, "zorder": 3, "edgecolors": COLOURS["blue"], "linewidths": 1.4}
            axes.scatter(lower, at, marker="<", color="white", label="weakest 27 %", **style)
            axes.scatter(upper, at, marker=">", color=COLOURS["sky"], label="best 27 %", **style)
        axes.scatter(
            [item.difficulty for item in exercises],
            rows,
            s=44,
            color=COLOURS["blue"],
            zorder=4,
            label="whole class",
        )
        axes.set(
            xlabel="mean share of the points", xlim=(-0.03, 1.03), ylim=(len(rows) - 0.5, -0.5)
        )
        axes.set_yticks(rows, [_short(item.label) for item in exercises])
        axes.xaxis.set_major_formatter(PercentFormatter(xmax=1, symbol=" %"))
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=3, columnspacing=1.2, handletextpad=0.3)

    return _svg((_WIDTH, 1.2 + 0.32 * len(exercises)), draw)


def heat_map(shares: pd.DataFrame) -> str:
    """Draw who got how much in which cell.

    Parameters
    ----------
    shares : pandas.DataFrame, shape (rows, cells)
        Shares of the points from 0 to 1, NaN without a score. Rows are drawn from top to bottom.

    Returns
    -------
    str
        An SVG document.
    """
    rows, columns = shares.shape

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_facecolor(_MISSING)
        mesh = axes.pcolormesh(
            np.ma.masked_invalid(shares.to_numpy()),
            cmap=_SHARES,
            vmin=0,
            vmax=1,
            edgecolors="#cbd2db",
            linewidth=0.6,
        )
        axes.patch.set(hatch="////", edgecolor="#9ca3af")
        axes.set(xlim=(0, columns), ylim=(rows, 0))
        axes.set_xticks(np.arange(columns) + 0.5, [_short(x) for x in shares.columns], rotation=90)
        axes.set_yticks(np.arange(rows) + 0.5, [_short(x) for x in shares.index])
        axes.xaxis.tick_top()
        axes.tick_params(length=0, labelsize=9)
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        bar = figure.colorbar(
            mesh, ax=axes, orientation="horizontal", shrink=0.6, aspect=30, pad=0.02
        )
        bar.set_label("share of the points")
        bar.ax.xaxis.set_major_formatter(PercentFormatter(xmax=1, symbol=" %"))
        bar.outline.set_visible(False)
        if shares.isna().any(axis=None):
            missing = Patch(facecolor=_MISSING, edgecolor="#9ca3af", hatch="////", label="no score")
            figure.legend(handles=[missing], loc="outside lower right", fontsize=9)

    longest_row, longest_column = (
        max(len(_short(label)) for label in labels) for labels in (shares.index, shares.columns)
    )
    width = 0.6 + 0.075 * longest_row + max(0.3 * columns, 3.6)
    height = 1.0 + 0.075 * longest_column + 0.21 * max(rows, 2)
    return _svg((width, height), draw)


def heat_map_rows(
    shares: pd.DataFrame, most: int = MOST_ROWS, groups: int = GROUPS
) -> pd.DataFrame:
    """Return the rows that a heat map shows: learners, or groups of a large class.

    Parameters
    ----------
    shares : pandas.DataFrame, shape (learners, cells)
        Rows from the highest total to the lowest.
    most : int
        Up to so many learners have a row each.
    groups : int
        A larger class is cut into so many groups of equal size (give or take one), each of which
        becomes one row with the mean of its learners.

    Returns
    -------
    pandas.DataFrame
        Columns from the easiest cell to the hardest.
    """
    shares = shares[shares.mean().sort_values(ascending=False, kind="stable").index]
    count = len(shares)
    if count <= most:
        return shares
    edges = np.linspace(0, count, groups + 1).round().astype(int)
    rows = [shares.iloc[start:end].mean() for start, end in itertools.pairwise(edges)]
    labels = [f"rank {start + 1}–{end}" for start, end in itertools.pairwise(edges)]
    return pd.DataFrame(rows, index=labels)


def _svg(size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """Draw in the course's style and leave matplotlib's own settings as they were.

    Text stays text: it scales, it can be searched, and the reader's fonts have the glyphs of every
    alphabet, which matplotlib's own may lack.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        use_course_style()
        mpl.rcParams.update(
            {"svg.fonttype": "none", "svg.hashsalt": "report", "text.parse_math": False}
        )
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size)
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _short(label: object) -> str:
    text = str(label)
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
