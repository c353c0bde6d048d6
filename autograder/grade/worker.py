"""Grade one submission: from what was handed in to everything that is to be written down.

This runs in worker processes, perhaps on other machines. It reads and writes nothing that outlives
it: a value comes in, a value goes out.
"""

import atexit
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import cloudpickle
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import HasTraits
from traitlets.utils.importstring import import_item

from autograder.errors import InputError
from autograder.grade.execute import verdict
from autograder.grade.execute.execution import KernelChoice, NotebookRun
from autograder.grade.execute.verdict import Verdict
from autograder.grade.feedback.pages import FeedbackPages, Mark, Page
from autograder.grade.intake.folder import Handin, read_submission
from autograder.grade.intake.rebuild import rebuild
from autograder.grade.model import Assignment, Graded, GradedNotebook, Task
from autograder.grade.skeleton import Skeleton
from autograder.kernels.guard.settings import Replaced
from autograder.kernels.server import Address, KernelServer
from autograder.notebooks import notebook_text

# What the rebuilding, the engine's own execution and the gradebook's one writer do instead.
_REPLACED = (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)


def packed(assignment: Assignment) -> bytes:
    """Return an assignment as bytes; classes that the course's settings define go with it."""
    return cloudpickle.dumps(assignment)


def grade(content: bytes, address: Address | None, task: Task) -> Graded:
    """Grade one submission.

    Parameters
    ----------
    content : bytes
        Of :func:`packed`.
    address : Address or None
        The fork server of this machine; None: start one, for this process.
    task : Task

    Raises
    ------
    autograder.kernels.server.KernelFailed
        If no kernel can be started.
    """
    begin = time.monotonic()
    tools = _tools(content)
    assignment = tools.assignment
    address = address or _own_server(content).address
    with tempfile.TemporaryDirectory(prefix="forwardpass-submission-") as temporary:
        folder = Path(temporary, "submission")
        folder.mkdir()
        task.parcel.unpack(folder)
        ignore = CourseDirectory(config=assignment.config).ignore
        handin = read_submission(folder, assignment.skeletons, ignore, assignment.bounds)
        notes = (*handin.notes, *task.notes)
        if not handin.notebooks:
            reasons = tuple(dict.fromkeys(handin.missing.values()))
            return Graded(task.learner, {}, {}, (*reasons, *notes), time.monotonic() - begin)
        files = _files(assignment, handin, Path(temporary, "beside"))
        others = _others(assignment, handin)
        notebooks, computing, restarts = {}, 0.0, 0
        for skeleton in assignment.skeletons:
            if skeleton.name not in handin.notebooks:
                notebooks[skeleton.name] = _missing(skeleton)
                notes = (*notes, handin.missing[skeleton.name])
                continue
            workplace = Path(temporary, f"work-{len(notebooks)}")
            beside = {name: text for name, text in others.items() if name != skeleton.name}
            _lay_out(workplace, files, beside)
            one = _Notebook(tools, address, task, skeleton, notes)
            notebooks[skeleton.name], seconds, again = one.graded(
                handin.notebooks[skeleton.name], workplace
            )
            computing += seconds
            restarts += again
        where = {name: path.relative_to(folder) for name, path in handin.files.items()}
    repairs = (repair for notebook in notebooks.values() for repair in notebook.repairs)
    penalty = sum(notebook.penalty or 0.0 for notebook in notebooks.values())
    late = (f"{penalty:g} off for lateness",) if penalty else ()
    return Graded(
        learner=task.learner,
        notebooks=notebooks,
        # nbgrader and formgrader take each notebook there for one of the assignment's.
        files={
            name: where.get(name, Path(name)).as_posix()
            for name in sorted(files)
            if not name.endswith(".ipynb")
        },
        notes=tuple(dict.fromkeys([*late, *notes, *repairs])),
        seconds=time.monotonic() - begin,
        computing=computing,
        restarts=restarts,
    )


@dataclass(frozen=True)
class _Tools:
    """Expensive objects, built once for all submissions of an assignment."""

    assignment: Assignment
    exporter: NotebookExporter  # which nbgrader's preprocessors expect as their parent
    pages: FeedbackPages


