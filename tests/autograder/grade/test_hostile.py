"""A class of cheats and crashers: what each of them gets, and what stays as it was."""

import contextlib
import io
import multiprocessing.util
import os
import socket
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.cli import main

from ..corpus import (
    NAME,
    POINTS,
    GradedClass,
    Submission,
    hidden_lines,
    is_as_expected,
    needs_bwrap,
    write_course,
)
from ..corpus.crashing import CRASHING
from ..corpus.debugging import DEBUGGING
from ..corpus.files import FILES
from ..corpus.forging import FORGING
from ..corpus.hooking import HOOKING
from ..corpus.patching import PATCHING
from ..corpus.spying import SPYING

pytestmark = needs_bwrap

SETTINGS = """\
c.Execute.timeout = 6
c.KernelLimits.memory_mib = 300
c.KernelLimits.processes = 40
c.KernelLimits.seconds = 40
c.KernelLimits.file_mib = 24
c.KernelLimits.scratch_mib = 48
c.KernelLimits.output_kib = 64
c.KernelLimits.images_kib = 64
"""
# Graded first, in the midst of the others, and last.
HONEST = [Submission("AA honest"), Submission("is honest"), Submission("zz honest")]
HOSTILE = [*SPYING, *PATCHING, *HOOKING, *FORGING, *CRASHING, *FILES]
ALL = [*HOSTILE, *DEBUGGING, *HONEST]
GRADED = [submission for submission in ALL if not submission.no_grade]


@dataclass
class World:
    """What is around the graded class and must stay as it is."""

    is_judged: bool
    graded: GradedClass
    before: dict[Path, bytes]
    canary: Path
    home: Path
    calls: list[str]
    seconds: float
    processes: list[str]
    folders: set[str]


