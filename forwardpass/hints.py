"""Hints for known mistakes, sealed: only who has made a mistake can read its hint.

What a visible test says about a wrong answer tells which mistake it is: the values are in it. A
file beside the assignment keeps the hints, each under a hash of such a message and encrypted with
the message, so that reading the file gives nothing away. ``autograder hints`` writes it.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

FILE = "hints.json"
# Where more mistakes than this end in one message, it does not tell which one was made.
MOST = 2

_DECIMAL = re.compile(r"-?\d+(?:\.\d+(?:e[-+]?\d+)?|e[-+]?\d+)")
_ADDRESS = re.compile(r"\b0x[0-9a-f]+\b")
_TINY = 1e-9  # what rounding leaves of a zero
# Numbers that lie halfway between two rounded ones fall on the same side on every machine.
_NUDGE = 1 + 1e-7


def key_of(exercise: str, part: str, error: str, message: str) -> bytes:
    """Return what a failure of a visible test is known by.

    Parameters
    ----------
    exercise, part : str
        Of the cell of tests; the part is empty where the exercise has one such cell.
    error : str
        Name of the exception's class.
    message : str
        The exception's message, of which the first line counts. Decimal fractions are rounded to
        three digits, since machines differ in the last ones.
    """
    line = next(iter(message.strip().splitlines()), "")
    line = _ADDRESS.sub("0x", _DECIMAL.sub(_rounded, line))
    return "\n".join([exercise, part, error, line]).encode()


def sealed(hints: Mapping[bytes, Iterable[str]]) -> dict[str, list[str]]:
    """Return hints as they stand in the file.

    Parameters
    ----------
    hints : mapping of bytes to iterable of str
        By the key of a failure, the hints of the mistakes that end in it. One with more different
        hints than `MOST` is left out.
    """
    different = {key: sorted(set(texts)) for key, texts in hints.items()}
    return {
        _name(key): [
            base64.b64encode(_mixed(key, number, text.encode())).decode()
            for number, text in enumerate(texts)
        ]
        for key, texts in sorted(different.items(), key=lambda item: _name(item[0]))
        if len(texts) <= MOST
    }


def find_hints(file: Path, key: bytes) -> list[str]:
    """Return the hints for a failure; none where the file is missing or does not know it."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))["hints"]
        texts = known.get(_name(key), [])
        return [
            _mixed(key, number, base64.b64decode(text)).decode()
            for number, text in enumerate(texts)
        ]
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return []  # a file that somebody has changed must not replace the message of a test


def _rounded(found: re.Match) -> str:
    number = float(found.group())
    return "0" if abs(number) < _TINY else f"{number * _NUDGE:.3g}"


def _name(key: bytes) -> str:
    return hashlib.sha256(b"name\n" + key).hexdigest()[:16]


def _mixed(key: bytes, number: int, text: bytes) -> bytes:
    """Encrypt or decrypt: add a stream that only the key gives."""
    stream = hashlib.shake_256(f"hint {number}\n".encode() + key).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))
