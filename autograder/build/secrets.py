"""What tells an answer or a hidden test: the secrets of an instructor's notebook."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from typing import Literal

from nbformat import NotebookNode

from autograder import regions
from autograder.build.lexing import code_of
from autograder.build.statements import (
    IDIOM,
    NOTHING,
    THOUGHT,
    Statement,
    names_defined,
    statement_in,
    statements_of,
)
from autograder.regions import MARKERS, without_whitespace

Kind = Literal["solution", "hidden test", "mark scheme"]
# Regions that hold code; a mark scheme is prose.
_MARKERS: dict[Kind, regions.Markers] = {
    "solution": MARKERS["solution"],
    "hidden test": MARKERS["hidden tests"],
}
# A line with fewer characters than this, spaces aside, gives nothing away: `m = X.shape[0] - 1`.
_TELLING_LENGTH = 16
# What neighbouring lines must tell together, with the names that they have and with any. A hidden
# test often computes by itself what a lesson explains, in the lines of every textbook: with other
# names only three of them tell which test it is.
_TELLING_RUN: dict[Kind, tuple[int, int]] = {
    "solution": (2 * IDIOM, THOUGHT + IDIOM),
    "hidden test": (3 * IDIOM, 3 * THOUGHT),
}
# A line of a hidden test with so many numbers and words of texts tells its data or what it checks.
_TELLING_CONSTANTS = 3
# A check of a hidden test with so many words, those of its message among them, is like no other.
_TELLING_CHECK = 12
# Lines of any program that trains something, whatever their names: later units may have them.
_COMMON = [
    code_of(line).pattern()
    for line in (
        "w = w - learning_rate * dw",
        "w -= learning_rate * dw",
        "w = w - learning_rate * gradient / len(y)",
        "X = (X - mean) / std",
        "total += loss.item() * len(labels)",
        "total += len(labels) * loss.item()",
        "total += loss.item() * images.size(0)",
        "hits += (scores.argmax(dim=1) == labels).sum().item()",
        "hits = (scores.argmax(dim=1) == labels).sum().item()",
        "accuracy = (scores.argmax(dim=1) == labels).float().mean()",
        "accuracy = np.mean(predictions == labels)",
        "accuracy = (predictions == labels).mean()",
        "return total / m",
        "return total / m, hits / m",
        'history["loss"].append(total / m)',
    )
]


@dataclass(frozen=True)
class Secret:
    """Code that must not be published.

    Attributes
    ----------
    kind : str
        ``"solution"``, ``"hidden test"`` or ``"mark scheme"``.
    grade_id : str
        The cell that it belongs to.
    unit : str
    code : str
        As written.
    is_run : bool
        Whether these are neighbouring lines that tell something together.
    any_names : bool
        Whether other names for its variables make no difference.
    is_common : bool
        Whether later units may have it, as any program of its kind has it.
    """

    kind: Kind
    grade_id: str
    unit: str
    code: str
    is_run: bool = False
    any_names: bool = False
    is_common: bool = False


def secrets_of(source: NotebookNode, unit: str) -> list[Secret]:
    """Return what tells an answer or a hidden test in an instructor's notebook, each once.

    A line of a hidden test that the same notebook shows openly in a code cell is not secret: the
    author has published it. A line of a solution always is.
    """
    codes = [cell.source for cell in source.cells if cell.cell_type == "code"]
    own = {name for code in codes for name in names_defined(code)}
    shown = "\n".join(f" {_joined(_without_regions(code))} " for code in codes)
    secrets: dict[Secret, None] = {}
    for cell in source.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        new = partial(Secret, grade_id=nbgrader.get("grade_id", ""), unit=unit)
        if cell.cell_type == "markdown" and nbgrader.get("grade"):
            found = (new(kind="solution", code=line) for line in _prose(cell.source))
        elif nbgrader.get("task"):
            lines = cell.source.split("\n")
            scheme = [lines[i] for i in regions.inside(cell.source, MARKERS["mark scheme"])]
            found = (new(kind="mark scheme", code=line) for line in _prose("\n".join(scheme)))
        else:
            found = _telling_code(cell.source, own, shown, new)
        secrets.update(dict.fromkeys(found))
    return list(secrets)


def _prose(source: str) -> list[str]:
    """Return the telling lines of a model answer or a mark scheme."""
    lines = (line.strip() for line in source.splitlines())
    return [line for line in lines if len(without_whitespace(line)) >= _TELLING_LENGTH]


def _telling_code(
    source: str, own: Collection[str], shown: str, new: Callable[..., Secret]
) -> Iterator[Secret]:
    """Yield what tells something in the regions of a cell."""
    lines = source.split("\n")
    statements = statements_of(source, own)
    for kind, markers in _MARKERS.items():
        for begin, end in _stretches(regions.inside(source, markers)):
            region = [s for s in statements if begin <= s.first and s.last <= end]
            if kind == "hidden test":
                region = [s for s in region if not _is_in(shown, _text(lines, s, s))]
            for statement in region:
                text = _text(lines, statement, statement)
                for found in _telling_lines(statement, text, kind, own, new):
                    if kind == "solution" or not _is_in(shown, found.code):
                        yield found
            yield from _telling_neighbours(region, lines, kind, new)


def _telling_lines(
    statement: Statement, text: str, kind: Kind, own: Collection[str], new: Callable[..., Secret]
) -> Iterator[Secret]:
    """Yield a statement, and each line of a long one, where it tells something by itself."""
    is_common = _is_common(text)
    if _tells_alone(statement, text, kind):
        yield new(kind=kind, code=text, is_common=is_common)
    if kind == "hidden test" and _is_like_no_other(text):
        yield new(kind=kind, code=text, any_names=True)
    if "\n" not in text:
        return
    if statement.weight == THOUGHT:
        yield new(kind=kind, code=text, is_run=True, any_names=True)
    for line in text.split("\n"):
        if _tells_alone(statement_in(line, own), line, kind):
            yield new(kind=kind, code=line.strip().rstrip(","), is_common=is_common)


def _telling_neighbours(
    region: Sequence[Statement], lines: Sequence[str], kind: Kind, new: Callable[..., Secret]
) -> Iterator[Secret]:
    """Yield the shortest runs of neighbours that tell something together, and a quiz."""
    if region and all(statement.is_choice for statement in region):
        for statement in region:
            yield new(kind=kind, code=_text(lines, statement, statement))
        for first, last in pairwise(region):
            yield new(kind=kind, code=_text(lines, first, last), is_run=True)
    uncommon = [replace(s, weight=NOTHING) if _is_common(_text(lines, s, s)) else s for s in region]
    for enough, any_names in zip(_TELLING_RUN[kind], (False, True), strict=True):
        runs = {_text(lines, *run): False for run in _runs(uncommon, enough)}
        for run in _runs(region, enough):
            runs.setdefault(_text(lines, *run), True)
        for text, is_common in runs.items():
            yield new(kind=kind, code=text, is_run=True, any_names=any_names, is_common=is_common)


def _stretches(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of every stretch of consecutive numbers."""
    for _, stretch in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in stretch]
        yield numbers[0], numbers[-1]


