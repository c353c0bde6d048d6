"""Exceptions on their way to the other process: type by name, message as text, frames as text."""

import sys
import traceback
from contextlib import suppress
from types import ModuleType
from typing import Any

_LONGEST = 10_000  # characters of a message or of a traceback
_MOST_ARGUMENTS = 100
_PLAIN = (bool, int, float, str, type(None))


class RemoteError(Exception):
    """An exception of a type that this process does not have."""


class TestOver(BaseException):
    """Ends what a kernel still does for a test that is over."""

    __test__ = False  # to pytest


class Failure(BaseException):
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


def described(error: BaseException, *, with_frames: bool) -> dict[str, Any]:
    """Return an exception as plain data.

    Parameters
    ----------
    error : BaseException
    with_frames : bool
        Whether the other process may read where it was raised.
    """
    message = _text(error)
    arguments = BaseException.args.__get__(error)
    if not all(_is_plain(argument) for argument in arguments):
        arguments = (message,)
    return {
        "types": [[str(kind.__module__), str(kind.__qualname__)] for kind in type(error).__mro__],
        "args": [
            one[:_LONGEST] if type(one) is str else one for one in arguments[:_MOST_ARGUMENTS]
        ],
        "message": message,
        "trace": _frames(error) if with_frames else "",
    }


def _text(error: BaseException) -> str:
    try:
        return str.__str__(str(error))[:_LONGEST]
    except BaseException:  # a learner's class can do anything, and the judge waits for the answer
        return ""


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN and (type(value) is not int or abs(value) < 2**63)


def rebuilt(content: dict[str, Any]) -> Exception:
    """Return an exception of the nearest type that this process has.

    Its class is not called: what a constructor does with a message is not for the other process to
    choose. The other process's frames are its attribute ``remote_traceback``.
    """
    arguments = content["args"]
    if len(arguments) > _MOST_ARGUMENTS or not all(map(_is_plain, arguments)):
        raise TypeError("an exception with arguments that are no plain values")
    names = [str(qualname).rpartition(".")[2][:100] for _, qualname in content["types"][:100]]
    for module, qualname in content["types"][:100]:
        kind = _known(module, qualname)
        if kind is not None and kind not in (Exception, RemoteError):
            with suppress(TypeError):  # one that cannot be made without its class
                error = kind.__new__(kind)
                error.args = tuple(arguments)
                break
    else:
        name = names[0] if names[0].isidentifier() else "Exception"
        error = type(name, (RemoteError,), {})(str(content["message"])[:_LONGEST])
    error.remote_traceback = str(content["trace"])[: 2 * _LONGEST]
    error.remote_type = names[0]
    return error


def _known(module: Any, qualname: Any) -> type[Exception] | None:
    """Return an exception's class by its name, if it is loaded here, and of no notebook.

    What the boundary itself raises is not for the other process to raise.
    """
    if type(module) is not str or type(qualname) is not str:
        raise TypeError("an exception without a type")
    if module == "__main__" or module.partition(".")[0] == __name__.partition(".")[0]:
        return None
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = vars(found).get(part) if isinstance(found, type | ModuleType) else None
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def _frames(error: BaseException) -> str:
    """Return the frames of the notebook in which an exception passed, the innermost last."""
    found = [
        frame
        for frame in traceback.extract_tb(BaseException.__traceback__.__get__(error))
        if not frame.filename.startswith(("<frozen", __file__.rpartition("/")[0]))
    ]
    return "".join(traceback.format_list(found[-12:]))[:_LONGEST]
