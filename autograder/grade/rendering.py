"""Feedback pages made from a notebook and its marks, without the gradebook, many in one process.

nbgrader's converter spends seconds on a page: it makes exporter and templates anew each time, and
it renders, highlights and parses cells that are the same for a whole class. Here one exporter
serves all pages and remembers what it made of each piece.
"""

import hashlib
import html
import logging
import re
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.grade.feedback import (
    HideHiddenTests,
    html_cleaner,
    only_safe_outputs,
    template_settings,
)

_LOG = logging.getLogger(__name__)
# nbconvert warns about each image without a description.
_LOG.setLevel(logging.ERROR)

# Pieces of a page that are remembered, and how long one may be: 1,000 pieces are several weeks.
_PIECES = 1024
_PIECE_LENGTH = 20_000

# What a learner is told of a test cell whose outcome is not just passed, failed or partial.
_EXPLANATIONS = {
    "timeout": "This did not finish in time.",
    "out of memory": "This needed more memory than there is.",
    "kernel died": "The Python process ended while this ran.",
    "tampered": "The tests' surroundings had been changed (numpy, builtins, IPython hooks …), "
    "so the result does not count.",
    "not run": "This did not run.",
    "manual": "To be marked by a person.",
}

_NO_DESCRIPTION = "No description has been provided for this image"  # nbconvert's words
_PLAIN_TAG = re.compile(
    r"([^<]*)(?:(<!--[0-9a-f]+-->)|<(/?)(a|b|code|div|em|h[1-6]|img|li|ol|p|pre|span|strong|table|td|th|tr|ul)"
    r"((?:\s+(?:class|href|id|name|src|style)=\"[^\"&<>]*\")*)\s*>)"
)
_ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")
_NO_PLAIN_TEXT = re.compile(r">|&(?!(?:amp|lt|gt|quot|nbsp|#34|#39);)")
_NEEDLESS_ENTITIES = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&nbsp;": "\xa0"}


@dataclass(frozen=True)
class Mark:
    """What a page says of one cell of the assignment.

    Attributes
    ----------
    score : float or None
        None for a cell that has none, or none yet.
    points : float
        What could be had.
    comment : str or None
        Markdown, shown with a learner's answer.
    """

    score: float | None = None
    points: float = 0.0
    comment: str | None = None


class FeedbackPages:
    """Renders feedback pages; one in a process serves all submissions of a course.

    The page is that of nbgrader's ``GenerateFeedback`` with the course's settings and our
    template. Unless the course sets ``HTMLExporter.sanitize_html`` itself, what a learner wrote
    or printed cannot run scripts in the page.

    Parameters
    ----------
    config : traitlets.config.Config
        The course's, as `load_settings` reads it.
    """

    def __init__(self, config: Config) -> None:
        nbgrader = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
        nbgrader.log = _LOG
        if "template_name" not in config.HTMLExporter:
            nbgrader.update_config(template_settings(nbgrader.config))
        html_exporter = nbgrader.config.HTMLExporter
        html_exporter.setdefault("sanitize_html", True)
        # Once, after all steps: the learner's outputs may be invalid until the last one.
        html_exporter.setdefault("optimistic_validation", True)
        self._exporter = _PageExporter(parent=nbgrader, config=nbgrader.config)
        self._exporter.register_preprocessor(HideHiddenTests)
        self._exporter.register_preprocessor(_report)
        for preprocessor in nbgrader.preprocessors:
            kind = import_item(preprocessor) if isinstance(preprocessor, str) else preprocessor
            # The marks are given here, and a course cannot forget to hide its tests.
            if kind not in (GetGrades, HideHiddenTests):
                self._exporter.register_preprocessor(kind)
        if self._exporter.sanitize_html:
            self._exporter.register_preprocessor(only_safe_outputs)

    def render(
        self,
        name: str,
        notebook: NotebookNode,
        marks: Mapping[str, Mark],
        late_penalty: float = 0.0,
        folder: Path | None = None,
    ) -> str:
        """Return the page of one executed notebook.

        Parameters
        ----------
        name : str
            What the notebook is called in the gradebook, ``"w05_assignment"``: the page's title.
        notebook : nbformat.NotebookNode
            Executed; it is not changed. Its ``metadata.forwardpass`` may hold ``repairs``, a list
            of sentences, and ``outcomes``, a word by grade id.
        marks : mapping of str to Mark
            By grade id, of every cell of the assignment that has nbgrader's metadata: solutions,
            tests, tasks. A cell that is not among them is none of the assignment's, whatever its
            metadata says, and is shown as an ordinary one.
        late_penalty : float
            Points that are taken off the sum.
        folder : pathlib.Path, optional
            Where the notebook's images lie, for a course that sets ``HTMLExporter.embed_images``.

        Returns
        -------
        str
            HTML.
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
        page, _ = self._exporter.from_notebook_node(_marked(notebook, marks), resources)
        return page


class _PageExporter(HTMLExporter):
    """nbconvert's exporter, which remembers what it made of Markdown, code and parts of cells."""

    def __init__(self, **kwargs: Any) -> None:
        self._rendered = _remembering(lambda source: HTMLExporter.markdown2html(self, {}, source))
        self._highlighted = _remembering(self._highlight)
        self._normalised = _remembering(_normalised)
        self._cleaned = _remembering(html_cleaner())
        # Nobody can guess it, so nothing that a learner writes is taken for a place of a part.
        self._token = uuid.uuid4().hex
        self._parts: dict[str, str] = {}
        super().__init__(**kwargs)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render a page; its parts are put in last, so that nbconvert parses only what is new."""
        self._parts.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a learner names a language, a type of output …
            page, resources = super().from_notebook_node(nb, resources, **kwargs)
        return self._complete(page), resources

    def default_filters(self) -> Iterator[tuple[str, Callable[..., str]]]:
        """Yield the filters that templates can use; called once, for the first page."""
        yield from super().default_filters()
        yield "apart", self._apart
        yield "ansi2html", _remembering(ansi2html)
        if self.sanitize_html:
            yield "clean_html", lambda text: self._cleaned(str(text))

    def register_filter(self, name: str, jinja_filter: Any) -> Any:
        """Register a filter; nbconvert comes with a new highlighter for every notebook."""
        if name == "highlight_code" and isinstance(jinja_filter, Highlight2HTML):
            lexer = str(jinja_filter.pygments_lexer)

            def jinja_filter(
                source: str, language: str | None = None, metadata: NotebookNode | None = None
            ) -> str:
                magics_language = (metadata or {}).get("magics_language") or ""
                return self._highlighted(source, language or lexer, str(magics_language))

        return super().register_filter(name, jinja_filter)

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Render Markdown, safely if the page is to be safe: not every template cares for that."""
        # With these, the result depends on more than the source.
        if self.embed_images or context.get("cell", {}).get("attachments"):
            rendered = super().markdown2html(context, source)
        else:
            try:
                rendered = self._rendered(source)
            except InvalidNotebook:  # it shows an attachment that is not there
                rendered = f"<pre>{html.escape(source, quote=False)}</pre>"
        return self._cleaned(rendered) if self.sanitize_html else rendered

    def _highlight(self, source: str, lexer: str, magics_language: str) -> str:
        metadata = {"magics_language": magics_language} if magics_language else {}
        return Highlight2HTML(pygments_lexer=lexer, parent=self)(source, metadata=metadata)

    def _apart(self, text: str) -> str:
        """Set a part of the page apart, normalised, and return a comment that keeps its place."""
        part = text.strip()
        if not (part.startswith("<") and part.endswith(">")):
            return text  # the white space around bare text would not be the same
        key = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()
        self._parts[key] = self._normalised(part)
        begin = len(text) - len(text.lstrip())
        return f"{text[:begin]}<!--{self._token}{key}-->{text[begin + len(part) :]}"

    def _complete(self, page: str) -> str:
        """Put the parts into their places; a part may have parts."""
        place = re.compile(f"<!--{self._token}([0-9a-f]{{64}})-->")

        def part(match: re.Match[str]) -> str:
            return place.sub(part, self._parts[match[1]])

        return place.sub(part, page)


