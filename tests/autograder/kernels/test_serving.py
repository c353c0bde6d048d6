"""A kernel's end of a connection to a judge: who has it, and what serving leaves in a notebook."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.kernels import provisioner
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import KernelServer, SandboxConfig

from ..corpus import needs_bwrap
from .running import Running, kernel_at

WAYS = [pytest.param("bwrap", marks=needs_bwrap), "none", "spawned"]
# Calls what it is told, a name a line, and answers with a line.
PEER = """\
import signal
class Peer:
    def __init__(self, sock, namespace):
        self.lines, self.sock, self.namespace = sock.makefile("r"), sock, namespace
    def serve(self):
        before = signal.signal(signal.SIGINT, self.interrupt)
        try:
            self.answer()
        finally:
            signal.signal(signal.SIGINT, before)
    def interrupt(self, *_):
        if not self.is_talking:
            raise KeyboardInterrupt
    def answer(self):
        while True:
            self.is_talking = True
            name = self.lines.readline().strip()
            if name in ("end", ""):
                return
            if name == "break":
                raise SystemExit
            try:
                self.is_talking = False
                answer = self.namespace[name]()
            except BaseException as error:
                answer = type(error).__name__
            self.is_talking = True
            self.sock.sendall(f"{answer}\\n".encode())
