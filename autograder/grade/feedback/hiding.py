"""Keep hidden tests out of a feedback page."""

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, NbGraderPreprocessor

from autograder import regions

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