def _remembering(function: Callable[..., str]) -> Callable[..., str]:
    """Return a pure function that remembers what it returned for texts of ordinary length."""
    remembered = lru_cache(_PIECES)(function)

    def call(text: str, *arguments: str) -> str:
        chosen = remembered if len(text) <= _PIECE_LENGTH else function
        return chosen(text, *arguments)

    return call


def _normalised(part: str) -> str:
    """Return well-formed HTML as nbconvert's pass through BeautifulSoup leaves it."""
    if quick := _quickly_normalised(part):
        return quick
    soup = BeautifulSoup(part, features="html.parser")
    for image in soup.find_all("img", alt=False):
        image.attrs["alt"] = _NO_DESCRIPTION
    return str(soup)


def _quickly_normalised(part: str) -> str | None:
    """Do the same, fifty times faster, for the plain HTML of highlighters and templates.

    Returns None for HTML that has anything else in it.
    """
    pieces = []
    open_tags: list[str] = []
    position = 0
    for match in _PLAIN_TAG.finditer(part):
        text, comment, closes, tag, attributes = match.groups()
        if match.start() != position or _NO_PLAIN_TEXT.search(text):
            return None
        position = match.end()
        if text and "pre" not in open_tags and not text.strip(" \t\n\r\f"):
            text = "\n" if "\n" in text else " "
        pieces.append(_unescaped(text) if "&" in text else text)
        if comment:
            pieces.append(comment)
        elif closes:
            if attributes or not open_tags or open_tags.pop() != tag:
                return None
            pieces.append(f"</{tag}>")
        else:
            found = _ATTRIBUTE.findall(attributes)
            values = dict(found)
            if len(values) != len(found):
                return None
            if "class" in values:
                values["class"] = " ".join(values["class"].split())
            if tag == "img":
                values.setdefault("alt", _NO_DESCRIPTION)
            else:
                open_tags.append(tag)
            written = "".join(f' {name}="{value}"' for name, value in sorted(values.items()))
            pieces.append(f"<{tag}{written}{'/' if tag == 'img' else ''}>")
    return None if open_tags or position != len(part) else "".join(pieces)


def _unescaped(text: str) -> str:
    for entity, character in _NEEDLESS_ENTITIES.items():
        text = text.replace(entity, character)
    return text


def _marked(notebook: NotebookNode, marks: Mapping[str, Mark]) -> NotebookNode:
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


def _report(nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
    """Tell the template what the engine noted; a preprocessor, after hidden tests were hidden."""
    noted = nb.metadata.get("forwardpass")
    noted = noted if isinstance(noted, dict) else {}
    # A notebook that nbgrader graded has here what the learner wrote.
    repairs, outcomes = noted.get("repairs"), noted.get("outcomes")
    repairs = repairs if isinstance(repairs, list) else []
    outcomes = outcomes if isinstance(outcomes, dict) else {}
    resources["forwardpass"] = {
        "repairs": [text for text in repairs if isinstance(text, str)],
        "outcomes": {key: word for key, word in outcomes.items() if isinstance(word, str)},
        "explanations": _EXPLANATIONS,
    }
    return nb, resources
