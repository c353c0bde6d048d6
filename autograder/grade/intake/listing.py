"""List what is in a submission's folder, without following or opening any of it."""

import os
import re
import stat
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

# How far a folder is looked through at all, whatever is in it.
MAX_ENTRIES = 20_000
MAX_DEPTH = 8
# What operating systems and Jupyter leave behind: never anyone's answer.
_CLUTTER = ("__MACOSX", "._*", ".DS_Store", ".ipynb_checkpoints", "__pycache__")


@dataclass(frozen=True)
class File:
    """A regular file of a submission."""

    path: Path
    name: str  # relative to the submission's folder
    size: int
    modified: float

    @property
    def base(self) -> str:
        """The name in its own folder."""
        return PurePosixPath(self.name).name

    @property
    def depth(self) -> int:
        """How many folders down it lies."""
        return self.name.count("/")

    @property
    def home(self) -> str:
        """The folder that it lies in, with a slash behind it; empty for the submission's own."""
        return self.name.removesuffix(self.base)


@dataclass
class Listing:
    """All that was seen in a folder: regular files, and what cannot be read by name."""

    files: list[File] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def list_folder(folder: Path, ignore: Sequence[str], names: Sequence[str]) -> Listing:
    """List a folder, the uppermost files first, without what systems leave behind.

    Parameters
    ----------
    folder : pathlib.Path
    ignore : sequence of str
        File names and globs that are passed over.
    names : sequence of str
        File names at the top that are not, whatever the globs say.

    Raises
    ------
    OSError
        If the folder itself cannot be read.
    """
    listing = Listing()
    ignore = [*_CLUTTER, *ignore]
    pending: deque[tuple[Path, str]] = deque([(folder, "")])
    seen = 0
    while pending:
        current, prefix = pending.popleft()
        try:
            with os.scandir(current) as entries:
                inside = []
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        break
                    inside.append(entry)
        except OSError:
            if not prefix:
                raise
            listing.notes.append(
                f"The folder {shown_name(prefix)} cannot be read and was left out."
            )
            continue
        for entry in sorted(inside, key=lambda entry: entry.name):
            name = prefix + entry.name
            if (prefix or entry.name not in names) and _is_ignored(entry.name, ignore):
                continue
            kind = _kind(entry)
            if kind == "file":
                status = entry.stat(follow_symlinks=False)
                path = current / entry.name
                listing.files.append(File(path, name, status.st_size, status.st_mtime))
            elif kind == "folder":
                if prefix.count("/") < MAX_DEPTH and is_text(entry.name):
                    pending.append((current / entry.name, f"{name}/"))
                else:
                    listing.notes.append(f"The folder {shown_name(name)} was left out.")
                listing.refused[name] = "is a folder"
            else:
                listing.refused[name] = kind
                listing.notes.append(f"{shown_name(name)} {kind} and was left out.")
        if seen > MAX_ENTRIES:
            listing.notes.append(f"There are more than {MAX_ENTRIES} files; the rest was left out.")
            break
    return listing


def _kind(entry: os.DirEntry[str]) -> str:
    """Return "file" or "folder", or what an entry is that is neither."""
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return "cannot be read"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "is a symbolic link" if stat.S_ISLNK(mode) else "is not an ordinary file"


def _is_ignored(name: str, patterns: Sequence[str]) -> bool:
    """Whether nbgrader would ignore a name: a glob means no hidden file unless it says so."""
    return any(
        fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")
        for pattern in patterns
    )


def is_text(name: str) -> bool:
    """Whether a file name is text: bytes that are not UTF-8 reach Python as lone surrogates."""
    return not re.search(r"[\ud800-\udfff]", name)


def shown_name(name: str) -> str:
    """Return a file name for a sentence: quoted and escaped, unless it is an ordinary word."""
    short = name if len(name) <= 100 else f"{name[:60]}…{name[-30:]}"
    return short if re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9_./-]*", short) else repr(short)
