"""Servers of judges: one for a whole module, for most tests need no other."""

from collections.abc import Iterator

import pytest

from autograder.judge.client import JudgeServer
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, SandboxConfig


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    """Return where judges are forked that no sandbox surrounds."""
    with JudgeServer(SandboxConfig(Sandbox.NONE, modules=("numpy",))) as server:
        yield server.address
