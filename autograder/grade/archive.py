"""A folder as one value, to be sent to a worker and to be recognised again."""

import fnmatch
import hashlib
import io
import os
import stat
import sys
import tarfile
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grade.intake.limits import Bounds
from autograder.grade.intake.outputs import read_without_outputs

# How far a folder is looked through at all, whatever is in it.
_MOST_ENTRIES = 20_000
_MIB = 2**20
_EVERYTHING = Bounds(sys.maxsize, sys.maxsize, sys.maxsize, sys.maxsize)
_SETTING = "c.SubmissionLimits"


@dataclass(frozen=True)
class Archive:
    """The content of a folder.

    Attributes
    ----------
    content : bytes
        A tar archive of regular files, without owners and times, so that the same files give the
        same bytes.
    notes : tuple of str
        What was left out, a sentence for each reason.
    """

    content: bytes
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What the content is recognised by."""
        return hashlib.sha256(self.content + "\0".join(self.notes).encode()).hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write the files into a folder."""
        if not self.content:
            return
        with tarfile.open(fileobj=io.BytesIO(self.content)) as tar:
            for member in tar:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(tar.extractfile(member).read())


def pack(
    folder: Path,
    ignore: Sequence[str] = (),
    bounds: Bounds | None = None,
    wanted: Collection[str] = (),
) -> Archive:
    """Return the content of a folder: notebooks first, then as much of the rest as is allowed.

    A symbolic link counts as what it leads to.

    Parameters
    ----------
    folder : pathlib.Path
    ignore : sequence of str
        Patterns of names of files and folders that are none of it.
    bounds : Bounds or None
        What is taken at most from someone who is not trusted, whose links must not lead out of the
        folder either; None: everything.
    wanted : collection of str
        File names of the notebooks that are graded, which come before all other files.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    found = _Found(folder.resolve(), ignore, is_bounded=bounds is not None)
    files = sorted(found.files(), key=lambda file: _rank(file[0], wanted))
    allowed = bounds or _EVERYTHING
    total = count = 0
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path, size in files:
            reason = _excess(name, size, count, total, allowed)
            try:
                content = None if reason else _content(name, path, size, allowed)
            except OSError as error:
                if bounds is None:
                    raise
                content, reason = None, f"cannot be read ({error.strerror})"
            if content is None:
                limit = f"{allowed.notebook // _MIB} MiB without the outputs"
                found.leave_out(name, reason or f"larger than {limit} ({_SETTING}.notebook_mib)")
                continue
            total += len(content)
            count += 1
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return Archive(buffer.getvalue(), found.notes())


def _excess(name: str, size: int, count: int, total: int, bounds: Bounds) -> str | None:
    """Return why a file is too much beside those that are packed already, if it is."""
    if count >= bounds.files:
        return f"more than {bounds.files} files ({_SETTING}.files)"
    if _is_notebook(name):  # without its outputs it may be small
        size = min(size, bounds.notebook)
    elif size > bounds.file:
        return f"larger than {bounds.file // _MIB} MiB ({_SETTING}.file_mib)"
    if total + size > bounds.total:
        return f"more than {bounds.total // _MIB} MiB in all ({_SETTING}.total_mib)"
    return None


def _content(name: str, path: Path, size: int, bounds: Bounds) -> bytes | None:
    """Return a file's bytes, those of a large notebook without outputs; None if it stays large."""
    if _is_notebook(name) and size > bounds.notebook:
        return read_without_outputs(path, bounds.notebook)
    return path.read_bytes()


@dataclass
class _Found:
    """What is in a folder, and what of it is left out for which reason."""

    root: Path
    ignore: Sequence[str]
    is_bounded: bool
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, name: str, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(name)

    def notes(self) -> tuple[str, ...]:
        """Return one sentence for each reason."""
        return tuple(
            f"{names[0]!r} was left out: {reason}."
            if len(names) == 1
            else f"{names[0]!r} and {len(names) - 1} more were left out: {reason}."
            for reason, names in self.left_out.items()
        )

    def files(self) -> Iterator[tuple[str, Path, int]]:
        """Yield relative POSIX name, path and size of each regular file, the uppermost first."""
        # With each folder go the real folders that lead to it: a link to one of these has no end.
        pending = deque([(self.root, "", frozenset([self.root]))])
        seen = 0
        while pending:
            folder, prefix, above = pending.popleft()
            for entry in self._entries(folder, prefix):
                name = prefix + entry.name
                if _is_ignored(entry.name, self.ignore):
                    continue
                seen += 1
                if self.is_bounded and seen > _MOST_ENTRIES:
                    self.leave_out(name, f"more than {_MOST_ENTRIES} files and folders")
                    return
                status = self._status(entry, name)
                if status is None:
                    continue
                path = Path(folder, entry.name)
                if stat.S_ISREG(status.st_mode):
                    yield name, path, status.st_size
                elif not stat.S_ISDIR(status.st_mode):
                    self.leave_out(name, "no ordinary file")
                elif (real := path.resolve() if entry.is_symlink() else path) in above:
                    self.leave_out(name, "a link to a folder that it lies in")
                else:
                    pending.append((real, f"{name}/", above | {real}))

    def _entries(self, folder: Path, prefix: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not self.is_bounded or not prefix:
                raise
            self.leave_out(prefix, f"cannot be read ({error.strerror})")
            return []

    def _status(self, entry: os.DirEntry[str], name: str) -> os.stat_result | None:
        """Return what an entry, or a link's target, is; None if it is left out."""
        if not entry.is_symlink():
            return entry.stat(follow_symlinks=False)
        try:
            target = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: links in a circle
            self.leave_out(name, "a link that leads nowhere")
            return None
        if self.is_bounded and not target.is_relative_to(self.root):
            self.leave_out(name, "a link that leads out of the submission")
            return None
        return target.stat()


def _rank(name: str, wanted: Collection[str]) -> tuple[bool, bool, int, str]:
    """Sort the notebooks that are asked for before others, these before all files."""
    return name not in wanted, not _is_notebook(name), name.count("/"), name


def _is_notebook(name: str) -> bool:
    return ".ipynb" in name.rpartition("/")[2].casefold()


def _is_ignored(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
