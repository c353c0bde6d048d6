"""Show the error that ended a test: the learner's frames, and of the test no more than allowed.

A learner sees a line of the test where it stands in no hidden region, and type and message of the
error. The judge's own frames, those of libraries among them, are never shown.
"""

import os
import traceback
from collections.abc import Iterable
from typing import Any

from autograder import regions

_LONGEST = 10_000  # characters of a message
_MOST_FRAMES = 5
_UNREADABLE = "(the error has no readable message)"


def error_name(error: BaseException) -> str:
    """Return the name of an error's class, as the process calls it that has raised it."""
    return str(vars(error).get("remote_type") or type(error).__name__)


def error_output(
    error: BaseException,
    source: str,
    namespace: dict[str, Any],
    hidden: Iterable[regions.Markers],
) -> dict[str, Any]:
    """Return an error as an output of a notebook.

    Parameters
    ----------
    error : BaseException
        What a test raised.
    source : str
        The test's code.
    namespace : dict
        The names of the notebook: frames with these globals are the test's, or those of cells that
        it calls.
    hidden : iterable of (str, str)
        Markers around the lines that are not shown.
    """
    name, message = error_name(error), _message(error)
    lines = _rendered(error)
    if lines is None:
        remote = vars(error).get("remote_traceback")
        frames = [str(remote).rstrip()] if remote else _own_frames(error, source, namespace, hidden)
        heading = f"{name:<42}Traceback (most recent call last)"
        lines = [*([heading, *frames] if frames else []), f"{name}: {message}".rstrip(": ")]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an argument can be an object that has no text any more
        return _UNREADABLE
    return text.replace(f"{os.getcwd()}/", "")[:_LONGEST]


def _rendered(error: BaseException) -> list[str] | None:
    """Return what an error of the test's own says instead of a traceback, as IPython asks it."""
    if "remote_traceback" in vars(error) or not hasattr(error, "_render_traceback_"):
        return None
    try:
        return [str(line)[:_LONGEST] for line in error._render_traceback_()]
    except Exception:  # then IPython shows a traceback, too
        return None


def _own_frames(
    error: BaseException,
    source: str,
    namespace: dict[str, Any],
    hidden: Iterable[regions.Markers],
) -> list[str]:
    """Return the lines of a test that an error has passed, but for hidden ones."""
    frames = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_globals is namespace
    ]
    if not frames:
        return []
    test, lines = frames[0][0], source.split("\n")
    secret = {index for markers in hidden for index in regions.inside(source, markers)}
    passed = [number for name, number in frames if name == test and 0 < number <= len(lines)]
    # A comprehension is a frame of its own on the same line.
    shown = list(dict.fromkeys(number for number in passed if number - 1 not in secret))
    shown = shown if len(shown) <= _MOST_FRAMES else [shown[0], *shown[1 - _MOST_FRAMES :]]
    return [f"line {number} of the test\n----> {number} {lines[number - 1]}" for number in shown]