get_ipython().kernel.peer = Peer(get_ipython().kernel.boundary, globals())
"""


class Judge:
    """The other end."""

    def __init__(self, sock: socket.socket, kernel: Running) -> None:
        self.sock, self.kernel = sock, kernel
        sock.settimeout(30)
        self.lines = sock.makefile("r")

    def begin(self) -> None:
        client = self.kernel.client
        self.asked = client.session.msg("serve_request", {})
        client.shell_channel.send(self.asked)

    def call(self, name: str) -> str:
        self.tell(name)
        return self.lines.readline().strip()

    def tell(self, line: str) -> None:
        self.sock.sendall(f"{line}\n".encode())

    def end(self) -> tuple[str, list[dict[str, Any]]]:
        """Return the status of the reply, and what was published until then, but for statuses."""
        client = self.kernel.client
        while (reply := client.get_shell_msg(timeout=30))["msg_type"] != "serve_reply":
            pass
        published = []
        while True:
            message = client.get_iopub_msg(timeout=30)
            published += [message] if message["msg_type"] != "status" else []
            is_of_this = message["parent_header"].get("msg_id") == self.asked["header"]["msg_id"]
            if is_of_this and message["content"].get("execution_state") == "idle":
                return reply["content"]["status"], published

    def run(self, *names: str) -> list[str]:
        """Return what calls of functions answer, and that nothing is shown."""
        self.begin()
        answers = [self.call(name) for name in names]
        self.tell("end")
        assert self.end() == ("ok", [])
        return answers


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], KernelServer]]:
    started: dict[str, KernelServer] = {}

    def server(sandbox: str) -> KernelServer:
        if sandbox not in started:
            config = SandboxConfig(Sandbox(sandbox), ("matplotlib.pyplot",))
            with pytest.MonkeyPatch.context() as patch:
                # There, ipykernel would not listen to descriptors 1 and 2.
                patch.delenv("PYTEST_CURRENT_TEST")
                patch.delenv("PYTHONUNBUFFERED", raising=False)  # C would hold nothing back
                started[sandbox] = KernelServer(config)
        return started[sandbox]

    yield server
    for one in started.values():
        one.close()


@pytest.fixture
def judges(
    servers: Callable[[str], KernelServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Judge]]:
    """Return what starts a kernel with a judge; all of them end with the test."""
    started: list[Judge] = []

    def start(way: str = "none") -> Judge:
        monkeypatch.setattr(provisioner, "can_fork", lambda: way != "spawned")
        address = servers("none" if way == "spawned" else way).address
        here, there = socket.socketpair()
        started.append(Judge(here, kernel_at(address, tmp_path, there)))
        assert there.fileno() == -1  # closed, with the kernel's own copy the only one
        return started[-1]

    yield start
    for judge in started:
        judge.sock.close()
        judge.kernel.stop()


@pytest.fixture
def judge(judges: Callable[..., Judge]) -> Judge:
    """Return a judge whose kernel has a peer."""
    judge = judges()
    assert judge.kernel.says(PEER) == ""
    return judge


@pytest.mark.parametrize("way", WAYS)
class TestDescriptor:
    def test_the_kernel_has_the_other_end(self, way: str, judges: Callable[..., Judge]) -> None:
        first, second = judges(way), judges(way)
        for judge, word in ((first, "one"), (second, "two")):
            judge.kernel.says(f"get_ipython().kernel.boundary.sendall(b'{word}\\n')")
            assert judge.lines.readline() == f"{word}\n"

    def test_it_breaks_when_the_kernel_dies_whatever_else_runs(
        self, way: str, judges: Callable[..., Judge]
    ) -> None:
        before, judge, after = judges(way), judges(way), judges(way)
        judge.kernel.client.execute("import os; os._exit(0)")
        assert judge.lines.readline() == ""
        assert before.kernel.says("print(1)") == after.kernel.says("print(1)") == "1"

    def test_no_program_that_a_notebook_starts_has_it(
        self, way: str, judges: Callable[..., Judge]
    ) -> None:
        look = (
            "import os, subprocess, sys\n"
            "number = get_ipython().kernel.boundary.fileno()\n"
            "os.fstat(number)\n"
            "line = [sys.executable, '-c', f'import os; os.fstat({number})']\n"
            "done = subprocess.run(line, close_fds=False, capture_output=True, text=True)\n"
            "print(done.stderr.splitlines()[-1])"
        )
        assert judges(way).kernel.says(look) == "OSError: [Errno 9] Bad file descriptor"


def test_a_kernel_without_a_judge_answers_that_there_is_none(
    servers: Callable[[str], KernelServer], tmp_path: Path
) -> None:
    here, there = socket.socketpair()
    with here, there:
        kernel = kernel_at(servers("none").address, tmp_path)
        judge = Judge(here, kernel)
        judge.begin()
        assert judge.end()[0] == "error"
        assert kernel.says("print(1)") == "1"
        kernel.stop()


class TestServing:
    def test_the_names_are_those_of_the_notebook(self, judge: Judge) -> None:
        judge.kernel.says("x = 3\ndef f():\n    global x\n    x += 1\n    return x")
        assert judge.run("f", "f", "nothing") == ["4", "5", "KeyError"]
        assert judge.kernel.says("print(x)") == "5"
        assert judge.run("f") == ["6"]

    def test_history_has_a_place_for_the_test_and_nothing_of_it(self, judge: Judge) -> None:
        shell = judge.kernel
        shell.says("def f():\n    return 7")
        shell.says("40 + 2")
        seen = "print(_, In[-3:-1], list(Out.values()), len(In), get_ipython().execution_count)"
        *_, length, count = shell.says(seen).split()
        judge.run("f", "f")
        assert shell.says(seen) == (
            f"42 {[seen, '# (a test)']} [42] {int(length) + 2} {int(count) + 2}"
        )

    def test_nobody_answers_a_question(self, judge: Judge) -> None:
        judge.kernel.says("def f():\n    return input()")
        assert judge.run("f") == ["StdinNotImplementedError"]
        assert judge.kernel.says("print(1)") == "1"

    @pytest.mark.parametrize(
        "body",
        [
            "print('fp-canary', flush=True)",
            "import sys; print('fp-canary', file=sys.stderr, flush=True)",
            "import os; os.write(1, b'fp-canary'); os.write(2, b'fp-canary')",
            "import subprocess; subprocess.run(['sh', '-c', 'echo fp-canary; echo fp-canary >&2'])",
            "import ctypes; ctypes.CDLL(None).puts(b'fp-canary')",
            "from IPython.display import clear_output, display; display('fp-canary')",
            "from IPython.display import clear_output; clear_output()",
            "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
            "import matplotlib.pyplot as plt; plt.plot([1, 2])",
        ],
    )
    def test_what_it_shows_is_dropped(self, judge: Judge, body: str) -> None:
        judge.kernel.says(f"def f():\n    {body}")
        assert judge.run("f") == ["None"]
        shown: list[dict[str, Any]] = []
        judge.kernel.client.execute_interactive("print(1)", output_hook=shown.append, timeout=30)
        others = ("execute_input", "status")
        outputs = [message for message in shown if message["msg_type"] not in others]
        assert [message["content"].get("text") for message in outputs] == ["1\n"]
        later = "import ctypes, time; ctypes.CDLL(None).fflush(None); time.sleep(0.6); print(2)"
        assert judge.kernel.says(later) == "2"

    def test_what_a_cell_opened_stays_open(self, judge: Judge) -> None:
        judge.kernel.says(
            "%config InlineBackend.close_figures = False\n"
            "import matplotlib.pyplot as plt\nplt.figure(5)\ndef f():\n    plt.figure(6)"
        )
        judge.run("f")
        assert judge.kernel.says("print(plt.get_fignums())") == "[5]"

    def test_a_stream_that_was_kept_can_be_written_to_later(self, judge: Judge) -> None:
        judge.kernel.says(
            "import sys\ndef f():\n    global kept\n    kept = sys.stdout\n    print('\\ud800')"
        )
        assert judge.run("f") == ["None"]
        assert judge.kernel.says("print('later', file=kept)") == ""

    def test_an_interrupt_stops_the_learners_function_alone(self, judge: Judge) -> None:
        judge.kernel.says(
            "import time\ndef slow():\n"
            "    get_ipython().kernel.boundary.sendall(b'begun\\n')\n    time.sleep(600)\n"
            "def fast():\n    return 1"
        )
        process = int(judge.kernel.says("import os; print(os.getpid())"))
        judge.begin()
        assert judge.call("slow") == "begun"
        judge.kernel.manager.interrupt_kernel()
        assert judge.lines.readline() == "KeyboardInterrupt\n"
        assert judge.call("fast") == "1"
        os.kill(process, signal.SIGINT)  # it waits now for the judge
        assert judge.call("fast") == "1"
        judge.tell("end")
        assert judge.end()[0] == "ok"

    def test_a_peer_that_fails_does_not_end_the_kernel(self, judge: Judge) -> None:
        judge.begin()
        judge.tell("break")
        assert judge.end()[0] == "error"
        assert judge.kernel.says("print(1)") == "1"
