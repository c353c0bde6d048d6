"""How many processor cores there are, and how many threads numerical libraries start on them."""

import argparse
import os


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limits(threads: int) -> dict[str, str]:
    """Return the environment in which numerical libraries use so many threads."""
    names = (
        "OMP_NUM_THREADS",  # PyTorch and scikit-learn, and most builds of BLAS
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "LOKY_MAX_CPU_COUNT",  # joblib
    )
    return dict.fromkeys(names, str(threads))


def at_least_one(text: str) -> int:
    """Return what stands behind ``--jobs`` on a command line.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not a number from 1.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)