def _tells_alone(statement: Statement, text: str, kind: Kind) -> bool:
    if len(_joined(text).replace(" ", "")) < _TELLING_LENGTH:
        return False
    if kind == "hidden test":
        checks = "check" in code_of(text).words and statement.constants > 0
        if checks or statement.constants >= _TELLING_CONSTANTS:
            return True
    return statement.weight == THOUGHT or (statement.calls_own and statement.weight > NOTHING)


def _is_common(text: str) -> bool:
    return code_of(text).pattern() in _COMMON


def _is_like_no_other(text: str) -> bool:
    words = code_of(text).words
    return words[:1] == ["check"] and len(words) >= _TELLING_CHECK


def _runs(region: Sequence[Statement], enough: int) -> Iterator[tuple[Statement, Statement]]:
    """Yield, from each statement on, the first and the last of the fewest that tell enough."""
    for begin, first in enumerate(region):
        total = first.weight
        for last in region[begin + 1 :] if first.weight else ():
            total += last.weight
            if total >= enough:
                yield first, last
                break


def _text(lines: Sequence[str], first: Statement, last: Statement) -> str:
    return "\n".join(lines[first.first : last.last + 1]).strip()


def _joined(text: str) -> str:
    return " ".join(code_of(text).words)


def _is_in(shown: str, text: str) -> bool:
    return f" {_joined(text)} " in shown


def _without_regions(source: str) -> str:
    for markers in _MARKERS.values():
        source = regions.without(source, markers)
    return source
