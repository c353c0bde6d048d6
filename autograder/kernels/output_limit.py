"""How much one cell may show: text and tables up to one limit, images up to another."""

from enum import Enum
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.kernels.limits import Limits

# About how many bytes an output takes in a notebook's file beside what it shows.
_FRAME = 128


class Taken(Enum):
    """What becomes of an output."""

    WHOLE = "whole"
    LAST = "last"  # it goes beyond the limit: a notice stands in its place
    NOT = "not"


class OutputLimit:
    """Counts what one cell shows.

    Parameters
    ----------
    limits : Limits
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._text = self._images = 0
        self._stream: str | None = None  # of the last output, if it was printed

    @property
    def _is_reached(self) -> bool:
        return self._text > self._limits.output or self._images > self._limits.images

    def take(self, content: dict[str, Any]) -> Taken:
        """Count an output, the content of one message from the kernel."""
        if self._is_reached or not _is_well_formed(content):
            return Taken.NOT
        text, images = _sizes(content)
        before, self._stream = self._stream, content.get("name")
        # What is printed to one stream is one output in the notebook, however many messages it was.
        is_continued = self._stream is not None and self._stream == before
        self._text += text if is_continued else text + _FRAME
        self._images += images
        return Taken.LAST if self._is_reached else Taken.WHOLE

    def notice(self) -> NotebookNode:
        """Return the output that says where a cell was cut off."""
        text, limit = "output", self._limits.output
        if self._text <= limit:
            text, limit = "images", self._limits.images
        notice = f"… cut off after {limit // 1024} KiB of {text}\n"
        return new_output("stream", name="stderr", text=notice)


def _is_well_formed(content: dict[str, Any]) -> bool:
    """Whether an output is what the notebook format takes; learners' code may send anything."""
    texts = [content.get("text", ""), content.get("ename", ""), content.get("evalue", "")]
    data, lines = content.get("data", {}), content.get("traceback", [])
    return (
        all(isinstance(text, str) for text in texts)
        and content.get("name", "stdout") in ("stdout", "stderr")
        and isinstance(data, dict)
        and isinstance(content.get("metadata", {}), dict)
        and all(isinstance(value, str) for kind, value in data.items() if "json" not in kind)
        and isinstance(lines, list)
        and all(isinstance(line, str) for line in lines)
    )


def _sizes(content: dict[str, Any]) -> tuple[int, int]:
    """Return about how many bytes of text, and of images, an output takes."""
    data = content.get("data", {})
    images = [value for kind, value in data.items() if kind.startswith("image/")]
    others = [value for kind, value in data.items() if not kind.startswith("image/")]
    text = [content.get("text", ""), *content.get("traceback", []), *others]
    return sum(len(str(part)) for part in text), sum(map(len, images))
