"""A course's own preprocessors work when its settings say so, and score where scores can change."""

import pytest
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.preprocessors import (
    AssignLatePenalties,
    ClearOutput,
    Execute,
    LimitOutput,
    SaveAutoGrades,
)
from traitlets.config import Config

from autograder.errors import InputError
from autograder.grade.execute.preprocessing import Conversion, read_preprocessors
from autograder.grade.model import Outcome, Verdict


def first(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    return notebook, resources


def second(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    return notebook, resources


def third(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    return notebook, resources


def halving(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    """Show half the points as the value of the test, which is how a course gives some of them."""
    value = new_output("execute_result", data={"text/plain": "1"}, execution_count=1)
    notebook.cells[0].outputs = [value]
    return notebook, {**resources, "halved": True}


class Slower(Execute):
    pass


def settings(sanitising: list, grading: list) -> Config:
    return Config(
        {"Autograde": {"sanitize_preprocessors": sanitising, "autograde_preprocessors": grading}}
    )


def test_they_work_before_the_execution_while_scores_can_change_or_afterwards() -> None:
    grading = [second, Execute, LimitOutput, halving, SaveAutoGrades, AssignLatePenalties, third]
    found = read_preprocessors(settings([ClearOutput, first], grading))
    assert found.before == (first, second)
    assert found.scoring == (LimitOutput, halving)
    assert found.after == (third,)
    assert found.penalises


def test_lateness_costs_nothing_where_the_settings_leave_it_out() -> None:
    assert not read_preprocessors(settings([], [Execute, SaveAutoGrades])).penalises


def test_a_name_stands_for_what_it_names() -> None:
    found = read_preprocessors(settings([], ["nbgrader.preprocessors.LimitOutput", Execute]))
    assert found.before == (LimitOutput,)


def test_what_the_engine_does_itself_cannot_be_another_class() -> None:
    with pytest.raises(InputError, match="own Slower cannot be used"):
        read_preprocessors(settings([], [Slower]))


@pytest.fixture
def notebook() -> NotebookNode:
    cell = new_code_cell("f()")
    marks = {"grade": True, "solution": False, "locked": True, "task": False}
    cell.metadata.nbgrader = {"grade_id": "t", "schema_version": 3, "points": 2, **marks}
    return new_notebook(cells=[cell])


@pytest.fixture
def conversion() -> Conversion:
    return Conversion(NotebookExporter(), {})


def test_what_a_courses_own_changes_in_outputs_changes_the_score(
    notebook: NotebookNode, conversion: Conversion
) -> None:
    passed = {"t": Verdict(Outcome.PASSED, 2.0, 2.0)}
    _, verdicts = conversion.scored([halving], notebook, passed)
    assert verdicts == {"t": Verdict(Outcome.PARTIAL, 1.0, 2.0)}


def test_what_nbgraders_own_changes_does_not(
    notebook: NotebookNode, conversion: Conversion
) -> None:
    notebook.cells[0].outputs = [new_output("error", ename="E", evalue="no", traceback=[])]
    failed = {"t": Verdict(Outcome.FAILED, 0.0, 2.0)}
    cleared, verdicts = conversion.scored([ClearOutput], notebook, failed)
    assert cleared.cells[0].outputs == []  # nbgrader would take that for full marks
    assert verdicts == failed


def test_resources_are_handed_on(notebook: NotebookNode, conversion: Conversion) -> None:
    seen = []

    def looking(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        seen.append(resources)
        return notebook, resources

    conversion.through([halving], notebook)
    conversion.through([looking], notebook)
    assert seen == [{"halved": True}]
