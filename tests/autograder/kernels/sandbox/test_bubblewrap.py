"""What stands between a learner's code and the machine: what it sees, and what it may use."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from traitlets import TraitError

from autograder.cli import main
from autograder.errors import InputError
from autograder.kernels import provisioner, spec
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.sandbox import bubblewrap
from autograder.kernels.sandbox.bubblewrap import Mounts
from autograder.kernels.sandbox.choice import Sandbox, choose
from autograder.kernels.server import Address, KernelFailed, KernelServer, SandboxConfig

from ...corpus import NAME, Submission, needs_bwrap, write_course
from ..running import says

MIB = 2**20
TRY = """\
def attempt(action):
    try:
        return action()
    except Exception as error:
        return type(error).__name__
"""


class _OneSpec(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=["python"], language="python")


class Kernel:
    """A kernel of a fork server, and somebody who asks it."""

    def __init__(self, address: Address, workplace: Path, **limits: int) -> None:
        self.manager = KernelManager(kernel_spec_manager=_OneSpec())
        self.manager.provisioner = WarmProvisioner(
            parent=self.manager,
            kernel_spec=KernelSpec(argv=["python"], language="python"),
            server=str(address.folder),
            sandbox=str(address.sandbox),
            limits=asdict(Limits(**limits)),
        )
        self.manager.start_kernel(cwd=str(workplace))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.says(TRY)

    def says(self, code: str) -> str:
        return says(self.client, code)

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
def kernel(server: KernelServer, outside: Path) -> Iterator[Kernel]:
    """Return a kernel for all tests that only look."""
    running = Kernel(server.address, outside / "workplace")
    yield running
    running.stop()


@pytest.fixture
def limited(server: KernelServer, tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Return what starts a kernel with limits of its own."""
    running = []

    def start(**limits: int) -> Kernel:
        running.append(Kernel(server.address, tmp_path, **limits))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def shown(kernel: Kernel, expression: str) -> object:
    """Return the value of an expression in a kernel."""
    return json.loads(kernel.says(f"import json, os, socket; print(json.dumps({expression}))"))


def attempted(kernel: Kernel, expression: str) -> object:
    """Return the value of an expression in a kernel, or the name of its error."""
    return shown(kernel, f"attempt(lambda: {expression})")


