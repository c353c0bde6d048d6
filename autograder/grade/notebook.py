"""Grade one notebook of a submission, from the rebuilt notebook to the learner's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import AssignLatePenalties

from autograder.grade.execute.executor import NotebookExecutor
from autograder.grade.execute.judged import JudgedExecutor
from autograder.grade.execute.judging import Judging
from autograder.grade.execute.kernel import KernelChoice
from autograder.grade.execute.preprocessing import Conversion, Preprocessors
from autograder.grade.execute.verdict import comments_on, explain, judge, not_run
from autograder.grade.feedback.pages import FeedbackPages, Page, PageMark
from autograder.grade.intake.rebuild import Rebuilt
from autograder.grade.model import Assignment, GradedNotebook, Servers, Submission, Verdict
from autograder.grade.skeleton import Skeleton
from autograder.judge.protocol import JudgedNotebook
from autograder.notebooks import notebook_text


@dataclass(frozen=True)
class Tools:
    """Expensive objects, made once in a process for all submissions of an assignment.

    Attributes
    ----------
    assignment : Assignment
    exporter : nbconvert.exporters.NotebookExporter
    preprocessors : Preprocessors
    pages : FeedbackPages
    public : tempfile.TemporaryDirectory
        The instructor's files that lie beside the notebooks; gone with this object.
    judged : mapping of str to JudgedNotebook
        What judges are told of the notebooks that have tests for them.
    """

    assignment: Assignment
    exporter: NotebookExporter
    preprocessors: Preprocessors
    pages: FeedbackPages
    public: TemporaryDirectory[str]
    judged: Mapping[str, JudgedNotebook]

    def public_files(self) -> dict[str, Path]:
        """Return the instructor's files by their relative names."""
        folder = Path(self.public.name)
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path for path in paths}


def grade_notebook(
    tools: Tools,
    servers: Servers,
    submission: Submission,
    skeleton: Skeleton,
    rebuilt: Rebuilt,
    workplace: Path,
    notes: tuple[str, ...],
) -> GradedNotebook:
    """Sanitise a rebuilt notebook, execute it, judge it, penalise lateness, and render its page.

    Parameters
    ----------
    tools : Tools
    servers : Servers
        Of this machine.
    submission : Submission
    skeleton : Skeleton
        Of this notebook.
    rebuilt : Rebuilt
    workplace : pathlib.Path
        The folder that it is executed in.
    notes : tuple of str
        What was unusual about the submission, for the page.

    Raises
    ------
    autograder.kernels.server.KernelFailed
        If no kernel, or no judge, can be started.
    """
    steps = tools.preprocessors
    conversion = _conversion(tools, submission, skeleton, workplace)
    sanitised = conversion.through(steps.before, rebuilt.notebook)
    executor = _executor(tools, servers, submission, skeleton, sanitised, workplace)
    execution = executor.run()
    verdicts = judge(execution)
    explain(execution.notebook, verdicts)
    notebook, verdicts = conversion.scored(steps.scoring, execution.notebook, verdicts)
    comments = comments_on(notebook)
    notebook = conversion.through(steps.after, notebook)
    penalty = _penalty(tools, submission, skeleton.name, verdicts)
    notebook.metadata["forwardpass"] = {
        "date": _date(submission),
        "learner": submission.learner,
        "outcomes": {name: str(found.outcome) for name, found in verdicts.items()},
        "repairs": [*notes, *rebuilt.repairs],
        "sandbox": str(servers.kernels.sandbox),
    }
    page = _page(tools, submission, skeleton.name, notebook, verdicts, comments, penalty)
    return GradedNotebook(
        verdicts=verdicts,
        comments=comments,
        penalty=penalty,
        autograded=notebook_text(notebook),
        feedback=page.text if page else None,
        repairs=(*rebuilt.repairs, *(page.notes if page else ())),
        replaced=execution.replaced(),
        seconds=execution.seconds,
        restarts=execution.restarts,
    )


def missing_notebook(skeleton: Skeleton) -> GradedNotebook:
    """Return what nbgrader, too, makes of a notebook that is not there: no points for any cell."""
    graded = [(cell.grade_id, cell.points) for cell in skeleton.cells if cell.points is not None]
    return GradedNotebook(not_run(graded))


def _conversion(
    tools: Tools, submission: Submission, skeleton: Skeleton, workplace: Path
) -> Conversion:
    resources: dict[str, Any] = {
        "unique_key": skeleton.name,
        "nbgrader": {
            "assignment": tools.assignment.name,
            "student": submission.learner,
            "notebook": skeleton.name,
            "db_url": tools.assignment.db_url,
        },
        "metadata": {"name": skeleton.name, "path": str(workplace)},
    }
    return Conversion(tools.exporter, resources)


def _executor(
    tools: Tools,
    servers: Servers,
    submission: Submission,
    skeleton: Skeleton,
    notebook: NotebookNode,
    workplace: Path,
) -> NotebookExecutor:
    assignment = tools.assignment
    program = assignment.programs.get(skeleton.name, ())
    arguments = (
        KernelChoice(servers.kernels, assignment.limits, program, assignment.sandbox.modules),
        assignment.config,
        notebook,
        workplace,
        skeleton.defined(),
        submission.replaced.get(skeleton.name),
    )
    is_instructors = submission.is_instructors
    tests = {}
    if judged := assignment.judged.get(skeleton.name):
        in_kernel = submission.in_kernel.get(skeleton.name, ())
        tests = {name: index for name, index in judged.tests.items() if name not in in_kernel}
    if not tests:
        return NotebookExecutor(*arguments, is_instructors=is_instructors)
    judging = Judging(servers.judges, tools.judged[skeleton.name], tests)
    return JudgedExecutor(judging, *arguments, is_instructors=is_instructors)


def _penalty(
    tools: Tools, submission: Submission, name: str, verdicts: Mapping[str, Verdict]
) -> float | None:
    """Return the penalty for lateness, by the plugin that the course's settings name."""
    assigner = AssignLatePenalties(parent=tools.exporter)
    late = submission.prior.seconds_late(submission.submitted_at)
    if not tools.preprocessors.penalises or not assigner.enabled or not late:
        return None
    score = sum(
        submission.prior.score(name, grade_id, found.score) for grade_id, found in verdicts.items()
    )
    assigner.init_plugin()
    penalty = assigner.plugin_inst.late_submission_penalty(submission.learner, score, late)
    return None if penalty is None else 0.0 if penalty < 0 else min(penalty, score)


def _date(submission: Submission) -> str:
    """Return when a submission was handed in, for the feedback page; else today."""
    moment = submission.submitted_at or submission.prior.submitted_at
    if moment is None:
        return f"graded on {date.today():%-d %B %Y}"
    return f"handed in on {moment:%-d %B %Y, %H:%M} UTC"


def _page(
    tools: Tools,
    submission: Submission,
    name: str,
    notebook: NotebookNode,
    verdicts: Mapping[str, Verdict],
    comments: Mapping[str, str | None],
    penalty: float | None,
) -> Page | None:
    """Return the learner's feedback page; the instructor needs none."""
    if submission.is_instructors:
        return None
    prior = submission.prior
    marks = {}
    for grade_id in verdicts.keys() | comments.keys():
        found = verdicts.get(grade_id)
        marks[grade_id] = PageMark(
            score=None if found is None else prior.score(name, grade_id, found.score),
            points=0.0 if found is None else found.points,
            comment=prior.comments.get((name, grade_id)) or comments.get(grade_id),
        )
    return tools.pages.render(name, notebook, marks, penalty or 0.0)
