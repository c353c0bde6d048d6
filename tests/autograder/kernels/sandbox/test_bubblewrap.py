"""What a learner's code sees of the machine, and what it may do there."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.kernels.sandbox import bubblewrap
from autograder.kernels.sandbox.bubblewrap import Mounts
from autograder.kernels.server import KernelFailed, KernelServer

from ...corpus import needs_bwrap
from ..running import MIB, Running, attempted, kernel_at, shown


@needs_bwrap
class TestView:
    def test_nothing_of_the_home_folder_is_there_but_the_way_to_python(
        self, kernel: Running
    ) -> None:
        view = bubblewrap.mounts_for(()).paths
        private = [
            str(path)
            for path in Path.home().glob("*")
            if not any(place.is_relative_to(path) for place in view)
        ]
        assert shown(kernel, f"[path for path in {private} if os.path.lexists(path)]") == []
        assert shown(kernel, "os.path.expanduser('~')") == "/home/learner"

    def test_accounts_and_passwords_are_not_there(self, kernel: Running) -> None:
        secret = ["passwd", "shadow", "group", "hosts", "machine-id", "ssh", "hostname"]
        places = [f"/etc/{name}" for name in secret]
        assert shown(kernel, f"[path for path in {places} if os.path.exists(path)]") == []

    def test_the_systems_public_settings_are_readable(self, kernel: Running) -> None:
        places = ("/etc/os-release", "/etc/ssl", "/etc/fonts", "/sys/devices/system/cpu/online")
        there = [place for place in places if os.path.exists(place)]
        assert shown(kernel, f"[path for path in {there} if os.access(path, os.R_OK)]") == there

    def test_what_a_course_shows_is_there_and_what_it_hides_is_not(
        self, kernel: Running, outside: Path
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

    def test_the_callers_environment_is_not_handed_on(self, kernel: Running) -> None:
        assert shown(kernel, "'FP_SECRET' in os.environ") is False
        assert "fp-canary" not in kernel.says(
            "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
            "    print(attempt(lambda: open(f'/proc/{pid}/environ').read()))"
        )
        assert shown(kernel, "os.environ['HOME']") == "/home/learner"

    def test_no_process_but_its_own_and_its_supervisor_is_there(self, kernel: Running) -> None:
        processes = shown(kernel, "[int(n) for n in os.listdir('/proc') if n.isdigit()]")
        assert set(processes) == {1, shown(kernel, "os.getpid()")}

    def test_the_supervisor_cannot_be_read_or_killed(self, kernel: Running) -> None:
        assert attempted(kernel, "open('/proc/1/mem', 'rb')") == "PermissionError"
        opened = "[os.readlink(f'/proc/1/fd/{n}') for n in range(3)]"
        assert attempted(kernel, opened) == "PermissionError"
        assert attempted(kernel, "os.listdir('/proc/1/root')") == "PermissionError"
        attempted(kernel, "os.kill(1, 9)")
        assert kernel.says("print('still here')") == "still here"

    def test_there_is_no_network(self, kernel: Running) -> None:
        assert shown(kernel, "[name for _, name in socket.if_nameindex()]") == ["lo"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            connect = "socket.create_connection(('{}', {}), timeout=5)"
            assert attempted(kernel, connect.format("127.0.0.1", port)) == "ConnectionRefusedError"
            assert attempted(kernel, connect.format("192.0.2.1", 80)) == "OSError"
        assert attempted(kernel, "socket.gethostbyname('example.org')") == "gaierror"

    def test_the_machines_sockets_are_out_of_reach(self, kernel: Running) -> None:
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
        self, kernel: Running
    ) -> None:
        assert shown(kernel, "socket.gethostname()") == "sandbox"
        assert shown(kernel, "os.listdir('/run/forkserver')") == []


@needs_bwrap
class TestRights:
    def test_it_is_nobody_of_importance(self, kernel: Running) -> None:
        identity = shown(kernel, "[*os.getresuid(), *os.getresgid()]")
        assert 0 not in identity
        if os.geteuid() == 0:
            assert len(set(identity)) == 1
            assert min(identity) >= 200_000  # nobody else's number
            assert shown(kernel, "os.getgroups()") == []

    def test_two_kernels_of_root_are_two_users(
        self, kernel: Running, limited: Callable[..., Running]
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root has user numbers to give")
        assert shown(kernel, "os.getuid()") != shown(limited(), "os.getuid()")

    def test_it_has_no_capability_and_gains_none(self, kernel: Running) -> None:
        lines = dict(
            line.split(":\t", 1)
            for line in kernel.says("print(open('/proc/self/status').read())").splitlines()
            if ":\t" in line
        )
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(lines[kind], 16) == 0, kind
        assert lines["NoNewPrivs"] == "1"

    @pytest.mark.parametrize("name", ["USER", "NS", "NET", "PID"])
    def test_it_makes_no_namespace(self, name: str, kernel: Running) -> None:
        flag = {"USER": 0x10000000, "NS": 0x20000, "NET": 0x40000000, "PID": 0x20000000}[name]
        call = f"__import__('ctypes').CDLL(None).unshare({flag})"
        assert attempted(kernel, call) == -1
        # And in a process of its own: one with threads may not leave its user namespace anyway.
        program = [sys.executable, "-c", f"print({call})"]
        run = f"__import__('subprocess').check_output({program!r}, text=True)"
        assert attempted(kernel, run) == "-1\n"

    def test_it_mounts_nothing_and_removes_no_mount(self, kernel: Running) -> None:
        library = "__import__('ctypes').CDLL(None)"
        assert attempted(kernel, f"{library}.mount(b'none', b'/tmp', b'tmpfs', 0, None)") == -1
        assert attempted(kernel, f"{library}.umount2(b'/run/forkserver', 2)") == -1

    def test_no_folder_is_writable_but_its_own(self, kernel: Running) -> None:
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

    def test_its_sockets_folder_takes_no_other_socket(self, kernel: Running) -> None:
        bind = "socket.socket(socket.AF_UNIX).bind('/run/kernel/mine')"
        assert attempted(kernel, bind) in ("OSError", "PermissionError")
        assert attempted(kernel, "os.unlink('/run/kernel/c-1')") in ("OSError", "PermissionError")


@needs_bwrap
class TestFiles:
    def test_the_working_directory_is_a_copy(self, kernel: Running, outside: Path) -> None:
        assert attempted(kernel, "open('data/own.csv').read()") == "original"
        kernel.says("open('data/own.csv', 'w').write('changed'); open('new', 'w').close()")
        assert attempted(kernel, "open('data/own.csv').read()") == "changed"
        assert (outside / "workplace/data/own.csv").read_text() == "original"
        assert not (outside / "workplace/new").exists()

    def test_links_lead_nowhere_outside(self, kernel: Running) -> None:
        assert attempted(kernel, "open('file').read()") == "FileNotFoundError"
        assert attempted(kernel, "open('passwd').read()") == "FileNotFoundError"
        assert attempted(kernel, "os.listdir('folder')") == []

    def test_a_pipe_in_it_hinders_nobody(self, kernel: Running, outside: Path) -> None:
        assert stat.S_ISFIFO((outside / "workplace/pipe").stat().st_mode)
        assert shown(kernel, "os.path.lexists('pipe')") is False

    def test_a_working_directory_beyond_the_limit_is_told_in_one_line(
        self, server: KernelServer, tmp_path: Path
    ) -> None:
        (tmp_path / "large").write_bytes(bytes(3 * MIB))
        with pytest.raises(KernelFailed, match=r"No space left on device") as caught:
            kernel_at(server.address, tmp_path, scratch=2 * MIB)
        assert "\n" not in str(caught.value)


def is_readable_by_others(path: Path) -> bool:
    parents = (path, *path.parents)
    return all(stat.S_IMODE(place.stat().st_mode) & 0o005 == 0o005 for place in parents)


@needs_bwrap
def test_an_ordinary_user_locks_them_in_as_well(tmp_path: Path) -> None:
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
        cwd=this.parents[4],
        env={**os.environ, "HOME": "/nonexistent"},
        check=False,
    )
    assert done.returncode == 0, done.stdout
