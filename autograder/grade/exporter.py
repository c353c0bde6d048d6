"""nbconvert's exporter as feedback pages need it: offline, harmless, silent about hidden tests.

nbgrader's own commands write the same pages as `autograder grade` when a course's settings say::

    c.GenerateFeedback.exporter_class = "autograder.grade.exporter.FeedbackExporter"
"""

import copy
import hashlib
import html
import re
import uuid
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import Highlight2HTML, ansi2html
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.formulas import STYLE
from autograder.grade.feedback.hiding import HideHiddenTests
from autograder.grade.feedback.html_parts import normalised
from autograder.grade.feedback.overview import overview
from autograder.grade.feedback.sanitising import html_cleaner, only_safe_outputs
from autograder.markdown import formulas_as_markdown, markdown_to_html, with_formulas

EXPORTER = "autograder.grade.exporter.FeedbackExporter"

# Pieces of a page that are remembered, and how long one may be: 1,000 pieces are several weeks.
_PIECES = 1024
_PIECE_LENGTH = 20_000
_NBGRADERS_TEMPLATE = "feedback"


class FeedbackExporter(HTMLExporter):
    """The exporter of feedback pages, which remembers what it made of Markdown, code and cells.

    The page is that of nbgrader's ``GenerateFeedback`` with our template, unless the course's
    settings name one. Unless they set ``HTMLExporter.sanitize_html``, what a learner wrote or
    printed cannot run scripts in the page.

    Attributes
    ----------
    fallbacks : list of str
        Markdown texts of the last page that could not be rendered and are shown as they are.
    """

    def __init__(self, config: Config | None = None, **kwargs: Any) -> None:
        self._rendered = remembering(lambda source: markdown_to_html(source, self, {}))
        self._highlighted = remembering(self._highlight)
        self._normalised = remembering(normalised)
        self._cleaned = remembering(html_cleaner())
        # Nobody can guess it, so nothing that a learner writes is taken for a place of a part.
        self._token = uuid.uuid4().hex
        self._parts: dict[str, str] = {}
        self.fallbacks: list[str] = []
        super().__init__(config=_settings(config or Config()), **kwargs)
        # Before all others: a course cannot forget to hide its tests.
        self.register_preprocessor(HideHiddenTests, enabled=True)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render a page; its parts are put in last, so that nbconvert parses only what is new."""
        self._parts.clear()
        self.fallbacks.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a learner names a language, a type of output …
            page, resources = super().from_notebook_node(nb, resources, **kwargs)
        return self._complete(page), resources

    def default_filters(self) -> Iterator[tuple[str, Callable[..., str]]]:
        """Yield the filters that templates can use; called once, for the first page."""
        yield from super().default_filters()
        yield "apart", self._apart
        yield "ansi2html", remembering(ansi2html)
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
        attachments = context.get("cell", {}).get("attachments")
        try:
            # With these, the result depends on more than the source.
            if self.embed_images or attachments:
                path = context.get("resources", {}).get("metadata", {}).get("path", "")
                rendered = markdown_to_html(source, self, attachments or {}, path)
            else:
                rendered = self._rendered(source)
        except Exception:  # whatever a parser raises at what a learner wrote
            self.fallbacks.append(source)
            rendered = f"<pre>{html.escape(str(source), quote=False)}</pre>"
        if self.sanitize_html:
            rendered = self._cleaned(rendered)
        return with_formulas(rendered, self._set_apart)

    def _preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Let all preprocessors work, and then what comes last."""
        nb, resources = super()._preprocess(nb, resources)
        if self.sanitize_html:
            nb, resources = only_safe_outputs(nb, resources)
        nb, resources = formulas_as_markdown(nb, resources)
        resources["forwardpass"] = {**overview(nb), "style": STYLE}
        return nb, resources

    def _highlight(self, source: str, lexer: str, magics_language: str) -> str:
        metadata = {"magics_language": magics_language} if magics_language else {}
        return Highlight2HTML(pygments_lexer=lexer, parent=self)(source, metadata=metadata)

    def _apart(self, text: str) -> str:
        """Set a part of the page apart, normalised, and return a comment that keeps its place."""
        part = text.strip()
        if not (part.startswith("<") and part.endswith(">")):
            return text  # the white space around bare text would not be the same
        begin = len(text) - len(text.lstrip())
        place = self._set_apart(self._normalised(part))
        return f"{text[:begin]}{place}{text[begin + len(part) :]}"

    def _set_apart(self, part: str) -> str:
        key = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()
        self._parts[key] = part
        return f"<!--{self._token}{key}-->"

    def _complete(self, page: str) -> str:
        """Put the parts into their places; a part may have parts."""
        place = re.compile(f"<!--{self._token}([0-9a-f]{{64}})-->")

        def part(match: re.Match[str]) -> str:
            return place.sub(part, self._parts[match[1]])

        return place.sub(part, page)


def _settings(config: Config) -> Config:
    """Return settings for an exporter: those of nbgrader's ``GenerateFeedback``, with our template.

    Parameters
    ----------
    config : traitlets.config.Config
        As ``GenerateFeedback`` completes it: it names where nbgrader's own template is.
    """
    config = copy.deepcopy(config)
    exporter = config.HTMLExporter
    exporter.setdefault("sanitize_html", True)
    # Once, after all steps: the learner's outputs may be invalid until the last one.
    exporter.setdefault("optimistic_validation", True)
    if exporter.get("template_name", _NBGRADERS_TEMPLATE) == _NBGRADERS_TEMPLATE:
        theirs = list(exporter.get("extra_template_basedirs", []))
        exporter.template_name = "forwardpass_feedback"
        exporter.extra_template_basedirs = [
            str(Path(__file__).parent / "feedback/templates"),
            *theirs,
        ]
        # Where ours finds the template that it extends, by the name feedback/….
        exporter.extra_template_paths = [*exporter.get("extra_template_paths", []), *theirs]
    return config


def remembering(function: Callable[..., str]) -> Callable[..., str]:
    """Return a pure function that remembers what it returned for texts of ordinary length."""
    remembered = lru_cache(_PIECES)(function)

    def call(text: str, *arguments: str) -> str:
        chosen = remembered if len(text) <= _PIECE_LENGTH else function
        return chosen(text, *arguments)

    return call
