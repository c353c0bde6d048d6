"""One generated file in a folder that is otherwise written by hand.

``source/`` and ``release/`` are generated as a whole and keep a manifest beside their files. A page
among hand-written ones keeps that record itself: its last line has the digest of those above, so
that a build knows its own work and does not take an author's for it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder.build.tree import first_difference
from autograder.errors import InputError
from autograder.notebooks import write_text


@dataclass(frozen=True)
class Page:
    """A generated Markdown file.

    Attributes
    ----------
    path : pathlib.Path
    text : str
        What it must hold, above the line with the digest.
    """

    path: Path
    text: str


def differences(page: Page) -> list[str]:
    """Say how the file on disk differs from what it must hold: in one line, or not at all."""
    actual, expected = _on_disk(page), _sealed(page.text.encode())
    if actual is None:
        return [f"{page.path}: is missing"]
    if actual != expected:
        return [f"{page.path}: {first_difference(page.path.name, actual, expected)}"]
    return []


def write(page: Page) -> list[Path]:
    """Write the file if it differs, and return the paths that changed.

    Raises
    ------
    InputError
        If there is a file that no build wrote, or that was changed since.
    """
    require_unchanged(page)
    if not differences(page):
        return []
    write_text(page.path, _sealed(page.text.encode()).decode())
    return [page.path]


def require_unchanged(page: Page) -> None:
    """Refuse to replace a file that holds an author's own words.

    Raises
    ------
    InputError
        If there is a file that no build wrote, or that was changed since.
    """
    actual = _on_disk(page)
    if actual is None or not differences(page):
        return
    if actual != _sealed(actual[: -len(_sealed(b""))]):
        raise InputError(
            "this file is generated, but what is there now was written or changed by hand. "
            "Nothing was written. Move it elsewhere, or discard it with `git checkout`, and build "
            "again",
            page.path,
        )


def _on_disk(page: Page) -> bytes | None:
    try:
        return page.path.read_bytes()
    except FileNotFoundError:
        return None


def _sealed(body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    # The empty line ends what may come before, a table for one.
    return body + f"\n<!-- SHA-256 of the lines above: {digest} -->\n".encode()
