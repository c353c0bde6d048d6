"""Install the warm kernel under a name, for nbclient, papermill, nbgrader and JupyterLab.

``python -m autograder.kernels.spec --name warm --import numpy --import torch`` installs a kernel
specification in this environment; ``papermill --kernel warm`` and any notebook can then use it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager

from autograder.kernels import spawned
from autograder.kernels.provisioner import NAME
from autograder.kernels.sandbox.choice import CHOICES


def kernel_spec(modules: Sequence[str], sandbox: str = "auto") -> dict[str, Any]:
    """Return the content of a ``kernel.json``.

    Parameters
    ----------
    modules : sequence of str
        What is imported once, before the first kernel is forked.
    sandbox : str
        One of :data:`~autograder.kernels.sandbox.choice.CHOICES`.
    """
    return {
        "argv": spawned.command(),
        "display_name": f"Python 3 (warm: {', '.join(modules) or 'no packages'})",
        "language": "python",
        "metadata": {
            "kernel_provisioner": {
                "provisioner_name": NAME,
                "config": {"modules": list(modules), "sandbox": sandbox},
            }
        },
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Install a kernel specification, and say where."""
    parser = argparse.ArgumentParser(prog="python -m autograder.kernels.spec", description=__doc__)
    parser.add_argument("--name", default="warm", help="what notebooks call the kernel")
    parser.add_argument(
        "--import",
        dest="modules",
        action="append",
        default=[],
        metavar="MODULE",
        help="a module to import beforehand; may be given several times",
    )
    parser.add_argument("--sandbox", choices=CHOICES, default="auto")
    parser.add_argument("--prefix", default=sys.prefix, help="the environment to install into")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        content = kernel_spec(arguments.modules, arguments.sandbox)
        Path(folder, "kernel.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
        manager = KernelSpecManager()
        print(manager.install_kernel_spec(folder, arguments.name, prefix=arguments.prefix))
    return 0


if __name__ == "__main__":
    sys.exit(main())
