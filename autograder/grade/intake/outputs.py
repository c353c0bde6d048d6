"""Read a notebook that is large by its outputs alone, which grading throws away."""

import mmap
import re
from pathlib import Path

# Scanning takes seconds a GiB, though no memory; no honest notebook is larger.
_LARGEST_FILE = 2**30
# A string as a whole, or a bracket outside of strings: what the structure of JSON shows by.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_VALUE = re.compile(rb"\s*+:\s*+\[")
_NAME = b'"outputs"'
_NAME_LENGTH = len(_NAME)
# {"cells": [{"outputs": …, and in versions 2 and 3 {"worksheets": [{"cells": [{"outputs": ….
_DEPTHS = (3, 5)


def read_without_outputs(path: Path, limit: int) -> bytes | None:
    """Return a notebook's bytes without outputs; None if it is too large even so.

    Parameters
    ----------
    path : pathlib.Path
        A regular file that is not empty.
    limit : int
        The most bytes that the notebook may have without its outputs.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if path.stat().st_size > _LARGEST_FILE:
        return None
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return without_outputs(data, limit)


def without_outputs(data: bytes | mmap.mmap, limit: int) -> bytes | None:
    r"""Return a notebook's bytes without the outputs of its cells; None if those are too many.

    Nothing else is changed, and what is not JSON stays as it is.

    Examples
    --------
    >>> without_outputs(b'{"cells": [{"outputs": [{"text": "\\"]"}], "source": "1"}]}', 100)
    b'{"cells": [{"outputs": [], "source": "1"}]}'
    """
    kept: list[bytes] = []
    length, begin, depth = 0, 0, 0
    dropped_at = None  # the depth of the cell whose outputs are being passed over
    for token in _TOKEN.finditer(data):
        sign = token[0][:1] if token.end() - token.start() < _NAME_LENGTH else b'"'
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
            if depth == dropped_at:
                begin, dropped_at = token.start(), None
        elif (
            dropped_at is None
            and depth in _DEPTHS
            and token.end() - token.start() == _NAME_LENGTH
            and token[0] == _NAME
            and (value := _VALUE.match(data, token.end()))
        ):
            length += value.end() - begin
            if length > limit:
                return None
            kept.append(data[begin : value.end()])
            dropped_at = depth
    if dropped_at is None:  # else the file ends within outputs
        length += len(data) - begin
        kept.append(data[begin:])
    return b"".join(kept) if length <= limit else None
