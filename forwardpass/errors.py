"""The error that a user made and can correct."""

from pathlib import Path


class InputError(Exception):
    """Bad input: one line that says where, what is wrong and what to do.

    The command line prints it and exits with code 2.

    Parameters
    ----------
    message : str
        What is wrong and what to do.
    path : pathlib.Path, optional
        The file that it concerns.
    line : int, optional
        The line in that file, counted from 1.
    """

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        where = ":".join(str(part) for part in (path, line) if part is not None)
        super().__init__(f"{where}: {message}" if where else message)
        self.path = path
        self.line = line
