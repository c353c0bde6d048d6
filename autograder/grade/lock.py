"""Keep two runs from grading the same assignment of a course at the same time."""

import fcntl
from pathlib import Path

from autograder.errors import InputError


class Lock:
    """Held from its making until it is released, or until its process ends in any way.

    Parameters
    ----------
    path : pathlib.Path
        A file that stays; only the lock on it counts, flock(2).

    Raises
    ------
    InputError
        If another process holds it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise InputError(f"another run grades {path.stem} now: wait for its end") from None

    def release(self) -> None:
        """Let others have it."""
        self._file.close()
