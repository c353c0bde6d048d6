"""Read text as every editor writes it, keep temporary folders, count things in messages."""

import codecs
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.errors import InputError

try:
    import fcntl
except ImportError:  # Windows, where a folder that a killed process left stays
    fcntl = None

# Short: the path of a Unix socket within has at most 107 bytes.
_TEMPORARY_PREFIX = "fp-"
# Held by the folder's owner until the end of that process, flock(2).
_TEMPORARY_LOCK = "lock"


def read_utf8(path: Path) -> str:
    r"""Return the text of a file, with ``\n`` at the ends of its lines.

    Editors on Windows put a byte order mark before a text, and ``\r\n`` at the ends of lines.
    Neither is part of what the author wrote, and every tool here reads text through this function.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the text is in another encoding than UTF-8.
    """
    content = path.read_bytes()
    # Without a mark, UTF-16 shows itself by the zero byte beside every plain letter.
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise InputError("this is UTF-16 or binary, not a UTF-8 text: save it as UTF-8", path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"this is not a UTF-8 text (byte {error.start}): save it as UTF-8", path
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, ``"1 unit"``, ``"2 units"``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


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
