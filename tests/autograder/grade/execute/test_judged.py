"""Tests that a judge runs, beside a kernel that never sees them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.grade.execute import judged
from autograder.grade.execute.executor import KernelChoice
from autograder.grade.execute.judged import JudgedExecutor
from autograder.grade.execute.judging import Judging
from autograder.grade.execute.verdict import explain, judge
from autograder.grade.model import Execution
from autograder.judge.client import JudgeServer
from autograder.judge.plan import JudgedCell
from autograder.judge.protocol import JudgedNotebook
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import ForkedProvisioner
from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.server import KernelServer, SandboxConfig

CONFIG = Config({"Execute": {"timeout": 3}})
# Names that are here are fetched by every test that uses them.
NAMES = ("f", "g", "h")


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[KernelServer, JudgeServer]]:
    config = SandboxConfig(Sandbox.NONE, ("matplotlib.pyplot",))
    with KernelServer(config) as kernels, JudgeServer(config) as judges:
        yield kernels, judges


Graded = tuple[Execution, dict[str, tuple[str, float | None]]]


@pytest.fixture
def run(servers: tuple[KernelServer, JudgeServer], tmp_path: Path) -> Callable[..., Graded]:
    """Return what executes cells: a text is a learner's, a pair a test's name and its source."""

    def execute(*cells: str | tuple[str, str], **limits: int) -> Graded:
        notebook = new_notebook()
        judged_cells, tests = [], {}
        for number, cell in enumerate(cells):
            if isinstance(cell, str):
                notebook.cells.append(new_code_cell(cell))
                judged_cells.append(JudgedCell("", "exercise"))
                continue
            name, source = cell
            notebook.cells.append(graded_cell(name, source))
            used = tuple(n for n in NAMES if f"{n}(" in source)
            judged_cells.append(JudgedCell(source, "test", used))
            tests[name] = number
        kernels, judges = servers
        given = Limits(**limits)
        (tmp_path / "work").mkdir(exist_ok=True)
        judging = Judging(
            judges.address, JudgedNotebook(tuple(judged_cells), b"seed", limits=given), tests
        )
        choice = KernelChoice(kernels.address, given)
        execution = JudgedExecutor(judging, choice, CONFIG, notebook, tmp_path / "work").run()
        verdicts = judge(execution)
        explain(execution.notebook, verdicts)
        return execution, {
            name: (str(found.outcome), found.score) for name, found in verdicts.items()
        }

    return execute


def graded_cell(name: str, source: str) -> NotebookNode:
    marks = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    cell = new_code_cell(source)
    cell.metadata.nbgrader = {"grade_id": name, "points": 4, **marks}
    return cell


def shown(execution: Execution, index: int) -> str:
    """Return what a cell shows, as text."""
    texts: list[Any] = []
    for output in execution.notebook.cells[index].outputs:
        texts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
        texts += [output.get("ename", ""), output.get("evalue", "")]
    return " ".join(filter(None, texts))


F = "def f(x):\n    return 2 * x"


class TestOutcomes:
    @pytest.mark.parametrize(
        ("body", "outcome", "says"),
        [
            ("return 2 * x", ("passed", 4), ""),
            ("return x", ("failed", 0), "AssertionError"),
            ("return x / 0", ("failed", 0), "ZeroDivisionError"),
            ("return input()", ("failed", 0), "nobody answers"),
            ("import os; os._exit(1)", ("kernel died", 0), "the Python process ended"),
            ("while True: pass", ("timeout", 0), "CellTimeoutError"),
            ("import time; time.sleep(100)", ("timeout", 0), "CellTimeoutError"),
            ("raise MemoryError", ("out of memory", 0), "MemoryError"),
            (
                "sock = get_ipython().kernel.boundary; sock.setblocking(True); "
                "sock.sendall(b'x' * 100); import time; time.sleep(1); return 4",
                ("failed", 0),
                "something that is no value",
            ),
            ("get_ipython().kernel.boundary.close(); return 4", ("kernel died", 0), "ended"),
            (
                "while True:\n        try: import time; time.sleep(100)\n"
                "        except BaseException: pass",
                ("timeout", 0),
                "ignored the interrupt",
            ),
        ],
    )
    def test_a_test_ends_as_the_answer_deserves_and_costs_itself_alone(
        self, run: Callable[..., Graded], body: str, outcome: tuple[str, float], says: str
    ) -> None:
        answer = f"def f(x):\n    {body}"
        test = ("first", "assert f(2) == 4")
        execution, outcomes = run(
            "n = 7", answer, test, "n += 1", "def g():\n    return n", ("second", "assert g() == 8")
        )
        assert outcomes == {"first": outcome, "second": ("passed", 4)}
        assert says in shown(execution, 2)

    def test_a_function_that_is_interrupted_leaves_the_kernel(
        self, run: Callable[..., Graded]
    ) -> None:
        slow = "import time\ndef f(x):\n    time.sleep(100)"
        execution, outcomes = run(slow, ("t", "f(1)"), "1")
        assert outcomes["t"][0] == "timeout"
        assert execution.restarts == 0

    @pytest.mark.parametrize(("waited", "outcome"), [(0.0, "timeout"), (100.0, "passed")])
    def test_time_in_which_others_had_the_processor_does_not_count(
        self,
        run: Callable[..., Graded],
        monkeypatch: pytest.MonkeyPatch,
        waited: float,
        outcome: str,
    ) -> None:
        async def others(_: ForkedProvisioner) -> float:
            return waited

        monkeypatch.setattr(ForkedProvisioner, "waited", others)
        seconds = 1.3 * CONFIG.Execute.timeout
        slow = f"import time\ndef f(x):\n    time.sleep({seconds})"
        _, outcomes = run(slow, ("t", "f(1)"))
        assert outcomes["t"][0] == outcome

    def test_a_value_that_a_test_shows_is_partial_credit(self, run: Callable[..., Graded]) -> None:
        _, outcomes = run(F, ("t", "f(1) / 2 + 0.5"), ("zero", "f(0)"), ("over", "f(9)"))
        assert outcomes["t"] == ("partial", 1.5)
        assert outcomes["zero"] == ("failed", 0)
        assert outcomes["over"][0] == "failed"

    def test_a_name_that_is_not_there_fails_its_tests(self, run: Callable[..., Graded]) -> None:
        execution, outcomes = run("pass", ("t", "assert f(2) == 4"))
        assert outcomes == {"t": ("failed", 0)}
        assert "NameError" in shown(execution, 1)

    def test_a_cell_above_that_ends_the_kernels_loop_costs_itself(
        self, run: Callable[..., Graded]
    ) -> None:
        ending = "import asyncio; asyncio.get_event_loop().call_soon(asyncio.get_event_loop().stop)"
        execution, outcomes = run(F, ending, ("t", "assert f(2) == 4"))
        assert outcomes == {"t": ("passed", 4)}
        assert "ended after this cell" in shown(execution, 1)

    def test_a_judge_that_ends_is_replaced_once(
        self, run: Callable[..., Graded], tmp_path: Path
    ) -> None:
        mark = tmp_path / "mark"
        ending = (
            f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\n"
            "if not mark.exists():\n    mark.touch()\n    os._exit(1)\nassert f(2) == 4"
        )
        assert run(F, ("t", ending))[1] == {"t": ("passed", 4)}
        with pytest.raises(judged.KernelFailed, match=r"^t: "):
            run(F, ("t", "import os\nos._exit(1)\nf(1)"))


SECRET = "fp-" + "canary"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
# Looks through the whole memory of its process, for what it does not have as a text itself.
LOOK = """\
import os, re
wanted = re.compile(b"fp-" + b"[c]anary")
found = []
def look():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("r") and not line.rstrip().endswith("[vvar]"):
                try:
                    memory.seek(begin)
                    found.extend(wanted.findall(memory.read(end - begin)))
                except (OSError, ValueError, OverflowError):
                    pass
    for folder, _, names in os.walk("."):
        for name in names:
            found.extend(wanted.findall(open(os.path.join(folder, name), "rb").read()))
    found.extend(wanted.findall(str(os.environ).encode() + str(In).encode()))
