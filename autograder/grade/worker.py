"""Grade one submission: from what was handed in to everything that is to be written down.

This runs in worker processes, perhaps on other machines. It reads and writes nothing that outlives
it: a value comes in, a value goes out.
"""

import atexit
import copy
import tempfile
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import cloudpickle
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory

from autograder.grade.execute.preprocessing import read_preprocessors
from autograder.grade.feedback.pages import FeedbackPages
from autograder.grade.intake.folder import SubmissionFiles, read_submission
from autograder.grade.intake.rebuild import Rebuilt, rebuild
from autograder.grade.model import Assignment, FileBeside, Graded, Servers, Submission
from autograder.grade.notebook import Tools, grade_notebook, missing_notebook
from autograder.grade.skeleton import Skeleton
from autograder.judge.client import JudgeServer
from autograder.judge.protocol import JudgedNotebook
from autograder.kernels.server import KernelServer
from autograder.notebooks import notebook_text


def packed(assignment: Assignment) -> bytes:
    """Return an assignment as bytes; classes that the course's settings define go with it."""
    return cloudpickle.dumps(assignment)


def grade(content: bytes, servers: Servers | None, submission: Submission) -> Graded:
    """Grade one submission.

    Parameters
    ----------
    content : bytes
        Of :func:`packed`.
    servers : Servers or None
        Of this machine; None: start some, for this process.
    submission : Submission

    Raises
    ------
    autograder.kernels.server.KernelFailed
        If no kernel, or no judge, can be started.
    """
    begin = time.monotonic()
    tools = _tools(content)
    assignment = tools.assignment
    servers = servers or _own_servers(content)
    with tempfile.TemporaryDirectory(prefix="forwardpass-submission-") as temporary:
        folder = Path(temporary, "submission")
        folder.mkdir()
        submission.archive.unpack(folder)
        ignore = CourseDirectory(config=assignment.config).ignore
        found = read_submission(folder, assignment.skeletons, ignore, assignment.bounds)
        notes = [*found.notes, *submission.notes]
        if not found.notebooks:
            reasons = dict.fromkeys(found.missing.values())
            seconds = time.monotonic() - begin
            return Graded(submission.learner, {}, {}, (*reasons, *notes), seconds)
        rebuilt = _rebuilt(assignment, found)
        others = _for_one_another(assignment, rebuilt)
        files = _files_beside(tools, found)
        notebooks = {}
        for skeleton in assignment.skeletons:
            name = skeleton.name
            if name not in rebuilt:
                notebooks[name] = missing_notebook(skeleton)
                notes.append(found.missing[name])
                continue
            workplace = Path(temporary, f"work-{len(notebooks)}")
            _lay_out(workplace, files, {other: others[other] for other in others if other != name})
            notebooks[name] = grade_notebook(
                tools, servers, submission, skeleton, rebuilt[name], workplace, tuple(notes)
            )
        kept = {name: _origin(path, folder, name) for name, path in sorted(files.items())}
    penalty = sum(notebook.penalty or 0.0 for notebook in notebooks.values())
    late = (f"{penalty:g} off for lateness",) if penalty else ()
    repairs = (repair for notebook in notebooks.values() for repair in notebook.repairs)
    return Graded(
        learner=submission.learner,
        notebooks=notebooks,
        # nbgrader and formgrader take each notebook there for one of the assignment's.
        files={name: origin for name, origin in kept.items() if not name.endswith(".ipynb")},
        notes=tuple(dict.fromkeys([*late, *notes, *repairs])),
        seconds=time.monotonic() - begin,
    )


def _rebuilt(assignment: Assignment, found: SubmissionFiles) -> dict[str, Rebuilt]:
    """Return the notebooks that were handed in, on the instructor's cells."""
    return {
        skeleton.name: rebuild(
            skeleton,
            found.notebooks[skeleton.name],
            found.alignments[skeleton.name],
            assignment.released.get(skeleton.name),
        )
        for skeleton in assignment.skeletons
        if skeleton.name in found.notebooks
    }


def _for_one_another(assignment: Assignment, rebuilt: Mapping[str, Rebuilt]) -> dict[str, str]:
    """Return the assignment's notebooks as they lie beside one another, by name.

    They are without hidden tests: code could read them there.
    """
    if len(rebuilt) < 2:
        return {}
    return {
        skeleton.name: notebook_text(_without_hidden(skeleton, rebuilt[skeleton.name].notebook))
        for skeleton in assignment.skeletons
        if skeleton.name in rebuilt
    }


def _without_hidden(skeleton: Skeleton, notebook: NotebookNode) -> NotebookNode:
    notebook = copy.deepcopy(notebook)
    known = {cell.grade_id: cell for cell in skeleton.cells}
    for cell in notebook.cells:
        original = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if original is not None and cell.source == original.source:
            cell.source = skeleton.visible(original)
    return notebook


def _files_beside(tools: Tools, found: SubmissionFiles) -> dict[str, Path]:
    """Return what lies beside the notebooks: the learner's files, the instructor's over them."""
    public = tools.public_files()
    fixed = {name: path for name, path in public.items() if name not in tools.assignment.keep}
    return {**public, **found.files, **fixed}


def _origin(path: Path, folder: Path, name: str) -> FileBeside:
    """Return whose file lies beside the notebooks under a name."""
    if path.is_relative_to(folder):
        return FileBeside(is_learners=True, path=path.relative_to(folder).as_posix())
    return FileBeside(is_learners=False, path=name)


def _lay_out(workplace: Path, files: Mapping[str, Path], notebooks: Mapping[str, str]) -> None:
    workplace.mkdir()
    for name, text in notebooks.items():
        (workplace / f"{name}.ipynb").write_text(text, encoding="utf-8", errors="backslashreplace")
    for name, path in files.items():
        target = workplace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


@lru_cache(maxsize=1)
def _tools(content: bytes) -> Tools:
    assignment = cloudpickle.loads(content)
    folder = tempfile.TemporaryDirectory(prefix="forwardpass-public-")
    assignment.public.unpack(Path(folder.name))
    judged = {
        skeleton.name: JudgedNotebook(
            assignment.judged[skeleton.name].cells,
            assignment.seed,
            Path(folder.name),
            skeleton.regions,
            assignment.limits,
        )
        for skeleton in assignment.skeletons
        if skeleton.name in assignment.judged
    }
    return Tools(
        assignment,
        NotebookExporter(config=assignment.config),
        read_preprocessors(assignment.config),
        FeedbackPages(assignment.config),
        folder,
        judged,
    )


@lru_cache(maxsize=1)
def _own_servers(content: bytes) -> Servers:
    """Return servers for this process, on a machine where none have been started."""
    assignment = _tools(content).assignment
    kernels = KernelServer(assignment.sandbox)
    atexit.register(kernels.close)
    if not assignment.judged:
        return Servers(kernels.address, None)
    judges = JudgeServer(assignment.sandbox)
    atexit.register(judges.close)
    return Servers(kernels.address, judges.address)
