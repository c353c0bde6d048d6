"""Results that are kept, in the user's cache folder, while nothing they depend on has changed."""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder.files import write_text

# Of one kind and unit: states of a few branches, no more.
_KEPT = 8


def cache_folder() -> Path:
    """Return the folder of all kept results: in the user's cache folder on this platform."""
    from forwardpass.data import store  # only here: grading, which needs keys alone, starts faster

    return store.cache_folder() / "results"


@dataclass(frozen=True)
class KeptResult:
    """A result that was kept, and when it was obtained."""

    content: Any
    obtained: datetime


class ResultCache:
    """A folder of results of one kind.

    Parameters
    ----------
    kind : str
        Its name, ``"check"``.
    """

    def __init__(self, kind: str) -> None:
        self._folder = cache_folder() / kind

    def find(self, unit: str, key: str) -> KeptResult | None:
        """Return a unit's result that has this key, or None."""
        path = self._path(unit, key)
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return KeptResult(kept["content"], datetime.fromisoformat(kept["obtained"]))
        except (OSError, ValueError, KeyError, TypeError):  # none, or not written by this class
            return None

    def keep(self, unit: str, key: str, content: Any) -> None:
        """Keep a result, which JSON can hold, and forget a unit's oldest ones."""
        kept = {"obtained": datetime.now().astimezone().isoformat(), "content": content}
        write_text(self._path(unit, key), json.dumps(kept, ensure_ascii=False))
        by_age = sorted(self._folder.glob(f"{unit}-*.json"), key=lambda path: path.stat().st_mtime)
        for path in by_age[:-_KEPT]:
            path.unlink(missing_ok=True)

    def _path(self, unit: str, key: str) -> Path:
        return self._folder / f"{unit}-{key}.json"


def key_of(**parts: Any) -> str:
    """Return a key for named parts, which JSON can hold, but for bytes at any depth.

    Two keys are equal only if all parts are.
    """
    text = json.dumps(parts, sort_keys=True, default=_digest)
    return _digest(text.encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def content_of(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Return a digest of every file, by path relative to a root; of a folder, of all in it."""
    files = [
        file
        for path in paths
        for file in ([path] if path.is_file() else sorted(path.rglob("*")))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    return {file.relative_to(root).as_posix(): _digest(file.read_bytes()) for file in files}


@cache
def environment() -> dict[str, Any]:
    """Return what results depend on beside the course and its tools: Python and all packages."""
    return {
        "python": sys.version,
        "machine": [platform.system(), platform.machine()],
        "packages": sorted(f"{one.name}=={one.version}" for one in metadata.distributions()),
    }
