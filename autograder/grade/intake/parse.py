"""Make a notebook of the bytes that a learner handed in, and repair what can be repaired."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grade.intake.metadata import kept_metadata, plain_text
from autograder.grade.intake.outputs import without_outputs

# Values in a file, by the signs that begin or separate them. Each takes up to 250 bytes once
# parsed, however short it is; an honest notebook of many MiB is mostly long strings.
MAX_VALUES = 3_000_000
MAX_CELLS = 5_000
# Nobody types a MiB of code. A text cell can hold a photo of a handwritten answer.
MAX_CODE, MAX_TEXT = 2**20, 16 * 2**20

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CELL_TYPES = ("code", "markdown", "raw")


class UnreadableError(Exception):
    """What is wrong with a file, as the rest of a sentence that begins with its name."""


def parse_notebook(data: bytes) -> tuple[NotebookNode, tuple[str, ...]]:
    """Read a notebook of any version and encoding as nbformat 4.5, without outputs.

    Parameters
    ----------
    data : bytes
        A file's content, as long as its reader can bear.

    Returns
    -------
    notebook : nbformat.NotebookNode
        Valid. Of the metadata there is what :mod:`autograder.grade.intake.metadata` lets through.
    notes : tuple of str
        What was repaired, as the rest of sentences that begin with the file's name.

    Raises
    ------
    UnreadableError
        If it is not a notebook, or one that would take too much memory.
    """
    text, notes = _text(data)
    raw = _json(text)
    raw_cells = _raw_cells(raw)
    if not raw_cells:
        raise UnreadableError("has no cells")
    if len(raw_cells) > MAX_CELLS:
        raise UnreadableError(f"has {len(raw_cells)} cells; the limit is {MAX_CELLS}")
    cells = [_cell(raw) for raw in raw_cells if isinstance(raw, dict)]
    if len(cells) < len(raw_cells):
        notes.append("had entries that are not cells; they were left out.")
    long = sum(len(cell["source"]) > _limit(cell) for cell in cells)
    if long:
        notes.append(f"has {long} cells that are far too long; they were cut off.")
    taken = {cell["id"] for cell in cells}
    seen: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        cell["source"] = cell["source"][: _limit(cell)]
        identity = cell["id"]
        if not identity or identity in seen:
            identity = f"cell-{number}"
            while identity in taken:
                identity += "-"
            cell["id"] = identity
        seen.add(identity)
        taken.add(identity)
    metadata = kept_metadata(raw["metadata"], of_cell=False) if "metadata" in raw else {}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(whole), tuple(notes)


def _text(data: bytes) -> tuple[str, list[str]]:
    if not data.strip(b"\0\t\r\n \xef\xbb\xbf"):
        raise UnreadableError("is empty")
    if data.startswith(b"PK\x03\x04"):
        raise UnreadableError("is a zip archive, not a notebook")
    try:
        # As json does it for bytes: UTF-8, 16 or 32, with or without a byte order mark.
        return data.decode(json.detect_encoding(data), errors="surrogatepass"), []
    except UnicodeDecodeError:
        note = "is not saved as UTF-8; some letters may have been read wrongly."
        return data.decode("cp1252", errors="replace"), [note]


def _json(text: str) -> object:
    if text.lstrip()[:1] == "<":
        raise UnreadableError("is a web page, not a notebook")
    if _count(text) > MAX_VALUES:  # perhaps of a plot, in an output
        bare = without_outputs(text.encode(errors="surrogatepass"), sys.maxsize)
        text = bare.decode(errors="surrogatepass")
        if _count(text) > MAX_VALUES:
            raise UnreadableError("holds too many values to be read")
    try:
        # Each cell's outputs are dropped as soon as it is parsed.
        return json.loads(text, object_hook=_without_outputs, strict=False)
    except RecursionError:
        raise UnreadableError("is nested too deeply to be read") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"is broken: no JSON ({where}: {error.msg})") from None
    except ValueError:  # an integer of more than 4,300 digits
        raise UnreadableError("is broken: a number in it is too long") from None


def _count(text: str) -> int:
    """Return about how many values a text holds."""
    return sum(map(text.count, ",[{"))


def _without_outputs(value: dict[str, Any]) -> dict[str, Any]:
    if "cell_type" in value:
        value.pop("outputs", None)
    return value


def _raw_cells(raw: object) -> list[object]:
    """Return the cells of a notebook of version 4, or of an older one as version 4."""
    if isinstance(raw, dict) and isinstance(raw.get("cells"), list):
        return raw["cells"]
    if not isinstance(raw, dict) or not isinstance(raw.get("worksheets"), list):
        raise UnreadableError("is not a notebook: it has no list of cells")
    old = [
        _old_cell(cell)
        for sheet in raw["worksheets"]
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        for cell in sheet["cells"][: MAX_CELLS + 1]
        if isinstance(cell, dict)
    ]
    # Versions 2 and 3 have the same cells, in what is kept of them here.
    whole = {"metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    whole["worksheets"] = [{"cells": old[: MAX_CELLS + 1], "metadata": {}}]
    cells = nbformat.convert(nbformat.from_dict(whole), 4)["cells"]
    return [{**cell, "id": ""} for cell in cells]  # nbformat gives them random ones


def _old_cell(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a cell of version 2 or 3 with all that nbformat's conversion relies on."""
    metadata = _metadata(raw)
    kind = raw.get("cell_type")
    if kind == "code":
        return {
            "cell_type": "code",
            "input": _source(raw),
            "language": "python",
            "metadata": metadata,
            "outputs": [],
        }
    cell = {"cell_type": "raw", "metadata": metadata, "source": _source(raw)}
    if kind in ("markdown", "html"):
        cell["cell_type"] = "markdown"
    elif kind == "heading":
        level = raw.get("level")
        cell["cell_type"] = "heading"
        cell["level"] = level if isinstance(level, int) and 1 <= level <= 6 else 1
    return cell


