"""Pictures of scenes: boxes with names, and masks in colour above the image."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from forwardpass.plot.style import COLOURS

# Class k has colour k; from dark to light where there are few.
_CYCLE = [COLOURS[name] for name in ("red", "sky", "orange", "green", "blue", "grey")]
_DARK = [patheffects.withStroke(linewidth=2.5, foreground="black")]


def scene(
    image: np.ndarray,
    boxes: np.ndarray | Sequence = (),
    names: Sequence[str] | None = None,
    *,
    labels: Sequence[int] | None = None,
    truths: np.ndarray | Sequence = (),
    mask: np.ndarray | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show an image with boxes, and a mask above it.

    Parameters
    ----------
    image : numpy.ndarray, shape (3, height, width)
        Red, green and blue from 0 to 1.
    boxes : array_like, shape (n, 4)
        Corners (x1, y1, x2, y2) in pixels from the upper left corner: solid lines.
    names : sequence of str, optional
        What stands at each box.
    labels : sequence of int, optional
        The class of each box, for its colour.
    truths : array_like, shape (n, 4)
        More boxes, in dashed white lines.
    mask : numpy.ndarray of int, shape (height, width), optional
        0 is transparent, 1 + k has the colour of class k.
    title : str
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = plt.subplots(figsize=(4.0, 3.2))[1] if ax is None else ax
    height, width = image.shape[1:]
    # Pixel (0, 0) covers 0 to 1 in both directions, as the coordinates of boxes have it.
    extent = (0, width, height, 0)
    ax.imshow(image.transpose(1, 2, 0), extent=extent, interpolation="nearest")
    if mask is not None:
        colours = np.array([[int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)] for c in _CYCLE])
        veil = np.zeros((height, width, 4))
        seen = mask > 0
        veil[seen, :3] = colours[(mask[seen] - 1) % len(_CYCLE)]
        veil[seen, 3] = 0.75
        ax.imshow(veil, extent=extent, interpolation="nearest")
    for box in truths:
        _frame(ax, box, "white", "--")
    for k, box in enumerate(boxes):
        colour = _CYCLE[0 if labels is None else int(labels[k]) % len(_CYCLE)]
        _frame(ax, box, colour, "-")
        if names is not None:
            below = box[1] < 0.12 * height
            ax.text(
                box[0],
                box[3] if below else box[1],
                names[k],
                va="top" if below else "bottom",
                color="white",
                fontsize=8,
                clip_on=True,
                path_effects=_DARK,
            )
    ax.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if title:
        ax.set_title(title, fontsize=9, fontweight="normal")
    return ax


def _frame(ax: Axes, box: Sequence[float], colour: str, line: str) -> None:
    x1, y1, x2, y2 = (float(side) for side in box)
    ax.add_patch(
        Rectangle(
            (x1, y1),
            x2 - x1,
            y2 - y1,
            fill=False,
            edgecolor=colour,
            linestyle=line,
            linewidth=1.6,
            path_effects=[patheffects.withStroke(linewidth=3.2, foreground="black")],
        )
    )
