"""A judge and its server from outside: where they run, what they leave, how they end."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Timer

import psutil
import pytest

from autograder.judge.client import Judge, JudgeFailed, JudgeServer
from autograder.kernels.limits import Limits
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, KernelFailed, SandboxConfig

from ..corpus import needs_bwrap
from .judging import (
    IMPORTS,
    SEED,
    connected,
    judged,
    notebook,
    ordinary,
    printed,
    run_one,
    test_cell,
)

SANDBOXES = [pytest.param(Sandbox.BWRAP, marks=needs_bwrap), Sandbox.NONE]
TELL_PID = test_cell("import os; print(os.getpid())")


@pytest.fixture(scope="module", params=SANDBOXES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> JudgeServer:
    """A server of judges in either sandbox, for a course in a temporary folder."""
    course = tmp_path_factory.mktemp("course")
    (course / "secret.txt").write_text("solutions")
    with JudgeServer(SandboxConfig(request.param, ("numpy",), (course,))) as server:
        yield server


def living() -> int:
    """Return how many processes there are below this one that have not ended."""
    count = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            count += process.status() != psutil.STATUS_ZOMBIE
    return count


def is_gone(pid: int) -> bool:
    """Wait until a process has ended."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(20)
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


class TestFiles:
    def test_of_the_assignment_are_there_and_each_judge_has_its_own(
        self, server: JudgeServer, tmp_path: Path
    ) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "data.csv").write_text("1,2\n")
        (tmp_path / "sub" / "helper.py").write_text("VALUE = 7\n")
        cells = (
            ordinary("text = open('data.csv').read()\nimport sub.helper"),
            test_cell(
                "print(text, sub.helper.VALUE, open('data.csv').read(), sep='')\n"
                "open('data.csv', 'w').write('changed')"
            ),
        )
        for _ in range(2):
            with judged(server.address, "", *cells, files=tmp_path) as judge:
                assert printed(judge.run_test(1, 5)) == "1,2\n71,2\n\n"
        (tmp_path / "data.csv").write_text("3\n")
        with judged(server.address, "", *cells, files=tmp_path) as judge:
            assert printed(judge.run_test(1, 5)) == "3\n73\n\n"

    def test_that_a_judge_writes_do_not_outlive_it(self, address: Address) -> None:
        code = (
            "import os, tempfile\nopen('mine.txt', 'w').close()\n"
            "made = tempfile.mkdtemp()\nprint(os.getcwd(), made, sep='\\n')"
        )
        with judged(address, "", test_cell(code)) as judge:
            places = [Path(line) for line in printed(judge.run_test(0, 5)).split()]
            assert all(place.exists() for place in places)
        deadline = psutil.time.time() + 20
        while any(place.exists() for place in places) and psutil.time.time() < deadline:
            psutil.time.sleep(0.01)
        assert not any(place.exists() for place in places)

    def test_of_the_machine_are_hidden_in_a_sandbox(
        self, server: JudgeServer, tmp_path: Path
    ) -> None:
        if server.address.sandbox is Sandbox.NONE:
            pytest.skip("there is no sandbox")
        (tmp_path / "own.txt").write_text("of the user")
        test = (
            "import os, socket\n"
            f"print(os.path.exists({str(tmp_path)!r}), os.path.exists('/root/.bashrc'))\n"
            "print([name for name, _ in socket.if_nameindex()[1:]])\n"
            "try:\n    open(np.__file__, 'a')\nexcept OSError as error:\n"
            "    print(error.strerror)\n"
            "print(sorted(os.environ.keys() & {'SECRET', 'CUDA_VISIBLE_DEVICES'}))"
        )
        assert printed(run_one(server.address, "", test)).split("\n")[:4] == [
            "False False",
            "[]",
            "Read-only file system",
            "['CUDA_VISIBLE_DEVICES']",
        ]


