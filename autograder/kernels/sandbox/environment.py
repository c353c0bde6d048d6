"""The environment variables of a fork server, which its kernels inherit."""

import os
import sys
from pathlib import Path

from autograder.cores import thread_limits
from autograder.kernels.protocol import HOME
from autograder.kernels.sandbox.choice import Sandbox

_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "FORWARDPASS_TEST_SEED")


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of a fork server: one thread, no GPU, nothing of the user's own.

    Parameters
    ----------
    sandbox : Sandbox
        Without one, the user's environment stays as it is.
    """
    fixed = {
        # A pool of threads that a numeric library has begun does not survive a fork, and as many
        # kernels run as there are cores.
        **thread_limits(1),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",  # CUDA cannot be forked
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel sets it
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NBGRADER_EXECUTION": "autograde",  # as nbgrader sets it
    }
    if sandbox is Sandbox.NONE:
        return {**os.environ, **fixed}
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]),
        "HOME": str(HOME),
        "USER": "learner",
        "LOGNAME": "learner",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        **fixed,
    }
