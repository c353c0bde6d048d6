"""What is run of the course, once for all tests: checks, lessons, and right answers in the engine.

Each uses all cores by itself, so these tests run in one process. A result without a fault is kept
until something changes that it depends on, as `autograder check` keeps its own.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

import autograder
import forwardpass
from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.cores import available_cores
from autograder.files import write_text
from autograder.notebooks import exercise_cells, notebook_text, read_notebook
from autograder.result_cache import ResultCache, content_of, environment, key_of
from autograder.run.plan import Job, plan
from autograder.run.session import run_jobs
from autograder.samples import complete_submission, solutions_of
from autograder.syllabus import Syllabus, Unit, load_syllabus

ROOT = Path(__file__).parents[2]
SYLLABUS = load_syllabus(ROOT)
_TOOLS = Path(autograder.__file__).parent
# With another one of these nothing counts any more: what notebooks import, what all rooms use.
_BASIS = (Path(forwardpass.__file__).parent, *_TOOLS.glob("*.py"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--unit", action="append", default=[], help="w05: only this unit; repeatable")
    parser.addoption("--mutants", help="how many mutants of an exercise are tried; by default all")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "unit" in metafunc.fixturenames:
        units = _selected(metafunc.config)
        metafunc.parametrize("unit", units, ids=lambda unit: unit.number, scope="session")


def _selected(config: pytest.Config) -> tuple[Unit, ...]:
    return SYLLABUS.select(config.getoption("--unit"))


@pytest.fixture(scope="session")
def syllabus() -> Syllabus:
    return SYLLABUS


@pytest.fixture(scope="session")
def progress(pytestconfig: pytest.Config) -> Callable[[], Any]:
    """Return what lets the tools' own lines through: some of this takes minutes."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    return capture.global_and_fixture_disabled


@pytest.fixture(scope="session")
def faults(
    pytestconfig: pytest.Config,
    progress: Callable[[], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[str]]:
    """Return the broken promises of each unit, as `autograder check` finds them."""
    path = tmp_path_factory.mktemp("check") / "report.json"
    ids = [unit.id for unit in _selected(pytestconfig)]
    most = pytestconfig.getoption("--mutants")
    sample = ["--mutants", most] if most else []
    with progress():
        main(["check", *ids, *sample, "--course-dir", str(ROOT), "--json", str(path)])
    reports = json.loads(path.read_text())["units"]
    return {
        report["unit"]: [f"{fault['path']}:{fault['line']}: {fault['message']}" for fault in faults]
        for report in reports
        for faults in [report["faults"]]
    }


@pytest.fixture(scope="session")
def lesson_runs(
    pytestconfig: pytest.Config,
    progress: Callable[[], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Return what went wrong in each unit's lesson when papermill ran it; empty for nothing."""

    def run(units: Sequence[Unit]) -> dict[str, str]:
        # How long it takes is measured by `autograder run`, not by a test.
        jobs = [replace(job, budget=None) for job, _ in _lesson_jobs(units)]
        with progress():
            output = tmp_path_factory.mktemp("runs")
            runs = run_jobs(jobs, output=output, parallel=None, title=SYLLABUS.title)
        return {one.unit: "" if one.ok else f"{one.status}: {one.error}" for one in runs}

    units = [unit for _, unit in _lesson_jobs(_selected(pytestconfig))]
    return _kept_or_new(
        "lesson", units, [_TOOLS / "run"], lambda unit: [ROOT / "release" / unit.id], run
    )


def _lesson_jobs(units: Sequence[Unit]) -> list[tuple[Job, Unit]]:
    jobs = [(job, unit) for unit in units for job in plan(ROOT, [unit], "quick")]
    return [(job, unit) for job, unit in jobs if job.notebook != unit.assignment_name]


@pytest.fixture(scope="session")
def graded(
    pytestconfig: pytest.Config,
    progress: Callable[[], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Return what right answers lost in the engine, for each unit; empty for nothing.

    The engine grades the reference before any class; the class has the alternatives.
    """

    def grade(units: Sequence[Unit]) -> dict[str, str]:
        folders = [tmp_path_factory.mktemp(unit.number) for unit in units]
        with progress(), ThreadPoolExecutor(available_cores()) as pool:
            return dict(pool.map(_loss_of_right_answers, units, folders))

    def inputs(unit: Unit) -> list[Path]:
        folders = [ROOT / "source" / unit.id, ROOT / "release" / unit.id]
        return [*folders, ROOT / "course" / unit.id / "mistakes.py"]

    tools = [_TOOLS / "grade", _TOOLS / "kernels", ROOT / "nbgrader_config.py"]
    return _kept_or_new("engine", _selected(pytestconfig), tools, inputs, grade)


def _loss_of_right_answers(unit: Unit, folder: Path) -> tuple[str, str]:
    reference = read_notebook(ROOT / "source" / unit.id / unit.assignment_name)
    solutions = solutions_of(reference)
    mistakes = ROOT / "course" / unit.id / "mistakes.py"
    variants = parse_mistakes(mistakes, exercise_cells(reference))
    others = {v.exercise: v.code for v in variants if v.kind == "alternative"}
    release = read_notebook(ROOT / "release" / unit.id / unit.assignment_name)
    path = folder / "submitted" / "sample01" / unit.id / unit.assignment_name
    write_text(path, notebook_text(complete_submission(release, solutions | others)))
    for name in ("course", "source", "release"):
        (folder / name).symlink_to(ROOT / name)
    settings = (ROOT / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(f"{settings}c.Execute.timeout *= 10\n")
    command = [sys.executable, "-m", "autograder", "grade", unit.id, "--course-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{unit.id}: graded", file=sys.stderr, flush=True)
    if done.returncode != 0 or "instructor's own solution" in done.stdout + done.stderr:
        return unit.id, done.stdout + done.stderr
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        (found,) = gradebook.assignment_submissions(unit.id)
        # A person grades the rest.
        is_full = (found.score, found.max_score) == (found.max_code_score, unit.points)
        loss = f"{found.score} of {found.max_code_score}\n{done.stdout}"
    return unit.id, "" if is_full else loss


def _kept_or_new(
    kind: str,
    units: Sequence[Unit],
    tools: Sequence[Path],
    inputs: Callable[[Unit], list[Path]],
    run: Callable[[Sequence[Unit]], dict[str, str]],
) -> dict[str, str]:
    """Return a result for each unit: the empty one where it was kept, or a new one."""
    cache = ResultCache(kind)
    same = {"tools": content_of([*_BASIS, *tools], ROOT), "environment": environment()}
    keys = {unit.id: key_of(**same, unit=content_of(inputs(unit), ROOT)) for unit in units}
    results = {unit.id: "" for unit in units if cache.find(unit.id, keys[unit.id])}
    if missing := [unit for unit in units if unit.id not in results]:
        for unit, fault in run(missing).items():
            results[unit] = fault
            if not fault:
                cache.keep(unit, keys[unit], fault)
    return results