@needs_bwrap
class TestView:
    def test_nothing_of_the_home_folder_is_there_but_the_way_to_python(
        self, kernel: Kernel
    ) -> None:
        view = bubblewrap.mounts_for(()).paths
        private = [
            str(path)
            for path in Path.home().glob("*")
            if not any(place.is_relative_to(path) for place in view)
        ]
        assert shown(kernel, f"[path for path in {private} if os.path.lexists(path)]") == []
        assert shown(kernel, "os.path.expanduser('~')") == "/home/learner"

    def test_accounts_and_passwords_are_not_there(self, kernel: Kernel) -> None:
        secret = ["passwd", "shadow", "group", "hosts", "machine-id", "ssh", "hostname"]
        places = [f"/etc/{name}" for name in secret]
        assert shown(kernel, f"[path for path in {places} if os.path.exists(path)]") == []

    def test_the_systems_public_settings_are_readable(self, kernel: Kernel) -> None:
        places = ("/etc/os-release", "/etc/ssl", "/etc/fonts", "/sys/devices/system/cpu/online")
        there = [place for place in places if os.path.exists(place)]
        assert shown(kernel, f"[path for path in {there} if os.access(path, os.R_OK)]") == there

    def test_what_a_course_shows_is_there_and_what_it_hides_is_not(
        self, kernel: Kernel, outside: Path
    ) -> None:
        course = outside / "fp_course"
        assert attempted(kernel, f"open('{course}/public/table.csv').read()") == "for all"
        assert attempted(kernel, f"os.listdir('{course}/source')") == []
        assert attempted(kernel, f"open('{course}/public/new', 'w')") == "OSError"
        assert attempted(kernel, f"open('{course}/source/new', 'w')") in (
            "OSError",
            "PermissionError",
        )
        assert not shown(kernel, f"os.path.exists('{outside}/workplace')")

    def test_a_course_directory_around_the_environment_is_hidden_all_the_same(
        self, tmp_path: Path
    ) -> None:
        mounts = Mounts((tmp_path / "env", tmp_path), hidden=(tmp_path / "source",))
        line = bubblewrap.command(tmp_path / "shared", mounts)
        place = str(tmp_path / "source")
        assert line.index(place) > max(
            index for index, word in enumerate(line) if word == str(tmp_path)
        )

    def test_the_callers_environment_is_not_handed_on(self, kernel: Kernel) -> None:
        assert shown(kernel, "'FP_SECRET' in os.environ") is False
        assert "fp-canary" not in kernel.says(
            "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
            "    print(attempt(lambda: open(f'/proc/{pid}/environ').read()))"
        )
        assert shown(kernel, "os.environ['HOME']") == "/home/learner"

    def test_no_process_but_its_own_and_its_supervisor_is_there(self, kernel: Kernel) -> None:
        processes = shown(kernel, "[int(n) for n in os.listdir('/proc') if n.isdigit()]")
        assert set(processes) == {1, shown(kernel, "os.getpid()")}

    def test_the_supervisor_cannot_be_read_or_killed(self, kernel: Kernel) -> None:
        assert attempted(kernel, "open('/proc/1/mem', 'rb')") == "PermissionError"
        opened = "[os.readlink(f'/proc/1/fd/{n}') for n in range(3)]"
        assert attempted(kernel, opened) == "PermissionError"
        assert attempted(kernel, "os.listdir('/proc/1/root')") == "PermissionError"
        attempted(kernel, "os.kill(1, 9)")
        assert kernel.says("print('still here')") == "still here"

    def test_there_is_no_network(self, kernel: Kernel) -> None:
        assert shown(kernel, "[name for _, name in socket.if_nameindex()]") == ["lo"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            connect = "socket.create_connection(('{}', {}), timeout=5)"
            assert attempted(kernel, connect.format("127.0.0.1", port)) == "ConnectionRefusedError"
            assert attempted(kernel, connect.format("192.0.2.1", 80)) == "OSError"
        assert attempted(kernel, "socket.gethostbyname('example.org')") == "gaierror"

    def test_the_machines_sockets_are_out_of_reach(self, kernel: Kernel) -> None:
        with tempfile.TemporaryDirectory(prefix="fpt-") as folder:
            abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
            abstract.bind(f"\0{folder}")
            named.bind(f"{folder}/socket")
            for listener in (abstract, named):
                listener.listen()
            connect = "socket.socket(socket.AF_UNIX).connect('{}')"
            refused = attempted(kernel, connect.format(rf"\0{folder}"))
            assert refused == "ConnectionRefusedError"
            missing = attempted(kernel, connect.format(f"{folder}/socket"))
            assert missing == "FileNotFoundError"
            abstract.close()
            named.close()

    def test_the_machines_name_and_folders_of_other_kernels_stay_unknown(
        self, kernel: Kernel
    ) -> None:
        assert shown(kernel, "socket.gethostname()") == "sandbox"
        assert shown(kernel, "os.listdir('/run/forkserver')") == []


@needs_bwrap
class TestRights:
    def test_it_is_nobody_of_importance(self, kernel: Kernel) -> None:
        identity = shown(kernel, "[*os.getresuid(), *os.getresgid()]")
        assert 0 not in identity
        if os.geteuid() == 0:
            assert len(set(identity)) == 1
            assert min(identity) >= 200_000  # nobody else's number
            assert shown(kernel, "os.getgroups()") == []

    def test_two_kernels_of_root_are_two_users(
        self, kernel: Kernel, limited: Callable[..., Kernel]
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root has user numbers to give")
        assert shown(kernel, "os.getuid()") != shown(limited(), "os.getuid()")

    def test_it_has_no_capability_and_gains_none(self, kernel: Kernel) -> None:
        lines = dict(
            line.split(":\t", 1)
            for line in kernel.says("print(open('/proc/self/status').read())").splitlines()
            if ":\t" in line
        )
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(lines[kind], 16) == 0, kind
        assert lines["NoNewPrivs"] == "1"

    @pytest.mark.parametrize("name", ["USER", "NS", "NET", "PID"])
    def test_it_makes_no_namespace(self, name: str, kernel: Kernel) -> None:
        flag = {"USER": 0x10000000, "NS": 0x20000, "NET": 0x40000000, "PID": 0x20000000}[name]
        call = f"__import__('ctypes').CDLL(None).unshare({flag})"
        assert attempted(kernel, call) == -1
        # And in a process of its own: one with threads may not leave its user namespace anyway.
        program = [sys.executable, "-c", f"print({call})"]
        run = f"__import__('subprocess').check_output({program!r}, text=True)"
        assert attempted(kernel, run) == "-1\n"

    def test_it_mounts_nothing_and_removes_no_mount(self, kernel: Kernel) -> None:
        library = "__import__('ctypes').CDLL(None)"
        assert attempted(kernel, f"{library}.mount(b'none', b'/tmp', b'tmpfs', 0, None)") == -1
        assert attempted(kernel, f"{library}.umount2(b'/run/forkserver', 2)") == -1

    def test_no_folder_is_writable_but_its_own(self, kernel: Kernel) -> None:
        kernel.says(
            # No file can be made in /dev/pts, whatever its mode says, pts(4).
            "own = ('/home/learner', '/tmp', '/dev/shm', '/dev/pts')\n"
            "large = ('/proc', '/sys', '/usr/share', '/usr/lib', '/lib')\n"
            "found = []\n"
            "for folder, folders, _ in os.walk('/'):\n"
            "    if folder in (*own, *large) or folder.endswith('/site-packages'):\n"
            "        folders.clear()\n"
            "    if folder not in own and os.access(folder, os.W_OK):\n"
            "        found.append(folder)"
        )
        assert shown(kernel, "found") == []
        for place in (
            "/usr/x",
            "/x",
            "/run/kernel/x",
            "/etc/x",
            f"{sys.prefix}/x",
            "/dev/x",
            "/dev/pts/x",
        ):
            assert attempted(kernel, f"open({place!r}, 'w')") in ("OSError", "PermissionError")

    def test_its_sockets_folder_takes_no_other_socket(self, kernel: Kernel) -> None:
        bind = "socket.socket(socket.AF_UNIX).bind('/run/kernel/mine')"
        assert attempted(kernel, bind) in ("OSError", "PermissionError")
        assert attempted(kernel, "os.unlink('/run/kernel/c-1')") in ("OSError", "PermissionError")


@needs_bwrap
class TestFiles:
    def test_the_working_directory_is_a_copy(self, kernel: Kernel, outside: Path) -> None:
        assert attempted(kernel, "open('data/own.csv').read()") == "original"
        kernel.says("open('data/own.csv', 'w').write('changed'); open('new', 'w').close()")
        assert attempted(kernel, "open('data/own.csv').read()") == "changed"
        assert (outside / "workplace/data/own.csv").read_text() == "original"
        assert not (outside / "workplace/new").exists()

    def test_links_lead_nowhere_outside(self, kernel: Kernel) -> None:
        assert attempted(kernel, "open('file').read()") == "FileNotFoundError"
        assert attempted(kernel, "open('passwd').read()") == "FileNotFoundError"
        assert attempted(kernel, "os.listdir('folder')") == []

    def test_a_pipe_in_it_hinders_nobody(self, kernel: Kernel, outside: Path) -> None:
        assert stat.S_ISFIFO((outside / "workplace/pipe").stat().st_mode)
        assert shown(kernel, "os.path.lexists('pipe')") is False

    def test_a_working_directory_beyond_the_limit_is_told_in_one_line(
        self, server: KernelServer, tmp_path: Path
    ) -> None:
        (tmp_path / "large").write_bytes(bytes(3 * MIB))
        with pytest.raises(KernelFailed, match=r"No space left on device") as caught:
            Kernel(server.address, tmp_path, scratch=2 * MIB)
        assert "\n" not in str(caught.value)


@needs_bwrap
class TestLimits:
    def test_one_file_ends_at_its_limit(self, limited: Callable[..., Kernel]) -> None:
        kernel = limited(file=4 * MIB)
        write = "open('{}', 'wb').write(bytes({}))"
        assert attempted(kernel, write.format("a", 3 * MIB)) == 3 * MIB
        assert attempted(kernel, write.format("b", 5 * MIB)) == "OSError"

    @pytest.mark.parametrize("place", ["/home/learner/work", "/tmp", "/dev/shm"])
    def test_all_files_together_end_at_theirs_wherever_they_are(
        self, place: str, limited: Callable[..., Kernel]
    ) -> None:
        kernel = limited(scratch=8 * MIB)
        kernel.says("open('/tmp/a', 'wb').write(bytes(6 * 2**20))")
        assert attempted(kernel, f"open('{place}/b', 'wb').write(bytes(3 * 2**20))") == "OSError"
        kernel.says("os.remove('/tmp/a')")
        assert attempted(kernel, f"open('{place}/b', 'wb').write(bytes(3 * 2**20))") == 3 * MIB

    def test_so_does_the_number_of_files(self, limited: Callable[..., Kernel]) -> None:
        kernel = limited()
        assert kernel.end_of("for n in range(200_000): open(f'f{n}', 'x').close()") == "OSError"
        assert shown(kernel, "len(os.listdir()) < 110_000") is True

    def test_memory_of_one_process_ends_with_an_error(self, limited: Callable[..., Kernel]) -> None:
        kernel = limited(memory=100 * MIB)
        assert kernel.end_of("x = bytearray(50 * 2**20)") == "ok"
        assert kernel.end_of("x = bytearray(200 * 2**20)") == "MemoryError"
        assert kernel.says("print('still here')") == "still here"

    @pytest.mark.parametrize(
        "code",
        [
            "for _ in range(4):\n    if os.fork() == 0: x = bytearray(b'1' * 70 * 2**20); break\n",
            "import mmap; x = mmap.mmap(-1, 300 * 2**20)\n"
            "for _ in range(300): x.write(b'1' * 2**20)\n",
        ],
        ids=["of many processes", "that is shared"],
    )
    def test_memory_beyond_ends_the_kernel(self, code: str, limited: Callable[..., Kernel]) -> None:
        kernel = limited(memory=150 * MIB)
        wait = "import time; time.sleep(600)"
        assert kernel.end_of(f"import os\n{code}{wait}") == "limit: memory"

    def test_processes_come_to_an_end(self, limited: Callable[..., Kernel]) -> None:
        kernel = limited(processes=30)
        bomb = "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(600)"
        assert kernel.end_of(bomb) in ("BlockingIOError", "limit: processes")

    def test_a_fork_bomb_harms_no_other_kernel(
        self, limited: Callable[..., Kernel], kernel: Kernel
    ) -> None:
        bomb = limited(processes=30)
        bomb.client.execute("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")
        assert attempted(kernel, "os.waitpid(os.fork() or os._exit(0), 0)[1]") == 0
        bomb.stop()

    @pytest.mark.parametrize(
        "code",
        [
            "import time; time.sleep(600)",
            "while True: pass",
            "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
            "import hashlib, threading\nx = bytes(2**26)\ndef f():\n"
            "    while True: hashlib.sha256(x)\n"
            "for _ in range(4): threading.Thread(target=f).start()\nf()",
        ],
        ids=["wall", "processor", "deaf", "threads"],
    )
    def test_time_comes_to_an_end(self, code: str, limited: Callable[..., Kernel]) -> None:
        assert limited(seconds=2).end_of(code) == "limit: time"

    def test_there_is_no_way_to_a_higher_limit(self, kernel: Kernel) -> None:
        for name in ("DATA", "NPROC", "CPU", "FSIZE", "CORE"):
            unlimited = f"resource.setrlimit(resource.RLIMIT_{name}, (-1, -1))"
            raised = f"(lambda resource: {unlimited})(__import__('resource'))"
            assert attempted(kernel, raised) == "ValueError", name


def is_readable_by_others(path: Path) -> bool:
    parents = (path, *path.parents)
    return all(stat.S_IMODE(place.stat().st_mode) & 0o005 == 0o005 for place in parents)


@needs_bwrap
def test_an_ordinary_user_has_the_same_walls(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("the tests above run as an ordinary user, or cannot become one")
    package = Path(bubblewrap.__file__).parent
    places = [Path(sys.executable).resolve(), Path(sys.prefix), package]
    if closed := [str(place) for place in places if not is_readable_by_others(place)]:
        pytest.skip(f"{closed[0]} is not readable for an ordinary user")
    this = Path(__file__)
    done = subprocess.run(
        [
            *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(this)),
            *("-k", "TestView or TestRights or TestFiles", f"--basetemp={tmp_path / 'nobody'}"),
        ],
        capture_output=True,
        text=True,
        cwd=this.parents[3],
        env={**os.environ, "HOME": "/nonexistent"},
        check=False,
    )
    assert done.returncode == 0, done.stdout


def entry(course: Path, learner: str) -> dict:
    return json.loads((course / ".autograder" / NAME / f"{learner}.json").read_text())


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what puts stand-ins on a PATH that has nothing else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(**problems: str | None) -> None:
        for name, problem in problems.items():
            body = "exit 0" if problem is None else f"echo '{problem}' >&2; exit 1"
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)

    return install


class TestChoice:
    def test_auto_takes_what_works(self, programs: Callable[..., None]) -> None:
        programs(bwrap=None)
        assert choose("auto") is Sandbox.BWRAP

    def test_a_wish_is_fulfilled_or_refused(self, programs: Callable[..., None]) -> None:
        programs(bwrap=None)
        assert choose("bwrap") is Sandbox.BWRAP
        programs(bwrap="no permission")
        with pytest.raises(InputError, match=r"bwrap: no permission"):
            choose("bwrap")

    @pytest.mark.parametrize("problem", [None, "no permission"])
    def test_a_refusal_names_what_was_tried_and_what_to_do(
        self, problem: str | None, programs: Callable[..., None]
    ) -> None:
        if problem is not None:
            programs(bwrap=problem)
        with pytest.raises(InputError) as caught:
            choose("auto")
        message = str(caught.value)
        assert f"bwrap: {problem or 'not installed'}" in message
        assert "--sandbox none" in message
        assert "\n" not in message

    def test_none_is_only_had_for_the_asking(self, programs: Callable[..., None]) -> None:
        assert choose("none") is Sandbox.NONE
        with pytest.raises(InputError):
            choose("auto")

    def test_where_the_walls_are_not_to_be_had_there_are_none(
        self, programs: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programs(bwrap=None)
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(InputError, match="bwrap: works on Linux alone"):
            choose("auto")

    def test_a_stuck_program_is_not_waited_for(
        self, programs: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stuck(*_: object, **options: float) -> None:
            raise subprocess.TimeoutExpired("bwrap", options["timeout"])

        programs(bwrap=None)
        monkeypatch.setattr(subprocess, "run", stuck)
        with pytest.raises(InputError, match=r"bwrap: does not run \(TimeoutExpired\)"):
            choose("bwrap")

    def test_any_other_is_refused_on_the_command_line(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for program in (main, spec.main):
            with pytest.raises(SystemExit) as caught:
                program([*(["grade", "w90"] if program is main else []), "--sandbox", "docker"])
            assert caught.value.code == 2
            error = capsys.readouterr().err
            assert "invalid choice: 'docker' (choose from 'auto', 'bwrap', 'none')" in error

    def test_any_other_is_refused_in_a_kernel_specification(self) -> None:
        with pytest.raises(TraitError, match="'docker'"):
            WarmProvisioner(sandbox="docker")


class TestNothingDegradesSilently:
    @pytest.fixture
    def course(self, tmp_path: Path) -> Path:
        course = write_course(tmp_path / "course", "")
        Submission("is right").hand_in(course, {})
        return course

    def test_without_a_sandbox_nothing_is_graded(
        self, course: Path, programs: Callable[..., None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", "w90", "--course-dir", str(course)]) == 2
        error = capsys.readouterr().err
        assert "(bwrap: not installed)" in error
        assert "Traceback" not in error
        for name in ("autograded", "feedback", "gradebook.db", ".autograder"):
            assert not (course / name).exists()

    def test_none_is_printed_and_recorded(
        self, course: Path, programs: Callable[..., None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", "w90", "--course-dir", str(course), "--sandbox", "none"]) == 0
        assert "Sandbox: none. Submissions run in your own account." in capsys.readouterr().err
        assert entry(course, "is_right")["sandbox"] == "none"
        executed = course / "autograded/is_right" / NAME / "w90_assignment.ipynb"
        assert json.loads(executed.read_text())["metadata"]["forwardpass"]["sandbox"] == "none"

    def test_a_provisioner_without_fork_takes_no_wall_for_granted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("autograder.kernels.provisioner.can_fork", lambda: False)
        monkeypatch.setattr(provisioner, "choose", Sandbox)
        with pytest.raises(KernelFailed, match="without fork there is no sandbox"):
            Kernel(Address(tmp_path, Sandbox.BWRAP), tmp_path)
