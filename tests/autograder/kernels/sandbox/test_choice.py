"""Which sandbox learners' code is locked into, and what happens where none works."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from traitlets import TraitError

from autograder.cli import main
from autograder.errors import InputError
from autograder.kernels import spec
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.sandbox.choice import Sandbox, choose

from ...corpus import NAME, Submission, write_course


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

    def test_a_choice_is_fulfilled_or_refused(self, programs: Callable[..., None]) -> None:
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

    def test_none_is_chosen_on_request_alone(self, programs: Callable[..., None]) -> None:
        assert choose("none") is Sandbox.NONE
        with pytest.raises(InputError):
            choose("auto")

    def test_on_another_system_there_is_no_sandbox(
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
