"""What the guard in a kernel holds, and what it is told, wherever the kernel starts."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.course import open_course
from autograder.grade.execute.executor import KernelChoice, NotebookExecutor
from autograder.grade.execute.verdict import judge
from autograder.grade.registration import modules_of
from autograder.kernels import provisioner
from autograder.kernels.limits import Limits
from autograder.kernels.sandbox.choice import Sandbox

from ...equality import courses

# What a cell can reach in the frames below it, to some depth, as text or as hexadecimal digits.
LOOK = """\
import sys, types
seen, found = {}, []
def look(value, depth=0):
    if id(value) in seen or depth > 3 or isinstance(value, (types.ModuleType, type)):
        return
    seen[id(value)] = value  # or another object could get its id
    if isinstance(value, (bytes, bytearray, str)):
        found.append(value if isinstance(value, str) else value.hex())
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    elif not isinstance(value, (list, tuple, set, frozenset)):
        value = list(getattr(value, '__dict__', {}).values())
    for one in list(value):
        look(one, depth + 1)
def walk():
    frame, names = sys._getframe(1), []
    while frame is not None:
        names.append(frame.f_code.co_name)
        look({**frame.f_locals})
        frame = frame.f_back
    print(names)
walk()
import re
print(set(re.findall('[0-9a-f]{64}', ' '.join(found))))
"""


@pytest.fixture(params=["forked", "spawned"])
def choice(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> KernelChoice:
    """Return both ways to start a kernel."""
    modules = ("numpy.testing", "forwardpass.check")
    server = provisioner._server_of_this_process(Sandbox.NONE, modules)
    if request.param == "spawned":
        monkeypatch.setattr(provisioner, "can_fork", lambda: False)
    return KernelChoice(server.address, Limits(), modules=modules)


def run_with(
    choice: KernelChoice, test: str, *cells: str, **options: object
) -> tuple[NotebookExecutor, str, str]:
    """Run cells and a test; return the run, what the first cell printed, and the test's outcome."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in (*cells, test)])
    kind = {"grade": True, "solution": False, "locked": True, "task": False}
    notebook.cells[-1].metadata.nbgrader = {
        "grade_id": "t",
        "schema_version": 3,
        "points": 1,
        **kind,
    }
    config = Config({"Execute": {"timeout": 20}})
    run = NotebookExecutor(choice, config, notebook, Path.cwd(), **options)
    execution = run.run()
    printed = "".join(output.get("text", "") for output in notebook.cells[0].outputs)
    return run, printed, str(judge(execution)["t"].outcome)


def test_no_frame_below_a_cell_holds_the_key(choice: KernelChoice) -> None:
    run, printed, outcome = run_with(choice, "assert True", LOOK)
    assert len(run._key) == 32
    assert "start_kernel" in printed
    assert run._key.hex() not in printed
    assert outcome == "passed"


def test_a_cell_that_asks_for_the_key_comes_too_late(choice: KernelChoice) -> None:
    asking = "kernel = get_ipython().kernel\nprint(kernel.kernel_info, kernel.guard.tell_key())"
    run, printed, _ = run_with(choice, "assert True", asking)
    assert "language_info" in printed
    assert run._key.hex() not in printed


def test_a_name_that_an_exercise_defines_is_the_learners(choice: KernelChoice) -> None:
    answer, test = "def filter(x):\n    return 3", "assert filter(1) == 3"
    assert run_with(choice, test, answer, exercise_names=("filter",))[2] == "passed"
    assert run_with(choice, test, answer)[2] == "failed"


def test_a_test_may_lend_names_and_be_no_tamperer(choice: KernelChoice) -> None:
    answers = (
        "from forwardpass import check\n"
        "def filter(x):\n    return 3\n"
        "def g():\n    return filter(1)"
    )
    test = "with check.lend(filter=lambda x: 4, h=5):\n    assert g() == 4\nassert g() == 3"
    assert run_with(choice, test, answers, exercise_names=("filter", "g"))[2] == "passed"


@pytest.mark.parametrize(
    ("fake", "test"),
    [
        (
            "import numpy as np\nnp.testing.assert_allclose = lambda *_: None",
            "np.testing.assert_allclose(1, 2)",
        ),
        (
            "from forwardpass import check\ntype(check.hidden).close = lambda *_: None",
            "check.hidden.close(1, 2, 'one is two')",
        ),
        (
            "import contextlib\nfrom forwardpass import check, lending\n"
            "lending._lent = lambda *_: contextlib.nullcontext()",
            "with check.lend(f=1):\n    pass",
        ),
    ],
)
def test_what_tests_compare_with_is_watched_from_the_start(
    choice: KernelChoice, fake: str, test: str
) -> None:
    assert run_with(choice, test, fake)[2] == "tampered"


class TestModules:
    def test_a_submodule_that_is_imported_from_its_package_is_one(self, tmp_path: Path) -> None:
        cells = [
            courses.plain("import numpy as np, os.path as path\nfrom forwardpass import check"),
            courses.solution("f", "### BEGIN SOLUTION\nfrom numpy import array, linalg\n### END"),
            courses.test("f_test", 1, "np.testing.assert_allclose(f(), np.array(1)); np.nothing"),
        ]
        (tmp_path / "source/ps1").mkdir(parents=True)
        nbformat.write(new_notebook(cells=cells), tmp_path / "source/ps1/p.ipynb")
        assert modules_of(open_course(tmp_path), "ps1") == (
            "forwardpass",
            "forwardpass.check",
            "numpy",
            "numpy.linalg",
            "numpy.testing",
            "os.path",
        )
