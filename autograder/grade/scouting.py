"""Learn which modules an assignment imports on its way, beyond its own import statements.

A library may import what it needs only when it is called. The instructor's version is executed
once, in the same sandbox, and what has been loaded then is what the fork server imports. It costs
about as much as one submission, and it is remembered with the assignment.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from autograder.grade.execution import KernelChoice, NotebookRun
from autograder.grade.ledger import FOLDER
from autograder.grade.parcel import Parcel
from autograder.kernels.limits import Limits
from autograder.kernels.server import KernelServer, Walls
from autograder.notebooks import read_notebook, write_text

# For fewer submissions the run costs more than it spares.
_WORTHWHILE = 8
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


def scouted(
    walls: Walls,
    notebooks: Sequence[Path],
    public: Parcel,
    config: Config,
    limits: Limits,
    memory: Path,
    submissions: int,
) -> Walls:
    """Return walls with all modules that the instructor's version loads.

    Parameters
    ----------
    walls : Walls
        With the modules of the import statements.
    notebooks : sequence of pathlib.Path
        The instructor's version.
    public : Parcel
        The files that lie beside it.
    config : traitlets.config.Config
    limits : Limits
    memory : pathlib.Path
        The file that remembers the answer.
    submissions : int
        How many are to be graded.
    """
    key = _key(walls, notebooks, public)
    remembered = _remembered(memory, key)
    if remembered is None:
        if submissions < _WORTHWHILE or not notebooks:
            return walls
        remembered = _ask(walls, notebooks, public, config, limits)
        write_text(memory, json.dumps({"key": key, "modules": remembered}) + "\n")
    return replace(walls, modules=tuple(dict.fromkeys([*walls.modules, *remembered])))


def memory_of(root: Path, assignment: str) -> Path:
    """Return where a course directory remembers an assignment's modules."""
    return root / FOLDER / f"{assignment}.modules.json"


def _ask(
    walls: Walls, notebooks: Sequence[Path], public: Parcel, config: Config, limits: Limits
) -> list[str]:
    """Execute the instructor's version and ask its kernels what they have loaded."""
    found: dict[str, None] = {}
    with KernelServer(walls) as server, TemporaryDirectory(prefix="forwardpass-scout-") as folder:
        public.unpack(Path(folder))
        for path in notebooks:
            notebook = read_notebook(path)
            notebook.cells.append(new_code_cell(_QUESTION))
            choice = KernelChoice(server.address, limits)
            executed = NotebookRun(choice, config).run(notebook, Path(folder)).notebook
            found |= dict.fromkeys(_answer(executed.cells[-1]))
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


def _key(walls: Walls, notebooks: Sequence[Path], public: Parcel) -> str:
    parts = [repr(walls).encode(), public.archive, *(path.read_bytes() for path in notebooks)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
