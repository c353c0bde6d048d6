"""A run can be stopped at any moment and goes on later; a second run grades what changed."""

import importlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grade import session
from autograder.grade.pool import local, run_tasks

ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "halve": "def halve(x):\n    return x / 2",
    "quiz": 'answer_1 = "b"',
}
LEARNERS = ("sample01", "sample02", "sample03")

# Runs `autograder grade` in a process of its own that ends at a given moment, as a kill would.
KILLED = """\
import os, sys
from autograder.cli import main
from autograder.grade.store import cache, gradebook, writer

def ending(function, place):
    def wrapper(*arguments, **options):
        if place == "before":
            os._exit(9)
        function(*arguments, **options)
        os._exit(9)
    return wrapper

if __name__ == "__main__":
    moment, place = sys.argv[1:3]
    if moment == "gradebook":
        gradebook.write = ending(gradebook.write, place)
    elif moment == "folders":
        writer.replace_folder = ending(writer.replace_folder, place)
    else:
        cache.GradeCache.write = ending(cache.GradeCache.write, place)
    sys.exit(main(["grade", "w90", "--course-dir", sys.argv[3]]))
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    """Return a course whose class was graded once; each test puts back what it changes."""
    course = built(course_writer(tmp_path_factory.mktemp("course")))
    assert main(["grade", "w90", "--course-dir", str(course)]) == 0
    return course


def built(course: Path, learners: tuple[str, ...] = LEARNERS) -> Path:
    assert main(["build", "--course-dir", str(course)]) == 0
    for learner in learners:
        hand_in(course, learner, ANSWERS)
    return course


def hand_in(course: Path, learner: str, answers: Mapping[str, str]) -> None:
    notebook = nbformat.read(course / "release/w90_tiny/w90_assignment.ipynb", as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    path = course / "submitted" / learner / "w90_tiny/w90_assignment.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def statuses(course: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Grade again and return what is said of each learner."""
    capsys.readouterr()
    assert main(["grade", "w90", "--course-dir", str(course)]) == 0
    lines = capsys.readouterr().err.splitlines()
    said = (line.partition(": ") for line in lines if line.startswith("sample"))
    return {learner: status.partition(",")[0] for learner, _, status in said}


