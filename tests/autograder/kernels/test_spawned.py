"""Where a warm kernel cannot be forked, one is started anew and guarded all the same."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.grade.execute.executor import KernelChoice, NotebookExecutor
from autograder.grade.execute.verdict import judge
from autograder.kernels import provisioner
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import SpawnedProvisioner
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed

from .running import IS_WARM, Running, kernel_at, notebook

ANSWERS = {
    "right": "return 2 * x",
    "wrong": "return x",
    "dies": "import os; os._exit(3)",
    "loops": "while True: pass",
    "forges": "import math; math.isclose = lambda *_: True; return 0",
}


def outcomes() -> dict[str, tuple[str, float | None]]:
    """Return the verdicts on all answers, from kernels outside a sandbox."""
    sources = ["import math"]
    for name, body in ANSWERS.items():
        sources += [f"def {name}(x):\n    {body}", f"assert math.isclose({name}(2), 4)"]
    exercise = notebook(*sources)
    for name, cell in zip(ANSWERS, exercise.cells[2::2], strict=True):
        kind = {"grade": True, "solution": False, "locked": True, "task": False}
        cell.metadata.nbgrader = {"grade_id": name, "schema_version": 3, "points": 2, **kind}
    server = provisioner._server_of_this_process(Sandbox.NONE, ())
    choice, config = KernelChoice(server.address, Limits()), Config({"Execute": {"timeout": 2}})
    found = judge(NotebookExecutor(choice, config, exercise, Path.cwd()).run())
    return {name: (str(verdict.outcome), verdict.score) for name, verdict in found.items()}


class TestWithoutFork:
    @pytest.fixture
    def no_fork(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(provisioner, "can_fork", lambda: False)

    @pytest.mark.usefixtures("no_fork")
    def test_a_kernel_starts_anew_and_is_guarded(self, start: Callable[..., Running]) -> None:
        kernel = start("none")
        assert isinstance(kernel.manager.provisioner, SpawnedProvisioner)
        # The modules are there all the same: the guard watches what is loaded at its snapshot.
        assert kernel.says(IS_WARM) == "True"
        assert kernel.says("import os; print(os.getppid())") == str(os.getpid())
        running = kernel.says("print(type(get_ipython().kernel).__name__)")
        assert running == "GradingKernel"
        assert kernel.says("import os; print('FORWARDPASS_KERNEL' in os.environ)") == "False"
        assert kernel.manager.provisioner.pid is not None

    def test_outcomes_are_those_of_a_warm_kernel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        warm = outcomes()
        monkeypatch.setattr(provisioner, "can_fork", lambda: False)
        assert outcomes() == warm
        assert [name for name, (_, score) in warm.items() if score] == ["right"]
        assert [warm[name][0] for name in ("dies", "loops")] == ["kernel died", "timeout"]

    @pytest.mark.usefixtures("no_fork")
    def test_a_provisioner_without_fork_refuses_a_sandbox(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(provisioner, "choose", Sandbox)
        with pytest.raises(KernelFailed, match="without fork there is no sandbox"):
            kernel_at(Address(tmp_path, Sandbox.BWRAP), tmp_path)

    def test_a_system_that_has_no_unix_calls_can_still_import_it(self) -> None:
        # psutil is at home there, too, but needs them on this system.
        hidden = "import psutil, sys; sys.modules.update(fcntl=None, resource=None)\n"
        needed = "import autograder.kernels.provisioner, autograder.kernels.spawned"
        subprocess.run([sys.executable, "-c", hidden + needed], check=True)
