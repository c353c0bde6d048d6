"""The overview at the top of a feedback page: what was got, and what failed, at one glance."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

# What a learner is told of a test cell whose outcome is not just passed, failed or partial.
_EXPLANATIONS = {
    "timeout": "This did not finish in time.",
    "out of memory": "This needed more memory than is available.",
    "kernel died": "The Python process ended while this ran. That costs the points of this test "
    "only.",
    "tampered": "The notebook had replaced something that the tests rely on (in NumPy, Python or "
    "IPython), so the result does not count.",
    "not run": "This did not run.",
    "manual": "This will be marked by hand.",
}
# An output repeats what the explanation says already.
_SAID = frozenset({"kernel died", "not run"})
_NOT_ANSWERED = "not answered yet"
_LONGEST = 240

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^<>]*>|\*\*|[`*]")
_PART = re.compile(r"(?:^|_)tests?(?:_(.+))?$")


def overview(nb: NotebookNode) -> dict[str, Any]:
    """Return what the template needs to know of a marked notebook, beside its cells.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        With marks in ``metadata.nbgrader``, after hidden tests were hidden. Its
        ``metadata.forwardpass`` may hold ``learner`` and ``date``, two texts; ``repairs``, a list
        of sentences; and ``outcomes``, a word by grade id.

    Returns
    -------
    dict
        ``learner``, ``date``, ``repairs`` and ``outcomes`` as above; ``titles`` and ``remarks``,
        texts by grade id; ``explanations``, by outcome.
    """
    noted = nb.metadata.get("forwardpass")
    noted = noted if isinstance(noted, dict) else {}
    # A notebook that nbgrader graded has here what the learner wrote.
    repairs, outcomes = noted.get("repairs"), noted.get("outcomes")
    repairs = repairs if isinstance(repairs, list) else []
    outcomes = outcomes if isinstance(outcomes, dict) else {}
    outcomes = {key: word for key, word in outcomes.items() if isinstance(word, str)}
    graded = [cell for cell in nb.cells if _is_graded(cell)]
    return {
        "learner": noted.get("learner") if isinstance(noted.get("learner"), str) else "",
        "date": noted.get("date") if isinstance(noted.get("date"), str) else "",
        "repairs": [text for text in repairs if isinstance(text, str)],
        "outcomes": outcomes,
        "explanations": _EXPLANATIONS,
        "titles": titles(nb),
        "remarks": {
            cell.metadata.nbgrader.grade_id: remark(
                cell, outcomes.get(cell.metadata.nbgrader.grade_id, "")
            )
            for cell in graded
        },
    }


def titles(nb: NotebookNode) -> dict[str, str]:
    """Return a readable name of each graded cell: the heading above it, and which part it is.

    The first heading of the first level names the whole notebook, and no exercise.

    Examples
    --------
    Below "## Exercise 2: softmax", ``softmax_tests_values`` is "Exercise 2: softmax, values".
    """
    heading = ""
    has_title = False
    found: dict[str, tuple[str, str]] = {}
    for cell in nb.cells:
        if cell.cell_type == "markdown" and not _is_graded(cell):
            for level, text in _headings(cell.source):
                if level == 1 and not has_title:
                    has_title = True
                else:
                    heading = text
        if _is_graded(cell):
            grade_id = cell.metadata.nbgrader.grade_id
            part = _PART.search(grade_id)
            named = part[1] if part and part[1] else "" if part else grade_id
            found[grade_id] = heading, named.replace("_", " ")
    often = Counter(heading for heading, _ in found.values())
    return {
        grade_id: (f"{heading}, {part}" if part and often[heading] > 1 else heading) or grade_id
        for grade_id, (heading, part) in found.items()
    }


def remark(cell: NotebookNode, outcome: str) -> str:
    """Return what the outputs of a graded cell say, in one line; empty where nothing is to say."""
    if outcome in _SAID:
        return ""
    errors = [one for one in cell.get("outputs", []) if one.get("output_type") == "error"]
    if outcome in ("", "failed") and any(one.ename == "NotImplementedError" for one in errors):
        return _NOT_ANSWERED
    said = [
        (str(one.evalue).strip() or ("" if outcome in _EXPLANATIONS else str(one.ename)))
        for one in errors
    ]
    lines = (text.splitlines()[0].strip() for text in said if text.strip())
    return "; ".join(dict.fromkeys(map(_shortened, lines)))


def _is_graded(cell: NotebookNode) -> bool:
    details = cell.metadata.get("nbgrader")
    return (
        isinstance(details, Mapping)
        and bool(details.get("grade") or details.get("task"))
        and isinstance(details.get("grade_id"), str)
    )


def _headings(source: str) -> Iterator[tuple[int, str]]:
    for match in _HEADING.finditer(_FENCED.sub("", source)):
        text = _MARKUP.sub(r"\1", match[2]).strip()
        if text:
            yield len(match[1]), _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
