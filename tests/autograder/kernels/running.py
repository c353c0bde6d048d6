"""Running kernels, and what the tests ask of them."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import pytest
from jupyter_client import KernelManager
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.kernels import spawned
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.server import Address

from ..corpus import needs_bwrap

MIB = 2**20
SANDBOXES = [pytest.param("bwrap", marks=needs_bwrap), "none"]
MODULE = "colorsys"  # which nothing else imports
IS_WARM = f"import sys; print({MODULE!r} in sys.modules)"
TRY = """\
def attempt(action):
    try:
        return action()
    except Exception as error:
        return type(error).__name__
"""


class Running:
    """A running kernel and somebody who asks it."""

    def __init__(self, manager: KernelManager, workplace: Path) -> None:
        self.manager = manager
        self.manager.start_kernel(cwd=str(workplace))
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def folder(self) -> Path:
        """The kernel's own, in that of its fork server."""
        return Path(self.manager.ip).parents[1]

    def says(self, code: str) -> str:
        """Return what some code prints, or the message of the error that it ends with."""
        texts = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            texts.append(content.get("text") or content.get("evalue") or "")

        # Else ipykernel drops, after an error, what it is asked in the next moment.
        self.client.execute_interactive(code, stop_on_error=False, output_hook=hear, timeout=60)
        return "".join(texts).strip()

    def end_of(self, code: str) -> str | None:
        """Return the error of some code, or which limit the kernel was ended for."""
        asked = self.client.execute(code, stop_on_error=False)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self.manager.is_alive():
                return f"limit: {self.manager.provisioner.limit}"
            try:
                reply = self.client.get_shell_msg(timeout=0.1)
            except Empty:
                continue
            if reply["parent_header"].get("msg_id") == asked:
                return reply["content"].get("ename", "ok")
        return None

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


class _OneSpec(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=spawned.command(), language="python")


def kernel_at(
    address: Address, workplace: Path, boundary: socket.socket | None = None, **limits: int
) -> Running:
    """Start a kernel of a fork server."""
    manager = KernelManager(kernel_spec_manager=_OneSpec())
    manager.provisioner = WarmProvisioner(
        parent=manager,
        kernel_spec=KernelSpec(argv=spawned.command(), language="python"),
        server=str(address.folder),
        sandbox=str(address.sandbox),
        limits=asdict(Limits(**limits)),
        boundary=boundary,
    )
    kernel = Running(manager, workplace)
    kernel.says(TRY)
    return kernel


def shown(kernel: Running, expression: str) -> object:
    """Return the value of an expression in a kernel."""
    return json.loads(kernel.says(f"import json, os, socket; print(json.dumps({expression}))"))


def attempted(kernel: Running, expression: str) -> object:
    """Return the value of an expression in a kernel, or the name of its error."""
    return shown(kernel, f"attempt(lambda: {expression})")


def until(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def servers() -> list[psutil.Process]:
    """Return the fork servers that this process has started, by their outermost process."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE
        and "autograder.kernels.forkserver" in child.cmdline()
    ]


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes whose command line has a mark, wherever they have gone."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if mark in " ".join(process.info["cmdline"] or ())
    ]


def notebook(*sources: str, kernel: str = "python3") -> NotebookNode:
    cells = [new_code_cell(source) for source in sources]
    kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernelspec})


def printed(executed: NotebookNode, index: int = -1) -> str:
    return "".join(output.get("text", "") for output in executed.cells[index].outputs).strip()
