"""Figures in one style: labelled, readable in greyscale, the same from week to week."""

from forwardpass.plot.agents import episodes, value_grid
from forwardpass.plot.charts import curves, heatmap, images
from forwardpass.plot.functions import activation, decision_regions
from forwardpass.plot.geometry import (
    arrows,
    circle_image,
    linear_map,
    plane,
    quadratic_form,
    right_angle,
)
from forwardpass.plot.networks import computation_graph, matrix_shapes, network
from forwardpass.plot.scenes import scene
from forwardpass.plot.style import COLOURS, use_course_style

__all__ = [
    "COLOURS",
    "activation",
    "arrows",
    "circle_image",
    "computation_graph",
    "curves",
    "decision_regions",
    "episodes",
    "heatmap",
    "images",
    "linear_map",
    "matrix_shapes",
    "network",
    "plane",
    "quadratic_form",
    "right_angle",
    "scene",
    "use_course_style",
    "value_grid",
]
