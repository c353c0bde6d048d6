"""Find the links of a text that lead nowhere in what learners get."""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from autograder.errors import InputError

# JupyterLab takes formulas out before it reads Markdown, so the brackets in one are not a link.
_FORMULA = re.compile(r"\$\$.+?\$\$|\$(?:[^$\n]|\n(?!\s*\n))+\$", flags=re.DOTALL)
_SHOWN = ("text", "code_inline", "softbreak")  # what a reader sees of a heading
_ANCHOR_IN_HTML = re.compile(r"""\b(?:id|name)=["']([^"']+)""")


@dataclass(frozen=True)
class _Link:
    address: str
    line: int


def require_links(text: str, path: Path, folder: str, published: Collection[str]) -> None:
    """Refuse a link to a notebook, a file or a heading that learners will not have.

    Parameters
    ----------
    text : str
        A lesson or an assignment, Markdown.
    path : pathlib.Path
        Where the text stands, for the message.
    folder : str
        The folder of its unit in ``release/``, from which a notebook's links start.
    published : collection of str
        All files of ``release/``, by path relative to it.

    Raises
    ------
    InputError
        For the first such link, with its line.
    """
    tokens = MarkdownIt("commonmark").enable("table").parse(_without_formulas(text))
    folders = {posixpath.dirname(name) for name in published}
    anchors = set(_anchors(tokens))
    for link in _links(tokens):
        address = urlsplit(link.address)
        if address.scheme == "attachment":
            raise InputError(
                f"the link {link.address!r} leads nowhere: a text has no attachments; put the file "
                "beside it and link that",
                path,
                link.line,
            )
        if address.scheme or address.netloc:
            continue
        target = posixpath.normpath(posixpath.join(folder, unquote(address.path)))
        if address.path and target not in published and target not in folders:
            raise InputError(
                f"the link {link.address!r} leads nowhere: there will be no release/{target}",
                path,
                link.line,
            )
        if not address.path and unquote(address.fragment).lower() not in anchors:
            raise InputError(
                f"the link {link.address!r} leads nowhere: this text has no such heading; the "
                "anchor of a heading is its text with a hyphen for each space",
                path,
                link.line,
            )


def _without_formulas(text: str) -> str:
    """Blank formulas out, and keep the lines as they are."""
    return _FORMULA.sub(lambda formula: re.sub(r"[^\n]", "-", formula[0]), text)


def _links(tokens: list[Token]) -> Iterator[_Link]:
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type in ("link_open", "image"):
                yield _Link(str(child.attrGet("href") or child.attrGet("src") or ""), line)


def _anchors(tokens: list[Token]) -> Iterator[str]:
    """Yield the anchors of the headings, as JupyterLab and GitHub make them, and those in HTML."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is not None and before.type == "heading_open":
            shown = "".join(
                child.content for child in token.children or () if child.type in _SHOWN
            ).lower()
            yield shown.replace(" ", "-")
            yield re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline"):
                yield from (anchor.lower() for anchor in _ANCHOR_IN_HTML.findall(part.content))
