"""Feedback pages that tell learners what failed without giving the hidden tests away."""

import re
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import List
from traitlets.config import Config

from autograder import regions

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Shorter lines, spaces aside, say nothing about a test.
_TELLING_LENGTH = 12
_PLACEHOLDER = "# (hidden tests ran here)"


class HideHiddenTests(NbGraderPreprocessor):
    """Remove hidden tests from an executed notebook: their source, and their traces in outputs.

    A learner's code runs in one process with the tests and can print what it finds there, so an
    output that holds a hidden line is withheld as a whole. What is encoded before it is printed
    cannot be found this way; only a judge in another process closes that.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Clean a whole notebook; called by nbconvert."""
        secrets = _hidden_lines(nb)
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            has_hidden = bool(regions.inside(cell.source, "hidden tests"))
            if has_hidden:
                visible = regions.without(cell.source, "hidden tests").rstrip()
                cell.source = f"{visible}\n{_PLACEHOLDER}"
            outputs = [
                _without_own_frames(output, cell.execution_count) if has_hidden else output
                for output in cell.outputs
                # What is printed while hidden tests run may be their inputs.
                if not (has_hidden and output.output_type in ("stream", "display_data"))
            ]
            cell.outputs = [
                _withheld(output) if _tells(output, secrets) else output for output in outputs
            ]
        return nb, resources


class SafeGenerateFeedback(GenerateFeedback):
    """nbgrader's feedback without the hidden tests, with an overview of what failed on top.

    A template that the course's own settings name is used instead of ours.
    """

    preprocessors = List(
        [GetGrades, HideHiddenTests, *GenerateFeedback.preprocessors.default_args[0][1:]]
    ).tag(config=True)

    def __init__(self, coursedir: CourseDirectory, config: Config, **kwargs: Any) -> None:
        super().__init__(coursedir=coursedir, config=config, **kwargs)
        if "template_name" not in config.HTMLExporter:
            theirs = self.config.HTMLExporter
            ours = Config()
            ours.HTMLExporter.template_name = "forwardpass_feedback"
            ours.HTMLExporter.extra_template_basedirs = [
                str(Path(__file__).parent / "templates"),
                *theirs.extra_template_basedirs,
            ]
            # Where ours finds the template that it extends, by the name feedback/….
            ours.HTMLExporter.extra_template_paths = [
                *theirs.extra_template_paths,
                *theirs.extra_template_basedirs,
            ]
            self.update_config(ours)


def _hidden_lines(nb: NotebookNode) -> set[str]:
    return {
        squeezed
        for cell in nb.cells
        if cell.cell_type == "code"
        for index in regions.inside(cell.source, "hidden tests")
        if len(squeezed := regions.squeeze(cell.source.splitlines()[index])) >= _TELLING_LENGTH
    }


def _without_own_frames(output: NotebookNode, execution_count: int | None) -> NotebookNode:
    """Drop the frames of the test cell itself from a traceback; the learner's own frames stay."""
    if output.output_type != "error":
        return output
    own = f"Cell In[{execution_count}]"
    output.traceback = [
        frame for frame in output.traceback if not _ANSI.sub("", frame).startswith(own)
    ]
    return output


def _tells(output: NotebookNode, secrets: set[str]) -> bool:
    text = regions.squeeze(_ANSI.sub("", str(dict(output)).replace("\\n", "\n")))
    return any(secret in text for secret in secrets)


def _withheld(output: NotebookNode) -> NotebookNode:
    note = "This output quoted a hidden test and is not shown."
    if output.output_type == "error":
        return new_output("error", ename=output.ename, evalue=note, traceback=[note])
    return new_output("stream", name="stdout", text=note)