look()
def f(x):
    look()
    return 2 * x
"""


class TestTheKernel:
    def test_it_never_has_a_hidden_test(self, run: Callable[..., Graded]) -> None:
        test = f"seen = f(2)\n{HIDDEN.format(f'assert f(3) == 6, {SECRET!r}')}"
        cells = (LOOK, ("first", test), ("second", test), "look()\nprint(len(found), seen)")
        execution, outcomes = run(*cells)
        assert outcomes == {"first": ("passed", 4), "second": ("passed", 4)}
        assert shown(execution, 3) == "0 4\n"
        # The search does find what is there.
        assert shown(run(LOOK, f"here = {SECRET!r}", "look()\nprint(len(found) > 0)")[0], 2) == (
            "True\n"
        )

    def test_what_another_cell_reads_of_a_visible_part_is_there(
        self, run: Callable[..., Graded]
    ) -> None:
        test = f"print('visible')\nbase = f(2)\n{HIDDEN.format('secret = f(base)')}"
        execution, outcomes = run(F, ("t", test), "print(base, 'secret' in globals())")
        assert outcomes == {"t": ("passed", 4)}
        assert shown(execution, 2) == "4 False\n"
        assert shown(execution, 1) == "visible\n"

    def test_what_no_other_cell_reads_is_not(self, run: Callable[..., Graded]) -> None:
        execution, _ = run(F, ("t", "base = f(2)"), "print('ba' + 'se' in globals())")
        assert shown(execution, 2) == "False\n"

    @pytest.mark.parametrize(("factor", "outcome"), [(2, "passed"), (3, "failed")])
    def test_the_error_of_a_visible_part_is_the_judges_own(
        self, run: Callable[..., Graded], factor: int, outcome: str
    ) -> None:
        # In the kernel the test fails in any case.
        work = "import os\nWORK = os.getcwd()"
        answer = f"def f(x):\n    return {factor} * x"
        test = "base = f(2)\nassert base == 4 and 'WORK' not in globals()"
        execution, outcomes = run(work, answer, ("t", test), "base")
        assert outcomes["t"][0] == outcome
        errors = [o for o in execution.notebook.cells[2].outputs if o.output_type == "error"]
        assert len(errors) == (outcome == "failed")

    def test_a_visible_part_that_kills_the_kernel_costs_its_test(
        self, run: Callable[..., Graded]
    ) -> None:
        deadly = "import os\ncalls = []\ndef f(x):\n    os._exit(1)"
        execution, outcomes = run(
            deadly,
            ("t", "base = f(2)"),
            "def g():\n    return 'base' in globals()",
            "base",
            ("last", "assert not g()"),
        )
        assert outcomes == {"t": ("kernel died", 0), "last": ("passed", 4)}
        assert "ended while this cell ran" in shown(execution, 1)

    def test_a_kernel_that_is_restored_judges_nothing_again(
        self, run: Callable[..., Graded], tmp_path: Path
    ) -> None:
        counting = (
            "def f(x):\n    with open('../calls', 'a') as calls:\n        calls.write('f')\n"
            "    return 2 * x"
        )
        dies = "def g():\n    import os; os._exit(1)"
        execution, outcomes = run(
            counting,
            ("t", "base = f(2)"),
            ("dies", "g()"),
            dies,
            ("again", "g()"),
            "print(base)",
            ("last", "assert f(1) == 2"),
        )
        assert outcomes["t"] == outcomes["last"] == ("passed", 4)
        assert outcomes["again"] == ("kernel died", 0)
        assert shown(execution, 5) == "4\n"
        # In the judge and in the kernel, in the kernel once more, and in the last test.
        assert (tmp_path / "calls").read_text() == "f" * 4


def test_a_cell_shows_what_its_test_shows_and_where_it_stands(run: Callable[..., Graded]) -> None:
    test = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('text')\nf(1)"
    loud = "def f(x):\n    print('loud')\n    return 2 * x"
    execution, _ = run(loud, ("t", test), "_, In[2]")
    kinds = [output.output_type for output in execution.notebook.cells[1].outputs]
    assert sorted(kinds) == ["display_data", "execute_result", "stream"]
    assert "loud" not in shown(execution, 1)
    assert [cell.execution_count for cell in execution.notebook.cells] == [1, 2, 3]
    assert execution.notebook.cells[1].source == test
    assert "# (a test)" in shown(execution, 2)


def test_a_test_that_is_not_judged_is_watched_as_ever(
    servers: tuple[KernelServer, JudgeServer], tmp_path: Path
) -> None:
    kernels, judges = servers
    notebook = new_notebook(
        cells=[
            new_code_cell("import math\nmath.isclose = lambda *_: True\ndef f(x):\n    return 0"),
            graded_cell("watched", "assert math.isclose(f(2), 4)"),
            graded_cell("judged", "import math\nassert math.isclose(f(2), 4)"),
        ]
    )
    cells = (
        JudgedCell("", "exercise"),
        JudgedCell("", "skipped"),
        JudgedCell(notebook.cells[2].source, "test", ("f",)),
    )
    judging = Judging(judges.address, JudgedNotebook(cells, b"seed"), {"judged": 2})
    choice = KernelChoice(kernels.address, Limits())
    execution = JudgedExecutor(judging, choice, CONFIG, notebook, tmp_path).run()
    outcomes = {name: str(found.outcome) for name, found in judge(execution).items()}
    assert outcomes == {"watched": "tampered", "judged": "failed"}
