"""A verdict tells why; only who explains it writes into the notebook."""

import copy

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grade.execute.verdict import explain, judge
from autograder.grade.model import CellRun, CellStatus, Execution, Outcome

REPORT = {"status": "ok", "before": [], "during": [], "shown": []}


def one_test() -> NotebookNode:
    cell = new_code_cell("assert right()")
    cell.metadata.nbgrader = {
        "grade_id": "t",
        "schema_version": 3,
        "points": 2,
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
    }
    return new_notebook(cells=[cell])


@pytest.mark.parametrize(
    ("run", "outcome", "said"),
    [
        (CellRun(CellStatus.FINISHED, report=REPORT), Outcome.PASSED, None),
        (CellRun(CellStatus.FINISHED), Outcome.TAMPERED, "did not come from the test itself"),
        (
            CellRun(CellStatus.FINISHED, report={**REPORT, "before": ["numpy.sum"]}),
            Outcome.TAMPERED,
            "changed by the notebook: numpy.sum",
        ),
        (
            CellRun(CellStatus.FINISHED, report={**REPORT, "shown": ["7"]}),
            Outcome.FAILED,
            "",
        ),
        (
            CellRun(CellStatus.ERROR, error="ValueError", report={**REPORT, "status": "error"}),
            Outcome.FAILED,
            "the notebook hid how",
        ),
        (CellRun(CellStatus.DIED), Outcome.DIED, None),
    ],
)
def test_judging_changes_nothing_and_explaining_says_why_there_are_no_points(
    run: CellRun, outcome: Outcome, said: str | None
) -> None:
    notebook = one_test()
    before = copy.deepcopy(notebook)
    verdicts = judge(Execution(notebook, (run,), is_guarded=True, restarts=0))
    assert verdicts["t"].outcome is outcome
    assert notebook == before
    explain(notebook, verdicts)
    shown = [output.evalue for output in notebook.cells[0].outputs]
    assert len(shown) == (said is not None)
    assert all(said in text for text in shown)
