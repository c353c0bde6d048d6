"""Write executed notebooks and feedback pages into the course directory, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_PREFIX = ".forwardpass-"


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


def _remove(path: Path) -> None:
    """Remove a folder, or what else was in its place; a link's target stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
