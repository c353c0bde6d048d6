"""Every text in a file that learners get: of a notebook all strings, decoded where encoded."""

import base64
import binascii
import codecs
import html
import json
import re
from collections.abc import Iterator
from typing import Any

# The shortest runs that can hold a line of code: in base64, and among the bytes of a picture.
_BASE64 = re.compile(r"[A-Za-z0-9+/\n]{22,}={0,2}")
_PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{16,}")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ENTITY = re.compile(r"&#?\w+;")


def texts(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield every text in a file with its place, as a message names it: `` cell 3``, ``:{line}``.

    A place may want the line in the text. Of bytes that are not text, a picture's, what can be
    printed counts: there a figure has its metadata.
    """
    text = _decoded(content)
    if text is None:
        yield from (("", found) for found in _printable(content))
        return
    notebook = _parsed(text) if path.endswith(".ipynb") else None
    if not isinstance(notebook, dict):
        yield ":{line}", text
        yield from (("", found) for found in _encoded(text))
        return
    cells = notebook.pop("cells", [])
    yield from ((" in its metadata", found) for found in _strings(notebook))
    for number, cell in enumerate(cells, start=1):
        yield from ((f" cell {number}", found) for found in _strings(cell))


def _parsed(text: str) -> Any:
    """Return what a text in JSON says, None where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _decoded(content: bytes) -> str | None:
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _printable(content: bytes) -> Iterator[str]:
    return (found.decode("ascii") for found in _PRINTABLE.findall(content))


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings in a part of a notebook; a list of them is the lines of one text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _readings(key)
            yield from _strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield from _readings("\n".join(item.removesuffix("\n") for item in value))
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, str):
        yield from _readings(value)


def _readings(text: str) -> Iterator[str]:
    yield text
    yield from _encoded(text)


def _encoded(text: str) -> Iterator[str]:
    """Yield what a text holds in HTML and in base64."""
    if "</" in text or _ENTITY.search(text):
        yield html.unescape(_TAG.sub("", text))
    for encoded in _BASE64.findall(text):
        letters = encoded.replace("\n", "").rstrip("=")
        try:
            content = base64.b64decode(letters + "=" * (-len(letters) % 4))
        except binascii.Error:
            continue
        decoded = _decoded(content)
        yield from _printable(content) if decoded is None else _readings(decoded)
