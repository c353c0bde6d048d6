"""What a test cell is worth, from what was recorded of its execution.

Nothing is executed here, and outputs, which a learner's code can forge, decide nothing. Full marks
need a judge that ran the test without an error; or, where the test ran in the kernel, its signed
report that it ran the very test cell, unaltered, without one.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

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

from autograder.grade.model import CellRun, CellStatus, Execution, Outcome, Verdict

_MEMORY_ERRORS = frozenset({"MemoryError", "_ArrayMemoryError", "ResourceExhaustedError"})
_NOBODY_ANSWERS = (
    "nobody answers while a notebook is graded: take out the breakpoint, or the call of input()"
)
_NO_VALUE = "the notebook answered a test with something that is no value"
_OUTCOME_OF = {
    CellStatus.TIMEOUT: Outcome.TIMEOUT,
    CellStatus.DIED: Outcome.DIED,
    CellStatus.MEMORY: Outcome.OUT_OF_MEMORY,
    CellStatus.NOT_RUN: Outcome.NOT_RUN,
}
# What a course's own preprocessor may revise.
_BY_OUTPUTS = (Outcome.PASSED, Outcome.PARTIAL, Outcome.FAILED)


def judge(execution: Execution) -> dict[str, Verdict]:
    """Return the verdict on every graded cell of an executed notebook, by grade id."""
    verdicts = {}
    for cell, run in zip(execution.notebook.cells, execution.runs, strict=True):
        if not (is_grade(cell) or is_task(cell)):
            continue
        verdicts[cell.metadata.nbgrader["grade_id"]] = _judge_cell(cell, run, execution)
    return verdicts


def explain(notebook: NotebookNode, verdicts: Mapping[str, Verdict]) -> None:
    """Add the explanations to the outputs of the cells, where these do not show why."""
    for cell in notebook.cells:
        verdict = verdicts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if verdict is not None and verdict.explanation is not None:
            name, text = verdict.explanation
            error = new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
            cell.outputs.append(error)


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


def comments_on(notebook: NotebookNode) -> dict[str, str | None]:
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
    if run.status is CellStatus.SKIPPED:  # nbgrader, too, takes a test without outputs for passed
        return Verdict(Outcome.PASSED, points, points)
    if run.status in _OUTCOME_OF:
        return Verdict(_OUTCOME_OF[run.status], 0.0, points)
    if run.judged is not None:
        return _by_judge(cell, run, points)
    if not execution.is_guarded:
        return _by_outputs(cell, run, points)
    return _by_report(cell, run, points)


def _by_judge(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    """Judge by the judge's own state: the learner's process has no part in it."""
    if run.judged.status == "garbage":
        return Verdict(Outcome.FAILED, 0.0, points, ("AnswerError", _NO_VALUE))
    if run.status is CellStatus.ERROR:
        return _failed(cell, run, points)
    return _partial(run.judged.shown, points)


def _by_report(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    """Judge by what the guard saw."""
    report = run.report
    if report is None or (report["status"] == "ok") != (run.status is CellStatus.FINISHED):
        return _tampered("the result of this test did not come from the test itself", points)
    if altered := [*report["before"], *report["during"]]:
        return _tampered(f"changed by the notebook: {', '.join(altered)}", points)
    if run.status is CellStatus.ERROR:
        return _failed(cell, run, points)
    return _partial(report["shown"], points)


def _tampered(text: str, points: float) -> Verdict:
    return Verdict(Outcome.TAMPERED, 0.0, points, ("TamperedError", text))


def _by_outputs(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    """Judge by what nbgrader judges by, for kernels that have no guard."""
    if run.status is CellStatus.ERROR:
        return _failed(cell, run, points)
    shown = [
        output["data"]["text/plain"]
        for output in cell.outputs
        if output.output_type == "execute_result" and "text/plain" in output["data"]
    ]
    return _partial(shown, points)


def _failed(cell: NotebookNode, run: CellRun, points: float) -> Verdict:
    told = [output for output in cell.outputs if output.output_type == "error"]
    no_memory = run.error in _MEMORY_ERRORS or any(
        "can't allocate memory" in str(output.get("evalue", "")) for output in told
    )
    explanation = None
    if run.error == "StdinNotImplementedError":
        explanation = run.error, _NOBODY_ANSWERS
    elif not told:
        explanation = run.error or "Error", "the test failed, and the notebook hid how"
    outcome = Outcome.OUT_OF_MEMORY if no_memory else Outcome.FAILED
    return Verdict(outcome, 0.0, points, explanation)


def _partial(shown: list[str], points: float) -> Verdict:
    """Return full marks, or the part of them that the test cell's value names."""
    if not shown:
        return Verdict(Outcome.PASSED, points, points)
    try:
        score = float(get_partial_grade({"data": {"text/plain": shown[0]}}, points))
    except (ValueError, KeyError) as error:  # nbgrader drops the submission here
        return Verdict(Outcome.FAILED, 0.0, points, (type(error).__name__, str(error)))
    return _scored(score, points)


def _scored(score: float, points: float) -> Verdict:
    if score >= points:
        return Verdict(Outcome.PASSED, score, points)
    return Verdict(Outcome.PARTIAL if score > 0 else Outcome.FAILED, score, points)
