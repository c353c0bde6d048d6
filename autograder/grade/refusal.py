"""Say why nbgrader refuses the source of an assignment: where, what is wrong, and what to do."""

import re
from collections.abc import Iterator
from pathlib import Path

from jsonschema import ValidationError
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError

from autograder.course import Course
from autograder.errors import InputError
from autograder.notebooks import read_notebook

_CHANGED_CELLS = re.compile(r"Cannot add or remove cells for notebook '(.*?)'")
_CHANGED_NOTEBOOKS = "Cannot modify existing assignment"
_GLOB = re.compile(r"[\[\]*?]")


def explain(course: Course, assignment: str, reason: str) -> InputError:
    """Return the error for an instructor.

    Parameters
    ----------
    course : Course
    assignment : str
    reason : str
        What nbgrader itself says.
    """
    folder = course.folder("source_directory", assignment)
    if _GLOB.search(str(folder)):
        return InputError(
            f"nbgrader finds no notebooks in a folder with [ ] * or ? in its path: rename {folder}"
        )
    for path in sorted(folder.glob("*.ipynb")):
        for number, cell in enumerate(read_notebook(path).cells, start=1):
            if fault := _fault(cell):
                return InputError(f"cell {number}: {fault}", path)
    if (changed := _CHANGED_CELLS.search(reason)) or _CHANGED_NOTEBOOKS in reason:
        names = [changed[1]] if changed else []
        what = "; ".join(_differences(course, assignment, folder, names)) or reason
        return InputError(
            f"the gradebook has submissions of {assignment} for other cells ({what}). Undo this in "
            f"{folder}; or, if it is meant, copy the gradebook, remove the assignment from it with "
            f"all its marks (nbgrader db assignment remove {assignment} --force), and grade again"
        )
    return InputError(f"nbgrader refuses {folder}: {reason}")


def _fault(cell: NotebookNode) -> str | None:
    """Return what nbgrader's format does not allow in a cell's metadata."""
    if not isinstance(cell.metadata.get("nbgrader", {}), dict):
        return "its nbgrader metadata is not a dictionary"
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    validator = MetadataValidator()
    try:
        validator.validate_cell(validator.upgrade_cell_metadata(cell))
    except ValidationError as error:
        name = ".".join(str(part) for part in error.absolute_path)
        match error.validator:
            case "pattern":
                wanted = "takes letters, digits, - and _"
            case "minimum":
                wanted = f"is a number of at least {error.validator_value}"
            case "type":
                wanted = f"is a {error.validator_value}"
            case _:
                return f"its nbgrader metadata is wrong: {error.message}"
        where = "" if name == "grade_id" else f" of {grade_id!r}"
        return f"nbgrader's {name}{where} {wanted}, and here it is {error.instance!r}"
    except SchemaTooNewError as error:
        return f"its nbgrader metadata is of a newer nbgrader: {error}"
    except (KeyError, TypeError, ValueError) as error:  # the upgrade of old metadata
        return f"its nbgrader metadata cannot be read ({type(error).__name__}: {error})"
    return None


def _differences(
    course: Course, assignment: str, folder: Path, changed: list[str]
) -> Iterator[str]:
    """Name the cells, or else the notebooks, that only the gradebook or only the source has."""
    with course.gradebook() as gradebook:
        notebooks = {
            notebook.name: {cell.name for cell in notebook.source_cells}
            for notebook in gradebook.find_assignment(assignment).notebooks
        }
    if not changed:
        yield from _named(
            "notebook", set(notebooks), {path.stem for path in folder.glob("*.ipynb")}
        )
    for name in changed:
        cells = read_notebook(folder / f"{name}.ipynb").cells
        known = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells} - {None}
        yield from _named("cell", notebooks.get(name, set()), known)


def _named(kind: str, graded: set[str], present: set[str]) -> Iterator[str]:
    if new := sorted(present - graded):
        yield f"new {kind}{'s' * (len(new) > 1)}: {', '.join(new)}"
    if gone := sorted(graded - present):
        yield f"{kind}{'s' * (len(gone) > 1)} no longer there: {', '.join(gone)}"
