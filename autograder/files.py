"""Read text as every editor writes it, and count things in messages."""

import codecs
from pathlib import Path

from autograder.errors import InputError


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
