"""What lies in a folder: which files and folders, what has changed, and how it is laid down.

Only regular files and folders count; a link is not followed, neither where files are read nor where
they are written.
"""

import os
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from autograder.boundary.codec import Cannot
from autograder.boundary.connection import Malformed

_MOST_ENTRIES = 2000  # files and folders in a folder
_MOST_LEVELS = 20
_LONGEST_NAME = 255
_MIB = 2**20
_MOST_BYTES = 128 * _MIB  # of the files of a folder that have changed

Parts = tuple[str, ...]  # a path within a folder; empty: the folder, or file, itself
Tree = dict[Parts, Any]  # what tells whether an entry has changed; None for a folder


def scan(place: Path) -> Tree:
    """Return what lies at a place.

    Raises
    ------
    Cannot
        If it is too much.
    """
    found: Tree = {}
    with suppress(FileNotFoundError, NotADirectoryError):
        _scan(os.fspath(place), (), os.lstat(place), found)
    return found


def _scan(path: str, parts: Parts, status: os.stat_result, found: Tree) -> None:
    if stat.S_ISREG(status.st_mode):
        found[parts] = _mark(status)
    elif stat.S_ISDIR(status.st_mode):
        found[parts] = None
        if len(parts) >= _MOST_LEVELS:
            raise Cannot("the folder is too deep for a test")
        with os.scandir(path) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    _scan(
                        entry.path, (*parts, entry.name), entry.stat(follow_symlinks=False), found
                    )
    if len(found) > _MOST_ENTRIES:
        raise Cannot("the folder has too many files for a test")


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def read(place: Path, changed: list[Parts]) -> list[bytes]:
    """Return the content of files.

    Raises
    ------
    Cannot
        If it is too much.
    """
    contents, left = [], _MOST_BYTES
    for parts in changed:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(place.joinpath(*parts), flags), "rb") as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Cannot("the files are too large for a test")
        contents.append(content)
    return contents


def checked(parts: Any) -> Parts:
    """Return a path within a folder that has come from the other process.

    Raises
    ------
    Malformed
        If it leads elsewhere.
    """
    if type(parts) is not list or len(parts) > _MOST_LEVELS:
        raise Malformed("a path that is none")
    for name in parts:
        if (
            type(name) is not str
            or name in ("", ".", "..")
            or len(name) > _LONGEST_NAME
            or not name.isprintable()
            or "/" in name
        ):
            raise Malformed("a path that is none")
    return tuple(parts)


def remove(place: Path, parts: Parts) -> None:
    """Remove a file, or an empty folder."""
    with suppress(FileNotFoundError, NotADirectoryError), closing(_Parent(place, parts)) as parent:
        try:
            os.unlink(parent.name, dir_fd=parent.descriptor)
        except (IsADirectoryError, PermissionError):
            os.rmdir(parent.name, dir_fd=parent.descriptor)


def make(place: Path, parts: Parts) -> None:
    """Make a folder."""
    with closing(_Parent(place, parts)) as parent, suppress(FileExistsError):
        os.mkdir(parent.name, dir_fd=parent.descriptor)


def write(place: Path, parts: Parts, content: Any) -> tuple[int, ...]:
    """Write a file, and return what tells whether it has changed since."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
    with closing(_Parent(place, parts)) as parent:
        descriptor = os.open(parent.name, flags, 0o600, dir_fd=parent.descriptor)
    with open(descriptor, "wb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Malformed("a file in place of what is none")
        file.write(content)
        file.flush()
        return _mark(os.fstat(descriptor))


class _Parent:
    """The folder of an entry, reached without following a link from the place on.

    Attributes
    ----------
    descriptor : int
    name : str
        Of the entry in it.
    """

    def __init__(self, place: Path, parts: Parts) -> None:
        names = [place.name, *parts]
        self.name = names.pop()
        flags = os.O_RDONLY | os.O_DIRECTORY
        place.parent.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(place.parent, flags)
        for name in names:
            within = os.open(name, flags | os.O_NOFOLLOW, dir_fd=self.descriptor)
            os.close(self.descriptor)
            self.descriptor = within

    def close(self) -> None:
        os.close(self.descriptor)
