"""Learn which modules an assignment imports on its way, beyond its own import statements.

A library may import what it needs only when it is called. The instructor's version is executed
once, in the same sandbox, and what has been loaded then is what the fork server imports. It costs
about as much as one submission, and it is remembered with the assignment.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.grade.execution import KernelChoice, NotebookRun
from autograder.grade.ledger import FOLDER
from autograder.grade.payload import Assignment
from autograder.kernels.sandbox import TemporaryFolder
from autograder.kernels.server import KernelServer
from autograder.notebooks import read_notebook, write_text

# For fewer submissions the run costs more than it spares.
_WORTHWHILE = 20
_MARK = "modules: "
_QUESTION = f"""\
import importlib.util as _util, json as _json, os as _os, sys as _sys
_here = _os.getcwd()
_found = []
for _name, _module in list(_sys.modules.items()):
    _file = getattr(_module, "__file__", None)
    if _file and not _file.startswith(_here) and getattr(_module, "__spec__", None) is not None:
        _found.append(_name)
print({_MARK!r} + _json.dumps(_found))
"""


def scout(
    server: KernelServer,
    notebooks: Sequence[Path],
    assignment: Assignment,
    memory: Path,
    submissions: int,
) -> None:
    """Have a fork server import all that the instructor's version loads.

    Parameters
    ----------
    server : KernelServer
    notebooks : sequence of pathlib.Path
        The instructor's version.
    assignment : Assignment
    memory : pathlib.Path
        The file that remembers the answer.
    submissions : int
        How many are to be graded.

    Raises
    ------
    autograder.kernels.server.KernelFailed
        If there is no kernel to be had.
    """
    key = _key(assignment, notebooks)
    modules = _remembered(memory, key)
    if modules is None:
        if submissions < _WORTHWHILE or not notebooks:
            return
        modules = _ask(server, notebooks, assignment)
        write_text(memory, json.dumps({"key": key, "modules": modules}) + "\n")
    server.import_also(modules)


def memory_of(root: Path, assignment: str) -> Path:
    """Return where a course directory remembers an assignment's modules."""
    return root / FOLDER / f"{assignment}.modules.json"


def _ask(server: KernelServer, notebooks: Sequence[Path], assignment: Assignment) -> list[str]:
    """Execute the instructor's version and ask its kernels what they have loaded."""
    found: dict[str, None] = {}
    choice = KernelChoice(server.address, assignment.limits)
    with TemporaryFolder() as temporary:
        folder = temporary / "work"
        folder.mkdir()
        assignment.public.unpack(folder)
        for path in notebooks:
            notebook = read_notebook(path)
            notebook.cells.append(new_code_cell(_QUESTION))
            executed = NotebookRun(choice, assignment.config).run(notebook, folder)
            found |= dict.fromkeys(_answer(executed.notebook.cells[-1]))
    return [name for name in found if not name.startswith("__")]


def _answer(cell: NotebookNode) -> list[str]:
    for output in cell.outputs:
        text = output.get("text", "")
        if text.startswith(_MARK):
            return json.loads(text[len(_MARK) :])
    return []


def _remembered(memory: Path, key: str) -> list[str] | None:
    try:
        content = json.loads(memory.read_text(encoding="utf-8"))
        return content["modules"] if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(assignment: Assignment, notebooks: Sequence[Path]) -> str:
    texts = (path.read_bytes() for path in notebooks)
    parts = [repr(assignment.walls).encode(), assignment.public.archive, *texts]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
