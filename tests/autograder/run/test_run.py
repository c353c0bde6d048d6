"""Promises of `autograder run`: each notebook runs on its own, what happened is written down."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.cli import main
from autograder.cores import thread_limits
from autograder.errors import InputError
from autograder.run.plan import Job, plan
from autograder.run.result import RunOutcome, RunStatus
from autograder.run.session import run_jobs
from autograder.syllabus import load_syllabus


def write_notebook(path: Path, *cells: str) -> None:
    parameters = new_code_cell('PROFILE = "quick"', metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = new_notebook(
        cells=[parameters, *map(new_code_cell, cells)], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, path)


def write_tiny_week(root: Path, lesson: tuple[str, ...], assignment: tuple[str, ...]) -> None:
    """Write the week of the `small_course` fixture as if it had been built with these cells."""
    write_notebook(root / "release" / "w90_tiny" / "w90_lesson.ipynb", *lesson)
    write_notebook(root / "source" / "w90_tiny" / "w90_assignment.ipynb", *assignment)


def job_of(folder: Path, name: str, *cells: str) -> Job:
    write_notebook(folder / name, *cells)
    return Job(
        unit=folder.name,
        source=folder / name,
        folder=folder,
        profile="quick",
        budget=None,
        cell_limit=60,
    )


def below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def wait_until(condition, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(condition())


def test_lessons_and_solved_assignments_are_planned_with_their_budgets(small_course: Path) -> None:
    write_tiny_week(small_course, (), ())
    weeks = load_syllabus(small_course).units
    lesson, assignment = plan(small_course, weeks, "quick")
    assert (lesson.notebook, lesson.budget) == ("w90_lesson.ipynb", 30)
    assert (assignment.notebook, assignment.budget) == ("w90_assignment.ipynb", 20)
    assert assignment.source.parent == small_course / "source" / "w90_tiny"
    assert assignment.folder == small_course / "release" / "w90_tiny"


def test_the_full_profile_has_no_budget_but_more_patience(small_course: Path) -> None:
    write_tiny_week(small_course, (), ())
    weeks = load_syllabus(small_course).units
    quick, full = (plan(small_course, weeks, profile)[0] for profile in ("quick", "full"))
    assert full.budget is None
    assert full.cell_limit > quick.cell_limit > quick.budget


def test_a_course_that_is_not_built_is_refused_with_the_command_that_builds(
    small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--course-dir", str(small_course)]) == 2
    assert "autograder build w90" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["w17"], ["--profile", "fast"], ["--jobs", "0"]])
def test_bad_input_ends_with_code_2_before_anything_runs(
    small_course: Path, wrong: list[str]
) -> None:
    write_tiny_week(small_course, (), ())
    try:
        code = main(["run", *wrong, "--course-dir", str(small_course)])
    except SystemExit as stopped:  # argparse's way
        code = stopped.code
    assert code == 2
    assert not (small_course / "runs").exists()


def test_an_output_folder_that_cannot_be_made_is_refused(small_course: Path) -> None:
    (small_course / "file").write_text("")
    folder = small_course / "release" / "w90_tiny"
    with pytest.raises(InputError, match="file"):
        run_jobs(
            [job_of(folder, "w90_lesson.ipynb")],
            output=small_course / "file",
            parallel=1,
            title="Tiny",
        )


def test_threads_are_limited_for_every_numerical_library() -> None:
    limits = thread_limits(3)
    assert set(limits.values()) == {"3"}
    assert {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"} <= set(limits)


def test_a_failing_notebook_does_not_stop_the_others(
    small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_week(
        small_course,
        lesson=("columns = 4", "int('many')"),
        assignment=(
            # 64 MiB for long enough that a poll sees them
            "import time\nblock = bytearray(64 * 2**20)\ntime.sleep(0.5)",
            "print(open('numbers.txt').read())",
            "open('left-behind.txt', 'w').write('x')",
        ),
    )
    release = small_course / "release" / "w90_tiny"
    (release / "numbers.txt").write_text("1 2 3")
    before = sorted(path for path in small_course.rglob("*") if path.is_file())

    assert main(["run", "--course-dir", str(small_course), "--jobs", "1"]) == 1

    shown = capsys.readouterr()
    assert "w90_lesson.ipynb" in shown.err
    assert "cell 3: ValueError: invalid literal for int()" in shown.err
    assert "int('many')" in shown.err
    assert "2 notebooks run, 1 with a fault" in shown.out
    runs = small_course / "runs"
    cases = ElementTree.parse(runs / "junit.xml").getroot().findall(".//testcase")
    assert [case.get("name") for case in cases] == ["w90_lesson.ipynb", "w90_assignment.ipynb"]
    assert [case.find("failure") is None for case in cases] == [False, True]
    memory = cases[1].find(".//property[@name='peak_memory_bytes']").get("value")
    assert float(memory) > 64 * 2**20
    executed = nbformat.read(runs / "w90_tiny" / "w90_assignment.ipynb", as_version=4)
    assert "1 2 3" in executed.cells[3].outputs[0].text
    assert (runs / "w90_tiny" / "w90_assignment.html").exists()
    assert "1 of 2 notebooks does not run as it should" in (runs / "index.html").read_text()
    written = (path for path in small_course.rglob("*") if path.is_file())
    assert sorted(path for path in written if not path.is_relative_to(runs)) == before


def test_a_notebook_over_its_budget_is_a_fault_and_a_failed_one_stays_failed() -> None:
    failed = RunOutcome(RunStatus.FAILED, failing_cell=3)
    assert RunOutcome().held_to(20, 20.1).status is RunStatus.OVER_BUDGET
    assert RunOutcome().held_to(20, 19.9) == RunOutcome()
    assert RunOutcome().held_to(None, 10**6) == RunOutcome()
    assert failed.held_to(20, 20.1) == failed


def test_a_worker_that_is_killed_is_a_fault_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "w90_tiny"
    noted = tmp_path / "child"
    cell = f"""
