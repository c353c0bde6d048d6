"""What a test cell is worth, from what was recorded of its execution.

Nothing is executed here, and outputs, which a learner's code can forge, decide nothing: full marks
need the sealed report of a kernel that ran the very test cell, unaltered, without an error.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    get_partial_grade,
    is_grade,
    is_solution,
    is_task,
)

from autograder.grade.execute.record import CellRun, End, Execution

_MEMORY_ERRORS = frozenset({"MemoryError", "_ArrayMemoryError", "ResourceExhaustedError"})
_NOBODY_ANSWERS = (
    "nobody answers while a notebook is graded: take out the breakpoint, or the call of input()"
)


class Outcome(StrEnum):
    """What became of one test, or of one answer that a person marks."""

    PASSED = "passed"
    FAILED = "failed"
    PARTIAL = "partial"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"
    DIED = "kernel died"
    TAMPERED = "tampered"
    NOT_RUN = "not run"
    MANUAL = "manual"


_OUTCOME_OF = {
    End.TIMEOUT: Outcome.TIMEOUT,
    End.DIED: Outcome.DIED,
    End.MEMORY: Outcome.OUT_OF_MEMORY,
    End.NOT_RUN: Outcome.NOT_RUN,
}
# What a course's own preprocessor may revise.
_BY_OUTPUTS = (Outcome.PASSED, Outcome.PARTIAL, Outcome.FAILED)


@dataclass(frozen=True)
class Verdict:
    """The verdict on one graded cell.

    Attributes
    ----------
    outcome : Outcome
    score : float or None
        nbgrader's auto score; None where a person marks.
    points : float
    """

    outcome: Outcome
    score: float | None
    points: float


def judge(execution: Execution) -> dict[str, Verdict]:
    """Return the verdict on every graded cell of an executed notebook, by grade id.

    Where the outputs of a cell do not show why it has no points, an error is added to them.
    """
    verdicts = {}
    for cell, run in zip(execution.notebook.cells, execution.runs, strict=True):
        if not (is_grade(cell) or is_task(cell)):
            continue
        verdict = _judge_cell(cell, run, execution)
        verdicts[cell.metadata.nbgrader["grade_id"]] = verdict
    return verdicts


def shown_scores(notebook: NotebookNode) -> dict[str, float]:
    """Return the scores of the test cells by grade id, as nbgrader reads them from the outputs."""
    scores = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            with suppress(ValueError, KeyError):  # where nbgrader would drop the submission
                scores[cell.metadata.nbgrader["grade_id"]] = float(determine_grade(cell)[0])
    return scores


def revised(
    verdicts: Mapping[str, Verdict], before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, Verdict]:
    """Return the verdicts as a preprocessor of the course's own wants them.

    nbgrader reads scores from outputs, so that changing these is how a course gives points by rules
    of its own. A learner's code has no part in the change.

    Parameters
    ----------
    verdicts : mapping of str to Verdict
    before, after : mapping of str to float
        What the outputs showed before and after the preprocessor.
    """
    return {
        name: _scored(after[name], found.points)
        if found.outcome in _BY_OUTPUTS and name in after and after[name] != before.get(name)
        else found
        for name, found in verdicts.items()
    }


def not_run(graded: Iterable[tuple[str, float]]) -> dict[str, Verdict]:
    """Return the verdicts on a notebook that was not handed in, from grade ids and points."""
    return {name: Verdict(Outcome.NOT_RUN, 0.0, points) for name, points in graded}


def comments(notebook: NotebookNode) -> dict[str, str | None]:
    """Return nbgrader's own comment on every answer, by grade id: whether there is one."""
    return {
        cell.metadata.nbgrader["grade_id"]: (
            "No response."
            if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            and not is_task(cell)
            else None
        )
        for cell in notebook.cells
        if is_solution(cell) or is_task(cell)
    }


def _judge_cell(cell: NotebookNode, run: CellRun | None, execution: Execution) -> Verdict:
    points = float(cell.metadata.nbgrader["points"])
    if is_task(cell):  # nbgrader leaves it to whoever marks by hand
        return Verdict(Outcome.MANUAL, None, points)
    if cell.cell_type != "code" or is_solution(cell):
        score, _ = determine_grade(cell)
        return Verdict(Outcome.MANUAL, score, points)
    if not cell.source.strip():  # test cells are locked, so an empty one is intended
        return Verdict(Outcome.PASSED, points, points)
    if run is None:
        return Verdict(Outcome.NOT_RUN, 0.0, points)
    if run.end is End.SKIPPED:  # nbgrader, too, takes a test without outputs for passed
        return Verdict(Outcome.PASSED, points, points)
    if run.end in _OUTCOME_OF:
        return Verdict(_OUTCOME_OF[run.end], 0.0, points)
    if not execution.is_guarded:
        return _by_outputs(cell, run, points)
    return _by_report(cell, run, points)


def _by_report(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    """Judge by what the guard saw."""
    report = run.report
    if report is None or (report["status"] == "ok") != (run.end is End.FINISHED):
        _explain(cell, "TamperedError", "the result of this test did not come from the test itself")
        return Verdict(Outcome.TAMPERED, 0.0, points)
    if altered := [*report["before"], *report["during"]]:
        _explain(cell, "TamperedError", f"changed by the notebook: {', '.join(altered)}")
        return Verdict(Outcome.TAMPERED, 0.0, points)
    if run.end is End.ERROR:
        return _failed(cell, run, points)
    return _partial(cell, report["shown"], points)


def _by_outputs(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    """Judge by what nbgrader judges by, for kernels that have no guard."""
    if run.end is End.ERROR:
        return _failed(cell, run, points)
    shown = [
        output["data"]["text/plain"]
        for output in cell.outputs
        if output.output_type == "execute_result" and "text/plain" in output["data"]
    ]
    return _partial(cell, shown, points)


def _failed(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    told = [output for output in cell.outputs if output.output_type == "error"]
    no_memory = run.error in _MEMORY_ERRORS or any(
        "can't allocate memory" in str(output.get("evalue", "")) for output in told
    )
    if run.error == "StdinNotImplementedError":
        _explain(cell, run.error, _NOBODY_ANSWERS)
    if not told:
        _explain(cell, run.error or "Error", "the test failed, and the notebook hid how")
    return Verdict(Outcome.OUT_OF_MEMORY if no_memory else Outcome.FAILED, 0.0, points)


def _partial(cell: NotebookNode, shown: list[str], points: float) -> Verdict:
    """Return full marks, or the part of them that the test cell's value names."""
    if not shown:
        return Verdict(Outcome.PASSED, points, points)
    try:
        score = float(get_partial_grade({"data": {"text/plain": shown[0]}}, points))
    except (ValueError, KeyError) as error:  # nbgrader drops the submission here
        _explain(cell, type(error).__name__, str(error))
        return Verdict(Outcome.FAILED, 0.0, points)
    return _scored(score, points)


def _scored(score: float, points: float) -> Verdict:
    if score >= points:
        return Verdict(Outcome.PASSED, score, points)
    return Verdict(Outcome.PARTIAL if score > 0 else Outcome.FAILED, score, points)


def _explain(cell: NotebookNode, name: str, text: str) -> None:
    cell.outputs.append(new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"]))
