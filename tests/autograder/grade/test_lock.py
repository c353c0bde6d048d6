"""One run at a time grades an assignment."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import InputError
from autograder.grade.lock import Lock

HOLDER = """\
import sys, time
from pathlib import Path
from autograder.grade.lock import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "w05.lock")
    with pytest.raises(InputError, match="another run grades w05 now"):
        Lock(tmp_path / "w05.lock")
    lock.release()
    Lock(tmp_path / "w05.lock").release()


def test_other_assignments_are_free(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "w05.lock")
    Lock(tmp_path / "w06.lock").release()
    lock.release()


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "w05.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError):
            Lock(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    Lock(path).release()
