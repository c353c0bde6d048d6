r"""LaTeX formulas as MathML, which browsers lay out themselves: no script, no font, no network."""

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.commands import MATRICES
from latex2mathml.converter import Converter

# Fonts with the sizes of brackets and braces; browsers of systems without one draw them small.
STYLE = (
    'math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", '
    '"DejaVu Math TeX Gyre", "Noto Sans Math", math; }'
)
# Longer ones are not formulas, and what a learner wrote must not take the page's time.
_LONGEST = 5_000
_DEEPEST = 60
_REMEMBERED = 4096
# Macros can be made to grow without end.
_REFUSED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|[egx]?def|let|href|require)\b"
)
# What the converter does not know, written as what it knows.
_SPELLINGS = (
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"(?<!\\)\\\n"), r"\\ "),  # a backslash at the end of a line is a space
    (re.compile(r"\\\\[ \t]*\[-?[\d.]+ ?[a-z]{2}\]"), r"\\\\"),  # more space below a line
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{split}"),
    # Without numbers: nobody counts them over the page.
    (re.compile(r"\\(begin|end)\{align\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{gather(?:ed|\*)?\}"), r"\\\1{matrix}"),
    (re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}"), ""),
)
_ENVIRONMENT = re.compile(r"\\begin\{([^}]*)\}")
_ENVIRONMENTS = frozenset(name.removeprefix("\\") for name in MATRICES)
_ELEMENTS_LIST = (
    "math mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace "
    "msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_ELEMENTS = frozenset(_ELEMENTS_LIST.split())
_ATTRIBUTES_LIST = (
    "accent accentunder depth dir display displaystyle fence form height largeop linethickness "
    "lspace mathsize mathvariant maxsize minsize movablelimits rspace scriptlevel separator "
    "stretchy symmetric voffset width xmlns"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_LIST.split())
# Elements with another number of parts are errors.
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2} | {
    "msubsup": 3,
    "munderover": 3,
}
# MathML Core leaves these to CSS.
_BOX = "border: 1px solid; padding: 0.25em 0.4em"
_PADDING = "padding: 0 0.4em"
_ALIGNMENTS = frozenset({"left", "center", "right"})
_COLOUR = re.compile(r"#?[0-9A-Za-z]+")
_COLOURS = {"mathcolor": "color", "mathbackground": "background-color"}
# Where no `\left` asks for it, these keep their size; browsers would stretch the first of a pair.
_FENCES = frozenset("‖∥|⌊⌋⌈⌉⟨⟩")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)")
_ESCAPED = re.compile(r"\\([_%$#&{}])")


@lru_cache(_REMEMBERED)
def mathml(latex: str, *, is_display: bool) -> str | None:
    r"""Return a formula as a MathML element, or None where it cannot be read as one.

    The element holds nothing but MathML's own layout elements and attributes, whatever the formula
    says, so it is safe to put into a page.

    Parameters
    ----------
    latex : str
        Without the dollars around it; environments with their ``\begin`` and ``\end``.
    is_display : bool
        Whether it stands by itself, in a line of its own.

    Examples
    --------
    >>> mathml("x", is_display=False).endswith("<mrow><mi>x</mi></mrow></math>")
    True
    """
    latex = latex.strip()
    if not latex or len(latex) > _LONGEST or _depth(latex) > _DEEPEST or _REFUSED.search(latex):
        return None
    for pattern, spelling in _SPELLINGS:
        latex = pattern.sub(spelling, latex)
    if not _ENVIRONMENTS.issuperset(_ENVIRONMENT.findall(latex)):
        return None
    try:
        element = Converter(display="block" if is_display else "inline").convert_to_element(latex)
    except Exception:  # whatever a parser raises at what a learner wrote: it is not a formula
        return None
    for part in element.iter():
        if not _is_made_safe(part):
            return None
    return ElementTree.tostring(element, encoding="unicode")


def _depth(latex: str) -> int:
    r"""Return how many braces are open at once, at most; ``\left`` and ``\begin`` count as one."""
    depth = deepest = 0
    for sign in re.findall(r"\\[{}]|[{}]|\\(?:left|right|begin|end)\b", latex):
        if sign in ("{", r"\left", r"\begin"):
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ("}", r"\right", r"\end"):
            depth -= 1
    return deepest


def _is_made_safe(part: ElementTree.Element) -> bool:
    """Rewrite an element as MathML Core has it; False for one that does not lay out a formula."""
    styles = []
    if part.tag == "menclose" and part.get("notation") == "box":
        part.tag = "mrow"
        styles.append(_BOX)
    if part.tag == "mpadded" and part.get("width", "").startswith("+"):
        part.tag, part.attrib = "mrow", {}
        styles.append(_PADDING)
    if part.tag not in _ELEMENTS or len(part) != _PARTS.get(part.tag, len(part)):
        return False
    if part.get("columnalign") in _ALIGNMENTS:
        styles.append(f"text-align: {part.get('columnalign')}")
    for name, property_ in _COLOURS.items():
        if _COLOUR.fullmatch(part.get(name, "")):
            styles.append(f"{property_}: {part.get(name)}")
    part.attrib = {name: value for name, value in part.attrib.items() if name in _ATTRIBUTES}
    if styles:
        part.set("style", "; ".join(styles))
    # The converter writes characters as entities, for a serialiser that does not escape.
    text = html.unescape(part.text or "")
    if part.tag == "mtext":
        text = _ESCAPED.sub(r"\1", text)
    elif _COMMAND.search(text) or text == "&":  # what the converter handed through unread
        return False
    if part.tag == "mo" and text in _FENCES and not {"stretchy", "minsize"} & part.attrib.keys():
        part.set("stretchy", "false")
    part.text = text
    part.tail = None
    return True
