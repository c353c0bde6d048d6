"""Figures in one style: labelled, readable in greyscale, the same from week to week."""

from forwardpass.plot.charts import curves, heatmap, images
from forwardpass.plot.style import COLOURS, use_course_style

__all__ = ["COLOURS", "curves", "heatmap", "images", "use_course_style"]
