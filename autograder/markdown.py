r"""Markdown of notebooks as HTML that needs no network: formulas become MathML when it is made.

What a browser would render as a formula by a script from elsewhere (``$…$``, ``$$…$$``,
``\\(…\\)``, ``\\[…\\]`` and LaTeX's environments) is converted here. What cannot be read as a
formula, and dollars that mean money, stay as they were written.
"""

import html
import re
import uuid
from collections.abc import Callable, Mapping
from re import Match
from typing import Any
from urllib.parse import unquote

from mistune import InlineState
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)
from nbformat import NotebookNode

from autograder.formulas import mathml

# Nobody can guess it, so nothing that a learner writes is taken for a formula of ours.
_TOKEN = uuid.uuid4().hex
_PLACE = re.compile(f"{_TOKEN}([di])([0-9a-f]+)z")
_TAG = re.compile(r"<[^<>]*>")
_VERBATIM = re.compile(r"<(/?)(?:code|pre|script|style|textarea|math)\b", re.IGNORECASE)
_IN_HTML = re.compile(
    r"(?<!\\)\$\$(?P<display>[^$]+?)\$\$|(?<![$\\])\$(?P<inline>[^$\n]+?)(?<!\\)\$(?!\$)"
)
_ONE_FORMULA = re.compile(
    r"\s*(?:\$\$[^$]+\$\$|\$[^$]+\$|\\begin\{(?P<name>[a-z]+\*?)\}.*\\end\{(?P=name)\})\s*",
    re.DOTALL,
)
_NETWORK = re.compile(r"\s*(?:https?:|ftp:|//)", re.IGNORECASE)


def markdown_to_html(
    source: str, exporter: HTMLExporter, attachments: Mapping[str, Any], path: str = ""
) -> str:
    """Return a Markdown text as HTML with places for its formulas, which `with_formulas` fills.

    In between, the HTML can be sanitised: places are words of letters and digits.

    Parameters
    ----------
    source : str
    exporter : nbconvert.exporters.HTMLExporter
        Whose settings hold.
    attachments : mapping of str to dict
        Of the cell: content by type by name.
    path : str
        Where the notebook's images lie, for an exporter that embeds them.
    """
    renderer = _Renderer(
        escape=False,
        attachments=attachments if isinstance(attachments, Mapping) else {},
        embed_images=exporter.embed_images,
        path=path,
        anchor_link_text=exporter.anchor_link_text,
        exclude_anchor_links=exporter.exclude_anchor_links,
        **exporter.lexer_options,
    )
    return MarkdownWithMath(renderer, inline=_InlineParser(hard_wrap=False)).render(source)


def with_formulas(text: str, place: Callable[[str], str] = str) -> str:
    """Put formulas into their places in HTML that `markdown_to_html` returned.

    Parameters
    ----------
    text : str
    place : callable, optional
        Gets the MathML of each and returns what is to stand in its place.
    """
    if _TOKEN not in text:
        return text

    def element(match: Match[str]) -> str:
        return place(mathml(_latex(match), is_display=match[1] == "d") or "")

    # Of a formula in a heading, or in an image's description, an attribute has the text.
    text = _TAG.sub(lambda tag: _PLACE.sub(_written, tag[0]), text)
    return _PLACE.sub(element, text)


def formulas_as_markdown(
    nb: NotebookNode, resources: dict[str, Any]
) -> tuple[NotebookNode, dict[str, Any]]:
    """Let outputs that are one LaTeX formula be rendered as those in Markdown; a preprocessor."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data")
            latex = data.get("text/latex") if isinstance(data, dict) else None
            if isinstance(latex, str) and _ONE_FORMULA.fullmatch(latex):
                data.setdefault("text/markdown", latex.strip())
                del data["text/latex"]
    return nb, resources


def is_on_network(address: str) -> bool:
    """Whether a browser would ask another machine for this address."""
    return bool(_NETWORK.match(html.unescape(address).replace("\\", "/")))


class _InlineParser(MathInlineParser):
    """Takes dollars for a formula's as Pandoc does, so that ``$5 and $6`` stay money."""

    def parse_inline_math_tex(self, m: Match[str], state: InlineState) -> int | None:
        """Parse ``$…$``; None leaves the dollar as it is."""
        body = m.group("math_inline_tex")
        if not _is_formula(body, state.src[m.end() : m.end() + 1]):
            return None
        return super().parse_inline_math_tex(m, state)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, for pages that are read without a network."""

    def block_math(self, body: str) -> str:
        return _place(body, super().block_math(body), is_display=True)

    def inline_math(self, body: str) -> str:
        return _place(body, super().inline_math(body), is_display=False)

    def latex_environment(self, name: str, body: str) -> str:
        latex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return _place(latex, super().latex_environment(name, body), is_display=True)

    def block_html(self, html: str) -> str:
        return _formulas_in_html(super().block_html(html))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Render an image: one from the network, or one that is missing, by its description."""
        name = url.removeprefix("attachment:")
        if name != url:
            found = next((key for key in (name, unquote(name)) if self._is_shown(key)), None)
            if found is None:
                return text or html.escape(unquote(url))
            url = f"attachment:{found}"
        elif is_on_network(url):
            return text or html.escape(url)
        return super().image(text, url, title)

    def _is_shown(self, name: str) -> bool:
        """Whether there is an attachment of this name with an image in it."""
        attachment = self.attachments.get(name)
        return isinstance(attachment, dict) and any(
            str(kind).startswith("image/") and isinstance(content, str)
            for kind, content in attachment.items()
        )


def _place(latex: str, written: str, *, is_display: bool) -> str:
    if mathml(latex, is_display=is_display) is None:
        return written
    kind = "d" if is_display else "i"
    return f"{_TOKEN}{kind}{latex.encode('utf-8', 'surrogatepass').hex()}z"


def _latex(match: Match[str]) -> str:
    return bytes.fromhex(match[2]).decode("utf-8", "surrogatepass")


def _written(match: Match[str]) -> str:
    dollars = "$$" if match[1] == "d" else "$"
    return html.escape(f"{dollars}{_latex(match)}{dollars}")


def _is_formula(body: str, after: str) -> bool:
    """Whether what stands between two dollars is a formula, by the rule of Pandoc."""
    if after.isdigit():
        return False
    outer = body[:1].isspace(), body[-1:].isspace()
    # Some authors write `$ x^2 $`; between the dollars of two prices stands no such sign.
    return not any(outer) or (all(outer) and any(sign in body for sign in "\\^_="))


def _formulas_in_html(text: str) -> str:
    """Find the formulas in a block of HTML, in which Markdown is not read."""
    pieces = []
    depth = position = 0
    for tag in [*_TAG.finditer(text), None]:
        between = text[position : tag.start() if tag else len(text)]
        pieces.append(between if depth else _IN_HTML.sub(_found_in_html, between))
        if tag:
            pieces.append(tag[0])
            position = tag.end()
            if verbatim := _VERBATIM.match(tag[0]):
                depth = max(0, depth - 1) if verbatim[1] else depth + 1
    return "".join(pieces)


def _found_in_html(match: Match[str]) -> str:
    body = match["display"] or match["inline"]
    is_display = match["display"] is not None
    if not is_display and not _is_formula(body, match.string[match.end() : match.end() + 1]):
        return match[0]
    return _place(html.unescape(body), match[0], is_display=is_display)
