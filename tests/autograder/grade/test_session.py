"""What `autograder grade` promises when something goes wrong around it, or somebody stops it."""

import contextlib
import importlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import sqlalchemy
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.files import locked, replace_folder
from autograder.grade import pool, session
from autograder.grade.archive import Archive, pack
from autograder.grade.pool import Workers, run_tasks
from autograder.grade.store import writer
from autograder.grade.store.cache import GradeCache

from .test_grade import RIGHT, submit

NAME = "w90_tiny"
SLEEPY = {**RIGHT, "double": "import time\ntime.sleep(20)\n" + RIGHT["double"]}


@dataclass
class Shown:
    """What a run said, and its exit code."""

    code: int
    errors: str
    table: str

    @property
    def statuses(self) -> dict[str, str]:
        """The status of each learner, from the log."""
        lines = [line.rpartition(": ") for line in self.errors.splitlines()]
        found = {learner: said.partition(",")[0] for learner, _, said in lines}
        return {name: said for name, said in found.items() if said in STATUSES}

    @property
    def notes(self) -> str:
        """The table without the lines that fold its columns."""
        return "".join(self.table.replace("│", " ").split())


STATUSES = ("graded", "kept", "no grade")
PLACES = """\
import os, tempfile
def places(*_):
    return tempfile.gettempdir(), os.environ.get("TMPDIR"), os.environ.get("FP_SETTING")
"""


def grade(course: Path, *options: str) -> Shown:
    # As Python opens them: standard output refuses what is no text.
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = main(["grade", "w90", "--course-dir", str(course), *options])
    texts = []
    for stream in (errors, out):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Shown(code, *texts)


