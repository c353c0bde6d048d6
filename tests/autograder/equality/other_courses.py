"""Shapes of public nbgrader courses: an assignment each, right and wrong answers, the scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from tests.autograder.equality import courses
from tests.autograder.equality.courses import locked, plain, solution
from tests.autograder.equality.courses import test as graded

# One that hides its tests under words of its own, as a course in another language does.
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "others"
c.ClearHiddenTests.begin_test_delimeter = "VERBORGENE TESTS"
c.ClearHiddenTests.end_test_delimeter = "ENDE DER TESTS"
"""


def stub(code: str) -> str:
    return f"### BEGIN SOLUTION\n{code}\n### END SOLUTION"


@dataclass(frozen=True)
class Shape:
    """An assignment as some course has it, what two learners answer, and what they score.

    Attributes
    ----------
    notebooks : mapping of str to sequence of nbformat.NotebookNode
        The instructor's cells by the notebook's name.
    right, wrong : mapping of str to str
        Answers by grade id, the same for all notebooks.
    scores : mapping of str to tuple of float
        What the right and what the wrong answers score, by the grade id of the test.
    files : mapping of str to str
        What lies beside the notebooks.
    kernel : str
    change : callable
        What has happened to a notebook that is handed in.
    """

    notebooks: Mapping[str, Sequence[NotebookNode]]
    right: Mapping[str, str]
    wrong: Mapping[str, str]
    scores: Mapping[str, tuple[float, float]]
    files: Mapping[str, str] = field(default_factory=dict)
    kernel: str = "python3"
    change: Callable[[NotebookNode], None] = lambda notebook: None


def in_schema_1(notebook: NotebookNode) -> None:
    """Mark the cells as nbgrader did before it knew tasks and wrote down a cell's type."""
    for cell in notebook.cells:
        if marks := cell.metadata.get("nbgrader"):
            marks["schema_version"] = 1
            marks.pop("task", None)
            marks.pop("cell_type", None)


WITHOUT_THE_LIBRARY = """\
import statistics
kept, statistics.mean = statistics.mean, None
try:
    assert average([1, 2, 6]) == 3
finally:
    statistics.mean = kept"""
COUNTED_CALLS = """\
from unittest import mock
with mock.patch("random.random", return_value=0.25) as fake:
    assert throw() == 2
fake.assert_called_once_with()"""
SAID = """\
import contextlib, io
said = io.StringIO()
with contextlib.redirect_stdout(said):
    greet("Ada")
assert said.getvalue() == "Hello, Ada!\\n\""""
SAID_TO_IPYTHON = """\
from IPython.utils.capture import capture_output
with capture_output() as said:
    greet("Bo")
    print("more")
assert said.stdout.splitlines() == ["Hello, Bo!", "more"]"""
SAID_BY_HAND = """\
import io, sys
kept, sys.stdout = sys.stdout, io.StringIO()
greet("Cy")
said, sys.stdout = sys.stdout.getvalue(), kept
print("it said", said)
float("Cy" in said)"""

