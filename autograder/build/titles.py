"""What the build adds so that learners see how far they are: titles of tests, last cells."""

import json
import re
from collections.abc import Sequence
from typing import Any

from autograder.build.exercises import MarkedCell
from autograder.build.text import TextCell
from autograder.regions import MARKERS, without
from autograder.syllabus import Unit
from forwardpass.results import title

_PROSE = """\
## How far are you?

The next cell sums up what the tests have said. Hidden tests, with other inputs, decide the mark.
In a class, restart the kernel, run everything, save, and hand in this file under this name (in
Colab: *File → Download → Download .ipynb*). Alone, with the repository that holds the hidden tests,
run them yourself: `make mark WEEK={number}` in its folder.\
"""
_SUMMARY = """\
# What the tests have said since the kernel started.
check.summary(
    {{
{lines}
    }},
    answers={answers},
)\
"""


def titled(cell: TextCell, nbgrader: dict[str, Any]) -> str:
    """Return the source of a cell of tests below its title."""
    exercise, part = cell.attributes["tests"], str(cell.attributes.get("part", ""))
    line = title(exercise, part, nbgrader["points"], is_answer=_is_answer(cell))
    return f"{line}\n{cell.source}"


def footer_cells(cells: Sequence[MarkedCell], unit: Unit) -> list[TextCell]:
    """Return the last cells of an assignment: what its tests have said, and how to hand it in.

    There are none in a notebook that does not use ``forwardpass.check``, or has no tests.
    """
    tested = [marked for marked in cells if "tests" in marked.cell.attributes]
    uses_checks = any(
        re.search(r"^from forwardpass import (.*\b)?check\b", marked.cell.source, re.MULTILINE)
        for marked in cells
        if marked.cell.kind == "code"
    )
    if not tested or not uses_checks:
        return []
    points: dict[str, dict[str, float]] = {}
    answers = []
    for marked in tested:
        exercise = marked.cell.attributes["tests"]
        part = str(marked.cell.attributes.get("part", ""))
        points.setdefault(exercise, {})[part] = marked.nbgrader["points"]
        if _is_answer(marked.cell) and exercise not in answers:
            answers.append(exercise)
    lines = "\n".join(
        f"        {json.dumps(exercise)}: {json.dumps(parts)},"
        for exercise, parts in points.items()
    )
    return [
        TextCell("markdown", _PROSE.format(number=unit.number), {}, 0),
        TextCell("code", _SUMMARY.format(lines=lines, answers=json.dumps(answers)), {}, 0),
    ]


def _is_answer(cell: TextCell) -> bool:
    """Whether the visible tests of a cell ask only whether there is an answer."""
    visible = without(cell.source, MARKERS["hidden tests"]).split("\n")
    lines = [line for line in visible if line.strip()]
    return all(line.startswith("check.answered(") for line in lines)