def totals(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {submission.student.id: submission.score for submission in found}


def entry_of(course: Path, learner: str) -> Path:
    return course / ".autograder" / NAME / f"{learner}.json"


@pytest.fixture
def course(small_course: Path) -> Path:
    """Return a course that is built and has no submission yet."""
    assert main(["build", "--course-dir", str(small_course)]) == 0
    return small_course


@contextlib.contextmanager
def grading(course: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Grade in a process group of its own, which ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "w90", "--course-dir", str(course)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_lines(process: subprocess.Popen[str], count: int) -> None:
    """Wait until a log tells of so many graded submissions."""
    while count:
        line = process.stderr.readline()
        assert line, "it ended before"
        count -= ": graded" in line


def until(condition: Callable[[], object], seconds: float = 60) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class TestKilled:
    def test_a_kill_of_all_its_processes_costs_nothing_but_time(self, course: Path) -> None:
        learners = [f"sample{number}" for number in range(6)]
        for learner in learners[:4]:
            submit(course, learner, RIGHT)
        for learner in learners[4:]:
            submit(course, learner, SLEEPY)  # which run when the others are graded
        with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as temporary:
            with grading(course, TMPDIR=temporary) as process:
                wait_for_lines(process, 3)
                started = psutil.Process(process.pid).children(recursive=True)
                os.killpg(process.pid, signal.SIGKILL)
            assert until(lambda: not any(one.is_running() for one in started))
            entered = {path.stem for path in (course / ".autograder" / NAME).glob("*.json")}
            assert 3 <= len(entered) <= 4
            for learner in learners[4:]:
                submit(course, learner, RIGHT)
            with grading(course, TMPDIR=temporary) as process:
                statuses = Shown(0, *reversed(process.communicate())).statuses
            assert {learner for learner in learners if statuses[learner] == "kept"} == entered
            assert set(statuses) == set(learners)
            # That of Python's own fork server is not ours to remove.
            left = [name for name in os.listdir(temporary) if not name.startswith("pymp-")]
            assert left == []
        assert totals(course) == dict.fromkeys(learners, 10)
        for folder in ("autograded", "feedback"):
            assert [path.name for path in course.glob(f"{folder}/*/*")] == [NAME] * 6

    def test_a_worker_that_is_killed_twice_costs_one_grade_and_the_class_goes_on(
        self, course: Path
    ) -> None:
        for learner, answers in [("a", RIGHT), ("b", RIGHT), ("guilty", SLEEPY), ("z", RIGHT)]:
            submit(course, learner, answers)
        with grading(course) as process:
            wait_for_lines(process, 3)
            seen: set[int] = set()
            for _ in range(2):
                killed = wait_for_workers(process.pid, seen)
                seen |= killed
                for pid in killed:
                    with contextlib.suppress(
                        ProcessLookupError
                    ):  # a pool with a dead worker ends the others
                        os.kill(pid, signal.SIGKILL)
            out, errors = process.communicate()
        assert process.returncode == 1
        assert "guilty: no grade" in errors
        said = Shown(1, errors, out)
        assert "theprocessthatgradeditwaskilled,twice" in said.notes
        assert totals(course) == {"a": 10, "b": 10, "z": 10}
        assert not entry_of(course, "guilty").exists()


def wait_for_workers(pid: int, seen: set[int]) -> set[int]:
    """Wait for worker processes that are new."""
    assert until(lambda: workers(pid) - seen)
    return workers(pid) - seen


def workers(pid: int) -> set[int]:
    """Return the worker processes of a run: what Python's own fork server has forked."""
    found = set()
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                lines = [" ".join(one.cmdline()) for one in (process, process.parent())]
                if all("multiprocessing.forkserver" in line for line in lines):
                    found.add(process.pid)
    return found


class TestCarryingOut:
    """The part that keeps workers busy, with threads in place of processes."""

    @pytest.fixture
    def threads(self) -> Iterator[Workers]:
        with Workers(ThreadPoolExecutor, 2) as workers:
            yield workers

    def test_ctrl_c_interrupts_nobody_who_writes_a_grade_down(self, threads: Workers) -> None:
        begun, written = [], []

        def work(task: int) -> int:
            begun.append(task)
            return task

        def write_all() -> None:
            for task, future in run_tasks(threads, work, range(100)):
                if len(written) == 3:
                    os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(0.1)  # where it would be raised
                assert future.result() == task
                written.append(task)

        with pytest.raises(KeyboardInterrupt):
            write_all()
        assert 3 < len(written) < 10
        assert sorted(written) == sorted(begun)

    def test_a_second_one_interrupts_at_once(self, threads: Workers) -> None:
        written = []

        def write_all() -> None:
            for task, _ in run_tasks(threads, lambda task: task, range(100)):
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)
                written.append(task)

        with pytest.raises(KeyboardInterrupt):
            write_all()
        assert written == []

    def test_afterwards_ctrl_c_is_as_before(self, threads: Workers) -> None:
        assert len(list(run_tasks(threads, lambda task: task, range(5)))) == 5
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        for _ in run_tasks(threads, lambda task: task, range(5)):
            break
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_it_works_beside_the_main_thread(self, threads: Workers) -> None:
        found = []

        def elsewhere() -> None:
            found.extend(task for task, _ in run_tasks(threads, lambda t: t, range(5)))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert sorted(found) == list(range(5))

    def test_tasks_are_taken_as_workers_become_free(self, threads: Workers) -> None:
        taken = []

        def tasks() -> Iterator[int]:
            for number in range(50):
                taken.append(number)
                yield number

        for count, _ in enumerate(run_tasks(threads, lambda task: task, tasks())):
            assert len(taken) <= count + 5  # not all of a class lie in memory

    def test_workers_are_replaced_now_and_then(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "fp_work.py").write_text("import os\ndef pid(*_): return os.getpid()\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(pool, "_TASKS_OF_A_WORKER", 3)
        pid = importlib.import_module("fp_work").pid
        with pool.local(2) as workers:
            answers = [future.result() for _, future in run_tasks(workers, pid, range(20))]
        assert len(answers) == 20
        assert all(answers.count(pid) <= 3 for pid in answers)

    def test_the_next_tasks_find_the_same_workers(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "fp_same.py").write_text("import os\ndef pid(*_): return os.getpid()\n")
        monkeypatch.syspath_prepend(tmp_path)
        pid = importlib.import_module("fp_same").pid
        with pool.local(1) as workers:
            first, second = (
                [future.result() for _, future in run_tasks(workers, pid, range(2))]
                for _ in range(2)
            )
        assert len({*first, *second}) == 1

    def test_programs_that_workers_start_have_the_runs_settings_and_its_temporary_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "fp_places.py").write_text(PLACES)
        monkeypatch.syspath_prepend(tmp_path)
        places = importlib.import_module("fp_places").places
        with pool.local(1) as workers:  # Python's fork server runs from now on
            list(run_tasks(workers, places, range(1)))
        monkeypatch.setenv("FP_SETTING", "new")
        with pool.local(2) as workers:
            answers = {future.result() for _, future in run_tasks(workers, places, range(4))}
        [(own, programs, setting)] = answers
        assert programs == own
        assert setting == "new"
        assert not Path(own).exists()  # with the run, its files have gone


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    """Return a course whose class was graded; each test leaves it so."""
    course = course_writer(tmp_path_factory.mktemp("course"))
    assert main(["build", "--course-dir", str(course)]) == 0
    for learner in ("sample01", "sample02"):
        submit(course, learner, RIGHT)
    assert grade(course).code == 0
    return course


class TestConditions:
    def test_a_fresh_build_of_the_same_text_changes_nothing(self, graded: Path) -> None:
        assert main(["build", "--course-dir", str(graded)]) == 0
        assert set(grade(graded).statuses.values()) == {"kept"}

    def test_what_is_kept_is_not_touched(self, graded: Path) -> None:
        def times() -> dict[Path, int]:
            folders = ("autograded", "feedback", ".autograder", "submitted")
            paths = [path for folder in folders for path in (graded / folder).rglob("*")]
            return {path: path.stat().st_mtime_ns for path in paths if path.suffix != ".lock"}

        before = times()
        grade(graded)
        assert times() == before

    def test_another_test_in_the_text_grades_all_again(self, graded: Path) -> None:
        text = graded / "course" / NAME / "assignment.md"
        before = text.read_text()
        text.write_text(before.replace("double([1, 3])", "double([1, 3]), again"))
        assert main(["build", "--course-dir", str(graded)]) == 0
        assert set(grade(graded).statuses.values()) == {"graded"}

    def test_another_timeout_grades_all_again(self, graded: Path) -> None:
        (graded / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 9\n")
        assert set(grade(graded).statuses.values()) == {"graded"}

    def test_another_sandbox_grades_all_again(self, graded: Path) -> None:
        assert set(grade(graded, "--sandbox", "none").statuses.values()) == {"graded"}
        assert json.loads(entry_of(graded, "sample01").read_text())["sandbox"] == "none"

    def test_an_entry_that_is_damaged_is_written_anew(self, graded: Path) -> None:
        grade(graded)
        for learner, damage in [("sample01", "[]"), ("sample02", '{"key": "x"}')]:
            entry_of(graded, learner).write_text(damage)
        shown = grade(graded)
        assert shown.code == 0
        assert set(shown.statuses.values()) == {"graded"}

    @pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"key": "x"}', "\0", "\udcff"])
    def test_no_damage_is_taken_for_an_entry(self, damage: str, tmp_path: Path) -> None:
        entry_of(tmp_path, "sample01").parent.mkdir(parents=True)
        entry_of(tmp_path, "sample01").write_bytes(os.fsencode(damage))
        assert GradeCache(tmp_path, NAME, {}).entry("sample01") is None

    def test_another_run_at_the_same_time_is_refused_in_one_line(self, graded: Path) -> None:
        before = totals(graded)
        with locked(graded / f".autograder/{NAME}.lock", "held"):
            shown = grade(graded, "--force")
        assert shown.code == 2
        assert "another run grades w90_tiny now" in shown.errors
        assert totals(graded) == before
        assert grade(graded).code == 0


ODD_NAMES = [
    "-rf",
    "$(touch fp-owned)",
    "[red]x[bold]",
    "[abc]*?",
    "O'Brien; DROP TABLE student",
    "Zoë Müller 学生",
    "a.b@example.org",
    "with space",
    "100%",
    "x" * 120,
]


@pytest.fixture(scope="module")
def odd(
    tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]
) -> tuple[Path, Shown]:
    """Return a course with odd names in it, and what its grading said."""
    course = course_writer(tmp_path_factory.mktemp("course"))
    assert main(["build", "--course-dir", str(course)]) == 0
    for name in ODD_NAMES:
        submit(course, name, RIGHT)
    submit(course, "renamed", RIGHT, name="my [/b] answer.ipynb")
    link = course / "submitted/linked"
    stored = course / "elsewhere" / NAME
    stored.parent.mkdir()
    shutil.copytree(course / "submitted/100%" / NAME, stored)
    link.symlink_to(stored.parent)
    nested = course / "submitted/linked inside"
    nested.mkdir()
    (nested / NAME).symlink_to(stored)
    (course / "submitted/dangling").symlink_to("nowhere")
    (course / "submitted/no folder").write_text("")
    return course, grade(course)


