"""Lay out a report as one HTML file that needs nothing else: no network, no script, no font."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.report import figures
from autograder.report.findings import (
    everybody_passes,
    favours_the_weak,
    findings,
    listing,
    nobody_passes,
)
from autograder.report.measures import CAUTIOUS_CLASS, SMALLEST_CLASS
from autograder.report.model import ClassRecord
from autograder.report.statistics import Analysis, Item, Status

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_MESSAGES = 6


def render_page(
    record: ClassRecord,
    analysis: Analysis,
    feedback: Mapping[str, Sequence[tuple[str, str]]],
    unreadable: Sequence[str] = (),
) -> str:
    """Return the HTML of a report.

    The same values give the same text: the only date in it is the gradebook's.

    Parameters
    ----------
    record : ClassRecord
    analysis : Analysis
        Of this record, with at least one graded learner.
    feedback : mapping of str to sequence of (str, str)
        Learner's id to the names and the addresses of the feedback pages, relative to the report.
    unreadable : sequence of str
        One line for each autograded notebook that could not be read.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,  # messages and names are other people's text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=number,
        percent=percent,
        index=index,
        date=date,
        listing=listing,
        breakable=breakable,
        data=_data,
    )
    percents = [x.percent for x in analysis.learners if x.percent is not None]
    with_points = [item for item in analysis.exercises if item.difficulty is not None]
    rows = figures.heat_map_rows(analysis.shares)
    return environment.get_template("report.html.j2").render(
        record=record,
        analysis=analysis,
        facts=_facts(analysis),
        findings=findings(record, analysis, unreadable),
        flags={cell.label: _flag(cell) for cell in analysis.cells},
        histogram=figures.score_histogram(percents, analysis.summary) if percents else None,
        histogram_alt=_histogram_alt(percents) if percents else "",
        chart=figures.exercise_chart(with_points) if with_points else None,
        heat_map=figures.heat_map(rows),
        heat_map_shape=rows.shape,
        grouped=len(rows) < analysis.graded,
        caution=_caution(analysis.graded),
        failing=[cell for cell in analysis.cells if cell.tallies],
        most_messages=_MOST_MESSAGES,
        feedback=feedback,
        Status=Status,
    )


def number(value: float | None) -> str:
    """Write a score: at most two decimals, a dash for none."""
    return "–" if value is None else f"{round(value, 2):.12g}"


def percent(value: float | None) -> str:
    """Write a share from 0 to 1 as a whole percentage, a dash for none."""
    return "–" if value is None else f"{100 * value:.0f} %"


def index(value: float | None) -> str:
    """Write a number from -1 to 1 with two decimals and a real minus sign, a dash for none."""
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def date(value: datetime) -> str:
    """Write a time of the gradebook, which is in UTC."""
    return f"{value.day} {value:%B %Y, %H:%M} UTC"


def breakable(name: str) -> Markup:
    """Let a narrow screen break a name after an underscore, not in the middle of a word."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _data(svg: str) -> str:
    """Return an image's address that holds the image, so that ids of two images cannot collide."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _facts(analysis: Analysis) -> list[tuple[str, str, str]]:
    """Return the figures at the top: name, value, remark."""
    size = len(analysis.learners)
    submitted = size - analysis.count(Status.MISSING)
    summary = analysis.summary
    manual = sum(learner.needs_manual for learner in analysis.learners)
    return [
        ("Class", str(size), "learner" if size == 1 else "learners"),
        ("Submitted", str(submitted), percent(submitted / size)),
        ("Graded", str(analysis.graded), percent(analysis.graded / size)),
        (
            "Mean",
            f"{summary.mean:.1f} %" if summary else "–",
            f"of {number(analysis.points)} points",
        ),
        ("Median", f"{summary.median:.1f} %" if summary else "–", "after late penalties"),
        ("To grade by hand", str(manual), "submission" if manual == 1 else "submissions"),
    ]


def _flag(cell: Item) -> str:
    if nobody_passes(cell):
        return "nobody passes"
    if favours_the_weak(cell):
        return "favours the weak"
    return "everybody passes" if everybody_passes(cell) else ""


def _caution(graded: int) -> str:
    """Say when a class is too small for its discrimination to mean anything."""
    learners = "learner" if graded == 1 else "learners"
    if graded < SMALLEST_CLASS:
        return (
            f"With {graded} graded {learners} this class is too small for the two measures of "
            f"discrimination to mean anything; they are shown from {SMALLEST_CLASS} on."
        )
    if graded < CAUTIOUS_CLASS:
        return (
            f"With {graded} graded learners both measures of discrimination are rough: below "
            f"{CAUTIOUS_CLASS} even a correlation of 0.36 can be chance."
        )
    return ""


def _histogram_alt(percents: Sequence[float]) -> str:
    counts, edges = np.histogram(np.minimum(percents, 100.0), bins=np.arange(0, 101, 10))
    bars = ", ".join(
        f"{count} from {start} to {end} %"
        for count, start, end in zip(counts, edges, edges[1:], strict=False)
        if count
    )
    return f"Histogram of {len(percents)} scores: {bars}."
