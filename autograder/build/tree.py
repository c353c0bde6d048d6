"""Generated folders as values: what they must hold, how the disk differs, writing them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import InputError
from autograder.files import write_bytes, write_text
from forwardpass.published import MANIFEST, digest, normalised, read_manifest, record_text


@dataclass(frozen=True)
class Tree:
    """One generated folder.

    Attributes
    ----------
    root : pathlib.Path
        ``source/``, ``release/``, or ``course/``, in which only the index is generated.
    files : dict of str to bytes
        All content by path relative to the root, without the manifest.
    units : frozenset of str
        The folders inside that this build is about; others are left alone.
    """

    root: Path
    files: Mapping[str, bytes]
    units: frozenset[str]

    def concerns(self, path: str) -> bool:
        """Say whether this build decides about a path: a file of its units, or one at the top."""
        return "/" not in path or path.split("/")[0] in self.units


def differences(trees: Iterable[Tree]) -> list[str]:
    """Say how the folders on disk differ from what they must hold, a line for each file.

    Files that no build ever wrote are a learner's or an instructor's own, and not mentioned, nor is
    what an editor writes into a notebook that was merely opened.
    """
    return [line for tree in trees for line in _differences(tree)]


def write(trees: Sequence[Tree]) -> list[Path]:
    """Write what differs, remove what is no longer built, and return the paths that changed.

    Raises
    ------
    InputError
        If a file was changed since it was built: it may hold a learner's work. Nothing is written
        then, in no folder.
    """
    edited = [str(path) for tree in trees for path in _edited(tree)]
    if edited:
        raise InputError(
            f"{', '.join(edited)}: {'this file is' if len(edited) == 1 else 'these files are'} "
            "generated, but what is there now was written or changed since the last build, perhaps "
            "by a learner. Nothing was written. Move it elsewhere, or discard it with "
            "`git checkout`, and build again"
        )
    return [path for tree in trees for path in _write(tree)]


def _differences(tree: Tree) -> list[str]:
    recorded = read_manifest(tree.root)
    lines = []
    for path, content in sorted(tree.files.items()):
        on_disk = tree.root / path
        if not on_disk.is_file():
            lines.append(f"{on_disk}: is missing")
        elif (found := normalised(path, on_disk.read_bytes())) != normalised(path, content):
            lines.append(f"{on_disk}: {first_difference(path, found, content)}")
        elif recorded.get(path) != digest(content):
            lines.append(f"{tree.root / MANIFEST}: does not know the state of {path}")
    lines += [
        f"{tree.root / path}: is no longer part of the course"
        for path in sorted(recorded.keys() - tree.files.keys())
        if tree.concerns(path)
    ]
    return lines


def _write(tree: Tree) -> list[Path]:
    recorded = read_manifest(tree.root)
    changed = []
    for path, content in sorted(tree.files.items()):
        on_disk = tree.root / path
        if not on_disk.is_file() or on_disk.read_bytes() != content:
            write_bytes(on_disk, content)
            changed.append(on_disk)
    for path in sorted(recorded.keys() - tree.files.keys()):
        if tree.concerns(path):
            (tree.root / path).unlink(missing_ok=True)
            changed.append(tree.root / path)
    kept = {path: digest for path, digest in recorded.items() if not tree.concerns(path)}
    manifest = kept | {path: digest(content) for path, content in tree.files.items()}
    write_text(tree.root / MANIFEST, record_text(manifest))
    return changed


def _edited(tree: Tree) -> list[Path]:
    """Return the files that a build would change or remove, but whose content no build wrote."""
    recorded = read_manifest(tree.root)
    touched = {path for path in recorded if tree.concerns(path)} | tree.files.keys()
    edited = []
    for path in sorted(touched):
        on_disk = tree.root / path
        if not on_disk.is_file():
            continue
        content = on_disk.read_bytes()
        known = {recorded.get(path)}
        if path in tree.files:
            known.add(digest(tree.files[path]))
        if known.isdisjoint({digest(content), digest(normalised(path, content))}):
            edited.append(on_disk)
    return edited


def first_difference(path: str, actual: bytes, expected: bytes) -> str:
    """Name the first cell of a notebook, or line of another file, that differs.

    Parameters
    ----------
    path : str
        The file's name, which says whether it is a notebook.
    actual, expected : bytes
        What it holds, and what a fresh build gives.
    """
    if path.endswith(".ipynb"):
        try:
            cells = [nbformat.reads(text, as_version=4).cells for text in (actual, expected)]
        except (ValueError, KeyError, AttributeError):
            return "is not a readable notebook"
        return _differs("cell", *cells)
    return _differs("line", actual.splitlines(), expected.splitlines())


def _differs(unit: str, actual: Iterable, expected: Iterable) -> str:
    actual, expected = list(actual), list(expected)
    for number, (one, other) in enumerate(zip(actual, expected, strict=False), start=1):
        if one != other:
            return f"differs from a fresh build, first in {unit} {number}"
    if len(actual) != len(expected):
        return f"has {len(actual)} {unit}s, a fresh build {len(expected)}"
    return "differs from a fresh build in its metadata or its format"
