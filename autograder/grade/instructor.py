"""Grade the instructor's own solution before a class, in the same engine.

It is graded once in the kernel alone and, where tests are judged, once so. That tells four things:
which tests the solution itself loses points on, what the tests replace on purpose, which modules
are imported on the way, beyond the notebook's own import statements, and which tests have to run in
the kernel, since a judge gives them less. It costs about as much as one or two submissions, and is
remembered as long as the assignment, the settings and the environment stay the same.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
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
        A line for each test on which the instructor's own solution loses points, and for each that
        is not judged although it could be.
    in_kernel : mapping of str to tuple of str
        Those, by notebook.
    is_lasting : bool
        Whether the next run would tell the same: what ran out of time may have met a busy machine.
    """

    replaced: Mapping[str, Mapping[str, Replaced]] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    in_kernel: Mapping[str, Sequence[str]] = field(default_factory=dict)
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


def read_run(
    graded: Graded, judged: Graded | None, assignment: Assignment, source: Path
) -> InstructorsRun:
    """Return what the graded notebooks of the instructor tell.

    Parameters
    ----------
    graded : Graded
        With all tests in the kernel.
    judged : Graded or None
        With a judge; None where no test is judged, or nothing could be.
    assignment : Assignment
    source : pathlib.Path
        The folder of the instructor's version.
    """
    modules: dict[str, None] = {}
    losses: list[str] = []
    in_kernel: dict[str, list[str]] = {}
    is_lasting = True
    if not graded.notebooks:  # they were refused as a learner's would be
        losses.append(f"The instructor's own solution cannot be graded: {'; '.join(graded.notes)}")
    for skeleton in assignment.skeletons:
        result = graded.notebooks.get(skeleton.name)
        if result is None or result.autograded is None:
            continue
        path = source / f"{skeleton.name}.ipynb"
        ends = _ends(result)
        modules |= dict.fromkeys(_modules_in(nbformat.reads(result.autograded, as_version=4)))
        if skeleton.name in assignment.judged:
            apart = _ends(judged.notebooks[skeleton.name]) if judged is not None else {}
            tests = assignment.judged[skeleton.name].tests
            names, lines = _in_kernel(path, tests, ends, apart)
            in_kernel[skeleton.name] = names
            losses += lines
            is_lasting &= not any(apart[name].is_passing for name in names if apart)
            ends |= {name: apart[name] for name in tests if name not in names}
            is_lasting &= judged is not None
        if _has_solutions(read_notebook(path), skeleton):
            losses += _losses(ends, path)
            is_lasting &= not any(end.is_passing for end in ends.values())
    return InstructorsRun(
        {name: notebook.replaced for name, notebook in graded.notebooks.items()},
        tuple(name for name in modules if not name.startswith("__")),
        tuple(losses),
        in_kernel,
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
        "in_kernel": run.in_kernel,
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
        modules, losses = tuple(content["modules"]), tuple(content["losses"])
        return InstructorsRun(replaced, modules, losses, dict(content["in_kernel"]))
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


@dataclass(frozen=True)
class _End:
    """How a test of the instructor's own notebook ended.

    Attributes
    ----------
    verdict : Verdict
    error, why : str
        The name of the first error that its cell shows, and what that says in one line.
    """

    verdict: Verdict
    error: str
    why: str

    @property
    def is_passing(self) -> bool:
        """Whether it may be otherwise the next time: the machine may have been busy."""
        return self.verdict.outcome in (Outcome.TIMEOUT, Outcome.NOT_RUN)


def _ends(result: GradedNotebook) -> dict[str, _End]:
    """Return how the tests of an executed notebook ended, by grade id."""
    executed = nbformat.reads(result.autograded, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in executed.cells}
    return {
        grade_id: _End(verdict, *_reason(cells.get(grade_id, {}).get("outputs", ())))
        for grade_id, verdict in result.verdicts.items()
        if verdict.score is not None and verdict.outcome is not Outcome.MANUAL
    }


def _is_worse(apart: _End | None, end: _End) -> bool:
    """Whether a test gets less when it is judged than in the kernel."""
    return apart is None or apart.verdict.score < end.verdict.score


def _losses(ends: Mapping[str, _End], path: Path) -> Iterator[str]:
    """Yield a line for each test that does not give all its points."""
    for grade_id, end in ends.items():
        verdict = end.verdict
        # A stub has no solution that could be wrong.
        if verdict.score >= verdict.points or end.error == "NotImplementedError":
            continue
        advice = _ADVICE.get(verdict.outcome, _FURTHER_ADVICE)
        yield (
            f"{_place(path, grade_id)}: the instructor's own solution gets {verdict.score:g} of "
            f"{verdict.points:g} here ({verdict.outcome}{end.why}): {advice}."
        )


def _in_kernel(
    path: Path, tests: Collection[str], ends: Mapping[str, _End], apart: Mapping[str, _End]
) -> tuple[list[str], list[str]]:
    """Return which of the tests that could be judged run in the kernel, and lines that say why.

    Parameters
    ----------
    path : pathlib.Path
        Of the notebook.
    tests : collection of str
    ends : mapping of str to _End
        How all tests ended, all in the kernel.
    apart : mapping of str to _End
        How they ended where those were judged; nothing where that was not possible.
    """
    if not apart:
        return list(tests), []
    worse = [name for name, end in ends.items() if _is_worse(apart.get(name), end)]
    # What a judged test does, the kernel does not see: another one may have needed it.
    harmed = [name for name in worse if name not in tests]
    lines = []
    for name in worse:
        how = "judged apart from it" if name in tests else "with other tests judged apart from it"
        scope = "all tests run in the kernel" if harmed else "this test runs in the kernel"
        got, verdict = apart[name], ends[name].verdict
        lines.append(
            f"{_place(path, name)}: {how}, the instructor's own solution gets "
            f"{got.verdict.score:g} of {verdict.points:g} ({got.verdict.outcome}{got.why}), "
            f"and {verdict.score:g} in the kernel: {scope}."
        )
    return (list(tests) if harmed else worse), lines


def _place(path: Path, grade_id: str) -> str:
    return f"{'/'.join(path.parts[-3:])}, cell {grade_id!r}"


def _reason(outputs: Sequence[NotebookNode]) -> tuple[str, str]:
    """Return the name of the first error that a cell shows, and what it says in one line."""
    for output in outputs:
        if output.output_type == "error":
            said = " ".join(f"{output.ename}: {output.evalue}".split())
            if len(said) > _LONGEST_REASON:
                said = f"{said[:_LONGEST_REASON]}…"
            return output.ename, f", {said.rstrip(': ')}"
    return "", ""
