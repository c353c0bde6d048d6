"""A guarded kernel in a process of its own, for systems where a warm one cannot be forked.

``python -m autograder.kernels.spawned CONNECTION_FILE`` is started as any kernel is. What its guard
needs is in the environment, from which it is removed before any cell runs.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.importing import import_all
from autograder.kernels.kernel import prepare_shell, start_kernel
from autograder.kernels.limits import Limits, apply_limits

VARIABLE = "FORWARDPASS_KERNEL"


def command() -> list[str]:
    """Return the kernel's command, as a kernel specification has it."""
    return [sys.executable, "-m", "autograder.kernels.spawned", "{connection_file}"]


def settings(
    guard: GuardSettings, limits: Limits, modules: Sequence[str], boundary: int | None = None
) -> dict[str, str]:
    """Return what the kernel needs in its environment.

    Parameters
    ----------
    guard : GuardSettings
    limits : Limits
    modules : sequence of str
        What is imported before the guard takes its snapshot: it watches what is loaded then.
    boundary : int or None
        The descriptor, in the kernel, of its end of a connection to a judge.
    """
    told = {
        "guard": guard.to_json(),
        "limits": asdict(limits),
        "modules": list(modules),
        "boundary": boundary,
    }
    return {VARIABLE: json.dumps(told)}


def main() -> None:
    """Run the kernel."""
    content = json.loads(os.environ.pop(VARIABLE, "{}"))
    limits = Limits(**content.get("limits", {}))
    guard = GuardSettings.from_json(content.get("guard", {}))
    boundary = content.get("boundary")
    if boundary is not None:
        os.set_inheritable(boundary, False)  # no program that the notebook starts has it
    prepare_shell()
    import_all(content.get("modules", ()))
    start_kernel(Path(sys.argv[1]), guard, lambda: apply_limits(limits), boundary)


if __name__ == "__main__":
    main()
