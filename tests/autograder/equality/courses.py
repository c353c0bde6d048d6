"""Courses as nbgrader's users have them, graded by nbgrader and by us, and their gradebooks."""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Base, Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.cli import main
from autograder.course import open_course

Answers = Mapping[str, str]
_PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}
# What a row of a gradebook is known by, where its id is a random one.
_NAMED_BY = {
    "assignment": ("name",),
    "notebook": ("assignment_id", "name"),
    "base_cell": ("notebook_id", "name"),
    "source_cell": ("notebook_id", "name"),
    "submitted_assignment": ("assignment_id", "student_id"),
    "submitted_notebook": ("assignment_id", "notebook_id"),
    "comment": ("notebook_id", "cell_id"),
    "grade": ("notebook_id", "cell_id"),
}


def plain(source: str, kind: str = "code") -> NotebookNode:
    """Return a cell without nbgrader's marks, which learners edit as they like."""
    return new_code_cell(source) if kind == "code" else new_markdown_cell(source)


def cell(
    grade_id: str, source: str, kind: str = "code", points: float | None = None, **marks: bool
) -> NotebookNode:
    """Return a cell with nbgrader's marks: ``grade``, ``solution``, ``task``, ``locked``."""
    made = plain(source, kind)
    names = ("grade", "solution", "task", "locked")
    made.metadata["nbgrader"] = {
        "grade_id": grade_id,
        "schema_version": 3,
        **{name: marks.get(name, False) for name in names},
    }
    if points is not None:
        made.metadata["nbgrader"]["points"] = points
    return made


def locked(grade_id: str, source: str) -> NotebookNode:
    return cell(grade_id, source, locked=True)


def solution(grade_id: str, source: str) -> NotebookNode:
    return cell(grade_id, source, solution=True)


def test(grade_id: str, points: float, source: str) -> NotebookNode:
    return cell(grade_id, source, points=points, grade=True, locked=True)


def answer(grade_id: str, points: float, source: str, kind: str) -> NotebookNode:
    """Return a manually graded answer: code or Markdown."""
    return cell(grade_id, source, kind, points, grade=True, solution=True)


def task(grade_id: str, points: float, source: str) -> NotebookNode:
    return cell(grade_id, source, "markdown", points, task=True, locked=True)


def write_source(
    course: Path,
    assignment: str,
    notebooks: Mapping[str, Sequence[NotebookNode]],
    files: Mapping[str, str] | None = None,
    kernelspec: Mapping[str, str] = _PYTHON,
) -> None:
    """Write an instructor's version and let nbgrader make the release of it."""
    folder = course / "source" / assignment
    folder.mkdir(parents=True)
    for name, cells in notebooks.items():
        notebook = new_notebook(cells=cells, metadata={"kernelspec": dict(kernelspec)})
        for number, made in enumerate(notebook.cells):
            made.id = re.sub(r"[^a-zA-Z0-9_-]", "-", f"{name}-{number}")
        nbformat.write(notebook, folder / f"{name}.ipynb")
    write_files(folder, files or {})
    nbgrader(course, "generate_assignment", assignment)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def hand_in(
    course: Path,
    assignment: str,
    learner: str,
    answers: Mapping[str, Answers],
    files: Mapping[str, str] | None = None,
    change: Callable[[NotebookNode], None] = lambda notebook: None,
) -> Path:
    """Hand in the notebooks named in ``answers``, and files; answers are known by grade id.

    A cell without a grade id is known by its id.
    """
    folder = course / "submitted" / learner / assignment
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        course / "release" / assignment, folder, ignore=shutil.ignore_patterns("*.ipynb")
    )
    for name, given in answers.items():
        notebook = nbformat.read(course / "release" / assignment / f"{name}.ipynb", as_version=4)
        for one in notebook.cells:
            marks = one.metadata.get("nbgrader", {})
            one.source = given.get(marks.get("grade_id", one.id), one.source)
        change(notebook)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    write_files(folder, files or {})
    return folder


