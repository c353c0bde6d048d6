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


def _public_entropy(name: str) -> list[int]:
    seed = int(os.environ.get("FORWARDPASS_TEST_SEED", "0"))
    return [seed, zlib.crc32(name.encode())]


# What decides about a stream of random numbers, see `draw_from`.
_entropy: Callable[[str], int | list[int]] = _public_entropy


def draw_from(entropy: Callable[[str], int | list[int]]) -> None:
    """Let `rng` draw its streams from another source, for the rest of this process.

    Parameters
    ----------
    entropy : callable
        Takes the name of a stream, returns what seeds it, as `numpy.random.SeedSequence` takes it.
    """
    global _entropy
    _entropy = entropy


def rng(name: str) -> np.random.Generator:
    """Return a generator for a test's random inputs.

    The stream depends on the name and on the environment variable ``FORWARDPASS_TEST_SEED``
    (default 0): running a test twice gives the same result. When a course is graded, a secret seed
    of the course takes the variable's place.

    Parameters
    ----------
    name : str
        Any text; tests that use different names get independent streams.
    """
    return np.random.default_rng(_entropy(name))


def count_calls(function: Callable, *arguments: Any) -> int:
    """Return how many calls ``function(*arguments)`` makes: its cost, the same on every machine.

    Counted are the function itself, functions written in Python at any depth, and what these call
    in C. A function that stands for one of another process is counted there: its type has a method
    ``__count_calls__``, which takes the arguments and returns the number.

    Examples
    --------
    >>> count_calls(lambda x: abs(x) + abs(-x), 2.0)
    3
    """
    counted_elsewhere = getattr(type(function), "__count_calls__", None)
    if counted_elsewhere is not None:
        return counted_elsewhere(function, *arguments)
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
