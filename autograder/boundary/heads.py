"""Heads of frames: MessagePack, read without trust.

A head of a few megabytes can ask for gigabytes: an empty list is one byte of it and 72 of memory,
and a list is made as long as it says before its items are seen. So a large head is walked through
before it is read.
"""

from typing import Any

import msgpack

from autograder.boundary.connection import Bounds, Malformed

_HARMLESS = 2**14  # bytes of a head that cannot ask for much
_LEVELS = 3  # lists in lists that one container in another may take

# What follows a first byte, by it: how many bytes the length takes, how many bytes the content
# takes beside what the length says, whether the length counts values, and how many per item.
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8} | {
    first + size: 2**size for first in (0xCC, 0xD0) for size in range(4)
}
_TEXT = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_LISTS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def packed(message: dict[str, Any]) -> bytes:
    """Return a message as a head."""
    return msgpack.packb(message, use_bin_type=True, unicode_errors="surrogatepass")


def unpacked(head: bytes, bounds: Bounds) -> dict[str, Any]:
    """Return the message in a head.

    Raises
    ------
    Malformed, or what msgpack makes of a wrong head
    """
    if len(head) > _HARMLESS:
        _require_bounded(head, bounds)
    message = msgpack.unpackb(
        head, strict_map_key=True, unicode_errors="surrogatepass", ext_hook=_refuse_extension
    )
    if type(message) is not dict:
        raise Malformed("what arrived is no message")
    return message


def _refuse_extension(code: int, content: bytes) -> Any:
    raise Malformed("a value of an unknown kind")


def _require_bounded(head: bytes, bounds: Bounds) -> None:
    """Raise if a head has too many values, or nests them too deeply."""
    place, values, end = 0, 0, len(head)
    open_lists: list[int] = []  # how many values each still lacks
    while place < end:
        first = head[place]
        place += 1
        items = 0
        if first < 0x80 or first >= 0xE0:  # a small number
            pass
        elif first >= 0xA0 and first < 0xC0:
            place += first & 0x1F
        elif first < 0xA0:
            items = first & 0x0F if first >= 0x90 else 2 * (first & 0x0F)
        elif (size := _FIXED.get(first)) is not None:
            place += size
        elif (size := _TEXT.get(first)) is not None:
            place += size + int.from_bytes(head[place : place + size])
        elif (form := _LISTS.get(first)) is not None:
            size, each = form
            items = each * int.from_bytes(head[place : place + size])
            place += size
        else:
            raise Malformed("a value of an unknown kind")
        values += items
        if values > bounds.nodes or items > end - place:
            raise Malformed("too many values")
        if items:
            open_lists.append(items)
            if len(open_lists) > _LEVELS * bounds.depth:
                raise Malformed("values are nested too deeply")
            continue
        while open_lists:
            open_lists[-1] -= 1
            if open_lists[-1]:
                break
            open_lists.pop()
