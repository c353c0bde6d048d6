"""Read out of an executed notebook which cells failed, and what they said."""

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.report.model import CellKey, Failure

TIMEOUT = "CellTimeoutError"
DEAD_KERNEL = "DeadKernelError"
STDERR = "stderr"

_LONGEST_MESSAGE = 200
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")  # ECMA-48, section 5.4
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_FAILING_LINE = re.compile(r"^-+>\s*\d+\s+(\S.*)$", re.MULTILINE)


def failures(notebook: NotebookNode, name: str) -> tuple[Failure, ...]:
    """Return the failure of every code cell that has one, from top to bottom.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        An autograded notebook, with outputs.
    name : str
        The notebook's name in the gradebook.
    """
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        key = CellKey(name, _grade_id(cell))
        candidates = [_failure(key, output) for output in cell.outputs if _is_failure(output)]
        if candidates:
            found.append(min(candidates, key=_rank))
    return tuple(found)


def ended_by(learner_failures: Iterable[Failure], error: str) -> tuple[Failure, ...]:
    """Return the failures with this exception name."""
    return tuple(failure for failure in learner_failures if failure.error == error)


def first_line(text: str) -> str:
    """Return the first line that says something: no terminal colours, of bounded length.

    Memory addresses are blanked, since they would make equal messages differ.
    """
    plain = _ADDRESS.sub("0x…", _TERMINAL_CODE.sub("", text))
    line = next((line.strip() for line in plain.splitlines() if line.strip()), "")
    line = "".join(character if character.isprintable() else " " for character in line)
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _is_failure(output: NotebookNode) -> bool:
    """Whether nbgrader takes the points for this output (``nbgrader.utils.determine_grade``)."""
    if output.output_type == "stream":
        return output.name == STDERR
    return output.output_type == "error"


def _failure(key: CellKey, output: NotebookNode) -> Failure:
    if output.output_type == "stream":
        return Failure(key, STDERR, first_line(output.text))
    message = first_line(output.evalue)
    if not message and output.ename == "AssertionError":
        # A bare `assert` says nothing; the line that the traceback's arrow points at says it all.
        message = _failing_line(output.traceback)
    return Failure(key, first_line(output.ename) or "Error", message)


def _failing_line(traceback: list[str]) -> str:
    match = _FAILING_LINE.search(_TERMINAL_CODE.sub("", "\n".join(traceback)))
    return first_line(match[1]) if match else ""


def _rank(failure: Failure) -> int:
    """Order by how much it explains: a timeout leaves a KeyboardInterrupt beside itself."""
    if failure.error in (TIMEOUT, DEAD_KERNEL):
        return 0
    return 2 if failure.error == STDERR else 1
