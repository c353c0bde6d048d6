"""The look of every figure in the course."""

import matplotlib as mpl
from cycler import cycler

# Ordered from dark to light, so that the order survives a greyscale print; distinguishable with the
# common colour-vision deficiencies (after Okabe and Ito, 2008).
COLOURS = {
    "blue": "#0b3c6f",
    "red": "#c1432e",
    "green": "#2a9d6f",
    "orange": "#e9a03b",
    "sky": "#7cc4e8",
    "grey": "#6b7280",
}


def use_course_style() -> None:
    """Make matplotlib draw in the course's style from now on."""
    cycle = cycler(color=list(COLOURS.values())) + cycler(
        linestyle=["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]
    )
    mpl.rcParams.update(
        {
            "figure.figsize": (7.0, 4.0),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.prop_cycle": cycle,
            "axes.grid": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.labelsize": 11,
            "grid.alpha": 0.3,
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 2.0,
            "image.cmap": "gray",
        }
    )
