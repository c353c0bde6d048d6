"""Real processes: one job with every way in which a run can end."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import psutil
import pytest

from autograder.check.assignment import AssignmentCode, Cell
from autograder.check.plan import Trial, UnitUnderTest
from autograder.check.runner import ReferenceServer, RunnerFailed
from autograder.judge.needs import plan

CELLS = (
    Cell("import os, time\n%config InlineBackend.figure_format = 'png'\nk = 1", "parameters"),
    Cell("def f():\n    return k", "exercise", "f", "f"),
    Cell("assert f() == 1, 'f is k'", "tests", "f_tests", "f", 2.0),
)
CODE = AssignmentCode(CELLS, ("",) * 3, ("",) * 3)
TEST = CELLS[2].code


def run(*steps: tuple[int, str], checkpoint: int = 1, limit: float = 60.0, **more) -> Trial:
    more = {"is_local": True} | more
    return Trial("mutant", "f", None, checkpoint, steps, limit, **more)


def under_test(code: AssignmentCode, files: dict[str, bytes]) -> UnitUnderTest:
    return UnitUnderTest(None, Path("w01"), code, (), (), files, plan(code.for_judge()))


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
    trials = [replace(trial, kind=name) for name, trial in RUNS.items()]
    files = {"data/one.txt": b"one"}
    with ReferenceServer.start([]) as server:
        outcomes = server.execute(under_test(CODE, files), trials, lambda: 2)
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


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def ended(since: set[psutil.Process]) -> bool:
    """Wait until there are no more children than once; a process that ends takes a moment."""
    deadline = time.monotonic() + 30
    while children() != since and time.monotonic() < deadline:
        time.sleep(0.05)
    return children() == since


def announced(path: Path) -> str:
    """Return code that writes the number of its process; renamed, so never read half written."""
    draft = str(path.with_suffix(".draft"))
    return f"open({draft!r}, 'w').write(str(os.getpid()))\nos.rename({draft!r}, {str(path)!r})"


def wait_for(path: Path) -> int:
    while not path.exists():
        time.sleep(0.01)
    return int(path.read_text())


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the folder in which temporary ones are made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_to_stop_reading_ends_every_run_and_the_server_leaves_no_process_and_no_file(temporary):
    endless = run((1, f"{announced(temporary / 'pid')}\nwhile True:\n    pass"), limit=600)
    before = children()
    with ReferenceServer.start([]) as server:
        idle = children()
        with closing(
            server.execute(under_test(CODE, {}), [RUNS["passes"], endless], lambda: 2)
        ) as outcomes:
            assert next(outcomes)[0] is RUNS["passes"]
            pid = wait_for(temporary / "pid")
            assert children() > idle
        assert not psutil.pid_exists(pid)
        assert ended(since=idle)
    assert ended(since=before)
    assert not list(temporary.glob("forwardpass-check-*"))


def test_to_stop_reading_ends_a_reference_that_is_busy():
    cells = (CELLS[0], Cell("while True:\n    pass", "ordinary"), CELLS[2])
    trials = [run((0, "1"), checkpoint=1), run((0, "1"), checkpoint=2)]
    before = children()
    with ReferenceServer.start([]) as server:
        code = AssignmentCode(cells, (), ())
        with closing(server.execute(under_test(code, {}), trials, lambda: 1)) as outcomes:
            assert next(outcomes)[0] is trials[0]
    assert ended(since=before)


def test_a_server_that_ends_is_told_to_who_waits_for_results(tmp_path):
    endless = run((1, f"{announced(tmp_path / 'pid')}\nwhile True:\n    pass"), limit=600)
    with ThreadPoolExecutor(1) as pool:
        with ReferenceServer.start([]) as server:
            waiting = pool.submit(list, server.execute(under_test(CODE, {}), [endless], lambda: 1))
            pid = wait_for(tmp_path / "pid")
        with pytest.raises(RunnerFailed):
            waiting.result()
    assert not psutil.pid_exists(pid)


def test_a_server_that_was_ended_takes_no_more_runs_and_leaves_no_file(temporary):
    with ReferenceServer.start([]) as server:
        pass
    with pytest.raises(RunnerFailed, match="was ended"):
        list(server.execute(under_test(CODE, {}), [RUNS["passes"]], lambda: 1))
    assert not list(temporary.glob("forwardpass-check-*"))


def test_a_reference_that_kills_its_process_is_an_error_and_the_server_goes_on():
    cells = (Cell("import os\nos._exit(3)", "ordinary"), *CELLS[1:])
    with ReferenceServer.start([]) as server:
        with pytest.raises(RunnerFailed, match="exit status 3"):
            list(
                server.execute(
                    under_test(AssignmentCode(cells, (), ()), {}), [RUNS["passes"]], lambda: 1
                )
            )
        ((_, result),) = server.execute(under_test(CODE, {}), [RUNS["passes"]], lambda: 1)
    assert result.end == "finished"


def test_nothing_to_run_starts_nothing():
    with ReferenceServer.start([]) as server:
        assert list(server.execute(under_test(CODE, {}), [], lambda: 1)) == []


def test_a_number_of_runs_that_is_told_too_late_for_the_last_one_is_no_error():
    numbers = cycle([1, 2])
    with ReferenceServer.start([]) as server:
        for _ in range(10):
            runs = [RUNS["passes"]] * 2
            outcomes = list(server.execute(under_test(CODE, {}), runs, lambda: next(numbers)))
            assert [result.end for _, result in outcomes] == ["finished"] * 2


def test_packages_are_imported_once_and_for_every_reference(tmp_path, monkeypatch):
    (tmp_path / "counted_import.py").write_text(
        f"open({str(tmp_path / 'imports')!r}, 'a').write('once ')"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    uses = run((1, "import sys\nassert 'counted_import' in sys.modules\nimport counted_import"))
    with ReferenceServer.start(["counted_import", "no_such_package"]) as server:
        for _ in range(2):
            ((_, result),) = server.execute(under_test(CODE, {}), [uses], lambda: 1)
            assert result.of(1).cause == ""
        assert server.seconds > 0
    assert (tmp_path / "imports").read_text() == "once "


def test_what_a_reference_loads_late_is_reported_and_can_be_loaded_first(tmp_path):
    cells = (*CELLS, Cell("import late_local, wave\nlate = 'wave' in dir()", "ordinary"))
    code = AssignmentCode(cells, (), ())
    steps = tuple((index, cell.code) for index, cell in enumerate(cells))
    reference = replace(run(*steps, checkpoint=0), kind="reference")
    early = run((1, "import sys\nassert 'wave' in sys.modules"))
    files = {"late_local.py": b""}
    with ReferenceServer.start([]) as server:
        ((_, result),) = server.execute(under_test(code, files), [reference], lambda: 1)
        assert "wave" in result.loaded
        assert "late_local" not in result.loaded  # it belongs to the notebook, not to a library
        ((_, before),) = server.execute(under_test(code, files), [early], lambda: 1)
        ((_, after),) = server.execute(under_test(code, files), [early], lambda: 1, result.loaded)
    assert (before.of(1).error, after.of(1).error) == ("AssertionError", "")


def test_a_run_that_waits_for_ever_is_stopped_though_it_uses_no_processor_time():
    asleep = run((1, "time.sleep(1e6)"))
    with ReferenceServer.start([]) as server:
        ((_, result),) = server.execute(under_test(CODE, {}), [asleep], lambda: 1)
    assert result.end == "timed out"


def test_a_run_is_bounded_by_processor_time_and_not_by_the_clock():
    patient = run((1, "time.sleep(3)"), limit=1.0)
    with ReferenceServer.start([]) as server:
        ((_, result),) = server.execute(under_test(CODE, {}), [patient], lambda: 1)
    assert result.end == "finished"
    assert result.of(1).seconds < 1
