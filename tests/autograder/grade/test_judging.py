"""Which tests of a course are judged apart from learners' code, and what the instructor is told."""

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course import open_course
from autograder.grade import planning
from autograder.grade.execute.judging import Judging
from autograder.grade.planning import judged_tests, points_judged, unjudged
from autograder.grade.registration import register
from autograder.grade.skeleton import read_skeletons

from ..corpus import needs_bwrap
from ..equality import courses
from ..equality.courses import plain, solution

pytestmark = needs_bwrap

SOURCE = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
DOUBLE = "def double(x):\n    return 2 * x"
POINT = (
    "class Point:\n    def __init__(self, x):\n        self.x = x\n"
    "    def __repr__(self):\n        return f'Point({self.x})'"
)
CELLS = [
    plain("import math"),
    solution("double", SOURCE.format(DOUBLE)),
    courses.test(
        "double_test",
        3,
        "assert double(3) == 6\n### BEGIN HIDDEN TESTS\n"
        "assert double(4) == 8\n### END HIDDEN TESTS",
    ),
    courses.test("open_test", 1, "assert 'double' in globals() and double(1) == 2"),
    solution("Point", SOURCE.format(POINT)),
    courses.test("point_test", 2, "assert repr(Point(1)) == 'Point(1)'"),
]
FORGED = "import math\nclass Six(int):\n    def __eq__(self, other):\n        return True"
CHEAT = f"{FORGED}\n    __hash__ = None\ndef double(x):\n    return Six(7)"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a course with a test of each kind, and a class of two."""
    courses.write_source(tmp_path, "ps1", {"p": CELLS})
    courses.hand_in(tmp_path, "ps1", "ann", {"p": {"double": DOUBLE, "Point": POINT}})
    courses.hand_in(tmp_path, "ps1", "bob", {"p": {"double": CHEAT, "Point": POINT}})
    return tmp_path


@pytest.fixture
def grade() -> Callable[..., str]:
    """Return what grades a course and returns what was shown."""

    def grading(course: Path, *options: str) -> str:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            assert courses.grade(course, "ps1", *options) == 0
        return " ".join(shown.getvalue().split())

    return grading


def outcomes(course: Path, learner: str) -> dict[str, str]:
    entry = json.loads((course / f".autograder/ps1/{learner}.json").read_text())
    return {name: test["outcome"] for name, test in entry["notebooks"]["p"]["tests"].items()}


PASSED = dict.fromkeys(("double_test", "open_test", "point_test"), "passed")


class TestJudge:
    def test_a_cheat_in_the_kernel_is_none_to_the_judge(
        self, course: Path, grade: Callable[..., str]
    ) -> None:
        shown = grade(course)
        assert "3 of 6 points judged." in shown
        assert outcomes(course, "ann") == PASSED
        assert outcomes(course, "bob") == {**PASSED, "double_test": "failed"}

    def test_it_can_be_left_out_and_then_all_are_graded_anew(
        self, course: Path, grade: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grade(course)
        assert "ann: kept" in grade(course)
        assert "3 of 6 points judged." in grade(course)
        monkeypatch.setattr(Judging, "__init__", None)  # nobody asks for a judge
        shown = grade(course, "--judge", "never")
        assert "0 of 6 points judged." in shown
        assert "ann: graded" in shown
        assert outcomes(course, "bob") == PASSED  # which is what a judge is for

    def test_another_seed_grades_anew(self, course: Path, grade: Callable[..., str]) -> None:
        grade(course)
        seed = course / "gradebook.seed"
        seed.write_text("00" * 16)
        assert "ann: graded" in grade(course)

    def test_without_a_source_nothing_is_judged(
        self, course: Path, grade: Callable[..., str]
    ) -> None:
        grade(course, "--judge", "never")
        (course / "source/ps1/p.ipynb").unlink()
        assert "0 of 6 points judged." in grade(course, "--force")
        assert outcomes(course, "ann") == PASSED


class TestTheInstructorsRunDecides:
    def test_where_a_judge_gives_less_the_kernel_is_used_and_it_is_said(
        self, course: Path, grade: Callable[..., str]
    ) -> None:
        line = (
            "source/ps1/p.ipynb, cell 'point_test': judged apart from it, the instructor's own "
            "solution gets 0 of 2 (failed, AssertionError), and 2 in the kernel: this test runs in "
            "the kernel."
        )
        shown = grade(course)
        assert line in shown
        assert "'double_test'" not in shown
        assert "'open_test'" not in shown
        assert "own solution gets 0 of 2 here" not in shown  # it loses nothing
        memory = json.loads((course / ".autograder/ps1.instructor.json").read_text())
        assert memory["in_kernel"] == {"p": ["point_test"]}
        assert line in grade(course, "--force")

    def test_a_test_that_needs_what_a_judged_one_did_is_not_harmed(
        self, tmp_path: Path, grade: Callable[..., str]
    ) -> None:
        cells = [
            solution("double", SOURCE.format(DOUBLE)),
            courses.test("t", 1, "import sys\nsys.met = double(1)"),
            courses.test("u", 1, "import sys\nassert sys.met == 2 and 'double' in globals()"),
        ]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        courses.hand_in(tmp_path, "ps1", "ann", {"p": {"double": DOUBLE}})
        shown = grade(tmp_path)
        assert set(outcomes(tmp_path, "ann").values()) == {"passed"}, shown
        assert "0 of 2 points judged." in shown


class TestPlan:
    def plan(self, course: Path, **options: Any) -> Any:
        opened = open_course(course)
        register(opened, "ps1")
        skeletons = read_skeletons(opened, "ps1")
        return skeletons, judged_tests(opened, "ps1", skeletons, options.get("programs", ()))

    def test_the_tests_are_known_by_their_place_among_the_code_cells(self, course: Path) -> None:
        skeletons, found = self.plan(course)
        assert found["p"].tests == {"double_test": 2, "point_test": 5}
        assert "double(4) == 8" in found["p"].cells[2].source
        assert points_judged(skeletons, found, {}) == (5, 6)
        assert points_judged(skeletons, found, {"p": ("point_test",)}) == (3, 6)

    def test_a_test_whose_hidden_part_others_need_is_not_judged(self, tmp_path: Path) -> None:
        hidden = "seen = double(1)\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
        cells = [
            solution("double", SOURCE.format(DOUBLE)),
            courses.test("needed", 1, hidden.format("more = double(2)")),
            courses.test("not_needed", 1, hidden.format("other = double(3)")),
            courses.test("needs", 1, "assert more == 4 and double(1) == 2"),
            plain("print(seen)"),
        ]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        assert set(self.plan(tmp_path)[1]["p"].tests) == {"not_needed"}

    def test_a_kernel_of_its_own_is_not_judged_and_it_is_said(self, course: Path) -> None:
        skeletons, found = self.plan(course, programs={"p"})
        assert found == {}
        (line,) = unjudged(skeletons, {"p"})
        assert line.startswith("p.ipynb has a kernel of its own: no test of it is judged")
        assert unjudged(skeletons, ()) == []

    def test_without_fork_nothing_is_judged_and_it_is_said(
        self, course: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(planning, "can_fork", lambda: False)
        skeletons, found = self.plan(course)
        assert found == {}
        (line,) = unjudged(skeletons, {"p"})
        assert "cannot fork" in line