class _Notebook:
    """One notebook on its way through the stations that nbgrader's settings name."""

    def __init__(
        self,
        tools: _Tools,
        address: Address,
        task: Task,
        skeleton: Skeleton,
        notes: tuple[str, ...],
    ) -> None:
        assignment = tools.assignment
        self._tools = tools
        self._config = assignment.config
        self._task = task
        self._skeleton = skeleton
        self._notes = notes
        program = assignment.programs.get(skeleton.name, ())
        modules = assignment.walls.modules
        self._choice = KernelChoice(address, assignment.limits, program, modules)
        self._resources: dict[str, Any] = {
            "unique_key": skeleton.name,
            "nbgrader": {
                "assignment": assignment.name,
                "student": task.learner,
                "notebook": skeleton.name,
                "db_url": assignment.db_url,
            },
        }

    def graded(self, notebook: NotebookNode, workplace: Path) -> tuple[GradedNotebook, float, int]:
        """Return the result, the seconds that its cells took, and how often a kernel was new."""
        self._resources["metadata"] = {"name": self._skeleton.name, "path": str(workplace)}
        released = self._tools.assignment.released.get(self._skeleton.name)
        rebuilt = rebuild(self._skeleton, notebook, released)
        notebook = rebuilt.notebook
        settings = Autograde(config=self._config)
        for station in self._stations(settings.sanitize_preprocessors):
            notebook = self._pass(station, notebook)
        verdicts, comments, penalty, seconds, restarts = {}, {}, None, 0.0, 0
        replaced: dict[str, Replaced] = {}
        is_saved = False
        for station in self._stations(settings.autograde_preprocessors):
            if station is Execute:
                runner = NotebookRun(self._choice, self._config)
                execution = runner.run(
                    notebook,
                    workplace,
                    self._skeleton.defined(),
                    self._task.replaced.get(self._skeleton.name),
                    is_instructors=self._task.is_instructors,
                )
                replaced = execution.replaced()
                notebook, restarts = execution.notebook, execution.restarts
                verdicts = verdict.judge(execution)
                seconds = sum(run.seconds for run in execution.runs if run is not None)
            elif station is SaveAutoGrades:
                comments, is_saved = verdict.comments(notebook), True
            elif station is AssignLatePenalties:
                penalty = self._penalty(verdicts)
            elif is_saved or station.__module__.startswith(("nbgrader.", "nbconvert.")):
                notebook = self._pass(station, notebook)
            else:
                before = verdict.shown_scores(notebook)
                notebook = self._pass(station, notebook)
                verdicts = verdict.revised(verdicts, before, verdict.shown_scores(notebook))
        repairs = (*self._notes, *rebuilt.repairs)
        notebook.metadata["forwardpass"] = {
            "date": self._date(),
            "learner": self._task.learner,
            "outcomes": {name: str(found.outcome) for name, found in verdicts.items()},
            "repairs": list(repairs),
            "sandbox": str(self._choice.address.sandbox),
        }
        is_learners = not self._task.is_instructors
        page = self._page(notebook, verdicts, comments, penalty) if is_learners else None
        text = notebook_text(notebook)
        notes = rebuilt.repairs if page is None else (*rebuilt.repairs, *page.notes)
        shown = None if page is None else page.text
        result = GradedNotebook(verdicts, comments, penalty, text, shown, notes, replaced)
        return result, seconds, restarts

    def _stations(self, named: list) -> Iterator[Any]:
        """Yield what nbgrader's exporter takes for a preprocessor: classes, functions, names."""
        for station in named:
            station = import_item(station) if isinstance(station, str) else station
            mine = set(getattr(station, "__mro__", ())).intersection((Execute, *_REPLACED))
            if mine and station not in mine:
                raise InputError(
                    f"the course's own {station.__name__} cannot be used: this engine "
                    f"does itself what nbgrader's {mine.pop().__name__} does"
                )
            yield station

    def _pass(self, station: Any, notebook: NotebookNode) -> NotebookNode:
        """Let one of nbgrader's preprocessors, or one of the course's own, do its work."""
        if station in _REPLACED:
            return notebook
        if isinstance(station, type):
            is_configured = issubclass(station, HasTraits)
            station = station(parent=self._tools.exporter) if is_configured else station()
        notebook, self._resources = station(notebook, self._resources)
        return notebook

    def _penalty(self, verdicts: Mapping[str, Verdict]) -> float | None:
        """Return the penalty for lateness, by the plugin that the course's settings name."""
        assigner = AssignLatePenalties(parent=self._tools.exporter)
        late = self._task.standing.seconds_late(self._task.handed_in)
        if not assigner.enabled or not late:
            return None
        score = sum(self._score(name, found) for name, found in verdicts.items())
        assigner.init_plugin()
        penalty = assigner.plugin_inst.late_submission_penalty(self._task.learner, score, late)
        return None if penalty is None else 0.0 if penalty < 0 else min(penalty, score)

    def _date(self) -> str:
        """Return when the submission was handed in, for the feedback page; else today."""
        moment = self._task.handed_in or self._task.standing.handed_in
        if moment is None:
            return f"graded on {date.today():%-d %B %Y}"
        return f"handed in on {moment:%-d %B %Y, %H:%M} UTC"

    def _score(self, grade_id: str, found: Verdict) -> float:
        return self._task.standing.score(self._skeleton.name, grade_id, found.score)

    def _page(
        self,
        notebook: NotebookNode,
        verdicts: Mapping[str, Verdict],
        comments: Mapping[str, str | None],
        penalty: float | None,
    ) -> Page:
        """Return the learner's feedback page."""
        written = self._task.standing.comments
        marks = {}
        for name in verdicts.keys() | comments.keys():
            comment = written.get((self._skeleton.name, name)) or comments.get(name)
            found = verdicts.get(name)
            score = None if found is None else self._score(name, found)
            marks[name] = Mark(score, 0.0 if found is None else found.points, comment)
        return self._tools.pages.render(self._skeleton.name, notebook, marks, penalty or 0.0)