class TestJudges:
    def test_know_nothing_of_one_another(self, server: JudgeServer) -> None:
        cells = ordinary("seen = []"), test_cell("seen.append(1)\nprint(seen)")
        with (
            judged(server.address, "", *cells) as first,
            judged(server.address, "", *cells) as second,
        ):
            runs = [judge.run_test(1, 5) for judge in (first, second, first)]
        assert [printed(run) for run in runs] == ["[1]\n", "[1]\n", "[1, 1]\n"]

    def test_are_forked_after_the_cells_above_the_first_test(self, address: Address) -> None:
        cells = (
            ordinary("import os\nahead = os.getpid()"),
            test_cell("print(os.getpid() == ahead)"),
            ordinary("behind = os.getpid()"),
            test_cell("print(os.getpid() == behind)"),
        )
        with judged(address, "", *cells) as judge:
            texts = [printed(judge.run_test(index, 5)) for index in (1, 3)]
        assert texts == ["False\n", "True\n"]

    def test_have_what_their_server_was_asked_to_import_later(self, server: JudgeServer) -> None:
        cells = ordinary("import sys\nx = 1"), test_cell("print('wave' in sys.modules)")
        with judged(server.address, "", *cells) as first:
            assert printed(first.run_test(1, 5)) == "False\n"
            server.import_also(["wave", "no_such_module"])
            with judged(server.address, "", *cells) as second:
                assert printed(second.run_test(1, 5)) == "True\n"
            assert printed(first.run_test(1, 5)) == "False\n"
        assert list(server.failed) == ["no_such_module"]

    def test_compute_themselves_where_tensorflow_does(self, address: Address) -> None:
        cells = (
            ordinary("import os\nif False:\n    import tensorflow"),
            ordinary("begin = os.getpid()"),
            test_cell("print(os.getpid() == begin)"),
        )
        with judged(address, "", *cells) as judge:
            assert printed(judge.run_test(2, 5)) == "True\n"

    def test_of_several_clients_run_at_a_time(self, server: JudgeServer) -> None:
        def passes(number: int) -> bool:
            code = f"def number(): return {number}"
            test = f"check.equal(number(), {number}, 'number')"
            return run_one(server.address, code, test, "number").status == "ok"

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(passes, range(12)))

    def test_of_many_notebooks_do_not_pile_up(self, address: Address) -> None:
        before = living()
        with judged(address, "", ordinary("x = 'kept'"), test_cell("print(x)")) as first:
            for number in range(24):
                with judged(address, "", test_cell(f"print({number})")) as judge:
                    assert printed(judge.run_test(0, 5)) == f"{number}\n"
            assert printed(first.run_test(1, 5)) == "kept\n"
        deadline = time.monotonic() + 20
        while living() > before + 9 and time.monotonic() < deadline:  # some are ending
            time.sleep(0.1)
        assert living() <= before + 9

    def test_have_more_memory_than_a_kernel_but_not_all(self, address: Address) -> None:
        limits = Limits(memory=128 * 2**20)
        test = "kept = np.ones(150 * 2**17)\ntry:\n    np.ones(300 * 2**17)\nexcept MemoryError:"
        run = run_one(address, "", f"{test}\n    print('no more')", limits=limits)
        assert printed(run) == "no more\n"


