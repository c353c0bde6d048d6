"""What the warm kernel promises to whoever uses it in Jupyter's own ways."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.grade.execute.executor import KernelChoice, NotebookExecutor
from autograder.kernels.limits import Limits
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed, KernelServer, SandboxConfig

from ..corpus import needs_bwrap
from .running import IS_WARM, MODULE, SANDBOXES, Running, marked, notebook, printed, servers, until


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
    choice = KernelChoice(address, limits or Limits())
    NotebookExecutor(choice, Config(), cells, Path.cwd()).run()
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
            choice = KernelChoice(server.address, Limits())
            killing = (
                "import os, subprocess, sys\n"
                f"line = [sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}]\n"
                "subprocess.Popen(line)\n"
                f"os.kill({server._process.pid}, 9)\n"
                "import time; time.sleep(600)"
            )
            with pytest.raises(KernelFailed):
                NotebookExecutor(choice, Config(), notebook(killing, "1"), Path.cwd()).run()
        assert until(lambda: not marked(mark))
