"""A folder as one value, to be sent to a worker and to be recognised again."""

import fnmatch
import hashlib
import io
import stat
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# A notebook beyond this is refused anyway, and a class of such parcels must fit into memory.
_LARGEST_FILE = 128 * 2**20
_LARGEST_PARCEL = 256 * 2**20


@dataclass(frozen=True)
class Parcel:
    """The content of a folder.

    Attributes
    ----------
    archive : bytes
        A tar archive of regular files and symbolic links, without owners and times, so that the
        same files are the same parcel.
    left_out : tuple of str
        Names of what is no regular file, or is too large.
    """

    archive: bytes
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What the content is recognised by."""
        return hashlib.sha256(self.archive + repr(self.left_out).encode()).hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write the files into a folder, links as links."""
        if not self.archive:
            return
        with tarfile.open(fileobj=io.BytesIO(self.archive)) as archive:
            for member in archive:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                if member.issym():
                    target.symlink_to(member.linkname)
                else:
                    target.write_bytes(archive.extractfile(member).read())


def pack(folder: Path, ignore: Sequence[str] = ()) -> Parcel:
    """Return the content of a folder; links are not followed.

    Parameters
    ----------
    folder : pathlib.Path
    ignore : sequence of str
        Patterns of names of files and folders that are none of it.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    left_out = []
    total = 0
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            status = path.lstat()
            parts = path.relative_to(folder).parts
            if stat.S_ISDIR(status.st_mode) or _is_ignored(parts, ignore):
                continue
            entry = tarfile.TarInfo(name)
            if stat.S_ISLNK(status.st_mode):
                entry.type = tarfile.SYMTYPE
                entry.linkname = str(path.readlink())
                archive.addfile(entry)
            elif not stat.S_ISREG(status.st_mode) or _is_too_large(status.st_size, total):
                left_out.append(name)
            else:
                content = path.read_bytes()
                total += len(content)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return Parcel(buffer.getvalue(), tuple(left_out))


def _is_ignored(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in patterns)


def _is_too_large(size: int, total: int) -> bool:
    return size > _LARGEST_FILE or total + size > _LARGEST_PARCEL
