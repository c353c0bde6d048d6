"""What an assignment imports on its way is found once, and every kernel has it from the start."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.grade import instructor, session

from .test_grade import RIGHT, submit

# Nothing else imports this module; the package does so only when it is called.
MODULE = "tabnanny"
PACKAGE = f"def twice(x):\n    import {MODULE}\n    return x + x\n"
LOADED = f"import sys\nprint({MODULE!r} in sys.modules)\n"
LEARNERS = ("sample01", "sample02")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder with a package that imports lazily."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "fp_lazy").mkdir()
    (folder / "fp_lazy/__init__.py").write_text(PACKAGE)
    return str(folder)


@pytest.fixture
def course(small_course: Path, package: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a course whose solution uses that package, with a class of two."""
    monkeypatch.setenv("PYTHONPATH", package)
    monkeypatch.syspath_prepend(package)
    text = small_course / "course/w90_tiny/assignment.md"
    content = text.read_text().replace(
        "import numpy as np\n", "import fp_lazy\nimport numpy as np\n"
    )
    text.write_text(content.replace("np.asarray(x) * 2", "fp_lazy.twice(np.asarray(x))"))
    assert main(["build", "--course-dir", str(small_course)]) == 0
    for learner in LEARNERS:
        # The answer to the first exercise tells what is loaded before anything is called.
        submit(small_course, learner, {**RIGHT, "double": LOADED + RIGHT["double"]})
    return small_course


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the instructor's version is executed."""
    calls: list[int] = []
    read_run = instructor.read_run

    def counting(*arguments: object) -> instructor.InstructorsRun:
        calls.append(1)
        return read_run(*arguments)

    monkeypatch.setattr(session, "read_run", counting)
    return calls


def grade(course: Path, *options: str) -> None:
    assert main(["grade", "w90", "--course-dir", str(course), *options]) == 0


def was_loaded(course: Path, learners: Sequence[str] = LEARNERS) -> set[str]:
    """Return what the learners' kernels said."""
    texts = set()
    for learner in learners:
        path = course / "autograded" / learner / "w90_tiny/w90_assignment.ipynb"
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.source.startswith(LOADED):
                texts.add(cell.outputs[0].text.strip())
    return texts


def remembered(course: Path) -> list[str]:
    return json.loads((course / ".autograder/w90_tiny.instructor.json").read_text())["modules"]


def test_what_the_solution_loads_on_its_way_every_kernel_has(
    course: Path, asked: list[int]
) -> None:
    grade(course)
    assert was_loaded(course) == {"True"}
    assert MODULE in remembered(course)
    assert "fp_lazy" in remembered(course)


def test_it_is_asked_once(course: Path, asked: list[int]) -> None:
    grade(course)
    grade(course, "--force")
    assert asked == [1]
    assert was_loaded(course) == {"True"}


def test_another_solution_is_asked_anew(course: Path, asked: list[int]) -> None:
    grade(course)
    text = course / "course/w90_tiny/assignment.md"
    text.write_text(text.read_text().replace("fp_lazy.twice(np.asarray(x))", "np.asarray(x) * 2"))
    assert main(["build", "--course-dir", str(course)]) == 0
    grade(course, "--force")  # for the tests are the same
    assert asked == [1, 1]
    assert MODULE not in remembered(course)
    assert was_loaded(course) == {"False"}


def test_it_serves_a_class_of_one(course: Path, asked: list[int]) -> None:
    shutil.rmtree(course / "submitted" / LEARNERS[1])
    grade(course)
    assert asked == [1]
    assert was_loaded(course, LEARNERS[:1]) == {"True"}


def test_a_solution_that_fails_costs_nobody_a_grade(course: Path, asked: list[int]) -> None:
    source = course / "source/w90_tiny/w90_assignment.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import os\nos._exit(3)"))
    nbformat.write(notebook, source)
    grade(course)
    assert asked == [1]