def nbgrader(course: Path, what: str, *arguments: Any, fails: bool = False) -> None:
    """Let nbgrader do something in a course, as formgrader does at the press of a button."""
    result = getattr(formgrader(course), what)(*arguments)
    assert result["success"] is not fails, result["log"]


def formgrader(course: Path) -> NbGraderAPI:
    """Return what formgrader is made of, with the course's settings."""
    with contextlib.chdir(course):
        config = open_course(course).config
        return NbGraderAPI(CourseDirectory(config=config), config=config)


@contextlib.contextmanager
def meanwhile(function: Callable[[Path], None], course: Path) -> Iterator[None]:
    """Do something in a course in another process: nbgrader itself keeps to one core."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        f"from {function.__module__} import {function.__name__} as function\n"
        "function(Path(sys.argv[2]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, str(Path(__file__).parents[3]), str(course)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield
    finally:
        _, told = process.communicate()
    assert process.returncode == 0, told


def copies(course: Path) -> tuple[Path, Path]:
    """Return two copies of a course: one for nbgrader, one for us."""
    both = course.parent / f"{course.name}-nbgrader", course.parent / f"{course.name}-ours"
    for copy in both:
        shutil.copytree(course, copy)
    return both


def grade(course: Path, assignment: str, *options: str) -> int:
    """Grade with our command, in the course's folder: settings are read from where one is, too."""
    with contextlib.chdir(course):
        return main(["grade", assignment, "--course-dir", str(course), *options])


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course}/gradebook.db")


def tables(url: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return a whole gradebook: tables, rows by their names, columns, without any random id."""
    labels: dict[str, str] = {}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with Gradebook(url) as book:
        for table in Base.metadata.sorted_tables:
            found[table.name] = {}
            for row in book.db.execute(table.select()).mappings():
                named_by = _NAMED_BY.get(table.name, ("id",))
                parts = (str(row[column]) for column in named_by)
                label = "/".join(labels.get(part, part) for part in parts)
                labels.setdefault(row["id"], label)
                found[table.name][label] = {
                    column: labels.get(value, value) if isinstance(value, str) else value
                    for column, value in row.items()
                    if column != "id"
                }
    return found


def first_difference(theirs: Mapping, ours: Mapping, where: str = "") -> str | None:
    """Return where two nested mappings differ first, and what each of them says there."""
    for key in [*theirs, *(key for key in ours if key not in theirs)]:
        here = f"{where} > {key}" if where else str(key)
        if key not in ours or key not in theirs:
            return f"{here}: only {'nbgrader' if key in theirs else 'we'} have it"
        if isinstance(theirs[key], Mapping):
            found = first_difference(theirs[key], ours[key], here)
            if found:
                return found
        elif theirs[key] != ours[key]:
            return f"{here}: nbgrader says {theirs[key]!r}, we say {ours[key]!r}"
    return None


def files(folder: Path) -> dict[str, str]:
    """Return a folder's files with their permissions."""
    return {
        path.relative_to(folder).as_posix(): oct(path.stat().st_mode & 0o7777)
        for path in sorted(folder.rglob("*"))
    }


def executed(path: Path) -> list[dict[str, Any]]:
    """Return what is to be equal of an executed notebook, cell by cell."""
    return [
        {
            "type": one.cell_type,
            "source": one.source,
            "nbgrader": dict(one.metadata.get("nbgrader", {})),
            "outputs": [_shown(output) for output in _whole(one.get("outputs", []))],
        }
        for one in nbformat.read(path, as_version=4).cells
    ]


def _whole(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs with each stream in one piece: where a kernel cuts it, time decides."""
    joined: list[NotebookNode] = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and before.get("name") == output.name:
            joined[-1] = NotebookNode({**before, "text": before.text + output.text})
        else:
            joined.append(output)
    return joined


def _shown(output: NotebookNode) -> tuple[str, ...]:
    match output.output_type:
        case "stream":  # %%time is never the same twice
            text = output.text if "Wall time" not in output.text else "time"
            return "stream", output.name, text
        case "error":
            return "error", output.ename
        case kind:
            return kind, *sorted(output.data), str(output.data.get("text/plain"))