class TestFolders:
    @pytest.mark.parametrize("kind", ["nothing", "folder", "file", "link", "dangling link"])
    def test_whatever_was_in_its_place_a_folder_has_the_new_content(
        self, kind: str, tmp_path: Path
    ) -> None:
        (other := tmp_path / "other").mkdir()
        (other / "theirs").write_text("stays")
        (parent := tmp_path / "parent").mkdir()
        match kind:
            case "folder":
                shutil.copytree(other, parent / "place")
            case "file":
                (parent / "place").write_text("old")
            case "link":
                (parent / "place").symlink_to(other)
            case "dangling link":
                (parent / "place").symlink_to("nowhere")
        replace_folder(parent / "place", {"new": "text"}, {}, 0o644)
        assert [path.name for path in (parent / "place").iterdir()] == ["new"]
        assert [path.name for path in parent.iterdir()] == ["place"]
        assert (other / "theirs").read_text() == "stays"


class TestOddNames:
    def test_every_name_gets_its_grade(self, odd: tuple[Path, Shown]) -> None:
        course, shown = odd
        names = [*ODD_NAMES, "linked", "linked inside", "renamed"]
        assert totals(course) == dict.fromkeys(names, 10)
        assert shown.code == 0
        assert shown.statuses == dict.fromkeys(names, "graded")

    def test_every_name_is_shown_as_it_is(self, odd: tuple[Path, Shown]) -> None:
        _, shown = odd
        for name in ODD_NAMES:
            assert "".join(name.split())[:15] in shown.notes
        assert "my[/b]answer.ipynb" in shown.notes

    def test_every_page_is_where_it_belongs(self, odd: tuple[Path, Shown]) -> None:
        course, _ = odd
        for name in ODD_NAMES:
            assert (course / "feedback" / name / NAME / "w90_assignment.html").is_file()
        assert not list(course.rglob("fp-owned"))
        assert not Path("fp-owned").exists()

    def test_a_link_is_followed_and_stays_a_link(self, odd: tuple[Path, Shown]) -> None:
        course, _ = odd
        assert (course / "submitted/linked").is_symlink()
        assert (course / "submitted/linked inside" / NAME).is_symlink()
        assert not (course / "autograded/linked").is_symlink()

    def test_all_are_kept_the_next_time(self, odd: tuple[Path, Shown]) -> None:
        course, _ = odd
        assert set(grade(course).statuses.values()) == {"kept"}


