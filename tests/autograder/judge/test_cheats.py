"""No cheat gains a point on real weeks, and none ends the judge."""

import importlib
import multiprocessing
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import pytest

from autograder.check.judged import cell_result
from autograder.check.plan import UnitUnderTest
from autograder.check.unit import load_unit
from autograder.judge.client import JudgeServer
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import Address, SandboxConfig
from autograder.syllabus import load_syllabus

from ..corpus import needs_bwrap
from ..corpus.cheating import CHEATS, Cheat, visible_values
from .cheated import Outcome, hand_in

pytestmark = needs_bwrap  # which needs the same namespaces as the learners' processes
_ROOT = Path(__file__).parents[3]
_SECONDS = 2.0  # for a test of the learner's; an answer takes thousandths
# What the notebooks import, so that their forks need not.
_MODULES = {
    "w02": ("matplotlib.pyplot", "scipy.special", "scipy.stats", "sklearn.naive_bayes"),
    "w05": ("matplotlib.pyplot", "sklearn.datasets", "sklearn.model_selection", "torch"),
    # PyTorch's first optimiser would import torch._dynamo, which takes as long as a test may.
    "w07": ("matplotlib.pyplot", "sklearn.datasets", "torch._dynamo", "tensorflow", "keras"),
}
CASES = [
    pytest.param(week, cheat, id=f"{week}-{cheat.name}") for cheat in CHEATS for week in cheat.weeks
]


@dataclass(frozen=True)
class Week:
    """A week that is cheated in."""

    unit: UnitUnderTest
    table: bytes
    address: Address


@cache
def load(name: str) -> UnitUnderTest:
    """Return a week by the beginning of its name."""
    syllabus = load_syllabus(_ROOT)
    unit = next(unit for unit in syllabus.units if unit.id.startswith(name))
    return load_unit(_ROOT, unit, syllabus)


def table_of(unit: UnitUnderTest) -> bytes:
    """Return what the visible tests expect; found out by a process of its own."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=lambda: theirs.send_bytes(visible_values(unit)))
    process.start()
    theirs.close()
    with ours:
        found = ours.recv_bytes()
    process.join()
    return found


@pytest.fixture(scope="module")
def weeks() -> Iterator[dict[str, Week]]:
    """Return a dictionary that keeps what is there once for a week."""
    matplotlib.use("agg")
    with ExitStack() as stack:
        yield _Weeks(stack)


class _Weeks(dict):
    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __missing__(self, name: str) -> Week:
        unit = load(name)
        config = SandboxConfig(Sandbox.NONE, modules=("numpy", *_MODULES[name]))
        server = self._stack.enter_context(JudgeServer(config))
        for module in _MODULES[name]:
            importlib.import_module(module)
        # TensorFlow, which w07's answers use, does not survive the fork that makes a table.
        table = pickle.dumps({}) if name == "w07" else table_of(unit)
        self[name] = Week(unit, table, server.address)
        return self[name]


def points_of(week: Week, outcome: Outcome) -> dict[str, float]:
    """Return what each test gives, by its grade id, without those that give nothing."""
    cells = week.unit.assignment.cells
    scores = {
        cells[index].grade_id: cell_result(index, 0.0, run).score(cells[index].points)
        for index, run in outcome.runs.items()
    }
    return {name: score for name, score in scores.items() if score}


@pytest.mark.parametrize(("week", "cheat"), CASES)
def test_a_cheat_gains_nothing(
    weeks: dict[str, Week], week: str, cheat: Cheat, tmp_path: Path
) -> None:
    here = weeks[week]
    outcome = hand_in(here.address, here.unit, cheat, here.table, tmp_path, _SECONDS)
    assert outcome.reached, "it was never executed where it matters"
    assert points_of(here, outcome) == {}
    assert outcome.broken == ()


def told(outcome: Outcome) -> list[str]:
    """Return what the tests tell the learner about their errors."""
    runs = outcome.runs.values()
    return [
        text["evalue"] for run in runs for text in run.outputs if text["output_type"] == "error"
    ]


@pytest.mark.parametrize("week", ["w02", "w05"])
def test_a_table_of_what_is_expected_leads_a_cheat_to_the_hidden_tests(
    weeks: dict[str, Week], week: str, tmp_path: Path
) -> None:
    cheat = Cheat("a table", "nothing", "raise ValueError('not in the table')")
    here = weeks[week]
    for table, leads in (here.table, True), (pickle.dumps({}), False):
        outcome = hand_in(here.address, here.unit, cheat, table, tmp_path, _SECONDS)
        assert any("A hidden test fails" in text for text in told(outcome)) is leads
