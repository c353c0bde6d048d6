"""The command ``forwardpass progress``: how far a learner's notebooks are, week by week.

It reads what the notebooks show: a line stands below the tests that passed when they ran last
(:mod:`forwardpass.results`). Nothing is run.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forwardpass.errors import InputError
from forwardpass.results import ANSWERED, PASSED

_NAME = re.compile(r"\w+?_assignment")  # and not …_new_version, which the learner did not write in
_BAR = 20


@dataclass(frozen=True)
class Progress:
    """How far one assignment is.

    Attributes
    ----------
    title : str
        The notebook's first heading.
    reached, points : float
        Points of the visible tests that passed, and of all.
    answered, questions : int
        Of a quiz, of which only the grader knows what is right.
    """

    title: str
    reached: float
    points: float
    answered: int
    questions: int


def read_progress(notebook: Path) -> Progress:
    """Read one assignment.

    Raises
    ------
    ValueError
        If the file is not a notebook.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    headings = (re.search(r"^# (.+)", _source(cell), re.M) for cell in cells if _is_prose(cell))
    title = next((found[1] for found in headings if found), notebook.stem)
    reached = points = 0.0
    answered = questions = 0
    for cell in cells:
        mark = cell["metadata"].get("nbgrader", {})
        if _is_prose(cell) or not mark.get("grade"):
            continue
        lines = _printed(cell)
        if _source(cell).startswith("# Answer of "):
            questions += 1
            answered += any(line.startswith(ANSWERED) for line in lines)
        else:
            points += mark["points"]
            reached += mark["points"] * any(line.startswith(PASSED) for line in lines)
    return Progress(title, reached, points, answered, questions)


def print_progress(folder: Path) -> None:
    """Draw how far each assignment in a folder is.

    Raises
    ------
    InputError
        If there is none.
    """
    notebooks = sorted(path for path in folder.rglob("*.ipynb") if _NAME.fullmatch(path.stem))
    notebooks = [path for path in notebooks if ".ipynb_checkpoints" not in path.parts]
    if not notebooks:
        raise InputError("there are no assignments here", folder)
    for path in notebooks:
        print(_line(path))
    print("\nPoints of visible tests, as they ran last. Hidden tests decide the mark.")


def _line(path: Path) -> str:
    number = path.stem.removesuffix("_assignment")
    try:
        found = read_progress(path)
    except (OSError, ValueError, KeyError, TypeError):
        return f"{number:5} {path} cannot be read as a notebook"
    full = round(_BAR * found.reached / found.points) if found.points else 0
    bar = "█" * full + "·" * (_BAR - full)
    line = f"{number:5} {bar} {found.reached:3g} of {found.points:3g} points"
    if found.questions:
        line += f", {found.answered} of {found.questions} answers"
    return f"{line}  {found.title}"


def _is_prose(cell: dict) -> bool:
    return cell["cell_type"] != "code"


def _source(cell: dict) -> str:
    return "".join(cell["source"])


def _printed(cell: dict) -> Iterator[str]:
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield from "".join(output["text"]).splitlines()
