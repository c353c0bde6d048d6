"""The secret that a course's tests draw their random numbers from.

It is made by the first run that needs it, and is the same for the whole class and every regrade. It
lies in the course directory, beside nbgrader's ``gradebook.db`` and ``nbgrader_config.py`` even if
the gradebook is a database elsewhere: nothing there is released, no kernel sees it, and unlike
``.autograder/`` it is no cache that may be deleted. Who grades on another machine copies it there.
"""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from autograder.course import CACHE_FOLDER
from autograder.errors import InputError

FILE = "gradebook.seed"
_BYTES = 16


@dataclass(frozen=True)
class CourseSeed:
    """A course's seed.

    Attributes
    ----------
    value : bytes
        For judges alone: it is in no representation, and must get into no file.
    """

    value: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """What grades depend on, and may be known: nobody finds the seed by it."""
        return hashlib.sha256(b"forwardpass seed\0" + self.value).hexdigest()


def course_seed(root: Path) -> CourseSeed:
    """Return the seed of a course, which is made if there is none.

    Parameters
    ----------
    root : pathlib.Path
        The course directory.

    Raises
    ------
    InputError
        If it cannot be read or made.
    """
    path = root / FILE
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    try:
        lock = root / CACHE_FOLDER / "seed.lock"
        lock.parent.mkdir(exist_ok=True)
        with FileLock(lock):
            if not path.exists():  # another run may have made it meanwhile
                _write(path, secrets.token_bytes(_BYTES))
    except OSError as error:
        raise InputError(
            f"the seed of the tests cannot be written: {error.strerror}", path
        ) from None
    return _read(path)


def _read(path: Path) -> CourseSeed:
    try:
        text = path.read_text(encoding="ascii").strip()
        value = bytes.fromhex(text)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(
            f"the seed of the tests cannot be read ({error.strerror}): let those who grade read it",
            path,
        ) from None
    except ValueError:
        value = b""
    if len(value) != _BYTES:
        raise InputError(
            f"this is no seed of tests, {2 * _BYTES} hexadecimal digits: bring back the file that "
            "the class was graded with, or remove it, and every grade is made anew",
            path,
        )
    return CourseSeed(value)


def _write(path: Path, value: bytes) -> None:
    """Write a file, whole or not at all, that its owner alone may read."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{value.hex()}\n")
            stream.flush()
            os.fsync(stream.fileno())  # a seed that is lost cannot be made again
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
