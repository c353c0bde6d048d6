"""What a test computes with: random inputs, gradients by differences, counted calls.

Notebooks call these as :mod:`forwardpass.check`'s own.
"""

import os
import sys
import zlib
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np


def rng(name: str) -> np.random.Generator:
    """Return a generator for a test's random inputs.

    The stream depends on the name and on the environment variable ``FORWARDPASS_TEST_SEED``
    (default 0): grading twice gives the same grade, and ``autograder check`` can try other seeds.

    Parameters
    ----------
    name : str
        Any text; tests that use different names get independent streams.
    """
    seed = int(os.environ.get("FORWARDPASS_TEST_SEED", "0"))
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def count_calls(function: Callable, *arguments: Any) -> int:
    """Return how many calls ``function(*arguments)`` makes: its cost, the same on every machine.

    Counted are the function itself, functions written in Python at any depth, and what these call
    in C.

    Examples
    --------
    >>> count_calls(lambda x: abs(x) + abs(-x), 2.0)
    3
    """
    calls = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    profiler = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(profiler)
    return calls - 1  # the last call puts the profiler back


def numerical_gradient(
    function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of a scalar function by central differences.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of ``at``, returns a scalar.
    at : numpy.ndarray
        Where to differentiate; it is not changed.
    step : float
        The difference's half width. The error falls as ``step**2`` until rounding takes over.

    Returns
    -------
    numpy.ndarray of float64, shape of ``at``
    """
    at = np.array(at, dtype=np.float64)
    result = np.zeros_like(at)
    for index in np.ndindex(at.shape):
        original = at[index]
        at[index] = original + step
        above = float(np.asarray(to_numpy(function(at))))
        at[index] = original - step
        below = float(np.asarray(to_numpy(function(at))))
        at[index] = original
        result[index] = (above - below) / (2 * step)
    return result


def to_numpy(value: Any) -> Any:
    """Detach a torch tensor; everything else converts by itself."""
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    return value
