"""Real processes: one job with every way in which a run can end."""

import sys
import time
from contextlib import closing, suppress

import psutil
import pytest

from autograder.check.plan import Run, Trial
from autograder.check.runner import RunnerFailed, execute
from autograder.check.script import Cell, Script

CELLS = (
    Cell("import os, time\n%config InlineBackend.figure_format = 'png'\nk = 1", "parameters"),
    Cell("def f():\n    return k", "exercise", "f", "f"),
    Cell("assert f() == 1, 'f is k'", "tests", "f_tests", "f", 2.0),
)
SCRIPT = Script(CELLS, ("",) * 3, ("",) * 3)
TEST = CELLS[2].code


def run(*steps: tuple[int, str], checkpoint: int = 1, limit: float = 60.0, **more) -> Run:
    return Run(checkpoint, steps, limit, **more)


RUNS = {
    "passes": run((1, CELLS[1].code), (2, TEST)),
    "fails": run((1, "def f():\n    return 2"), (2, TEST)),
    "raises in the cell": run((1, "raise ValueError('no\\nmore')"), (2, "k")),
    "does not parse": run((1, "def f(:")),
    "leaves": run((1, "k = 5"), (2, "os._exit(0)")),
    "exits": run((1, "raise SystemExit(3)"), (2, "k")),
    "never returns": run((1, "while True:\n    pass"), limit=1.0),
    "leaves a process behind": run((1, "import subprocess\nsubprocess.Popen(['sleep', '60']).pid")),
    "shows a number": run((2, "1.5")),
    "shows another thing": run((2, "True")),
    "changes names and files": run((1, "k = 7; os.mkdir('made')")),
    "sees no change": run((1, "assert k == 1 and not os.path.exists('made')")),
    "reads a file": run((1, "assert open('data/one.txt').read() == 'one'")),
    "knows its seed": run((1, "assert os.environ['FORWARDPASS_TEST_SEED'] == '2'"), seed=2),
    "starts at the first cell": run((0, "assert 'k' not in globals()"), checkpoint=0),
    "asks for too much memory": run((1, "block = bytearray(12 * 2**30)")),
    "is watched": run((1, "k = 2"), (2, TEST), (0, "never"), watched=(2,)),
}


@pytest.fixture(scope="module")
def results():
    """Return the result of every run, by its name."""
    trials = [Trial(name, "f", None, value) for name, value in RUNS.items()]
    files = {"data/one.txt": b"one"}
    with closing(execute(SCRIPT, trials, files, at_once=2)) as outcomes:
        return {trial.kind: result for trial, result in outcomes}


def test_every_run_is_reported(results):
    assert set(results) == set(RUNS)


@pytest.mark.parametrize(
    "name",
    ["passes", "sees no change", "reads a file", "knows its seed", "starts at the first cell"],
)
def test_a_run_without_error_finishes(results, name):
    assert results[name].end == "finished"
    assert [cell.cause for cell in results[name].cells] == [""] * len(RUNS[name].steps)


def test_a_failing_test_says_why_and_scores_nothing(results):
    cell = results["fails"].of(2)
    assert cell.cause == "AssertionError: f is k"
    assert cell.score(2.0) == 0.0


def test_the_cells_after_an_error_are_run_as_a_grader_runs_them(results):
    first, second = results["raises in the cell"].cells
    assert first.cause == "ValueError: no"
    assert (second.error, second.value) == ("", 1.0)
    assert results["does not parse"].of(1).error == "SyntaxError"
    assert results["exits"].of(2).value == 1.0


def test_a_process_that_leaves_has_died_after_the_cells_that_it_finished(results):
    result = results["leaves"]
    assert (result.end, [cell.cell for cell in result.cells]) == ("died", [1])


def test_a_process_that_never_returns_is_stopped(results):
    assert results["never returns"].end == "timed out"


def test_what_a_run_starts_ends_with_it(results):
    assert results["leaves a process behind"].end == "finished"
    pid = int(results["leaves a process behind"].of(1).value)
    with suppress(psutil.NoSuchProcess):
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_number_is_partial_credit_and_anything_else_full(results):
    assert results["shows a number"].of(2).score(2.0) == 1.5
    assert results["shows a number"].of(2).score(1.0) == 1.0
    assert results["shows another thing"].of(2).score(2.0) == 2.0


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not bound the address space")
def test_memory_is_bounded(results):
    assert results["asks for too much memory"].of(1).error == "MemoryError"


def test_a_watched_test_that_fails_ends_the_run(results):
    assert results["is watched"].end == "finished"
    assert [cell.cell for cell in results["is watched"].cells] == [1, 2]


def test_to_stop_reading_ends_every_process_and_removes_every_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    pid, draft = tmp_path / "pid", tmp_path / "draft"
    # Renamed into place, so that it is never read half written.
    note = f"open({str(draft)!r}, 'w').write(str(os.getpid()))\n"
    note += f"os.rename({str(draft)!r}, {str(pid)!r})"
    endless = run((1, f"{note}\nwhile True:\n    pass"))
    trials = [Trial("first", "f", None, RUNS["passes"]), Trial("endless", "f", None, endless)]
    before = children()
    with closing(execute(SCRIPT, trials, {}, at_once=2)) as outcomes:
        assert next(outcomes)[0].kind == "first"
        while not pid.exists():
            time.sleep(0.01)
        assert children() > before
    assert not psutil.pid_exists(int(pid.read_text()))
    assert children() == before
    assert not list(tmp_path.glob("forwardpass-check-*"))


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def test_to_stop_reading_ends_a_reference_that_is_busy():
    cells = (CELLS[0], Cell("while True:\n    pass", "ordinary"), CELLS[2])
    trials = [Trial(str(i), "f", None, run((0, "1"), checkpoint=i)) for i in (1, 2)]
    before = children()
    with closing(execute(Script(cells, (), ()), trials, {}, at_once=1)) as outcomes:
        assert next(outcomes)[0].kind == "1"
    assert children() == before


def test_a_reference_that_kills_its_process_is_an_error():
    cells = (Cell("import os\nos._exit(3)", "ordinary"), *CELLS[1:])
    trials = [Trial("passes", "f", None, RUNS["passes"])]
    with (
        closing(execute(Script(cells, (), ()), trials, {}, at_once=1)) as outcomes,
        pytest.raises(RunnerFailed, match="exit status 3"),
    ):
        list(outcomes)


def test_nothing_to_run_starts_nothing():
    assert list(execute(SCRIPT, [], {}, at_once=1)) == []
