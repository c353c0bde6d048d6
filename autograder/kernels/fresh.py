"""A guarded kernel in a process of its own, for systems where a warm one cannot be forked.

``python -m autograder.kernels.fresh CONNECTION_FILE`` is started as any kernel is. What its guard
needs is in the environment, from which it is removed before any cell runs.
"""

import json
import os
import sys
from pathlib import Path

from autograder.kernels.kernel import start_kernel
from autograder.kernels.limits import Limits, apply_limits

VARIABLE = "FORWARDPASS_KERNEL"


def command() -> list[str]:
    """Return the kernel's command, as a kernel specification has it."""
    return [sys.executable, "-m", "autograder.kernels.fresh", "{connection_file}"]


def settings(
    secret: str, tests: list[str], own: list[str], limits: dict[str, int]
) -> dict[str, str]:
    """Return what the kernel needs in its environment."""
    content = {"secret": secret, "tests": tests, "own": own, "limits": limits}
    return {VARIABLE: json.dumps(content)}


def main() -> None:
    """Run the kernel."""
    own = json.loads(os.environ.pop(VARIABLE, "{}"))
    limits = Limits(**own.get("limits", {}))
    start_kernel(
        Path(sys.argv[1]),
        bytes.fromhex(own.get("secret", "")),
        frozenset(own.get("tests", ())),
        when_bound=lambda: apply_limits(limits),
    )


if __name__ == "__main__":
    main()