class TestNoGrade:
    def test_each_trouble_is_named_with_its_submission_and_the_class_goes_on(
        self, course: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for learner in ("a good", "blocked", "full disk", "refused", "unreadable", "z good"):
            submit(course, learner, RIGHT)
        bad_bytes = os.fsdecode(b"caf\xe9")  # a name that no database takes
        submit(course, bad_bytes, RIGHT)
        (course / "autograded").mkdir()
        (course / "autograded/blocked").write_text("in the way")

        def reading(folder: Path, *rest: object) -> Archive:
            if "unreadable" in folder.parts:
                raise PermissionError(13, "Permission denied", str(folder))
            return pack(folder, *rest)

        def writing(folder: Path, *rest: object, **options: object) -> None:
            if "full disk" in folder.parts:
                raise OSError(28, "No space left on device")
            replace_folder(folder, *rest, **options)

        def inserting(_: object, __: object, statement: str, values: object, *___: object) -> None:
            if statement.startswith("INSERT INTO student") and "refused" in str(values):
                raise sqlite3.OperationalError("the database is full")

        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", inserting)
        try:
            with monkeypatch.context() as patch:
                patch.setattr(session, "pack", reading)
                patch.setattr(writer, "replace_folder", writing)
                shown = grade(course)
        finally:
            sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", inserting)
        assert shown.code == 1
        assert "Traceback" not in shown.errors
        assert "5 of 7 submissions have no grade." in shown.errors
        good = {"a good": "graded", "z good": "graded"}
        bad = dict.fromkeys(["blocked", "full disk", "refused", "unreadable"], "no grade")
        assert good.items() | bad.items() <= shown.statuses.items()
        causes = ["Permission denied", "No space left on device", "autograded/blocked"]
        for cause in (*causes, "the database is full", "surrogates not allowed"):
            assert "".join(cause.split()) in shown.notes
        for learner in bad:
            assert not entry_of(course, learner).exists()

        (course / "autograded/blocked").unlink()
        shutil.rmtree(course / "submitted" / bad_bytes)
        shown = grade(course)
        assert shown.code == 0
        assert shown.statuses == {**dict.fromkeys(good, "kept"), **dict.fromkeys(bad, "graded")}
        assert set(totals(course).values()) == {10}

    def test_a_scheduler_without_workers_is_told_in_one_line(self, course: Path) -> None:
        from distributed import LocalCluster

        submit(course, "sample01", RIGHT)
        with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster:
            shown = grade(course, "--scheduler", cluster.scheduler_address)
        assert shown.code == 2
        assert f"the Dask scheduler at {cluster.scheduler_address} has no workers" in shown.errors
        assert "Traceback" not in shown.errors
