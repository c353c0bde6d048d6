"""A lock keeps other processes out, and ends with its own."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import InputError
from autograder.files import locked

HOLDER = """\
import sys, time
from pathlib import Path
from autograder.files import locked
with locked(Path(sys.argv[1]), "held"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    path = tmp_path / "w05.lock"
    with (
        locked(path, "first"),
        pytest.raises(InputError, match="another run grades w05 now"),
        locked(path, "another run grades w05 now"),
    ):
        pass
    with locked(path, "free again"):
        pass


def test_other_assignments_are_free(tmp_path: Path) -> None:
    with locked(tmp_path / "w05.lock", "first"), locked(tmp_path / "w06.lock", "second"):
        pass


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "w05.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="busy"), locked(path, "busy"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with locked(path, "busy"):
        pass
