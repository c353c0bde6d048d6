"""Which metadata of a learner's notebook grading lets through.

A course's own preprocessors may keep answers there, as e2xgrader keeps choices. So all of it stays,
but for what would steer grading, or a program in which somebody opens the graded notebook.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

# How deep a value may be: no setting is deeper, and a deeper value may overflow its readers' stack.
_DEEPEST = 12
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Of a cell. Jupyter takes `trusted` for leave to run what is in the outputs. `execution` and
# `scrolled` are about outputs, which are gone. `id` is Colab's; it has become the cell's id.
_NOT_OF_CELL = frozenset({"trusted", "execution", "scrolled", "id"})
# Of a notebook. The kernel is the course's. `widgets` are the state of outputs, scripts among it.
# By `jupytext`, saving the graded notebook would write files wherever it says. `papermill` and
# `forwardpass` are what our own tools say of a run. The others are how old files were signed.
_NOT_OF_NOTEBOOK = frozenset(
    {"kernelspec", "language_info", "widgets", "jupytext", "papermill", "forwardpass"}
    | {"signature", "orig_nbformat", "kernel_info"}
)


def kept_metadata(raw: object, *, of_cell: bool) -> dict[str, Any]:
    """Return the metadata of a cell, or of a notebook, that is kept, in a valid form."""
    if not isinstance(raw, Mapping):
        return {}
    unwanted = _NOT_OF_CELL if of_cell else _NOT_OF_NOTEBOOK
    return _each(raw, lambda key, value: _KNOWN.get(key, _plain)(value), unwanted)


def plain_text(text: str) -> str:
    """Return a text that can be encoded, and compiled: without lone surrogates and NUL."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


class _UnfitError(ValueError):
    """A value is left out."""


def _each(
    raw: Mapping[str, Any],
    convert: Callable[[str, Any], Any],
    unwanted: Collection[str] = (),
) -> dict[str, Any]:
    """Return what is fit of some metadata."""
    kept = {}
    for key, value in raw.items():
        if key not in unwanted:
            with suppress(_UnfitError):
                kept[plain_text(key)] = convert(key, value)
    return kept


def _plain(value: object, depth: int = _DEEPEST) -> Any:
    """Return a value that can be written as JSON, and is not too deep."""
    match value:
        case str():
            return plain_text(value)
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case Mapping() if depth:
            return {plain_text(key): _plain(part, depth - 1) for key, part in value.items()}
        case list() if depth:
            return [_plain(part, depth - 1) for part in value]
    raise _UnfitError


def _marks(value: object) -> dict[str, Any]:
    """Return nbgrader's marks, which nest nothing and of which none is nothing."""
    marks = _each(_of(dict, value), lambda _, part: _plain(part, 0))
    return {key: part for key, part in marks.items() if part is not None}


def _tags(value: object) -> list[str]:
    return [plain_text(tag) for tag in _of(list, value) if isinstance(tag, str)]


def _jupyter(value: object) -> dict[str, Any]:
    found = _plain(_of(dict, value))
    hidden = ("source_hidden", "outputs_hidden")
    return {key: part for key, part in found.items() if key not in hidden or isinstance(part, bool)}


def _name(value: object) -> str:
    name = _plain(_of(str, value))
    if not re.fullmatch(".+", name):
        raise _UnfitError
    return name


def _of(kind: type, value: object) -> Any:
    if not isinstance(value, kind):
        raise _UnfitError
    return value


# What nbformat prescribes a form for, of cells and of notebooks.
_KNOWN: Mapping[str, Callable[[Any], Any]] = {
    "nbgrader": _marks,
    "tags": _tags,
    "jupyter": _jupyter,
    "name": _name,
    "collapsed": lambda value: _of(bool, value),
    "format": lambda value: _plain(_of(str, value)),
    "title": lambda value: _plain(_of(str, value)),
    "authors": lambda value: _plain(_of(list, value)),
}
