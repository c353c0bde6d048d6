"""What a feedback page must not do: give hidden tests away, or run a learner's scripts."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import bleach
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, NbGraderPreprocessor

from autograder import regions
from autograder.markdown import is_on_network

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Shorter lines, spaces aside, say nothing about a test.
_TELLING_LENGTH = 12
_PLACEHOLDER = "# (hidden tests ran here)"
_NO_MARK_SCHEME = "*(the mark scheme is not shown)*"
# What code gains when it is printed as a string literal.
_QUOTING = str.maketrans("", "", "'\"\\")
_CONTENT = frozenset({"text", "data", "metadata", "ename", "evalue", "traceback"})
# Images, the bulk of an output, need no search: no line of code looks like this.
_BASE64 = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}\n?")

# bleach reads some 100,000 characters a second, and fewer the deeper elements are nested; a page
# must not take minutes.
_LONGEST_HTML = 50_000
_DEEPEST_HTML = 500
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
# These need no end.
_ENDLESS = frozenset({"br", "col", "dd", "dt", "hr", "img", "input", "li", "p", "td", "th", "tr"})
_SAFE_TYPES = frozenset(
    {"text/plain", "text/html", "text/markdown", "text/latex"}
    | {"image/png", "image/jpeg", "image/svg+xml"}
)
_METADATA_TYPES = {
    "width": (int, float),
    "height": (int, float),
    "alt": str,
    "isolated": bool,
    "unconfined": bool,
}
_CODE = re.compile(r"<(script|style)\b", re.IGNORECASE)
_TAGS_LIST = (
    "audio br caption center col colgroup dd del details dfn div dl dt figcaption figure h1 h2 h3 "
    "h4 h5 h6 hr img input ins kbd mark p pre q s samp small source span strike sub summary sup "
    "table tbody td tfoot th thead tr tt u var video"
)
_TAGS = bleach.ALLOWED_TAGS | frozenset(_TAGS_LIST.split())
_ATTRIBUTES_LIST = (
    "align alt border checked class colspan controls dir disabled height href id lang loop muted "
    "name open rel rowspan scope span src start style target title type valign width"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_LIST.split())
_MORE_STYLES_LIST = (
    "border border-top border-bottom border-left border-right max-width min-width padding "
    "padding-left padding-right table-layout word-break"
)
_MORE_STYLES = frozenset(_MORE_STYLES_LIST.split())


class HideHiddenTests(NbGraderPreprocessor):
    """Remove hidden tests from an executed notebook: their source, and their traces in outputs.

    Hidden is what nbgrader takes out of the release version, by the markers that the course's
    settings name: regions of hidden tests and of mark schemes.

    A learner's code runs in one process with the tests and can print what it finds there, so an
    output that holds a hidden line is withheld as a whole. What is encoded before it is printed
    cannot be found this way; only a judge in another process closes that.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Clean a whole notebook; called by nbconvert."""
        markers = self._markers()
        secrets = _telling(_hidden_lines(nb, markers), nb)
        for cell in nb.cells:
            visible = cell.source
            for one in markers:
                visible = regions.without(visible, one)
            is_hiding = visible != cell.source
            if is_hiding:
                placeholder = _PLACEHOLDER if cell.cell_type == "code" else _NO_MARK_SCHEME
                cell.source = f"{visible.rstrip()}\n{placeholder}"
            if cell.cell_type != "code":
                continue
            if is_hiding:
                cell.outputs = [
                    _without_own_frames(output, cell.execution_count)
                    for output in cell.outputs
                    # What is printed or returned while hidden tests run may be their inputs.
                    if output.output_type == "error"
                ]
            cell.outputs = _without_secrets(cell.outputs, secrets)
        # The kernel writes here too: the state of widgets holds what was printed into them.
        for key in list(nb.metadata):
            if _tells(_plain(nb.metadata[key]), secrets):
                del nb.metadata[key]
        return nb, resources

    def _markers(self) -> tuple[regions.Markers, ...]:
        tests, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
        return (
            (tests.begin_test_delimeter, tests.end_test_delimeter),
            (scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter),
        )


def only_safe_outputs(
    nb: NotebookNode, resources: ResourcesDict
) -> tuple[NotebookNode, ResourcesDict]:
    """Keep of each output what cannot run scripts; a preprocessor, the last one."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = NotebookNode(
                    (kind, content)
                    for kind, content in output.data.items()
                    if kind in _SAFE_TYPES and isinstance(content, str)
                )
                if not output.data:
                    output.data["text/plain"] = "(an output that cannot be shown on this page)"
                output.metadata = _safe_metadata(output.get("metadata", {}))
    return nb, resources