def _cell(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell as version 4.5 wants it, without what grading has no use for."""
    cell_type = raw.get("cell_type")
    if cell_type not in _CELL_TYPES:
        is_code = "execution_count" in raw or "input" in raw
        cell_type = "code" if is_code else "markdown" if cell_type == "heading" else "raw"
    cell = {
        "cell_type": cell_type,
        "id": _identity(raw),
        "metadata": _metadata(raw),
        "source": _source(raw),
    }
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif attachments := _attachments(raw.get("attachments")):
        cell["attachments"] = attachments
    return cell


def _limit(cell: Mapping[str, Any]) -> int:
    return MAX_CODE if cell["cell_type"] == "code" else MAX_TEXT


def _source(raw: Mapping[str, Any]) -> str:
    """Return a cell's text, which may be a string or its lines, in the place of any version."""
    source = raw.get("source", raw.get("input"))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return plain_text(source).replace("\r\n", "\n").replace("\r", "\n")


def _identity(raw: Mapping[str, Any]) -> str:
    """Return a cell's id, or an empty text; Colab moves it into the metadata."""
    metadata = raw.get("metadata")
    moved = metadata.get("id") if isinstance(metadata, dict) else None
    for identity in (raw.get("id"), moved):
        if isinstance(identity, str) and _CELL_ID.fullmatch(identity):
            return identity
    return ""


def _metadata(raw: Mapping[str, Any]) -> dict[str, Any]:
    return kept_metadata(raw.get("metadata"), of_cell=True)


def _attachments(value: object) -> dict[str, dict[str, str]]:
    """Return the attachments that have the form that nbformat prescribes."""
    if not isinstance(value, dict):
        return {}
    return {
        plain_text(name): kept
        for name, bundle in value.items()
        if isinstance(bundle, dict)
        and (kept := {plain_text(kind): _source({"source": data}) for kind, data in bundle.items()})
    }
