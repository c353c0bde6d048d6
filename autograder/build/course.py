"""Put built units together into the generated files, and hold the leak gate before them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.build.appendix import FOLDER, appendix_files, has_appendices
from autograder.build.index import course_index, learner_index
from autograder.build.leaks import Leak, find_leaks
from autograder.build.secrets import secrets_of
from autograder.build.tree import Tree
from autograder.build.unit import BuiltUnit
from autograder.files import read_utf8
from autograder.notebooks import notebook_text, read_notebook
from autograder.syllabus import Syllabus

_MARK = "<!-- Written by autograder build from syllabus.yml. Do not edit. -->"


@dataclass(frozen=True)
class BuiltCourse:
    """What a build would write, and why it must not.

    Attributes
    ----------
    trees : tuple of Tree
        ``source/``, ``release/``, and ``course/`` with the index in it.
    leaks : tuple of Leak
        Secrets found in what would be published; empty when all is well.
    """

    trees: tuple[Tree, ...]
    leaks: tuple[Leak, ...]


def assemble(root: Path, built: Sequence[BuiltUnit], syllabus: Syllabus) -> BuiltCourse:
    """Lay out the files of the built units and search the published ones for secrets.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``course/``, ``source/`` and ``release/``.
    built : sequence of BuiltUnit
    syllabus : Syllabus
        All units, for the two indices.

    Raises
    ------
    InputError
        If the syllabus names a part or a prerequisite that does not exist, or a notebook in
        ``source/`` of a unit that is not built now cannot be read.
    """
    source: dict[str, bytes] = {}
    index = learner_index(syllabus, has_appendices=has_appendices(root))
    release: dict[str, bytes] = {"README.md": index.encode(), **appendix_files(root)}
    for item in built:
        unit = item.unit
        source[f"{unit.id}/{unit.assignment_name}"] = notebook_text(item.source).encode()
        for name, notebook in item.published.items():
            release[f"{unit.id}/{name}"] = notebook_text(notebook).encode()
        for path, content in item.public_files.items():
            source[f"{unit.id}/{path}"] = content  # nbgrader puts it beside every submission
            release[f"{unit.id}/{path}"] = content
    published = {f"release/{path}": content for path, content in release.items()}
    instructors = {item.unit.id: item.source for item in built}
    # Of units that are not built now, what was built before counts too.
    for path in sorted((root / "release").glob("*/*.ipynb")):
        published.setdefault(path.relative_to(root).as_posix(), path.read_bytes())
    for unit in syllabus.units:
        path = root / "source" / unit.id / unit.assignment_name
        if unit.id not in instructors and path.is_file():
            instructors[unit.id] = read_notebook(path)
    secrets = [one for unit, source in instructors.items() for one in secrets_of(source, unit)]
    units = frozenset(item.unit.id for item in built)
    return BuiltCourse(
        trees=(
            Tree(root / "source", source, units),
            Tree(root / "release", release, units | {FOLDER}),
            Tree(root / "course", {"README.md": _index(root, syllabus).encode()}, frozenset()),
        ),
        leaks=tuple(find_leaks(published, secrets, [unit.id for unit in syllabus.units])),
    )


def _index(root: Path, syllabus: Syllabus) -> str:
    makefile = root / "Makefile"
    has_make_lab = makefile.is_file() and re.search(
        r"^lab *:", read_utf8(makefile), flags=re.MULTILINE
    )
    text = course_index(
        syllabus,
        open_lab="make lab" if has_make_lab else "jupyter lab --notebook-dir=release",
        has_appendices=has_appendices(root),
    )
    return f"{_MARK}\n\n{text}"
