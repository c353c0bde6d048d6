"""What one notebook may use, and what happens when it uses more."""

from collections.abc import Callable

import pytest

from autograder.kernels.limits import KernelLimits, Limits

from ..corpus import needs_bwrap
from .running import MIB, Running, attempted, shown


def test_a_course_that_sets_nothing_has_the_default_limits() -> None:
    assert KernelLimits().values() == Limits()


@needs_bwrap
class TestLimits:
    def test_one_file_ends_at_its_limit(self, limited: Callable[..., Running]) -> None:
        kernel = limited(file=4 * MIB)
        write = "open('{}', 'wb').write(bytes({}))"
        assert attempted(kernel, write.format("a", 3 * MIB)) == 3 * MIB
        assert attempted(kernel, write.format("b", 5 * MIB)) == "OSError"

    @pytest.mark.parametrize("place", ["/home/learner/work", "/tmp", "/dev/shm"])
    def test_all_files_together_end_at_theirs_wherever_they_are(
        self, place: str, limited: Callable[..., Running]
    ) -> None:
        kernel = limited(scratch=8 * MIB)
        kernel.says("open('/tmp/a', 'wb').write(bytes(6 * 2**20))")
        assert attempted(kernel, f"open('{place}/b', 'wb').write(bytes(3 * 2**20))") == "OSError"
        kernel.says("os.remove('/tmp/a')")
        assert attempted(kernel, f"open('{place}/b', 'wb').write(bytes(3 * 2**20))") == 3 * MIB

    def test_so_does_the_number_of_files(self, limited: Callable[..., Running]) -> None:
        kernel = limited()
        assert kernel.end_of("for n in range(200_000): open(f'f{n}', 'x').close()") == "OSError"
        assert shown(kernel, "len(os.listdir()) < 110_000") is True

    def test_memory_of_one_process_ends_with_an_error(
        self, limited: Callable[..., Running]
    ) -> None:
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
    def test_memory_beyond_ends_the_kernel(
        self, code: str, limited: Callable[..., Running]
    ) -> None:
        kernel = limited(memory=150 * MIB)
        wait = "import time; time.sleep(600)"
        assert kernel.end_of(f"import os\n{code}{wait}") == "limit: memory"

    def test_processes_come_to_an_end(self, limited: Callable[..., Running]) -> None:
        kernel = limited(processes=30)
        bomb = "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(600)"
        assert kernel.end_of(bomb) in ("BlockingIOError", "limit: processes")

    def test_a_fork_bomb_harms_no_other_kernel(
        self, limited: Callable[..., Running], kernel: Running
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
    def test_time_comes_to_an_end(self, code: str, limited: Callable[..., Running]) -> None:
        assert limited(seconds=2).end_of(code) == "limit: time"

    def test_there_is_no_way_to_a_higher_limit(self, kernel: Running) -> None:
        for name in ("DATA", "NPROC", "CPU", "FSIZE", "CORE"):
            unlimited = f"resource.setrlimit(resource.RLIMIT_{name}, (-1, -1))"
            raised = f"(lambda resource: {unlimited})(__import__('resource'))"
            assert attempted(kernel, raised) == "ValueError", name
