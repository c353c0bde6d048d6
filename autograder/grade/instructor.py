"""Grade the instructor's own solution before a class, in the same engine.

One run tells three things: which tests the solution itself loses points on, what the tests replace
on purpose, and which modules are imported on the way, beyond the notebook's own import statements.
It costs about as much as one submission, and is remembered as long as the assignment, the settings
and the environment stay the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import CACHE_FOLDER
from autograder.files import TemporaryFolder, write_text
from autograder.grade.archive import Archive, pack
from autograder.grade.model import (
    Assignment,
    Graded,
    GradedNotebook,
    Outcome,
    PriorGrades,
    Submission,
    Verdict,
)
from autograder.grade.skeleton import Skeleton
from autograder.kernels.guard.settings import Replaced
from autograder.notebooks import notebook_text, read_notebook

_LONGEST_REASON = 150
_MARK = "modules: "
_QUESTION = f"""\
import importlib.util as _util, json as _json, os as _os, sys as _sys
_here = _os.getcwd()
_found = []
for _name, _module in list(_sys.modules.items()):
    _file = getattr(_module, "__file__", None)
    if _file and not _file.startswith(_here) and getattr(_module, "__spec__", None) is not None:
        _found.append(_name)
print({_MARK!r} + _json.dumps(_found))
"""
_ADVICE = {
    Outcome.TIMEOUT: "raise c.Execute.timeout, or make the cells faster",
    Outcome.OUT_OF_MEMORY: "raise c.KernelLimits.memory_mib",
    Outcome.DIED: "look for exit(), a crash in a library, or a limit of c.KernelLimits",
    Outcome.NOT_RUN: "raise c.KernelLimits.seconds",
    Outcome.TAMPERED: "let the test leave IPython's own kernel as it is",
}
_FURTHER_ADVICE = (
    "correct the solution or the test, and remember that a sandbox has no network and no files "
    "but those in this folder"
)


@dataclass(frozen=True)
class InstructorsRun:
    """What the run of the instructor's own notebooks told.

    Attributes
    ----------
    replaced : mapping of str to mapping of str to Replaced
        What the tests replace on purpose, by notebook and grade id.
    modules : tuple of str
        What was loaded at the end.
    losses : tuple of str
        A line for each test on which the instructor's own solution loses points.
    is_lasting : bool
        Whether the next run would tell the same: what ran out of time may have met a busy machine.
    """

    replaced: Mapping[str, Mapping[str, Replaced]] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    is_lasting: bool = True


def instructors_submission(assignment: Assignment, source: Path) -> Submission | None:
    """Return the instructor's own notebooks as if they were handed in; None if there are none.

    Parameters
    ----------
    assignment : Assignment
    source : pathlib.Path
        The folder of the instructor's version.

    Raises
    ------
    InputError
        If a notebook cannot be read.
    """
    with TemporaryFolder() as folder:
        for skeleton in assignment.skeletons:
            path = source / f"{skeleton.name}.ipynb"
            if not path.is_file():
                continue
            notebook = read_notebook(path)
            if skeleton.name not in assignment.programs:
                notebook.cells.append(new_code_cell(_QUESTION, id="modules"))
            (folder / path.name).write_text(notebook_text(notebook), encoding="utf-8")
        archive = pack(folder) if any(folder.iterdir()) else Archive(b"")
    if not archive.content:
        return None
    return Submission("instructor", archive, None, PriorGrades(), is_instructors=True)


def read_run(graded: Graded, assignment: Assignment, source: Path) -> InstructorsRun:
    """Return what the graded notebooks of the instructor tell.

    Parameters
    ----------
    graded : Graded
    assignment : Assignment
    source : pathlib.Path
        The folder of the instructor's version.
    """
    modules: dict[str, None] = {}
    losses: list[str] = []
    is_lasting = True
    if not graded.notebooks:  # they were refused as a learner's would be
        losses.append(f"The instructor's own solution cannot be graded: {'; '.join(graded.notes)}")
    for skeleton in assignment.skeletons:
        result = graded.notebooks.get(skeleton.name)
        if result is None or result.autograded is None:
            continue
        executed = nbformat.reads(result.autograded, as_version=4)
        modules |= dict.fromkeys(_modules_in(executed))
        path = source / f"{skeleton.name}.ipynb"
        if _has_solutions(read_notebook(path), skeleton):
            losses += _losses(result, executed, path)
            ends = {verdict.outcome for verdict in result.verdicts.values()}
            is_lasting &= ends.isdisjoint({Outcome.TIMEOUT, Outcome.NOT_RUN})
    return InstructorsRun(
        {name: notebook.replaced for name, notebook in graded.notebooks.items()},
        tuple(name for name in modules if not name.startswith("__")),
        tuple(losses),
        is_lasting,
    )


def cache_path(root: Path, assignment: str) -> Path:
    """Return where a course directory remembers the run of an assignment."""
    return root / CACHE_FOLDER / f"{assignment}.instructor.json"


def save_run(path: Path, key: str, run: InstructorsRun) -> None:
    """Write down what a run told."""
    content = {
        "key": key,
        "replaced": {
            notebook: {grade_id: one.to_json() for grade_id, one in tests.items()}
            for notebook, tests in run.replaced.items()
        },
        "modules": run.modules,
        "losses": run.losses,
    }
    write_text(path, json.dumps(content) + "\n")


def load_run(path: Path, key: str) -> InstructorsRun | None:
    """Return what an earlier run told, if it was of the same assignment."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        replaced = {
            notebook: {grade_id: Replaced.from_json(one) for grade_id, one in tests.items()}
            for notebook, tests in content["replaced"].items()
        }
        return InstructorsRun(replaced, tuple(content["modules"]), tuple(content["losses"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _modules_in(executed: NotebookNode) -> list[str]:
    """Return what a kernel said that it had loaded at the end."""
    for cell in executed.cells:
        for output in cell.get("outputs", ()) if cell.source.strip() == _QUESTION.strip() else ():
            text = output.get("text", "")
            if text.startswith(_MARK) and text.endswith("]\n"):
                return json.loads(text[len(_MARK) :])
    return []


def _has_solutions(notebook: NotebookNode, skeleton: Skeleton) -> bool:
    """Whether any answer in code is more than the stub that learners get.

    Some courses keep their solutions elsewhere.
    """
    stubs = {
        cell.grade_id: cell.source.strip()
        for cell in skeleton.cells
        if cell.solution and cell.cell_type == "code"
    }
    return any(
        stubs.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source.strip())
        != cell.source.strip()
        for cell in notebook.cells
    )


def _losses(result: GradedNotebook, executed: NotebookNode, path: Path) -> Iterator[str]:
    """Yield a line for each test that does not give all its points."""
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in executed.cells}
    for grade_id, verdict in result.verdicts.items():
        if verdict.score is None or verdict.outcome is Outcome.MANUAL:
            continue
        error, why = _reason(cells.get(grade_id, {}).get("outputs", ()))
        # A stub has no solution that could be wrong.
        if verdict.score >= verdict.points or error == "NotImplementedError":
            continue
        yield _line(path, grade_id, verdict, why)


def _line(path: Path, grade_id: str, verdict: Verdict, why: str) -> str:
    advice = _ADVICE.get(verdict.outcome, _FURTHER_ADVICE)
    return (
        f"{'/'.join(path.parts[-3:])}, cell {grade_id!r}: the instructor's own solution gets "
        f"{verdict.score:g} of {verdict.points:g} here ({verdict.outcome}{why}): {advice}."
    )


def _reason(outputs: Sequence[NotebookNode]) -> tuple[str, str]:
    """Return the name of the first error that a cell shows, and what it says in one line."""
    for output in outputs:
        if output.output_type == "error":
            said = " ".join(f"{output.ename}: {output.evalue}".split())
            if len(said) > _LONGEST_REASON:
                said = f"{said[:_LONGEST_REASON]}…"
            return output.ename, f", {said.rstrip(': ')}"
    return "", ""
