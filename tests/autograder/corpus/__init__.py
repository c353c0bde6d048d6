"""Submissions that try to cheat, to break out or to break the grader, and honest untidy ones.

Each is a small value; a whole list of them is handed in and graded once, as one class.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.cli import main

from .course import ASSIGNMENT, SYLLABUS

NAME = "w90_tiny"
NOTEBOOK = "w90_assignment.ipynb"
POINTS = {"mean": 3.0, "relu": 3.0, "count": 2.0, "fib": 4.0, "last": 2.0}
RIGHT = {
    "mean": "def mean(x):\n    return np.sum(x) / np.size(x)",
    "relu": "def relu(x):\n    return np.maximum(x, 0)",
    "count": "def count(words):\n    return {word: words.count(word) for word in words}",
    "fib": "def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n"
    "    return a",
    "last": "def last(items):\n    return items[-1]",
}
# Answers that earn nothing, for those who hope to get points without one.
WRONG = {
    "mean": "def mean(x):\n    return 7.25",
    "relu": "def relu(x):\n    return np.full(np.shape(x), 7.25)",
    "count": "def count(words):\n    return {}",
    "fib": "def fib(n):\n    return -1",
    "last": "def last(items):\n    return 'nothing'",
}

needs_bwrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap (apt install bubblewrap)"
)


@dataclass(frozen=True)
class Submission:
    """One submission and what must become of it.

    Attributes
    ----------
    name : str
        A few words; the learner's id is made of it.
    answers : mapping of str to str
        Source by grade id, over right answers.
    before, after : mapping of str to (str or tuple of str)
        Source of extra cells before or behind the cell with this grade id; ``"end"`` is the end.
    expected : mapping of str to str
        The outcome of tests that do not pass, by exercise; several may be joined by ``|``.
    no_grade : str
        Part of the reason where there is no grade.
    edit : callable or None
        Changes the notebook in place, or returns another one, or the bytes of the file.
    lay : callable or None
        Puts other things into the submission's folder, the notebook beside them.
    file : str
        What the notebook is called.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    after: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    no_grade: str = ""
    edit: Callable[[NotebookNode], NotebookNode | bytes | None] | None = None
    lay: Callable[[Path], None] | None = None
    file: str = NOTEBOOK

    @property
    def learner(self) -> str:
        """The learner's id."""
        return self.name.replace(" ", "_")

    def hand_in(self, course: Path, names: Mapping[str, str]) -> None:
        """Write it into a course directory.

        Parameters
        ----------
        course : pathlib.Path
        names : mapping of str to str
            What stands for names that are only known now, such as ``@COURSE@``.
        """
        notebook = nbformat.read(course / "release" / NAME / NOTEBOOK, as_version=4)
        notebook.cells = list(self._cells(notebook.cells, names))
        edited = self.edit(notebook) if self.edit else None
        content = notebook if edited is None else edited
        folder = course / "submitted" / self.learner / NAME
        folder.mkdir(parents=True)
        if not isinstance(content, bytes):
            content = json.dumps(content).encode("utf-8", "surrogatepass")
        (folder / self.file).write_bytes(content)
        if self.lay is not None:
            self.lay(folder)

    def _cells(
        self, cells: Iterable[NotebookNode], names: Mapping[str, str]
    ) -> Iterable[NotebookNode]:
        for cell in cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            yield from _extra(self.before.get(grade_id, ()), names)
            if answer := {**RIGHT, **self.answers}.get(grade_id):
                cell.source = _named(answer, names)
            yield cell
            yield from _extra(self.after.get(grade_id, ()), names)
        yield from _extra(self.after.get("end", ()), names)


@dataclass(frozen=True)
class GradedClass:
    """A course directory after its class was graded.

    Attributes
    ----------
    course : pathlib.Path
    shown : str
        What the command wrote.
    code : int
        Its exit code.
    """

    course: Path
    shown: str
    code: int

    def outcomes(self, submission: Submission) -> dict[str, str]:
        """Return the outcome of each test by exercise, as the cache has them."""
        tests = self.entry(submission)["notebooks"]["w90_assignment"]["tests"]
        return {name.removesuffix("_tests"): test["outcome"] for name, test in tests.items()}

    def scores(self, submission: Submission) -> dict[str, float]:
        """Return the score of each test by exercise, as the cache has them."""
        tests = self.entry(submission)["notebooks"]["w90_assignment"]["tests"]
        return {name.removesuffix("_tests"): test["score"] for name, test in tests.items()}

    def entry(self, submission: Submission) -> dict[str, Any]:
        """Return a learner's entry in the cache."""
        return json.loads(self.entry_path(submission).read_text())

    def entry_path(self, submission: Submission) -> Path:
        """Return where a learner's entry is, if there is one."""
        return self.course / ".autograder" / NAME / f"{submission.learner}.json"

    def page(self, submission: Submission) -> str:
        """Return a learner's feedback page."""
        folder = self.course / "feedback" / submission.learner / NAME
        return (folder / "w90_assignment.html").read_text()

    def why(self, submission: Submission) -> str:
        """Return what a learner's executed notebook shows, to explain a failing test."""
        path = self.course / "autograded" / submission.learner / NAME / NOTEBOOK
        if not path.exists():
            return self.shown
        outputs = [
            str(output.get("evalue") or output.get("text") or "")[:300]
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", [])
        ]
        return "\n".join(filter(None, outputs))


def write_course(folder: Path, settings: str) -> Path:
    """Write and build the course that the corpus is handed in for.

    Parameters
    ----------
    folder : pathlib.Path
    settings : str
        Lines of ``nbgrader_config.py``.
    """
    week = folder / "course" / NAME
    week.mkdir(parents=True)
    (folder / "course" / "syllabus.yml").write_text(SYLLABUS)
    (week / "lesson.md").write_text(
        '# A lesson\n\n```python tags=["parameters"]\nPROFILE = "quick"\nSEED = 0\n```\n'
    )
    (week / "assignment.md").write_text(ASSIGNMENT)
    (week / "mistakes.py").write_text("")
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")
    assert main(["build", "--course-dir", str(folder)]) == 0
    return folder


def is_as_expected(found: Mapping[str, str], submission: Submission) -> bool:
    """Whether each test has the outcome that it must get."""
    wanted = {exercise: submission.expected.get(exercise, "passed") for exercise in POINTS}
    return all(found.get(name) in outcome.split("|") for name, outcome in wanted.items())


def hidden_lines(course: Path) -> list[str]:
    """Return the lines of the hidden tests."""
    lines = []
    source = nbformat.read(course / "source" / NAME / NOTEBOOK, as_version=4)
    for cell in source.cells:
        _, begin, rest = cell.source.partition("### BEGIN HIDDEN TESTS\n")
        lines += rest.partition("### END HIDDEN TESTS")[0].splitlines() if begin else []
    return lines


def _extra(sources: str | tuple[str, ...], names: Mapping[str, str]) -> Iterable[NotebookNode]:
    for source in (sources,) if isinstance(sources, str) else sources:
        yield nbformat.v4.new_code_cell(_named(source, names))


def _named(source: str, names: Mapping[str, str]) -> str:
    for sign, name in names.items():
        source = source.replace(sign, name)
    return source
