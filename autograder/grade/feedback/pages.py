"""Feedback pages made from a notebook and its marks, without the gradebook, many in one process.

nbgrader's converter spends seconds on a page: it makes exporter and templates anew each time, and
it renders, highlights and parses cells that are the same for a whole class. Here one exporter
serves all pages and remembers what it made of each piece.
"""

import html
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.grade.exporter import FeedbackExporter
from autograder.grade.feedback.hiding import HideHiddenTests

_LOG = logging.getLogger(__name__)
# nbconvert warns about each image without a description.
_LOG.setLevel(logging.ERROR)

_PLAIN_CELLS = "The feedback page shows some cells as plain text: they could not be rendered."
_PLAIN_PAGE = "The feedback page is a plain one: the notebook could not be rendered."


@dataclass(frozen=True)
class PageMark:
    """What a page says of one cell of the assignment.

    Attributes
    ----------
    score : float or None
        None for a cell that has none, or none yet.
    points : float
        The most that the cell gives.
    comment : str or None
        Markdown, shown with a learner's answer.
    """

    score: float | None = None
    points: float = 0.0
    comment: str | None = None


@dataclass(frozen=True)
class Page:
    """A feedback page.

    Attributes
    ----------
    text : str
        HTML.
    notes : tuple of str
        What an instructor should know of it.
    """

    text: str
    notes: tuple[str, ...] = ()


class FeedbackPages:
    """Renders feedback pages; one in a process serves all submissions of a course.

    Parameters
    ----------
    config : traitlets.config.Config
        The course's, as `load_settings` reads it.
    """

    def __init__(self, config: Config) -> None:
        nbgrader = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
        nbgrader.log = _LOG
        self._exporter = FeedbackExporter(parent=nbgrader, config=nbgrader.config)
        for preprocessor in nbgrader.preprocessors:
            kind = import_item(preprocessor) if isinstance(preprocessor, str) else preprocessor
            # The marks are given here, and the exporter itself hides tests.
            if kind not in (GetGrades, HideHiddenTests):
                self._exporter.register_preprocessor(kind)

    def render(
        self,
        name: str,
        notebook: NotebookNode,
        marks: Mapping[str, PageMark],
        late_penalty: float = 0.0,
        folder: Path | None = None,
    ) -> Page:
        """Return the page of one executed notebook.

        A cell that cannot be rendered, whatever the reason, is shown as plain text; if that does
        not help, the whole page is plain. Nothing is raised for what a learner wrote.

        Parameters
        ----------
        name : str
            What the notebook is called in the gradebook, ``"w05_assignment"``: the page's title.
        notebook : nbformat.NotebookNode
            Executed; it is not changed. Of its ``metadata.forwardpass``, see
            :func:`autograder.grade.feedback.overview.overview`.
        marks : mapping of str to PageMark
            By grade id, of every cell of the assignment that has nbgrader's metadata: solutions,
            tests, tasks. A cell that is not among them is none of the assignment's, whatever its
            metadata says, and is shown as an ordinary one.
        late_penalty : float
            Points that are taken off the sum.
        folder : pathlib.Path, optional
            Where the notebook's images lie, for a course that sets ``HTMLExporter.embed_images``.
        """
        scores = [mark.score for mark in marks.values() if mark.score is not None]
        resources = {
            "metadata": {"name": name, "path": str(folder or "")},
            "nbgrader": {
                "notebook": name,
                "score": sum(scores) - late_penalty,
                "max_score": sum(mark.points for mark in marks.values()),
                "late_penalty": late_penalty,
            },
        }
        marked = _marked(notebook, marks)
        text = self._tried(marked, resources)
        if text is not None:
            return Page(text, (_PLAIN_CELLS,) if self._exporter.fallbacks else ())
        cells = [
            _plain(cell)
            if self._tried(NotebookNode(marked, cells=[cell]), resources) is None
            else cell
            for cell in marked.cells
        ]
        for metadata in (marked.metadata, {"forwardpass": marked.metadata.get("forwardpass")}):
            readable = NotebookNode(marked, cells=cells, metadata=NotebookNode(metadata))
            text = self._tried(readable, resources)
            if text is not None:
                return Page(text, (_PLAIN_CELLS,))
        return Page(_plain_page(resources["nbgrader"], marks), (_PLAIN_PAGE,))

    def _tried(self, notebook: NotebookNode, resources: dict[str, Any]) -> str | None:
        try:
            page, _ = self._exporter.from_notebook_node(notebook, resources)
        except Exception:  # of nbconvert, its templates, or a parser: all sorts
            return None
        return page


def _marked(notebook: NotebookNode, marks: Mapping[str, PageMark]) -> NotebookNode:
    """Return a notebook whose cells have their marks, as nbgrader's GetGrades would give them."""
    cells = []
    for cell in notebook.cells:
        details = cell.metadata.get("nbgrader")
        if isinstance(details, dict) and any(map(details.get, ("solution", "grade", "task"))):
            metadata = NotebookNode(cell.metadata)
            grade_id = details.get("grade_id")
            mark = marks.get(grade_id) if isinstance(grade_id, str) else None
            if mark is None:
                del metadata["nbgrader"]
            else:
                metadata["nbgrader"] = NotebookNode(details)
                if details.get("solution") or details.get("task"):
                    metadata["nbgrader"]["comment"] = mark.comment
                if details.get("grade") or details.get("task"):
                    metadata["nbgrader"].update(score=mark.score, points=mark.points)
            cell = NotebookNode(cell, metadata=metadata)
        cells.append(cell)
    return NotebookNode(notebook, cells=cells)


def _plain(cell: NotebookNode) -> NotebookNode:
    """Return a cell that shows the same as plain text, and has its marks."""
    source = str(cell.get("source", ""))
    metadata = {"nbgrader": cell.metadata.nbgrader} if "nbgrader" in cell.metadata else {}
    if cell.get("cell_type") == "code":
        texts = "\n".join(_plain_texts(cell.get("outputs", [])))
        outputs = [new_output("stream", text=texts)] if texts else []
        return new_code_cell(source, metadata=metadata, outputs=outputs)
    indented = "\n".join(f"    {line}" for line in source.splitlines())
    return new_markdown_cell(indented, metadata=metadata)


def _plain_texts(outputs: list[Any]) -> list[str]:
    texts = []
    for output in outputs:
        data = output.get("data")
        data = data if isinstance(data, dict) else {}
        for text in (output.get("text"), data.get("text/plain"), output.get("evalue")):
            if isinstance(text, str) and text:
                texts.append(text)
    return texts


def _plain_page(about: Mapping[str, Any], marks: Mapping[str, PageMark]) -> str:
    """Return a page with nothing of the notebook in it: what was got for which cell."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{mark.score or 0:g} / {mark.points:g}</td></tr>\n"
        for name, mark in sorted(marks.items())
        if mark.points or mark.score is not None
    )
    title = html.escape(str(about["notebook"]))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body>\n"
        f"<h2>{title}: {about['score']:g} of {about['max_score']:g} points</h2>\n"
        "<p>Your notebook was graded, but it cannot be shown here.</p>\n"
        f"<table>\n{rows}</table>\n</body></html>\n"
    )