def _missing(skeleton: Skeleton) -> GradedNotebook:
    """Return what nbgrader, too, makes of a notebook that is not there: no points for any cell."""
    graded = [(cell.grade_id, cell.points) for cell in skeleton.cells if cell.points is not None]
    return GradedNotebook(verdict.not_run(graded), {}, None, None, None)


def _files(assignment: Assignment, handin: Handin, folder: Path) -> dict[str, Path]:
    """Return what lies beside the notebooks: the learner's files, the instructor's over them."""
    folder.mkdir()
    assignment.public.unpack(folder)
    public = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    kept = {name: path for name, path in public.items() if name not in assignment.keep}
    return {**public, **handin.files, **kept}


def _others(assignment: Assignment, handin: Handin) -> dict[str, str]:
    """Return the assignment's notebooks as they lie beside one another, by name.

    They are the learner's, on the instructor's cells but without hidden tests: code could read them
    there.
    """
    if len(handin.notebooks) < 2:
        return {}
    return {
        skeleton.name: notebook_text(
            rebuild(
                _visible(skeleton),
                handin.notebooks[skeleton.name],
                assignment.released.get(skeleton.name),
            ).notebook
        )
        for skeleton in assignment.skeletons
        if skeleton.name in handin.notebooks
    }


def _visible(skeleton: Skeleton) -> Skeleton:
    cells = (replace(cell, source=skeleton.visible(cell)) for cell in skeleton.cells)
    return replace(skeleton, cells=tuple(cells))


def _lay_out(workplace: Path, files: Mapping[str, Path], notebooks: Mapping[str, str]) -> None:
    workplace.mkdir()
    for name, text in notebooks.items():
        (workplace / f"{name}.ipynb").write_text(text, encoding="utf-8", errors="backslashreplace")
    for name, path in files.items():
        target = workplace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


@lru_cache(maxsize=1)
def _tools(content: bytes) -> _Tools:
    assignment = cloudpickle.loads(content)
    return _Tools(
        assignment, NotebookExporter(config=assignment.config), FeedbackPages(assignment.config)
    )


@lru_cache(maxsize=1)
def _own_server(content: bytes) -> KernelServer:
    """Return a fork server for this process, on a machine that nobody has started one on."""
    server = KernelServer(_tools(content).assignment.walls)
    atexit.register(server.close)
    return server
