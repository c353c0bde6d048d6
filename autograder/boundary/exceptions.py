"""Exceptions on their way to the other process: type by name, message as text, frames as text."""

import sys
import traceback
from typing import Any

_LONGEST = 10_000  # characters of a message or of a traceback
_PLAIN = (bool, int, float, str, type(None))


class RemoteError(Exception):
    """An exception of a type that this process does not have."""


class TestOver(BaseException):
    """Ends what a kernel still does for a test that is over."""

    __test__ = False  # to pytest


class Fault(BaseException):
    """What went wrong between the judge and a kernel, which is the learner's loss.

    No test swallows it with ``except Exception``.

    Attributes
    ----------
    kind : str
        ``"timeout"``, ``"died"`` or ``"garbage"``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def described(error: BaseException) -> dict[str, Any]:
    """Return an exception as plain data."""
    types = [[kind.__module__, kind.__qualname__] for kind in type(error).__mro__]
    try:
        message = str(error)[:_LONGEST]
    except Exception:  # a learner's class can do anything
        message = ""
    arguments = error.args if isinstance(error.args, tuple) else ()
    if not all(type(argument) in _PLAIN for argument in arguments):
        arguments = (message,)
    return {
        "types": [list(map(str, names)) for names in types],
        "args": [a[:_LONGEST] if type(a) is str else a for a in arguments],
        "message": message,
        "trace": _frames(error),
    }


def rebuilt(content: dict[str, Any]) -> Exception:
    """Return an exception of the nearest type that this process has.

    Its class is not called: what a constructor does with a message is not for the other process to
    choose. The other process's frames are its attribute ``remote_traceback``.
    """
    arguments = content["args"]
    if not all(type(argument) in _PLAIN for argument in arguments):
        raise TypeError("an exception with arguments that are no plain values")
    error, name = None, "Exception"
    for number, (module, qualname) in enumerate(content["types"]):
        if number == 0:
            name = str(qualname).rpartition(".")[2][:100]
        kind = _known(str(module), str(qualname))
        if kind is not None and kind not in (Exception, RemoteError):
            error = kind.__new__(kind)
            error.args = tuple(arguments)
            break
    else:
        error = type(name, (RemoteError,), {})(str(content["message"]))
    error.remote_traceback = str(content["trace"])[: 2 * _LONGEST]
    error.remote_type = name
    return error


def _known(module: str, qualname: str) -> type[Exception] | None:
    """Return an exception's class by its name, if it is loaded here, and of no notebook."""
    if module == "__main__":
        return None
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def _frames(error: BaseException) -> str:
    """Return the frames of the notebook in which an exception passed, the innermost last."""
    found = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", __file__.rpartition("/")[0]))
    ]
    return "".join(traceback.format_list(found[-12:]))[:_LONGEST]
