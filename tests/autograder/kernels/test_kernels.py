"""What the warm kernel promises to whoever uses it in Jupyter's own ways."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
import pytest
from jupyter_client import KernelManager
from jupyter_client.blocking import BlockingKernelClient
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.grade.execution import KernelChoice, NotebookRun
from autograder.grade.verdict import judge
from autograder.kernels import provisioner, spec
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed, KernelServer, SandboxConfig

from .running import says

needs_bwrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap (apt install bubblewrap)"
)
SANDBOXES = [pytest.param("bwrap", marks=needs_bwrap), "none"]
MODULE = "colorsys"  # which nothing else imports
IS_WARM = f"import sys; print({MODULE!r} in sys.modules)"


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


class Running:
    """A running kernel and somebody who asks it."""

    def __init__(self, name: str, folder: Path, **options: Any) -> None:
        self.manager = KernelManager(kernel_name=name, **options)
        self.manager.start_kernel(cwd=str(folder))
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def folder(self) -> Path:
        """The kernel's own, in that of its fork server."""
        return Path(self.manager.ip).parents[1]

    def says(self, code: str) -> str:
        return says(self.client, code)

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def start(kernels: Callable[..., str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return what starts a kernel in a sandbox, or without; all of them end with the test."""
    running = []

    def begin(sandbox: str, *arguments: Any, **config: Any) -> Running:
        running.append(Running(kernels(sandbox, *arguments, **config), tmp_path))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


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


@pytest.mark.parametrize("sandbox", SANDBOXES)
class TestJupytersOwnWays:
    def test_nbclient_executes_a_notebook_that_names_it(
        self, sandbox: str, kernels: Callable[..., str], tmp_path: Path
    ) -> None:
        executed = NotebookClient(
            notebook(IS_WARM, "print(6 * 7)", kernel=kernels(sandbox)),
            resources={"metadata": {"path": str(tmp_path)}},
        ).execute()
        assert [printed(executed, 0), printed(executed, 1)] == ["True", "42"]

    def test_papermill_executes_with_it_and_fills_in_parameters(
        self, sandbox: str, kernels: Callable[..., str], tmp_path: Path
    ) -> None:
        source = notebook("n = 1", IS_WARM, "print(n)")
        source.cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(source, tmp_path / "in.ipynb")
        papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / "out.ipynb",
            {"n": 5},
            kernel_name=kernels(sandbox),
            cwd=str(tmp_path),
            progress_bar=False,
        )
        executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
        assert [printed(executed, -2), printed(executed)] == ["True", "5"]

    @pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
    def test_nbgrader_autograde_grades_with_it(
        self,
        sandbox: str,
        kernels: Callable[..., str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        programs = Path(sys.executable).parent  # nbgrader calls alembic by name
        monkeypatch.setenv("PATH", os.pathsep.join([str(programs), os.environ["PATH"]]))
        own = {"schema_version": 3, "locked": False, "task": False}
        test = notebook(
            "### BEGIN SOLUTION\nx = 2\n### END SOLUTION",
            f"{IS_WARM}\nassert {MODULE!r} in sys.modules and x == 2",
            kernel=kernels(sandbox),
        )
        test.cells[0].metadata.nbgrader = {"grade_id": "x", "solution": True, "grade": False, **own}
        graded = {"grade_id": "t", "solution": False, "grade": True, "points": 3, **own}
        test.cells[1].metadata.nbgrader = graded
        for folder in ("source/ps1", "submitted/ann/ps1"):
            (tmp_path / folder).mkdir(parents=True)
            nbformat.write(test, tmp_path / folder / "one.ipynb")
        config = Config()
        config.CourseDirectory.root = str(tmp_path)
        api = NbGraderAPI(config=config)
        generated = api.generate_assignment("ps1")
        assert generated["success"], generated["log"]
        result = api.autograde("ps1", "ann")
        assert result["success"], result["log"]
        assert api.get_submission("ps1", "ann")["score"] == 3


class TestWarmth:
    def test_kernels_of_the_same_modules_share_one_fork_server(
        self, start: Callable[..., Running]
    ) -> None:
        first, second = start("none"), start("none")
        before = len(servers())
        third = start("none")
        assert first.folder.parent == second.folder.parent == third.folder.parent
        assert len(servers()) == before

    def test_other_modules_have_a_server_of_their_own(self, start: Callable[..., Running]) -> None:
        first, other = start("none"), start("none", ("sndhdr",))
        assert first.folder.parent != other.folder.parent
        assert other.says(IS_WARM) == "False"

    def test_what_one_kernel_does_to_a_module_no_other_sees(
        self, start: Callable[..., Running]
    ) -> None:
        first, second = start("none"), start("none")
        first.says(f"import {MODULE}; {MODULE}.canary = 1")
        assert second.says(f"import {MODULE}; print(hasattr({MODULE}, 'canary'))") == "False"

    def test_a_module_that_cannot_be_imported_is_reported_and_harms_nobody(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "fp_raises.py").write_text("raise RuntimeError('no licence')")
        (tmp_path / "fp_leaves.py").write_text("import sys; sys.exit('not today')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
        modules = ("fp_raises", "fp_leaves", "fp_nowhere", MODULE)
        with KernelServer(SandboxConfig(Sandbox.NONE, modules)) as server:
            assert server.failed == {
                "fp_raises": "RuntimeError: no licence",
                "fp_leaves": "SystemExit: not today",
                "fp_nowhere": "ModuleNotFoundError: No module named 'fp_nowhere'",
            }
            assert run_cells(server.address, IS_WARM) == ["True"]

    def test_a_module_that_ends_the_process_is_told_in_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "fp_ends.py").write_text("import os; print('bye'); os._exit(3)")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
        before = servers()
        with pytest.raises(KernelFailed, match=r"fork server does not start: .+") as caught:
            KernelServer(SandboxConfig(Sandbox.NONE, ("fp_ends",)))
        assert "\n" not in str(caught.value)
        assert servers() == before


@pytest.mark.parametrize("sandbox", SANDBOXES)
class TestLife:
    def test_an_interrupt_stops_a_cell_and_leaves_the_kernel(
        self, sandbox: str, start: Callable[..., Running], tmp_path: Path
    ) -> None:
        kernel = start(sandbox)
        kernel.says("x = 3")
        code = "import time; print('begun', flush=True); time.sleep(600)"
        asked = kernel.client.execute(code, stop_on_error=False)
        while "begun" not in kernel.client.get_iopub_msg(timeout=20)["content"].get("text", ""):
            pass  # the line's end may come in a message of its own
        kernel.manager.interrupt_kernel()
        reply = kernel.client.get_shell_msg(timeout=20)
        while reply["parent_header"]["msg_id"] != asked:
            reply = kernel.client.get_shell_msg(timeout=20)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert kernel.says("print(x)") == "3"

    @pytest.mark.parametrize("now", [True, False])
    def test_a_restart_forgets_and_keeps_its_clients(
        self, sandbox: str, now: bool, start: Callable[..., Running]
    ) -> None:
        kernel = start(sandbox)
        kernel.says("x = 3")
        kernel.manager.restart_kernel(now=now)
        kernel.client.wait_for_ready(timeout=30)
        assert kernel.says("print('x' in globals())") == "False"
        assert kernel.says(IS_WARM) == "True"

    def test_nothing_is_left_of_a_kernel_that_is_shut_down(
        self, sandbox: str, start: Callable[..., Running]
    ) -> None:
        kernel, mark = start(sandbox), f"fp-left-{os.getpid()}-{sandbox}"
        kernel.says(
            "import subprocess, sys, time\n"
            f"sleeper = [sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}]\n"
            "subprocess.Popen(sleeper, start_new_session=True)\n"
            "subprocess.run(['sh', '-c', '\"$@\" &', 'sh', *sleeper])\n"
        )
        assert until(lambda: len(marked(mark)) == 2)
        kernel.manager.shutdown_kernel(now=True)
        assert until(lambda: not marked(mark))
        assert not kernel.folder.exists()

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("import os; os._exit(7)", 7),
            ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 128 + signal.SIGSEGV),
        ],
    )
    def test_a_death_is_noticed_with_its_status(
        self, sandbox: str, code: str, status: int, start: Callable[..., Running]
    ) -> None:
        kernel = start(sandbox)
        kernel.client.execute(code)
        assert until(lambda: not kernel.manager.is_alive())
        assert kernel.manager.provisioner._kernel.status == status

    def test_everything_ends_with_a_client_that_is_killed(
        self, sandbox: str, kernels: Callable[..., str], tmp_path: Path
    ) -> None:
        mark = f"fp-client-{os.getpid()}-{sandbox}"
        sleeper = f"[sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}]"
        code = f"import subprocess, sys; subprocess.Popen({sleeper}, start_new_session=True)"
        script = (
            "from jupyter_client.manager import start_new_kernel\n"
            f"manager, client = start_new_kernel(kernel_name={kernels(sandbox)!r})\n"
            f"client.execute_interactive({code!r})\n"
            "print(manager.ip, flush=True)\n"
            "import time; time.sleep(600)\n"
        )
        client = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path
        )
        folder = Path(client.stdout.readline().strip()).parents[2]
        started = psutil.Process(client.pid).children(recursive=True)
        assert marked(mark)
        client.kill()
        client.communicate()
        assert until(lambda: not any(process.is_running() for process in started))
        assert until(lambda: not marked(mark))
        with KernelServer(SandboxConfig(Sandbox.NONE)):  # the next one tidies up
            assert not folder.exists()

    def test_another_kernel_is_started_as_a_program(
        self, sandbox: str, start: Callable[..., Running], tmp_path: Path
    ) -> None:
        program = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel = start(sandbox, program=program)
        assert kernel.says(IS_WARM) == "False"
        assert kernel.says("import os; print(os.path.basename(os.getcwd()))") == (
            "work" if sandbox == "bwrap" else tmp_path.name
        )

    def test_a_program_that_is_not_there_is_named(
        self, sandbox: str, kernels: Callable[..., str], tmp_path: Path
    ) -> None:
        manager = KernelManager(kernel_name=kernels(sandbox, program=["fp-no-such-kernel"]))
        with pytest.raises(KernelFailed, match=r"no kernel: .*fp-no-such-kernel") as caught:
            manager.start_kernel(cwd=str(tmp_path))
        assert "\n" not in str(caught.value)


@needs_bwrap
class TestTwoKernels:
    def test_neither_sees_the_others_files(self, start: Callable[..., Running]) -> None:
        first, second = start("bwrap"), start("bwrap")
        places = ["/tmp", "/dev/shm", "/home/learner/work", "/home/learner", "/run/kernel"]
        first.says(
            f"import os\nfor place in {places}:\n"
            "    if os.access(place, os.W_OK): open(f'{place}/fp-canary', 'w').close()"
        )
        assert first.says("print(os.path.exists('/tmp/fp-canary'))") == "True"
        found = second.says(
            "import os\n"
            "print([os.path.join(a, f) for a, _, b in os.walk('/') for f in b if 'fp-canary' in f])"
        )
        assert found == "[]"
        assert second.says("print(os.listdir('/run/forkserver'))") == "[]"

    def test_neither_sees_the_others_processes(self, start: Callable[..., Running]) -> None:
        first, second = start("bwrap"), start("bwrap")
        first.says("import subprocess; sleeper = subprocess.Popen(['sleep', '4321'])")
        assert "4321" not in second.says(
            "import os\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n"
            "    print(open(f'/proc/{pid}/cmdline').read())"
        )
        second.client.execute("import os, time; os.fork() or os.kill(-1, 9); time.sleep(60)")
        assert until(lambda: not second.manager.is_alive())
        assert first.says("print(sleeper.poll())") == "None"

    def test_neither_reaches_the_others_sockets(self, start: Callable[..., Running]) -> None:
        first, second = start("bwrap"), start("bwrap")
        first.says(
            "import socket\n"
            "a = socket.socket(socket.AF_UNIX); a.bind('\\0fp-abstract'); a.listen()\n"
            "b = socket.create_server(('127.0.0.1', 34567))"
        )
        connect = "import socket; socket.socket(socket.{}).connect({})"
        own = first.says(connect.format("AF_UNIX", "'\\0fp-abstract'") + "; print('in')")
        assert own == "in"
        for family, place in [("AF_UNIX", "'\\0fp-abstract'"), ("AF_INET", "('127.0.0.1', 34567)")]:
            assert "refused" in second.says(connect.format(family, place))


def run_cells(address: Address, *sources: str, limits: Limits | None = None) -> list[str]:
    """Return what cells print that a kernel at this address runs."""
    cells = notebook(*sources)
    NotebookRun(KernelChoice(address, limits or Limits()), Config()).run(cells, Path.cwd())
    return [printed(cells, index) for index in range(len(sources))]


class TestGone:
    def test_a_server_that_is_gone_is_told_in_one_line_and_leaves_nothing(
        self, tmp_path: Path
    ) -> None:
        gone = Address(tmp_path / "gone", Sandbox.NONE)
        with pytest.raises(KernelFailed, match="the kernels' fork server is gone") as caught:
            run_cells(gone, "1")
        assert "\n" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_server_that_was_killed_is_told_likewise(self) -> None:
        with KernelServer(SandboxConfig(Sandbox.NONE)) as server:
            server._process.kill()
            server._process.wait()
            with pytest.raises(KernelFailed, match="the kernels' fork server is gone"):
                run_cells(server.address, "1")
            left = [path for path in server.address.folder.iterdir() if path.is_dir()]
            assert left == []

    def test_kernels_of_this_process_get_another_server_instead(
        self, start: Callable[..., Running]
    ) -> None:
        others = servers()
        start("none", ("tabnanny",))
        (theirs,) = set(servers()) - set(others)
        theirs.kill()
        assert until(lambda: theirs.status() == psutil.STATUS_ZOMBIE)
        assert start("none", ("tabnanny",)).says("print(1)") == "1"

    def test_a_server_that_dies_takes_its_kernels_with_it(self) -> None:
        mark = f"fp-orphan-{os.getpid()}"
        with KernelServer(SandboxConfig(Sandbox.NONE)) as server:
            run = NotebookRun(KernelChoice(server.address, Limits()), Config())
            killing = (
                "import os, subprocess, sys\n"
                f"line = [sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}]\n"
                "subprocess.Popen(line)\n"
                f"os.kill({server._process.pid}, 9)\n"
                "import time; time.sleep(600)"
            )
            with pytest.raises(KernelFailed):
                run.run(notebook(killing, "1"), Path.cwd())
        assert until(lambda: not marked(mark))


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
    run = NotebookRun(KernelChoice(server.address, Limits()), Config({"Execute": {"timeout": 2}}))
    found = judge(run.run(exercise, Path.cwd()))
    return {name: (str(verdict.outcome), verdict.score) for name, verdict in found.items()}


class TestWithoutFork:
    @pytest.fixture
    def no_fork(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(provisioner, "can_fork", lambda: False)

    @pytest.mark.usefixtures("no_fork")
    def test_a_kernel_starts_anew_and_is_guarded(self, start: Callable[..., Running]) -> None:
        kernel = start("none")
        assert isinstance(kernel.manager.provisioner, WarmProvisioner)
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

    def test_a_system_that_has_no_unix_calls_can_still_import_it(self) -> None:
        # psutil is at home there, too, but needs them on this system.
        hidden = "import psutil, sys; sys.modules.update(fcntl=None, resource=None)\n"
        needed = "import autograder.kernels.provisioner, autograder.kernels.spawned"
        subprocess.run([sys.executable, "-c", hidden + needed], check=True)
