"""Build one unit: its text in, its three notebooks out, nothing written."""

import copy
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.exercises import (
    MarkedCell,
    mark_assignment,
    ordinary,
    require_no_exercises,
    require_parameters,
)
from autograder.build.header import header_cells
from autograder.build.links import require_links
from autograder.build.release import make_release
from autograder.build.text import read_text
from autograder.errors import InputError
from autograder.files import read_utf8
from autograder.notebooks import EDITOR_METADATA
from autograder.syllabus import Syllabus, Unit

# Text of the course that is not for learners.
_PRIVATE = {"lesson.md", "assignment.md", "mistakes.py", "__pycache__"}


@dataclass(frozen=True)
class BuiltUnit:
    """One unit, built.

    Attributes
    ----------
    unit : Unit
    cells : tuple of MarkedCell
        The cells of `source`, one for one, with their lines in ``assignment.md``.
    source : nbformat.NotebookNode
        nbgrader's instructor version of the assignment, with solutions and hidden tests.
    release : nbformat.NotebookNode
        The assignment as a learner gets it.
    lesson : nbformat.NotebookNode
    public_files : dict of str to bytes
        What else learners get, by path relative to the unit's folder.
    """

    unit: Unit
    cells: tuple[MarkedCell, ...]
    source: NotebookNode
    release: NotebookNode
    lesson: NotebookNode
    public_files: dict[str, bytes]


def build_unit(root: Path, unit: Unit, syllabus: Syllabus) -> BuiltUnit:
    """Build a unit from ``course/`` in ``root``.

    Raises
    ------
    InputError
        If a text is missing or breaks a rule; the error names file and line.
    """
    folder = root / "course" / unit.id
    if not folder.is_dir():
        raise InputError("course/syllabus.yml names this unit, but the folder is missing", folder)

    assignment_path = folder / "assignment.md"
    assignment = mark_assignment(read_text(assignment_path), unit, assignment_path)
    lesson_path = folder / "lesson.md"
    lesson = read_text(lesson_path)
    require_no_exercises(lesson, lesson_path)
    require_parameters(lesson, lesson_path)

    published = _published(root, syllabus)
    for path in (assignment_path, lesson_path):
        require_links(read_utf8(path), path, unit.id, published)

    header = header_cells(syllabus, unit, unit.assignment_name)
    cells = (*map(ordinary, header), *assignment)
    source = _notebook(cells)
    lesson_cells = [*header_cells(syllabus, unit, unit.lesson_name), *lesson]
    return BuiltUnit(
        unit=unit,
        cells=cells,
        source=source,
        release=make_release(source, unit, root),
        lesson=_notebook([MarkedCell(cell, None) for cell in lesson_cells]),
        public_files={name: (folder / name).read_bytes() for name in _public_names(folder)},
    )


def _public_names(folder: Path) -> list[str]:
    """Return what learners get of a unit's folder as it is, by path relative to the folder."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _PRIVATE & set(path.relative_to(folder).parts)
    ]


def _published(root: Path, syllabus: Syllabus) -> frozenset[str]:
    """Return the files that ``release/`` has when all units are built."""
    names = {"README.md"}
    for unit in syllabus.units:
        files = _public_names(root / "course" / unit.id)
        names |= {f"{unit.id}/{name}" for name in (unit.lesson_name, unit.assignment_name, *files)}
    return frozenset(names)


def _notebook(cells: Iterable[MarkedCell]) -> NotebookNode:
    notebook = new_notebook(metadata=copy.deepcopy(EDITOR_METADATA))
    notebook.nbformat_minor = 5  # the version with cell ids, which alignment and diffs rely on
    seen: Counter[str] = Counter()
    last_graded = "start"
    for marked in cells:
        cell = marked.cell
        if marked.nbgrader is None:
            digest = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
            identity = _numbered(f"cell-{digest}", seen)
        elif "grade_id" in marked.nbgrader:
            identity = last_graded = marked.nbgrader["grade_id"]
        else:
            # By place and not by content: nbgrader knows a locked cell by this id, and correcting
            # a typing error in one must not make it another cell once submissions are in.
            identity = _numbered(f"after_{last_graded}", seen)
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        node = make(cell.source, id=identity[:64])  # nbformat's limit
        if tags := cell.attributes.get("tags"):
            node.metadata["tags"] = list(tags)
        if marked.nbgrader is not None:
            node.metadata["nbgrader"] = {"grade_id": identity, **marked.nbgrader}
        notebook.cells.append(node)
    return notebook


def _numbered(identity: str, seen: Counter[str]) -> str:
    """Make an id unique by its number among equal ones."""
    seen[identity] += 1
    return identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"
