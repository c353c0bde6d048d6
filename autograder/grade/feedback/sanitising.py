"""Make what a learner wrote and printed harmless: nothing of it runs in a feedback page."""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import bleach
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode

from autograder.markdown import is_on_network

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
