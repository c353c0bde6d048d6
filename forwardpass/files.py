"""Read text as every editor writes it, and write files whole or not at all."""

import codecs
import os
import tempfile
from pathlib import Path

from forwardpass.errors import InputError


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


def write_text(path: Path, text: str) -> None:
    """Write a text completely or not at all, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file completely or not at all, whatever interrupts it.

    The content goes to a temporary file in the same folder, which then takes the file's place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would lock a course's other instructors out
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
