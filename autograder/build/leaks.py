"""The leak gate: no line of a solution or a hidden test may stand anywhere in what learners get."""

import base64
import binascii
import codecs
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder import regions
from autograder.regions import MARKERS, squeeze

_SOLUTION, _HIDDEN, _SCHEME = MARKERS["solution"], MARKERS["hidden tests"], MARKERS["mark scheme"]

# A line with fewer characters than this, spaces aside, gives nothing away: `m = X.shape[0]`.
_TELLING_LENGTH = 16
# Lines that give the shape of some code away, but no answer: any program for these libraries has
# them, `with torch.no_grad():` and `optimizer.zero_grad()`.
_STRUCTURE = re.compile(
    r"(import|from|def|class|raise)\b"  # names that a stub or its docstring has anyway
    r"|(else|try|finally|except.*|with.*open.*):$"
    r"|with\s+[\w.]+\([\w.=,\s\"']*\)(\s+as\s+\w+)?:$"
    r"|[\w.]+\(\)$"  # a call without arguments
    r"|return\s+[\w.,\s]+$"
    r"|for\s+[\w,\s()]+\s+in\s+(range|enumerate|zip|reversed)?\(?[\w.,\s()]+\)?:$"
    r"|(if|while|elif)\s+[\w.\s]+:$"
    r'|[rbf]*("""|\'\'\')'
)


@dataclass(frozen=True)
class Secret:
    """One line that must not be published.

    Attributes
    ----------
    kind : str
        ``"solution"``, ``"hidden test"`` or ``"mark scheme"``.
    grade_id : str
        The cell that it belongs to.
    unit : str
    line : str
        As written.
    """

    kind: str
    grade_id: str
    unit: str
    line: str


def secrets_of(source: NotebookNode, unit: str) -> list[Secret]:
    """Return the telling lines of an instructor's notebook, each once.

    A line of a hidden test that the same notebook shows openly in a code cell is not secret: the
    author has published it. A line of a solution always is.
    """
    public = "\n".join(
        squeeze(regions.without(regions.without(cell.source, _SOLUTION), _HIDDEN))
        for cell in source.cells
        if cell.cell_type == "code"
    )
    secrets = {}
    for cell in source.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "markdown":
            lines = [("solution", line) for line in cell.source.splitlines()]  # a model answer
        elif cell.metadata.get("nbgrader", {}).get("task"):
            source = cell.source.split("\n")
            lines = [("mark scheme", source[i]) for i in regions.inside(cell.source, _SCHEME)]
        else:
            lines = _secret_lines(cell.source)
        for kind, line in lines:
            squeezed = squeeze(line)
            if len(squeezed) < _TELLING_LENGTH or _STRUCTURE.match(line.strip()):
                continue
            if kind == "hidden test" and squeezed in public:
                continue
            secrets.setdefault(squeezed, Secret(kind, grade_id, unit, line.strip()))
    return list(secrets.values())


@dataclass(frozen=True)
class Leak:
    """A secret and where it was found, as a place that a reader can open."""

    secret: Secret
    path: str
    place: str

    def __str__(self) -> str:
        return (
            f"{self.path}{self.place}: gives away a line of the {self.secret.kind} of "
            f"{self.secret.grade_id!r} in {self.secret.unit}: {self.secret.line}"
        )


def find_leaks(files: Mapping[str, bytes], secrets: Iterable[Secret]) -> list[Leak]:
    """Search files that are about to be published for secrets.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path. Of a notebook, every string counts: sources, outputs, metadata,
        attachments.
    secrets : iterable of Secret

    Returns
    -------
    list of Leak
        In the order of the files, each secret once for each place.
    """
    needles = [(squeeze(secret.line), secret) for secret in secrets]
    return [
        Leak(secret, path, place)
        for path, content in files.items()
        for place, text in _texts(path, content)
        for needle, secret in needles
        if needle in text
    ]


def _secret_lines(source: str) -> list[tuple[str, str]]:
    """Return the lines inside solution and hidden regions, without comments at their ends."""
    lines = source.split("\n")
    bare = _without_comments(source)
    return [
        (name, bare[index] if bare[index].strip() else lines[index])
        for name, markers in (("solution", _SOLUTION), ("hidden test", _HIDDEN))
        for index in regions.inside(source, markers)
    ]


def _without_comments(source: str) -> list[str]:
    """Return the lines of some code without their comments; as they are where it is not Python."""
    lines = source.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (tokenize.TokenError, SyntaxError):
        return source.split("\n")
    return lines


def _texts(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield every text in a file with the place where it stands, squeezed."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        return  # pictures and arrays hold no lines of code
    if not path.endswith(".ipynb"):
        for number, line in enumerate(text.splitlines(), start=1):
            yield f":{number}", squeeze(line)
        yield "", squeeze(text)
        return
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    yield " in its metadata", "\n".join(_strings(notebook.metadata))
    for number, cell in enumerate(notebook.cells, start=1):
        yield f" cell {number}", "\n".join(_strings(cell))


def _strings(value: Any) -> Iterator[str]:
    """Yield every string in a notebook's part, squeezed, with what it may hold in base64."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield squeeze(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield squeeze(value)
        try:
            yield squeeze(base64.b64decode(value, validate=False).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return
