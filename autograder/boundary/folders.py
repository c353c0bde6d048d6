"""Paths on their way to the other process."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


class Folders:
    """What of a process's files the other sees.

    A path is a value like any other; what lies there does not cross yet.
    """

    def encode(self, value: PurePath) -> list[Any]:
        """Return an encoded path."""
        return ["p", str(value)]

    def path(self, text: Any) -> Path:
        """Return a decoded path."""
        return Path(text)