def totals(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.assignment_submissions("w90_tiny")
        return {submission.student.id: submission.score for submission in found}


class TestKilled:
    @pytest.mark.parametrize("place", ["before", "after"])
    @pytest.mark.parametrize("moment", ["gradebook", "folders", "cache"])
    def test_a_run_that_was_killed_goes_on(
        self, moment: str, place: str, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        course = built(small_course, LEARNERS[:2])
        script = course / "killed.py"
        script.write_text(KILLED)
        command = [sys.executable, str(script), moment, place, str(course)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 9

        first = statuses(course, capsys)
        finished = 1 if (moment, place) == ("cache", "after") else 0
        assert list(first.values()).count("kept") == finished
        assert totals(course) == {"sample01": 10, "sample02": 10}
        assert set(statuses(course, capsys).values()) == {"kept"}
        for folder in ("autograded", "feedback"):
            left = [path.name for path in (course / folder).glob("*/*")]
            assert left == ["w90_tiny"] * 2

    def test_ctrl_c_finishes_what_runs_and_leaves_the_rest(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        course = built(small_course, ())
        slow = {**ANSWERS, "double": "import time\ntime.sleep(1)\n" + ANSWERS["double"]}
        learners = [f"sample{number:02}" for number in range(12)]
        for learner in learners:
            hand_in(course, learner, slow)
        command = [sys.executable, "-m", "autograder", "grade", "w90", "--course-dir", str(course)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while "graded" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
        assert process.returncode == 130
        assert "Stopping, once the submissions that run now are graded." in said
        entries = {path.stem for path in (course / ".autograder/w90_tiny").glob("*.json")}
        assert 0 < len(entries) < len(learners)
        rest = statuses(course, capsys)
        assert {learner for learner, status in rest.items() if status == "kept"} == entries
        assert set(totals(course).values()) == {10}


class TestSecondRun:
    def test_only_a_changed_submission_is_graded_again(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        hand_in(graded, "sample02", {**ANSWERS, "quiz": 'answer_1 = "a"'})
        assert statuses(graded, capsys) == {
            "sample01": "kept",
            "sample02": "graded",
            "sample03": "kept",
        }
        assert totals(graded)["sample02"] == 8
        hand_in(graded, "sample02", ANSWERS)
        statuses(graded, capsys)

    def test_a_score_that_somebody_changed_is_put_right(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
            grade = gradebook.find_grade("quiz_tests", "w90_assignment", "w90_tiny", "sample01")
            grade.auto_score = 0
            gradebook.db.commit()
        assert statuses(graded, capsys)["sample01"] == "graded"
        assert totals(graded)["sample01"] == 10

    def test_a_persons_score_stays(self, graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
            grade = gradebook.find_grade("quiz_tests", "w90_assignment", "w90_tiny", "sample01")
            grade.manual_score = 1
            gradebook.db.commit()
        assert statuses(graded, capsys)["sample01"] == "graded"  # its page shows the score
        assert totals(graded)["sample01"] == 9
        page = graded / "feedback/sample01/w90_tiny/w90_assignment.html"
        assert "9 of 10 points" in page.read_text()

    @pytest.mark.parametrize("folder", ["autograded", "feedback"])
    def test_what_was_deleted_is_made_again(
        self, folder: str, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = next((graded / folder / "sample03/w90_tiny").glob("w90_assignment.*"))
        path.unlink()
        assert statuses(graded, capsys)["sample03"] == "graded"
        assert path.exists()

    def test_other_settings_or_limits_grade_all_again(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings = graded / "nbgrader_config.py"
        settings.write_text("c = get_config()\nc.KernelLimits.memory_mib = 1000\n")
        assert set(statuses(graded, capsys).values()) == {"graded"}
        assert set(statuses(graded, capsys).values()) == {"kept"}

    def test_a_copy_of_the_course_keeps_its_grades(
        self, graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        statuses(graded, capsys)
        copy = shutil.copytree(graded, tmp_path / "copy")
        assert set(statuses(copy, capsys).values()) == {"kept"}

    def test_a_named_learner_alone_is_graded_again(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        statuses(graded, capsys)
        assert main(["grade", "w90", "sample02", "--course-dir", str(graded)]) == 0
        printed = capsys.readouterr()
        assert "sample02: graded" in printed.err
        assert "sample01" not in printed.out + printed.err
        assert statuses(graded, capsys).keys() == set(LEARNERS)

    def test_a_learner_who_handed_in_nothing_is_refused(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["grade", "w90", "sample03", "sample04", "--course-dir", str(graded)]) == 2
        line = capsys.readouterr().err.splitlines()[-1]
        assert "'sample04' has handed in nothing for w90_tiny: did you mean 'sample0" in line

    def test_other_tests_grade_all_again(
        self, graded: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source = graded / "source/w90_tiny/w90_assignment.ipynb"
        before = source.read_text()
        source.write_text(before.replace("two halves are the whole", "halves make a whole"))
        assert set(statuses(graded, capsys).values()) == {"graded"}
        source.write_text(before)
        statuses(graded, capsys)

    def test_the_cache_names_outcomes_and_sandbox(self, graded: Path) -> None:
        entry = json.loads((graded / ".autograder/w90_tiny/sample03.json").read_text())
        assert entry["sandbox"] == "bwrap"
        tests = entry["notebooks"]["w90_assignment"]["tests"]
        assert {test["outcome"] for test in tests.values()} == {"passed"}


class TestWorkers:
    def test_a_worker_that_dies_costs_its_own_task_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "deadly_work.py").write_text(
            "import os\n\n"
            "def work(task):\n"
            "    if task == 'guilty':\n"
            "        os._exit(1)\n"
            "    return task.upper()\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        work = importlib.import_module("deadly_work").work
        tasks = ["one", "two", "guilty", "three", "four"]
        with local(2) as workers:
            done = dict(run_tasks(workers, work, tasks))
        assert set(done) == set(tasks)
        assert isinstance(done.pop("guilty").exception(), BrokenProcessPool)
        assert {task: future.result() for task, future in done.items()} == {
            task: task.upper() for task in done
        }

    def test_an_engine_error_names_the_submission_and_the_class_goes_on(
        self,
        small_course: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(folder: Path, _: object) -> tuple[None, None]:
            if "sample01" in folder.parts:
                raise OSError(5, "Input/output error", str(folder / "timestamp.txt"))
            return None, None

        course = built(small_course, LEARNERS[:2])
        monkeypatch.setattr(session, "submitted_at", refuse)
        assert main(["grade", "w90", "--course-dir", str(course)]) == 1
        captured = capsys.readouterr()
        assert "sample01: no grade" in captured.err
        assert "sample02: graded" in captured.err
        shown = "".join(captured.out.replace("│", " ").split())
        assert "timestamp.txt:Input/outputerror" in shown
        assert totals(course) == {"sample02": 10}


class TestCluster:
    def test_a_dask_scheduler_gives_the_same_grades(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from distributed import LocalCluster

        course = built(small_course, LEARNERS[:2])
        hand_in(course, "sample03", {**ANSWERS, "halve": "def halve(x):\n    return x"})
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            address = cluster.scheduler_address
            arguments = ["grade", "w90", "--course-dir", str(course), "--scheduler", address]
            assert main(arguments) == 0
        assert totals(course) == {"sample01": 10, "sample02": 10, "sample03": 6}
        capsys.readouterr()

    def test_a_wrong_address_is_one_line(
        self,
        small_course: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        course = built(small_course, LEARNERS[:1])
        monkeypatch.setattr("autograder.grade.pool._CONNECT_SECONDS", 2)
        arguments = ["grade", "w90", "--course-dir", str(course)]
        assert main([*arguments, "--scheduler", "tcp://127.0.0.1:9"]) == 2
        assert "there is no Dask scheduler at tcp://127.0.0.1:9" in capsys.readouterr().err
