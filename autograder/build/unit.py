"""Build one unit: its text in, its notebooks out, nothing written."""

import copy
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.appendix import appendix_files, has_appendices
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
from autograder.build.titles import footer_cells, titled
from autograder.errors import InputError
from autograder.files import read_utf8
from autograder.syllabus import Syllabus, Unit
from forwardpass.hints import FILE
from forwardpass.published import EDITOR_METADATA

_TEXTS = {"lesson.md", "assignment.md"}
# What of a unit's folder is not for learners.
_PRIVATE = _TEXTS | {"mistakes.py", "__pycache__"}


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
    published : dict of str to nbformat.NotebookNode
        The notebooks as learners get them, by file name, in the unit's order.
    public_files : dict of str to bytes
        What else learners get, by path relative to the unit's folder.
    """

    unit: Unit
    cells: tuple[MarkedCell, ...]
    source: NotebookNode
    published: dict[str, NotebookNode]
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

    for name in sorted(_TEXTS - {f"{one.kind}.md" for one in unit.notebooks}):
        if (folder / name).exists():
            raise InputError(
                f"a {unit.kind} has no {Path(name).stem}: move this text into its assignment.md",
                folder / name,
            )

    linkable = _linkable(root, syllabus)
    published = {}
    for notebook in unit.notebooks:
        path = folder / f"{notebook.kind}.md"
        text = read_text(path)
        has_hints = notebook.kind == "assignment" and (folder / FILE).is_file()
        header = header_cells(
            *(syllabus, unit, notebook.name),
            has_hints=has_hints,
            has_appendices=has_appendices(root),
        )
        if notebook.kind == "assignment":
            marked = mark_assignment(text, unit, path)
            footer = map(ordinary, footer_cells(marked, unit))
            assignment = (*map(ordinary, header), *marked, *footer)
            source = _notebook(assignment)
        else:
            require_no_exercises(text, path)
            require_parameters(text, path)
            published[notebook.name] = _notebook(MarkedCell(cell, None) for cell in header + text)
        require_links(read_utf8(path), path, unit.id, linkable)
    return BuiltUnit(
        unit=unit,
        cells=assignment,
        source=source,
        published=published | {unit.assignment_name: make_release(source, unit, root)},
        public_files={name: (folder / name).read_bytes() for name in _public_names(folder)},
    )


def _public_names(folder: Path) -> list[str]:
    """Return what learners get of a unit's folder as it is, by path relative to the folder."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _PRIVATE & set(path.relative_to(folder).parts)
    ]


def _linkable(root: Path, syllabus: Syllabus) -> frozenset[str]:
    """Return the files that ``release/`` has when all units are built."""
    names = {"README.md", *appendix_files(root)}
    for unit in syllabus.units:
        files = _public_names(root / "course" / unit.id)
        notebooks = [notebook.name for notebook in unit.notebooks]
        names |= {f"{unit.id}/{name}" for name in (*notebooks, *files)}
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
        source = titled(cell, marked.nbgrader) if "tests" in cell.attributes else cell.source
        node = make(source, id=identity[:64])  # nbformat's limit
        tags = [*cell.attributes.get("tags", []), *({"in_process"} & cell.attributes.keys())]
        if tags:
            node.metadata["tags"] = tags
        if marked.nbgrader is not None:
            node.metadata["nbgrader"] = {"grade_id": identity, **marked.nbgrader}
        if marked.without:
            node.metadata["forwardpass"] = {"without": list(marked.without)}
        notebook.cells.append(node)
    return notebook


def _numbered(identity: str, seen: Counter[str]) -> str:
    """Make an id unique by its number among equal ones."""
    seen[identity] += 1
    return identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"
