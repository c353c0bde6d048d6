"""Before a class is graded, the instructor's own solution is: by the same engine, and once."""

import contextlib
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
import pytest

from autograder.grade import instructor, session
from autograder.kernels.guard.settings import GuardSettings, Replaced

from ..corpus import needs_bwrap
from ..equality import courses
from ..equality.courses import answer, locked, plain, solution

pytestmark = needs_bwrap

SOLVE = "def solve_lower(L, b):\n"
RIGHT_SOLVE = (
    SOLVE + "    x = np.zeros(len(b))\n    for i in range(len(b)):\n"
    "        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]\n    return x"
)
WRONG_SOLVE = SOLVE + "    return np.linalg.solve(L, b)"
RIGHT_ORDER = "def order(items):\n    return sorted(items)"
WRONG_ORDER = "def order(items):\n    return list(np.sort(items))"
FORBIDS_FOR_GOOD = """\
L, b = np.array([[2.0, 0.0], [1.0, 4.0]]), np.array([2.0, 9.0])
assert np.allclose(solve_lower(L, b), [1.0, 2.0])
### BEGIN HIDDEN TESTS
expected = np.linalg.solve(L, b)
np.linalg.solve = None  # the point of the exercise is to do without
np.linalg.inv = None
assert np.allclose(solve_lower(L, b), expected)
### END HIDDEN TESTS"""
FORBIDS_FOR_A_WHILE = """\
real = np.sort
np.sort = None
assert order([2, 1]) == [1, 2]
np.sort = real"""
FORBIDDEN_CELL = "np.linalg.det = None"
SKETCH = {"solve": RIGHT_SOLVE, "order": RIGHT_ORDER}
SAVE = "saved = np.linalg.solve"


def source(text: str) -> str:
    return f"### BEGIN SOLUTION\n{text}\n### END SOLUTION"


@pytest.fixture(scope="module")
def forbidding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course whose tests and locked cells take functions away, and a graded class."""
    course = tmp_path_factory.mktemp("forbidding")
    cells = [
        locked("setup", "import numpy as np\nold_det = np.linalg.det"),
        plain(""),
        solution("solve", source(RIGHT_SOLVE)),
        plain(""),
        courses.test("solve_test", 15, FORBIDS_FOR_GOOD),
        plain(""),
        courses.test("after", 1, "assert np.linalg.solve is None and np.linalg.inv is None"),
        solution("order", source(RIGHT_ORDER)),
        courses.test("order_test", 2, FORBIDS_FOR_A_WHILE),
        courses.test("after_order", 1, "assert np.sort([2, 1]).tolist() == [1, 2]"),
        locked("forbid", FORBIDDEN_CELL),
        courses.test("det_test", 1, "assert np.linalg.det is None"),
    ]
    courses.write_source(course, "ps1", {"p": cells})
    for learner, given in {
        "ann": SKETCH,
        "bob": {**SKETCH, "solve": WRONG_SOLVE},
        "cyd": {**SKETCH, "solve": WRONG_SOLVE, "p-3": _own("np.linalg.solve")},
        "dan": {**SKETCH, "p-1": SAVE, "p-5": "np.linalg.solve = saved"},
        "eve": {**SKETCH, "order": WRONG_ORDER},
        "fay": {**SKETCH, "p-5": _own("np.linalg.solve")},
    }.items():
        courses.hand_in(course, "ps1", learner, {"p": given})
    assert courses.grade(course, "ps1") == 0
    return course


def _own(name: str) -> str:
    """Return a cell that puts a function of the notebook's own in the place of another one."""
    return f"def own(*arguments):\n    return np.array([1.0, 2.0])\n{name} = own"


def outcomes(course: Path, learner: str, notebook: str = "p") -> dict[str, str]:
    entry = json.loads((course / f".autograder/ps1/{learner}.json").read_text())
    tests = entry["notebooks"][notebook]["tests"]
    return {name: test["outcome"] for name, test in tests.items()}


PASSED = dict.fromkeys(("solve_test", "after", "order_test", "after_order", "det_test"), "passed")


