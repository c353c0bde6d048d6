"""Choose what stands between a learner's code and the machine."""

import shutil
import subprocess
import sys
from enum import StrEnum

from autograder.errors import InputError


class Sandbox(StrEnum):
    """What kernels are locked into: Bubblewrap's namespaces, or nothing."""

    BWRAP = "bwrap"
    NONE = "none"


CHOICES = ("auto", *(sandbox.value for sandbox in Sandbox))


def choose(choice: str) -> Sandbox:
    """Return the sandbox that a choice, one of ``CHOICES``, means on this machine.

    Raises
    ------
    InputError
        If it does not work here; ``auto`` never means no sandbox.
    """
    if choice == Sandbox.NONE:
        return Sandbox.NONE
    problem = _problem()
    if problem is None:
        return Sandbox.BWRAP
    raise InputError(
        f"there is no sandbox for learners' code (bwrap: {problem}). Install bubblewrap "
        "(apt install bubblewrap), or say --sandbox none to run it in your own account"
    )


def _problem() -> str | None:
    """Return why Bubblewrap does not work here, or None."""
    if sys.platform != "linux":
        return "works on Linux alone"
    if shutil.which("bwrap") is None:
        return "not installed"
    trial = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "true"]
    try:
        done = subprocess.run(trial, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not run ({type(error).__name__})"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return lines[-1]
    return None