def html_cleaner() -> Callable[[str], str]:
    """Return what makes HTML harmless without making tables, figures and formulas ugly."""
    styles = CSSSanitizer(allowed_css_properties=ALLOWED_CSS_PROPERTIES | _MORE_STYLES)
    cleaner = bleach.Cleaner(
        tags=_TAGS,
        attributes=_is_safe_attribute,
        protocols=bleach.ALLOWED_PROTOCOLS | {"data"},
        strip=True,
        css_sanitizer=styles,
    )

    def clean(text: str) -> str:
        if len(text) > _LONGEST_HTML or _depth(text) > _DEEPEST_HTML:
            return "<p>(This HTML is too long, or too deeply nested, to be shown here.)</p>"
        return cleaner.clean(_without_code(text))

    return clean


def _hidden_lines(nb: NotebookNode, markers: Iterable[regions.Markers]) -> set[str]:
    lines = (
        cell.source.split("\n")[index]
        for cell in nb.cells
        for one in markers
        for index in regions.inside(cell.source, one)
    )
    return {
        _plain_line(line)
        for line in lines
        if len(regions.without_whitespace(line)) >= _TELLING_LENGTH
    }


def _telling(secrets: set[str], nb: NotebookNode) -> set[str]:
    """Return those of the secrets that a notebook tells at all: most notebooks tell none."""
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    text = "".join(map(_text_of, outputs)) + _plain(nb.metadata)
    return {secret for secret in secrets if secret in text}


def _without_own_frames(output: NotebookNode, execution_count: int | None) -> NotebookNode:
    """Drop the frames of the test cell itself from a traceback; the learner's own frames stay."""
    if output.output_type != "error":
        return output
    own = f"Cell In[{execution_count}]"
    output.traceback = [
        frame for frame in output.traceback if not _ANSI.sub("", frame).startswith(own)
    ]
    return output


def _without_secrets(outputs: list[NotebookNode], secrets: set[str]) -> list[NotebookNode]:
    """Withhold the outputs of a cell that hold a hidden line, also one in several pieces."""
    if not secrets:
        return outputs
    texts = [_text_of(output) for output in outputs]
    telling = [_tells(text, secrets) for text in texts]
    if not any(telling) and _tells("".join(texts), secrets):
        telling = [True] * len(outputs)
    return [
        _withheld(output) if tells else output
        for output, tells in zip(outputs, telling, strict=True)
    ]


def _tells(text: str, secrets: set[str]) -> bool:
    return any(secret in text for secret in secrets)


def _text_of(output: NotebookNode) -> str:
    return _plain([output[key] for key in output if key in _CONTENT])


def _plain(value: object) -> str:
    """Return all text in a value, as it was before it was coloured, quoted, escaped or indented."""
    text = "\n".join(text for text in _texts(value) if not _BASE64.fullmatch(text))
    text = html.unescape(_ANSI.sub("", text)).replace("\\n", "\n")
    return regions.without_whitespace(text).translate(_QUOTING)


@lru_cache(4096)
def _plain_line(line: str) -> str:
    """Do so for a line of the tests, which are the same for a whole class."""
    return _plain(line)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _withheld(output: NotebookNode) -> NotebookNode:
    note = "This output quoted a hidden test and is not shown."
    if output.output_type == "error":
        return new_output("error", ename=output.ename, evalue=note, traceback=[note])
    return new_output("stream", name="stdout", text=note)


def _safe_metadata(metadata: Mapping[str, Any]) -> NotebookNode:
    """Keep what a template uses, of the right type: nbconvert writes sizes without quotes."""
    safe = NotebookNode()
    for key, value in metadata.items():
        if key in _SAFE_TYPES and isinstance(value, dict):
            safe[key] = _safe_metadata(value)
        elif isinstance(value, _METADATA_TYPES.get(key, ())):
            safe[key] = value
    return safe


def _depth(text: str) -> int:
    """Return how many elements are open at once, at most."""
    open_tags: Counter[str] = Counter()
    depth = deepest = 0
    for closes, name in _TAG.findall(text):
        tag = name.lower()
        if not closes and tag not in _ENDLESS:
            open_tags[tag] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif closes and open_tags[tag]:
            open_tags[tag] -= 1
            depth -= 1
    return deepest


def _without_code(text: str) -> str:
    """Drop scripts and style sheets; bleach alone would leave their content as text.

    Not for safety, which bleach sees to.
    """
    kept = []
    position = 0
    while begin := _CODE.search(text, position):
        kept.append(text[position : begin.start()])
        end = re.compile(f"</{begin[1]}[^>]*>", re.IGNORECASE).search(text, begin.end())
        if not end:
            return "".join(kept)
        position = end.end()
    return "".join([*kept, text[position:]])


def _is_safe_attribute(tag: str, name: str, value: str) -> bool:
    address = "".join(html.unescape(value).split()).lower()
    if address.startswith("data:"):
        return name == "src" and address.startswith(("data:image/", "data:audio/", "data:video/"))
    return name in _ATTRIBUTES and not (name == "src" and is_on_network(address))