SHAPES = {
    "metadata of schema 1": Shape(
        notebooks={
            "p": [
                solution("double", stub("def double(x):\n    return 2 * x")),
                graded("double_right", 2, "assert double(3) == 6"),
                courses.answer("why", 3, stub("Because."), "markdown"),
                locked("data", "data = [1, 2]"),
                graded("double_data", 1, "assert [double(x) for x in data] == [2, 4]"),
            ]
        },
        right={"double": "def double(x):\n    return x + x", "why": "Therefore."},
        wrong={"double": "def double(x):\n    return x ** 2"},
        scores={"double_right": (2, 0), "double_data": (1, 0)},
        change=in_schema_1,
    ),
    "a test replaces a function of a library": Shape(
        notebooks={
            "p": [
                plain("import random"),
                solution("average", stub("def average(x):\n    return sum(x) / len(x)")),
                graded("by_hand", 2, WITHOUT_THE_LIBRARY),
                graded(
                    "back",
                    1,
                    "import statistics\nassert statistics.mean([1, 3]) == average([1, 3])",
                ),
                solution("throw", stub("def throw():\n    return 1 + int(6 * random.random())")),
                graded("one_throw", 2, COUNTED_CALLS),
            ]
        },
        right={
            "average": "def average(x):\n    return sum(x) / len(x)",
            "throw": "def throw():\n    return 1 + int(6 * random.random())",
        },
        wrong={
            "average": "import statistics\ndef average(x):\n    return statistics.mean(x)",
            "throw": "def throw():\n    random.random()\n    return 1 + int(6 * random.random())",
        },
        scores={"by_hand": (2, 0), "back": (1, 1), "one_throw": (2, 0)},
    ),
    "a test reads the history": Shape(
        notebooks={
            "p": [
                solution("loop", stub("for i in range(3):\n    print(i)")),
                graded("has_loop", 1, "assert 'for ' in In[-2], 'use a loop'"),
                solution("value", stub("6 * 7")),
                graded("shown", 2, "assert 42 in Out.values()\nassert _ == 42"),
                graded(
                    "magic",
                    1,
                    "from IPython.utils.capture import capture_output\n"
                    "with capture_output() as told:\n"
                    "    get_ipython().run_line_magic('history', '')\n"
                    "assert 'for i' + ' in range(3)' in told.stdout",
                ),
                plain("%history -n 1-2"),
                graded("kept", 1, "assert _ih[1].startswith('for')"),
            ]
        },
        right={"loop": "for i in range(3):\n    print(i)", "value": "6 * 7"},
        wrong={"loop": "print(0)\nprint(1)\nprint(2)", "value": "6 * 7;"},
        scores={"has_loop": (1, 0), "shown": (2, 0), "magic": (1, 0), "kept": (1, 0)},
    ),
    "widgets, on a kernel called python": Shape(
        notebooks={
            "p": [
                plain("import ipywidgets as widgets"),
                solution("slider", stub("slider = widgets.IntSlider(value=3, max=10)\nslider")),
                graded("range", 1, "assert (slider.value, slider.max) == (3, 10)"),
                graded("moved", 1, "slider.value = 20\nassert slider.value == 10"),
                plain("@widgets.interact(x=(0, 3))\ndef show(x=1):\n    print(x)"),
                graded(
                    "observed", 2, "slider.observe(lambda change: None)\n0.5 * slider.min + 1.5"
                ),
            ]
        },
        right={"slider": "slider = widgets.IntSlider(value=3, max=10)\nslider"},
        wrong={"slider": "slider = widgets.IntSlider(value=5, min=1, max=12)\nslider"},
        scores={"range": (1, 0), "moved": (1, 0), "observed": (1.5, 2)},
        kernel="python",
    ),
    "a test captures what is printed": Shape(
        notebooks={
            "p": [
                solution("greet", stub("def greet(name):\n    print(f'Hello, {name}!')")),
                graded("redirected", 2, SAID),
                graded("captured", 1, SAID_TO_IPYTHON),
                graded("by_hand", 1, SAID_BY_HAND),
            ]
        },
        right={"greet": "def greet(name):\n    print('Hello, ' + name + '!')"},
        wrong={"greet": "def greet(name):\n    return 'Hello, ' + name + '!'"},
        scores={"redirected": (2, 0), "captured": (1, 0), "by_hand": (1, 0)},
    ),
    "names are reset between two parts": Shape(
        notebooks={
            "p": [
                solution("first", stub("first = 1")),
                graded("before", 1, "assert first == 1"),
                plain("%reset -f"),
                graded("gone", 1, "assert 'first' not in globals()"),
                solution("second", stub("second = 2")),
                graded("after", 2, "import math\nassert math.sqrt(second * 2) == 2"),
                graded("credit", 2, "second / 2"),
            ]
        },
        right={"first": "first = 1", "second": "second = 2"},
        wrong={"first": "first = 2", "second": "second = first"},
        scores={"before": (1, 0), "gone": (1, 1), "after": (2, 0), "credit": (1, 0)},
    ),
    "several notebooks share a file of helpers": Shape(
        notebooks={
            "part1": [
                plain("from helpers import load, nearly"),
                solution("mean", stub("mean = sum(load()) / 3")),
                graded("mean_right", 2, "assert nearly(mean, 2)"),
            ],
            "part2": [
                plain("%load_ext autoreload\n%autoreload 2\nimport helpers"),
                solution("total", stub("total = sum(helpers.load())")),
                graded("total_right", 1, "assert helpers.nearly(total, 6)"),
                graded("untouched", 1, "assert helpers.calls == CALLS"),
            ],
        },
        right={"mean": "mean = 2.0", "total": "total = sum(helpers.load())\nCALLS = 1"},
        wrong={"mean": "mean = load()", "total": "helpers.load()\ntotal = 5\nCALLS = 0"},
        scores={"mean_right": (2, 0), "total_right": (1, 0), "untouched": (1, 0)},
        files={
            "helpers.py": "calls = 0\n\ndef load():\n    global calls\n    calls += 1\n"
            "    return [float(x) for x in open('data/numbers.txt')]\n\n"
            "def nearly(a, b):\n    return abs(a - b) < 1e-9\n",
            "data/numbers.txt": "1\n2\n3\n",
        },
    ),
    "hidden tests under other markers": Shape(
        notebooks={
            "p": [
                solution("parity", stub("def parity(n):\n    return n % 2")),
                graded(
                    "parity_right",
                    3,
                    "assert parity(3) == 1\n# VERBORGENE TESTS\nassert parity(-3) == 1\n"
                    "assert parity(0) == 0\n# ENDE DER TESTS\nassert parity(4) == 0",
                ),
                graded("hidden", 1, "# VERBORGENE TESTS\nparity(10**30) + 0.5\n# ENDE DER TESTS"),
            ]
        },
        right={"parity": "def parity(n):\n    return n % 2"},
        wrong={"parity": "def parity(n):\n    return 1 if n == 3 else 0"},
        scores={"parity_right": (3, 0), "hidden": (0.5, 0.5)},
    ),
}
NAMES = {name: f"ps{number}" for number, name in enumerate(SHAPES, start=1)}


def write(course: Path) -> Path:
    """Write a course with an assignment of each shape, handed in by ada rightly, by bob wrongly."""
    course.mkdir()
    (course / "nbgrader_config.py").write_text(CONFIG)
    for name, shape in SHAPES.items():
        kernel = {"display_name": "Python", "language": "python", "name": shape.kernel}
        courses.write_source(course, NAMES[name], shape.notebooks, shape.files, kernel)
        for learner, answers in {"ada": shape.right, "bob": shape.wrong}.items():
            given = dict.fromkeys(shape.notebooks, answers)
            courses.hand_in(course, NAMES[name], learner, given, change=shape.change)
    return course


def grade_by_nbgrader(course: Path) -> None:
    """Let nbgrader grade all; what is of an older schema, it wants to be updated first."""
    for path in sorted((course / "submitted").rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(MetadataValidator().upgrade_notebook_metadata(notebook), path)
    for assignment in NAMES.values():
        courses.nbgrader(course, "autograde", assignment, "*")