class TestTheInstructorsWill:
    @pytest.mark.parametrize(
        ("learner", "others"),
        [
            pytest.param("ann", {}, id="a right answer passes, and what is taken away stays so"),
            pytest.param(
                "bob", {"solve_test": "failed", "after": "passed"}, id="a forbidden function fails"
            ),
            pytest.param(
                "cyd", {"solve_test": "tampered"}, id="who replaces it before the test is noticed"
            ),
            pytest.param("dan", {}, id="what a learner gives back is taken away again"),
            pytest.param(
                "eve", {"order_test": "failed"}, id="a test that breaks off halfway accuses nobody"
            ),
            pytest.param(
                "fay", {"after": "tampered"}, id="who replaces it after the test is noticed"
            ),
        ],
    )
    def test_each_test_has_the_outcome_that_it_must_get(
        self, forbidding: Path, learner: str, others: Mapping[str, str]
    ) -> None:
        assert outcomes(forbidding, learner) == {**PASSED, **others}

    @pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own
    def test_a_right_answer_has_the_points_that_nbgrader_gives(
        self, forbidding: Path, tmp_path: Path
    ) -> None:
        theirs = tmp_path / "theirs"
        (theirs / "submitted").mkdir(parents=True)
        courses.write_source(theirs, "ps1", {"p": _cells_of(forbidding)})
        for learner in ("ann", "bob"):
            courses.hand_in(theirs, "ps1", learner, {"p": _answers_of(forbidding, learner)})
            courses.nbgrader(theirs, "autograde", "ps1", learner)
        assert (
            _scores(forbidding, "ann")
            == _scores(theirs, "ann")
            == dict(zip(PASSED, [15, 1, 2, 1, 1], strict=True))
        )
        assert _scores(forbidding, "bob") == _scores(theirs, "bob")


def _cells_of(course: Path) -> list[nbformat.NotebookNode]:
    return nbformat.read(course / "source/ps1/p.ipynb", as_version=4).cells


def _answers_of(course: Path, learner: str) -> dict[str, str]:
    notebook = nbformat.read(course / f"submitted/{learner}/ps1/p.ipynb", as_version=4)
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells]
    return {mark["grade_id"]: cell.source for cell, mark in marks if mark.get("solution")}


def _scores(course: Path, learner: str) -> dict[str, float]:
    with courses.gradebook(course) as book:
        notebook = book.find_submission_notebook("p", "ps1", learner)
        return {grade.name: grade.auto_score for grade in notebook.grades}


@pytest.fixture
def losing(tmp_path: Path) -> Path:
    """Return a course whose own solution loses points in many ways, with a class of one."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 3\n")
    cells = [
        solution("right", source("right = 1")),
        courses.test("right_test", 1, "assert right == 1"),
        solution("wrong", source("wrong = 1")),
        courses.test("wrong_test", 2, "assert wrong == 2, 'one is\\nnot two'"),
        solution("half", source("half = 0.5")),
        courses.test("half_test", 2, "half"),
        solution("slow", source("import time\ndef slow():\n    time.sleep(60)")),
        courses.test("slow_test", 3, "slow()"),
        solution("online", source("import urllib.request\nonline = urllib.request.urlopen")),
        courses.test("online_test", 4, "online('http://localhost:1')"),
        solution("stub", "# YOUR CODE HERE\nraise NotImplementedError()"),
        courses.test("stub_test", 5, "raise NotImplementedError()"),
        answer("essay", 6, "As you like it.", "markdown"),
        answer("plot", 7, source("plot = 1"), "code"),
    ]
    courses.write_source(tmp_path, "ps1", {"p": cells})
    courses.hand_in(tmp_path, "ps1", "ann", {"p": {"right": "right = 1"}})
    return tmp_path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each execution of the instructor's own solution."""
    made: list[str] = []
    read_run = instructor.read_run

    def noting(*arguments: object) -> instructor.InstructorsRun:
        made.append("run")
        return read_run(*arguments)

    monkeypatch.setattr(session, "read_run", noting)
    return made


@pytest.fixture
def grade() -> Callable[..., str]:
    """Return what grades a course and returns what was told beside the table."""

    def grading(course: Path, *options: str) -> str:
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            assert courses.grade(course, "ps1", *options) == 0
        return " ".join(told.getvalue().split())

    return grading


