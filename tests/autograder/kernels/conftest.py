"""Kernels for tests: installed under a name, or of a fork server in Bubblewrap."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import KernelManager

from autograder.kernels import spec
from autograder.kernels.sandbox import bubblewrap
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import KernelServer, SandboxConfig

from .running import MODULE, Running, kernel_at


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return what installs a kernel, once each, and returns its name."""
    prefix = tmp_path_factory.mktemp("prefix")

    def install(sandbox: str, modules: tuple[str, ...] = (MODULE,), **config: Any) -> str:
        name = f"warm-{abs(hash(repr((sandbox, modules, config))))}"
        folder = prefix / "share/jupyter/kernels" / name
        if not folder.exists():
            imports = [word for module in modules for word in ("--import", module)]
            where = ["--name", name, "--sandbox", sandbox, "--prefix", str(prefix)]
            assert spec.main([*where, *imports]) == 0
            content = json.loads((folder / "kernel.json").read_text())
            content["metadata"]["kernel_provisioner"]["config"].update(config)
            (folder / "kernel.json").write_text(json.dumps(content))
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(prefix / "share/jupyter"))
        yield install


@pytest.fixture
def start(kernels: Callable[..., str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return what starts a kernel in a sandbox, or without; all of them end with the test."""
    running = []

    def begin(sandbox: str, *arguments: Any, **config: Any) -> Running:
        name = kernels(sandbox, *arguments, **config)
        running.append(Running(KernelManager(kernel_name=name), tmp_path))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course that is a package, with a folder for all to see, and a working directory."""
    root = tmp_path_factory.mktemp("outside")
    for name in ("fp_course/source", "fp_course/public", "workplace/data"):
        (root / name).mkdir(parents=True)
    (root / "fp_course/__init__.py").touch()
    (root / "fp_course/source/hidden_tests").write_text("fp-hidden")
    (root / "fp_course/public/table.csv").write_text("for all")
    (root / "workplace/data/own.csv").write_text("original")
    (root / "workplace/file").symlink_to(root / "fp_course/source/hidden_tests")
    (root / "workplace/folder").symlink_to(root / "fp_course/source")
    (root / "workplace/passwd").symlink_to("/etc/passwd")
    os.mkfifo(root / "workplace/pipe")
    return root


@pytest.fixture(scope="module")
def server(outside: Path) -> Iterator[KernelServer]:
    """Return a fork server behind Bubblewrap, for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FP_SECRET", "fp-canary")
        package = Path(bubblewrap.__file__).parents[3]
        patch.setenv("PYTHONPATH", os.pathsep.join([str(outside), str(package)]))
        patch.syspath_prepend(outside)
        hidden = (outside / "fp_course/source",)
        with KernelServer(SandboxConfig(Sandbox.BWRAP, ("fp_course",), hidden)) as running:
            yield running


@pytest.fixture(scope="module")
def kernel(server: KernelServer, outside: Path) -> Iterator[Running]:
    """Return a kernel for all tests that only look."""
    running = kernel_at(server.address, outside / "workplace")
    yield running
    running.stop()


@pytest.fixture
def limited(server: KernelServer, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return what starts a kernel with limits of its own."""
    running = []

    def start(**limits: int) -> Running:
        running.append(kernel_at(server.address, tmp_path, **limits))
        return running[-1]

    yield start
    for one in running:
        one.stop()