import os, pathlib, signal, subprocess, time
child = subprocess.Popen(["sleep", "600"], start_new_session=True)  # out of the kernel's group
pathlib.Path({str(noted)!r}).write_text(str(child.pid))
time.sleep(2)  # long enough for a poll to see it
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(600)
"""
    (run,) = run_jobs(
        [job_of(folder, "w90_lesson.ipynb", cell)],
        output=tmp_path / "runs",
        parallel=1,
        title="Tiny",
    )
    assert run.status is RunStatus.DIED
    assert "signal 9" in run.error
    child = int(noted.read_text())
    try:
        assert wait_until(lambda: not psutil.pid_exists(child), seconds=10)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_ctrl_c_stops_the_kernels_and_leaves_a_summary_of_what_ran(small_course: Path) -> None:
    reached = small_course / "reached"
    write_tiny_week(
        small_course,
        lesson=("import time", f"open({str(reached)!r}, 'w').close()\ntime.sleep(600)"),
        assignment=("1",),
    )
    command = [sys.executable, "-m", "autograder", "run", "--jobs", "1"]
    process = subprocess.Popen(
        [*command, "--course-dir", str(small_course)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    executed = small_course / "runs" / "w90_tiny" / "w90_lesson.ipynb"
    try:
        assert wait_until(reached.exists)
        started = below(psutil.Process(process.pid))
        process.send_signal(signal.SIGINT)
        shown, _ = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert started
    assert wait_until(lambda: not any(child.is_running() for child in started), seconds=10)
    assert b"1 notebook run, 1 with a fault. 1 did not start." in shown
    case = ElementTree.parse(small_course / "runs" / "junit.xml").getroot().find(".//testcase")
    failure = case.find("failure")
    assert failure.get("type") == "stopped"
    assert failure.get("message") == "cell 3: KeyboardInterrupt: stopped by the user"
    assert "stopped before 1 more had run" in (small_course / "runs" / "index.html").read_text()
    nbformat.read(executed, as_version=4)  # not half a file