class TestWhatTheSolutionLoses:
    def test_each_test_is_named_with_its_cell_the_reason_and_what_to_do(
        self, losing: Path, grade: Callable[..., str]
    ) -> None:
        told = grade(losing)
        for cell, what in {
            "wrong_test": "gets 0 of 2 here (failed, AssertionError: one is not two): correct",
            "half_test": "gets 0.5 of 2 here (partial): correct the solution or the test",
            "slow_test": "gets 0 of 3 here (timeout",
            "online_test": "gets 0 of 4 here (failed, URLError:",
        }.items():
            line = f"source/ps1/p.ipynb, cell '{cell}': the instructor's own solution {what}"
            assert line in told
        assert "raise c.Execute.timeout" in told
        assert "a sandbox has no network" in told
        for cell in ("right_test", "stub_test", "essay", "plot"):
            assert f"'{cell}'" not in told
        assert "ann: graded" in told
        assert told.index("cell 'wrong_test'") < told.index("ann: graded")

    def test_a_course_without_solutions_is_told_nothing(
        self, tmp_path: Path, grade: Callable[..., str]
    ) -> None:
        stub = "# YOUR CODE HERE\nraise NotImplementedError()"
        cells = [solution("f", stub), courses.test("f_test", 1, "assert f(1) == 2")]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        courses.hand_in(tmp_path, "ps1", "ann", {"p": {"f": "def f(x):\n    return x + 1"}})
        assert "own solution" not in grade(tmp_path)
        assert outcomes(tmp_path, "ann") == {"f_test": "passed"}

    def test_a_course_whose_solution_cannot_be_graded_is_told_so_and_the_class_is(
        self, tmp_path: Path, grade: Callable[..., str]
    ) -> None:
        (tmp_path / "nbgrader_config.py").write_text(
            """\
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
c = get_config()
class OnlyLearners(NbGraderPreprocessor):
    def preprocess(self, notebook, resources):
        if resources["nbgrader"]["student"] == "instructor":
            raise ValueError("nobody knows this learner")
        return notebook, resources
c.Autograde.autograde_preprocessors = [
    OnlyLearners, *Autograde.autograde_preprocessors.default_args[0]
]
"""
        )
        cells = [solution("f", source("f = 1")), courses.test("f_test", 1, "assert f == 1")]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        courses.hand_in(tmp_path, "ps1", "ann", {"p": {"f": "f = 1"}})
        told = grade(tmp_path)
        assert "own solution cannot be graded: nobody knows this learner." in told
        assert outcomes(tmp_path, "ann") == {"f_test": "passed"}


class TestOnce:
    def test_what_was_told_is_told_again_without_another_run(
        self, tmp_path: Path, runs: list[str], grade: Callable[..., str]
    ) -> None:
        cells = [solution("f", source("f = 1")), courses.test("f_test", 1, "assert f == 2")]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        courses.hand_in(tmp_path, "ps1", "ann", {"p": {"f": "f = 2"}})
        assert "cell 'f_test'" in grade(tmp_path)
        assert "cell 'f_test'" in grade(tmp_path, "--force")
        assert runs == ["run"]
        assert "cell 'f_test'" not in grade(tmp_path)  # nobody is left to be graded
        assert runs == ["run"]

    def test_another_solution_is_run_anew(
        self, tmp_path: Path, runs: list[str], grade: Callable[..., str]
    ) -> None:
        cells = [solution("f", source("f = 1")), courses.test("f_test", 1, "assert f == 2")]
        courses.write_source(tmp_path, "ps1", {"p": cells})
        courses.hand_in(tmp_path, "ps1", "ann", {"p": {"f": "f = 2"}})
        assert "cell 'f_test'" in grade(tmp_path)
        path = tmp_path / "source/ps1/p.ipynb"
        path.write_text(path.read_text().replace("f = 1", "f = 2"))
        assert "cell 'f_test'" not in grade(tmp_path, "--force")
        assert runs == ["run", "run"]

    def test_what_ran_out_of_time_is_tried_again(
        self, losing: Path, runs: list[str], grade: Callable[..., str]
    ) -> None:
        grade(losing)
        grade(losing, "--force")
        assert runs == ["run", "run"]

    @pytest.mark.parametrize(
        "damage", ["", "[]", "{}", '{"key": "k"}', '{"key": "k", "replaced": [1]}', "\0"]
    )
    def test_a_memory_that_is_damaged_is_none(self, damage: str, tmp_path: Path) -> None:
        (tmp_path / "memory.json").write_text(damage)
        assert instructor.load_run(tmp_path / "memory.json", "k") is None

    def test_a_memory_says_what_was_put_into_it(self, tmp_path: Path) -> None:
        replaced = {"p": {"t": Replaced(frozenset({"numpy.dot"}), frozenset({"math.sqrt"}))}}
        run = instructor.InstructorsRun(replaced, ("numpy",), ("a line",))
        instructor.save_run(tmp_path / "memory.json", "k", run)
        assert instructor.load_run(tmp_path / "memory.json", "k") == run
        assert instructor.load_run(tmp_path / "memory.json", "another") is None


def test_guard_settings_arrive_as_they_left() -> None:
    replaced = Replaced(frozenset({"numpy.dot"}), frozenset({"math.sqrt"}))
    settings = GuardSettings({"a": replaced, "b": Replaced()}, frozenset({"filter"}), True)
    assert GuardSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings
    assert GuardSettings.from_json({}) == GuardSettings()
