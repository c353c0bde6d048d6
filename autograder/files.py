"""Write folders whole or not at all, and lock them; single files as `forwardpass.files` has it."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.errors import InputError
from forwardpass.files import counted, read_utf8, write_bytes, write_text

__all__ = [
    "TemporaryFolder",
    "counted",
    "locked",
    "read_utf8",
    "replace_folder",
    "sweep",
    "write_bytes",
    "write_text",
]

try:
    import fcntl
except ImportError:  # Windows, where a folder that a killed process left stays
    fcntl = None

# Short: the path of a Unix socket within has at most 107 bytes.
_TEMPORARY_PREFIX = "fp-"
# Held by the folder's owner until the end of that process, flock(2).
_TEMPORARY_LOCK = "lock"
# Beside a folder that is about to be replaced.
_PREFIX = ".forwardpass-"


class TemporaryFolder:
    """A folder that lasts until it is removed, or its owner has been killed and another is made.

    Attributes
    ----------
    path : pathlib.Path
    """

    def __init__(self) -> None:
        _remove_abandoned()
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX))
            self._lock = (self.path / _TEMPORARY_LOCK).open("xb")
            if fcntl is not None:
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            if (self.path / _TEMPORARY_LOCK).exists():
                break
            self._lock.close()  # another took it for abandoned while nobody held its lock

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove it and all that is in it."""
        _remove_temporary(self.path)
        self._lock.close()


def _remove_abandoned() -> None:
    """Remove the folders of processes that were killed: those whose lock nobody holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY_PREFIX}*"):
        with suppress(OSError):
            if fcntl is None or folder.lstat().st_uid != os.geteuid():
                continue
            descriptor = os.open(folder / _TEMPORARY_LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove_temporary(folder)
            finally:
                os.close(descriptor)


def _remove_temporary(folder: Path) -> None:
    """Remove a folder, its lock last: while anything is left, the next one may go on."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _TEMPORARY_LOCK:
                path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def replace_folder(
    folder: Path,
    texts: Mapping[str, str],
    copies: Mapping[str, Path],
    permissions: int,
    *,
    is_shared: bool = False,
) -> None:
    """Let a folder have exactly this content.

    It is made beside the old one, which it then replaces.

    Parameters
    ----------
    folder : pathlib.Path
    texts : mapping of str to str
        Content of files by name.
    copies : mapping of str to pathlib.Path
        Files to be copied, by name.
    permissions : int
        Of the files, nbgrader's setting.
    is_shared : bool
        Whether a group of instructors may write to the folders, nbgrader's ``groupshared``.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_PREFIX))
    try:
        for name, source in copies.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, new / name, follow_symlinks=False)
        for name, text in texts.items():
            (new / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        for path in new.rglob("*"):
            if path.is_file():
                path.chmod(permissions)
        for path in (new, *new.rglob("*")):
            if path.is_dir():
                path.chmod(0o2775 if is_shared else 0o755)
        old = new.with_name(f"{new.name}.old")
        if os.path.lexists(folder):  # a link without a target is in the way, too
            os.rename(folder, old)
        os.rename(new, folder)
        _remove(old)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def sweep(parents: Iterable[Path]) -> None:
    """Remove what a killed run left half made."""
    for parent in parents:
        for left in parent.glob(f"{_PREFIX}*"):
            _remove(left)


@contextmanager
def locked(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock that other processes respect; it ends with the process, whatever ends that.

    Parameters
    ----------
    path : pathlib.Path
        A file that stays; only the lock on it counts, flock(2).
    refusal : str
        What to say where another process holds it.

    Raises
    ------
    InputError
        If another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(refusal) from None
    try:
        yield
    finally:
        lock.release()


def _remove(path: Path) -> None:
    """Remove a folder, or what else was in its place; a link's target stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