@pytest.fixture(scope="module", params=["auto", "never"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Grade the whole corpus as one class, once with a judge and once with the guard alone."""
    course = write_course(tmp_path_factory.mktemp("course"), SETTINGS)
    home = tmp_path_factory.mktemp("home")
    (home / "canary").write_text("untouched")
    with (
        tempfile.NamedTemporaryFile("w+", prefix="fp-corpus-canary-") as canary,
        tempfile.TemporaryDirectory(prefix="fp-corpus-") as temporary,  # short: it holds sockets
        _listening() as (names, calls),
        pytest.MonkeyPatch.context() as patch,
    ):
        canary.write("untouched")
        canary.flush()
        patch.setenv("FP_SECRET", "fp-canary")
        patch.setenv("HOME", str(home))
        names |= {"@COURSE@": str(course), "@HOME@": str(home), "@TMP@": canary.name}
        for submission in ALL:
            submission.hand_in(course, names)
        before = _files(course)
        earlier = psutil.Process().children(recursive=True)  # of other tests in this process
        multiprocessing.util.get_temp_dir()  # it outlives this fixture, so not in that folder
        patch.setenv("TMPDIR", temporary)
        patch.setattr(tempfile, "tempdir", temporary)
        shown = io.StringIO()
        begin = time.monotonic()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            code = main(["grade", "w90", "--course-dir", str(course), "--judge", request.param])
        seconds = time.monotonic() - begin
        yield World(
            request.param == "auto",
            GradedClass(course, shown.getvalue(), code),
            before,
            Path(canary.name),
            home,
            calls,
            seconds,
            _left_over_processes(earlier),
            set(os.listdir(temporary)),
        )


@contextlib.contextmanager
def _listening() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Listen where learners' code will knock; yield where that is, and who came."""
    calls: list[str] = []
    tcp = socket.create_server(("", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", tcp.getsockname()[1]))
    threading.Thread(target=_receive, args=(udp, calls), daemon=True).start()
    abstract, path = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    place = tempfile.mktemp(prefix="fp-corpus-", suffix=".sock")
    abstract.bind(f"\0{place}")
    path.bind(place)
    for listener in (tcp, abstract, path):
        listener.listen()
        threading.Thread(target=_accept, args=(listener, calls), daemon=True).start()
    try:
        yield (
            {
                "@TCP@": str(tcp.getsockname()[1]),
                "@ABSTRACT@": place,
                "@SOCKET@": place,
                "@HOST@": socket.gethostbyname(socket.gethostname()),
                "@PID@": str(os.getpid()),
            },
            calls,
        )
    finally:
        for listener in (tcp, udp, abstract, path):
            listener.close()
        os.unlink(place)


def _accept(listener: socket.socket, calls: list[str]) -> None:
    with contextlib.suppress(OSError):
        while True:
            listener.accept()
            calls.append(str(listener))


def _receive(listener: socket.socket, calls: list[str]) -> None:
    with contextlib.suppress(OSError):
        while listener.recv(1) or True:
            calls.append(str(listener))


def _files(course: Path) -> dict[Path, bytes]:
    """Return what must not change: all but what grading itself writes."""
    return {
        path: path.read_bytes()
        for folder in ("course", "source", "release", "submitted")
        for path in (course / folder).rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _left_over_processes(earlier: Collection[psutil.Process]) -> list[str]:
    """Return what is left of a fork server's tree that is new, after a moment to end."""
    deadline = time.monotonic() + 5
    while True:
        left = []
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(psutil.Error):
                line = " ".join(process.info["cmdline"] or ())
                # Others may be grading on this machine: only what descends from here counts,
                # and the sleepers, which would have been adopted by somebody else.
                ours = process not in earlier and psutil.Process() in process.parents()
                if (ours and "autograder.kernels.forkserver" in line) or "sleep 4242" in line:
                    left.append(line)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def _if_judged(submission: Submission) -> Submission:
    """Return what must become of a submission if a judge runs the tests.

    What it replaces has no part in them then: its answers are worth what they are worth. Those of
    this corpus that are not the right ones are worth nothing; the right ones may be lost with the
    IPython that was to define them.
    """
    if not any("tampered" in outcome for outcome in submission.expected.values()):
        return submission
    others = dict.fromkeys(POINTS, "passed|failed")
    wrong = dict.fromkeys(submission.answers, "failed|timeout|kernel died")
    return replace(submission, expected={**others, **wrong})


class TestOutcomes:
    @pytest.mark.parametrize("submission", GRADED, ids=lambda submission: submission.name)
    def test_each_test_has_the_outcome_that_it_must_get(
        self, world: World, submission: Submission
    ) -> None:
        assert world.graded.entry_path(submission).exists(), world.graded.shown
        found = world.graded.outcomes(submission)
        wanted = _if_judged(submission) if world.is_judged else submission
        assert is_as_expected(found, wanted), (found, world.graded.why(submission))

    @pytest.mark.parametrize("submission", GRADED, ids=lambda submission: submission.name)
    def test_points_come_with_passing_alone(self, world: World, submission: Submission) -> None:
        outcomes = world.graded.outcomes(submission)
        for exercise, score in world.graded.scores(submission).items():
            if outcomes[exercise] != "partial":
                assert score == (POINTS[exercise] if outcomes[exercise] == "passed" else 0)

    @pytest.mark.parametrize(
        "submission",
        [submission for submission in ALL if submission.no_grade],
        ids=lambda submission: submission.name,
    )
    def test_what_cannot_be_read_has_no_grade_and_a_reason(
        self, world: World, submission: Submission
    ) -> None:
        assert not world.graded.entry_path(submission).exists()
        assert f"{submission.learner}: no grade" in world.graded.shown
        # The table folds the reasons.
        shown = "".join(world.graded.shown.replace("│", "").split())
        assert "".join(submission.no_grade.split()) in shown

    def test_the_exit_code_tells_that_some_have_no_grade(self, world: World) -> None:
        assert world.graded.code == 1

    def test_the_corpus_is_no_smaller_than_promised(self) -> None:
        assert len({submission.learner for submission in HOSTILE}) == len(HOSTILE) >= 40


class TestAfterwards:
    def test_the_course_and_all_submissions_are_as_before(self, world: World) -> None:
        assert _files(world.graded.course) == world.before

    def test_nothing_else_was_written_into_the_course(self, world: World) -> None:
        found = {path.name for path in world.graded.course.iterdir()}
        written = {".autograder", "autograded", "feedback", "gradebook.db"}
        written |= {"gradebook.seed"} if world.is_judged else set()
        assert found == {"course", "source", "release", "submitted", "nbgrader_config.py"} | written
        assert not list(world.graded.course.rglob("*owned*"))

    def test_nothing_at_home_or_in_tmp_was_touched(self, world: World) -> None:
        assert world.canary.read_text() == "untouched"
        assert (world.home / "canary").read_text() == "untouched"
        assert not list(Path(tempfile.gettempdir()).glob("note[12]"))

    def test_nobody_reached_a_socket(self, world: World) -> None:
        assert world.calls == []

    def test_no_process_is_left(self, world: World) -> None:
        assert world.processes == []

    def test_no_temporary_folder_is_left(self, world: World) -> None:
        assert world.folders == set()

    def test_floods_do_not_reach_the_disk(self, world: World) -> None:
        for folder in ("autograded", "feedback"):
            for learner in (world.graded.course / folder).iterdir():
                size = sum(path.stat().st_size for path in learner.rglob("*") if path.is_file())
                assert size < 2 * 2**20, learner

    def test_the_gradebook_has_the_scores_of_the_cache_and_nobody_else(self, world: World) -> None:
        with Gradebook(f"sqlite:///{world.graded.course}/gradebook.db") as gradebook:
            found = {
                submission.student.id: submission.score
                for submission in gradebook.assignment_submissions(NAME)
            }
            assert [assignment.name for assignment in gradebook.assignments] == [NAME]
            assert gradebook.find_assignment(NAME).max_score == sum(POINTS.values())
        assert found == {
            submission.learner: sum(world.graded.scores(submission).values())
            for submission in GRADED
        }

    def test_the_cache_names_the_sandbox(self, world: World) -> None:
        assert {world.graded.entry(submission)["sandbox"] for submission in GRADED} == {"bwrap"}


class TestPages:
    def test_every_grade_has_a_page_and_nobody_else(self, world: World) -> None:
        found = {path.parts[-3] for path in world.graded.course.glob("feedback/*/*/*.html")}
        assert found >= {submission.learner for submission in GRADED}

    @pytest.mark.parametrize("submission", GRADED, ids=lambda submission: submission.name)
    def test_no_page_shows_a_hidden_test(self, world: World, submission: Submission) -> None:
        page = world.graded.page(submission)
        for line in hidden_lines(world.graded.course):
            assert len(line.strip()) < 12 or line.strip() not in page
        assert "BEGIN HIDDEN" not in page

    @pytest.mark.parametrize("submission", DEBUGGING, ids=lambda submission: submission.name)
    def test_a_forgotten_breakpoint_is_told_and_nobody_is_accused(
        self, world: World, submission: Submission
    ) -> None:
        page = world.graded.page(submission)
        assert "TamperedError" not in page
        assert "surroundings" not in page
        is_unanswered = "catches" not in submission.name and submission.expected
        assert ("nobody answers while a notebook is graded" in page) is bool(is_unanswered)

    def test_scripts_do_not_survive(self, world: World) -> None:
        attacker = next(s for s in SPYING if s.name == "puts scripts on the page")
        page = BeautifulSoup(world.graded.page(attacker), "html.parser")
        for element in page.find_all(True):
            if element.name == "script":
                assert "fp-script" not in element.get_text()
            else:
                assert not [name for name in element.attrs if name.startswith("on")], element
            # In an image's data it is no more than a broken image.
            attributes = {**element.attrs, "src": ""} if element.name == "img" else element.attrs
            assert "fp-script" not in str(attributes), element
            assert not str(element.attrs.get("src", "")).startswith("javascript:")
