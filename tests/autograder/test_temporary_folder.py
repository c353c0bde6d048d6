"""What a temporary folder of the tools promises, also after a process that was killed."""

import fcntl
import tempfile
from pathlib import Path

import pytest

from autograder import files


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (left := tmp_path / "fp-left").mkdir()
    (left / "lock").touch()
    (left / "kernel").symlink_to("/nowhere")
    with files.TemporaryFolder() as folder:
        assert [*tmp_path.iterdir()] == [folder]
    assert not [*tmp_path.iterdir()]


def test_what_others_use_or_made_stays(tmp_path: Path) -> None:
    (other := tmp_path / "fp-other").mkdir()
    with files.TemporaryFolder() as used, files.TemporaryFolder() as folder:
        assert {*tmp_path.iterdir()} == {other, used, folder}


def test_nobody_removes_one_that_is_not_locked_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def late(file: object, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        files._remove_abandoned()  # as another process might just now
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with files.TemporaryFolder() as folder:
        (folder / "file").touch()
        files._remove_abandoned()
        assert [*tmp_path.iterdir()] == [folder]