class TestEnds:
    def test_a_judge_ends_with_its_client_and_what_it_has_started_too(
        self, address: Address
    ) -> None:
        code = (
            "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
            "print(os.getpid(), child.pid)"
        )
        with judged(address, "", test_cell(code)) as judge:
            own, child = map(int, printed(judge.run_test(0, 5)).split())
            assert psutil.pid_exists(own)
            assert psutil.pid_exists(child)
        assert is_gone(own)
        assert is_gone(child)

    def test_a_judge_ends_in_the_midst_of_a_test(self, address: Address) -> None:
        cells = TELL_PID, test_cell("while True: pass")
        with judged(address, "", *cells) as judge:
            pid = int(printed(judge.run_test(0, 5)))
            Timer(0.3, judge.close).start()
            with pytest.raises(JudgeFailed):
                judge.run_test(1, 60)
        assert is_gone(pid)

    def test_grants_the_learner_more_time_if_the_client_does(self, address: Address) -> None:
        code = "import time\ndef slow(): time.sleep(0.6); return 1"
        test = test_cell("assert slow() == 1", "slow")
        asked = []

        def once() -> float:
            asked.append(1)
            return 5.0 if len(asked) == 1 else 0.0

        with judged(address, code, test, test) as judge:
            assert judge.run_test(0, 0.2).status == "timeout"
        with judged(address, code, test) as judge:
            assert judge.run_test(0, 0.2, once).status == "ok"
        assert asked == [1]

    def test_ctrl_c_in_the_client_leaves_the_others_alone(self, address: Address) -> None:
        cells = TELL_PID, test_cell("while True: pass")
        with judged(address, "", *cells) as other, judged(address, "", *cells) as judge:
            pid = int(printed(judge.run_test(0, 5)))
            Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                judge.run_test(1, 60)
            assert is_gone(pid)
            assert other.run_test(0, 5).status == "ok"

    @pytest.mark.parametrize(
        ("code", "why"),
        [
            ("import os; os._exit(3)", "the judge ended with exit status 3"),
            ("import os; os.kill(os.getpid(), 11)", "the judge was ended by SIGSEGV"),
        ],
    )
    def test_a_judge_that_dies_is_no_fault_of_the_learners(
        self, code: str, why: str, server: JudgeServer
    ) -> None:
        with (
            judged(server.address, "", test_cell(code)) as judge,
            pytest.raises(JudgeFailed, match=why),
        ):
            judge.run_test(0, 5)
        assert run_one(server.address, "", "1").status == "ok"

    def test_a_notebook_that_ends_its_process_is_told(self, address: Address) -> None:
        with pytest.raises(JudgeFailed):
            Judge.start(address, notebook(ordinary("import os; os._exit(1)"), test_cell("1")))
        assert run_one(address, "", "1").status == "ok"

    def test_a_test_without_a_kernel_is_refused(self, address: Address) -> None:
        with (
            Judge.start(address, notebook(test_cell("1"))) as judge,
            pytest.raises(JudgeFailed, match="there is no kernel"),
        ):
            judge.run_test(0, 5)

    @pytest.mark.parametrize("sandbox", SANDBOXES)
    def test_a_server_leaves_no_process_and_no_file(self, sandbox: Sandbox) -> None:
        before = set(psutil.Process().children(recursive=True))
        code = "import subprocess\nsubprocess.Popen(['sleep', '600'])"
        with JudgeServer(SandboxConfig(sandbox)) as server:
            folder = server.address.folder
            judge = Judge.start(server.address, notebook(test_cell(code)))
            with connected(judge, ""):
                assert judge.run_test(0, 5).status == "ok"
            own = set(psutil.Process().children(recursive=True)) - before
            assert own
        assert all(is_gone(process.pid) for process in own)
        assert not folder.exists()
        with pytest.raises(JudgeFailed, match="the judges' server is gone"):
            Judge.start(server.address, notebook(test_cell("1")))
        judge.close()

    def test_judges_end_with_a_server_that_is_killed(self) -> None:
        with JudgeServer(SandboxConfig(Sandbox.NONE)) as server:
            with judged(server.address, "", TELL_PID) as judge:
                pid = int(printed(judge.run_test(0, 5)))
                psutil.Process(server._process.pid).kill()
                assert is_gone(pid)
                with pytest.raises(JudgeFailed):
                    judge.run_test(0, 5)
            server._process.wait(10)
            assert not server.is_running

    @pytest.mark.skipif(sys.platform != "linux", reason="Linux ends children with their parent")
    def test_a_judge_ends_with_the_process_that_it_was_forked_from(self, address: Address) -> None:
        with judged(address, "", TELL_PID) as judge:
            pid = int(printed(judge.run_test(0, 5)))
            psutil.Process(pid).parent().kill()
            assert is_gone(pid)
            with pytest.raises(JudgeFailed):
                judge.run_test(0, 5)
        assert run_one(address, "", "1").status == "ok"

    def test_judges_end_with_a_client_that_is_killed(self, address: Address) -> None:
        code = (
            "import sys, time\nfrom pathlib import Path\n"
            "from autograder.kernels.server import Address\n"
            "from tests.autograder.judge.judging import *\n"
            "learner = Learner('')\n"  # first: it would keep the judge's connection open
            "cell = test_cell('import os; print(os.getpid())')\n"
            "judge = Judge.start(Address(Path(sys.argv[1]), 'none'), notebook(cell))\n"
            "judge.connect(learner.judges_end)\n"
            "print(printed(judge.run_test(0, 5)), flush=True)\ntime.sleep(600)"
        )
        words = [sys.executable, "-c", code, str(address.folder)]
        root = Path(__file__).parents[3]
        with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=root, text=True) as client:
            pid = int(client.stdout.readline())
            assert psutil.pid_exists(pid)
            client.kill()
        assert is_gone(pid)

    def test_a_server_that_cannot_start_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(JudgeServer, "program", "autograder.judge.no_such_module")
        with pytest.raises(KernelFailed, match=r"server does not start: .*no_such_module"):
            JudgeServer(SandboxConfig(Sandbox.NONE))


def test_a_seed_is_shown_nowhere() -> None:
    told = notebook(ordinary(IMPORTS))
    assert SEED.hex() not in repr(told)
    assert repr(SEED) not in repr(told)
