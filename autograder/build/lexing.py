"""The words of code, wherever it stands: in a cell, in prose, in a comment, in a string.

White space, line ends, quotes and comments make no difference: two texts have the same words when
they are the same code. The text need not be Python.
"""

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LEXEME = re.compile(
    r"""
      (?P<gap>\n[ \t]*\n)
    | ^[ \t]*(?P<prefix>>>>|\.\.\.|[>|*+-])(?=[ ])  # of a quotation, an item, a prompt
    | (?<!\w)(?P<kind>[rbfu]{0,2})(?:
          (?P<long>\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3})
        | (?P<short>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      )
    | \#(?P<comment>[^\n]*)
    | ,(?=\s*(?:[>|]\s+)?[)\]}])  # perhaps in a quotation
    | (?P<word>\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\w+|[^\w\s"'`;\\])
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
_IN_STRING = re.compile(r"\w+|[^\w\s\\\"'`;]")
_ARGUMENT = re.compile(r"\s*=(?!=)")
# Names of the language, which no author chooses.
_KEPT = frozenset(keyword.kwlist) | frozenset(vars(builtins)) | {"self"}
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
NAME, KEY = "", '"'  # shapes
# A comment or string with fewer characters than this holds no line of code: `x="c"` has five.
_SHORTEST = 5


@dataclass(frozen=True)
class Code:
    """The words of a text, in order.

    Attributes
    ----------
    words : list of str
        Names, numbers, the words of strings, and every other mark by itself.
    shapes : list of str
        The same, but `NAME` for a name that another author might choose otherwise: of a variable,
        a function, an attribute of ``self``; `KEY` for a string of one word, as of a dictionary's
        key. Other attributes, keyword arguments, Python's own names and other strings stay.
    text : str
    starts : list of int
        The place of each word in the text; of the words of a string, its own.
    first_line : int
        The number of the text's first line in its file.
    """

    words: list[str]
    shapes: list[str]
    text: str
    starts: list[int]
    first_line: int

    def pattern(self, begin: int = 0, end: int | None = None) -> list[str]:
        """Return words with numbers for names: the same for code that differs in names alone."""
        numbers: dict[str, str] = {}
        pattern = []
        for word, shape in zip(self.words[begin:end], self.shapes[begin:end], strict=True):
            if shape in (NAME, KEY):
                pattern.append(numbers.setdefault(shape + word, f"#{len(numbers)}"))
            else:
                pattern.append(shape)
        return pattern

    def line(self, index: int) -> int:
        """Return the line in which a word stands."""
        return self.first_line + self.text.count("\n", 0, self.starts[index])


def code_of(text: str) -> Code:
    """Return the words of a text, those of its comments left out."""
    return next(codes_of(text))


def codes_of(text: str, first_line: int = 1) -> Iterator[Code]:
    """Yield the words of a text, then those of its comments, then those of each of its strings.

    Parameters
    ----------
    text : str
    first_line : int
        The number of its first line.
    """
    code = Code([], [], text, [], first_line)
    words, shapes, starts = code.words, code.shapes, code.starts
    inner: list[tuple[int, str]] = []  # strings with their places
    comments: list[tuple[int, str]] = []
    last, before_last, end, depth = "", "", 0, 0
    prefix, prefix_end, quoted_by = "", 0, ""  # the last one, and that of what is in brackets now
    for match in _LEXEME.finditer(text):
        group = match.lastgroup
        start = match.start()
        if group == "prefix" and not depth:
            prefix, prefix_end = match[group], match.end()
        elif group == "word" or (group == "prefix" and match[group] != quoted_by):
            word = match[group]
            shape = word
            if word in _BRACKETS:
                if not depth:
                    quoted_by = "" if "\n" in text[prefix_end:start] else prefix
                depth = max(0, depth + _BRACKETS[word])
            elif word.isidentifier() and word not in _KEPT:
                if last == "." and start == end:
                    is_chosen = before_last == "self"
                else:
                    is_argument = depth and last in "(," and _ARGUMENT.match(text, match.end())
                    is_chosen = not is_argument
                shape = NAME if is_chosen else word
            words.append(word)
            shapes.append(shape)
            starts.append(start)
            last, before_last = word, last
        elif group in ("long", "short"):
            quoted = match[group].strip(match[group][0])
            is_formatted = "f" in match["kind"].lower()
            for word, shape in _in_string(quoted, is_formatted):
                words.append(word)
                shapes.append(shape)
                starts.append(start)
            inner.append((start, quoted.replace("\\n", "\n")))
            last = before_last = '"'
        elif group == "comment":
            comments.append((start, match["comment"].lstrip("# ")))
        elif group == "gap":
            depth = 0
        end = match.end()
    yield code
    if comments:
        inner.insert(0, (comments[0][0], "\n".join(comment for _, comment in comments)))
    for start, content in inner:
        if len(content) >= _SHORTEST:
            yield from codes_of(content, first_line + text.count("\n", 0, start))


def _in_string(text: str, is_formatted: bool) -> Iterator[tuple[str, str]]:
    """Yield the words of a string and their shapes: a name in the braces of a format is chosen."""
    if text.isidentifier():
        yield text, KEY
        return
    depth = 0
    for word in _IN_STRING.findall(text):
        depth = max(0, depth + (word == "{") - (word == "}"))
        is_chosen = is_formatted and depth and word.isidentifier() and word not in _KEPT
        yield word, NAME if is_chosen else word
