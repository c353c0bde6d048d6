"""An assignment with what real nbgrader courses have, and a class that handed it in honestly."""

from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.autograder.equality import courses

CONFIG = '''\
from nbformat.v4 import new_code_cell, new_output
from nbgrader.converters import Autograde
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor

c = get_config()
c.CourseDirectory.course_id = "real"
c.Execute.timeout = 6
c.Execute.iopub_timeout = 4
c.LimitOutput.max_lines = 20
c.LimitOutput.max_traceback = 4
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "harmless"
c.ClearMetadataPreprocessor.enabled = True
c.ClearMetadataPreprocessor.preserve_cell_metadata_mask = {("nbgrader",)}
c.Autograde.exclude_overwriting = {"ps1": ["settings.py"]}


class HourlyPenalty(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return None if score == 0 else 0.5 * round(total_seconds_late / 3600, 1)


class Stamp(NbGraderPreprocessor):
    """Adds a cell at the end, before execution."""

    def preprocess(self, nb, resources):
        cell = new_code_cell("print('graded for', %r)" % resources["nbgrader"]["student"])
        cell.id = "stamp"
        nb.cells.append(cell)
        return nb, resources


class Lenient(NbGraderPreprocessor):
    """Gives half of the points for an answer of the right type, by changing the outputs."""

    def preprocess_cell(self, cell, resources, index):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "type_tests":
            for output in cell.outputs:
                if output.output_type == "error" and "only the type" in output.evalue:
                    cell.outputs = [new_output("execute_result", {"text/plain": "1.0"})]
        return cell, resources


before = list(Autograde.autograde_preprocessors.default_args[0])
c.Autograde.autograde_preprocessors = [Stamp, before[0], Lenient, *before[1:]]
c.AssignLatePenalties.plugin_class = HourlyPenalty
'''

MONKEYPATCHED = """\
# From nbgrader's documentation: is the function that was written before used at all?
orig_squares = squares
del squares
try:
    sum_of_squares(1)
except NameError:
    pass
else:
    raise AssertionError("sum_of_squares does not use squares")
finally:
    squares = orig_squares"""

PATCHED_INPUT = """\
import builtins
from unittest.mock import patch
asked = []
original = builtins.input
builtins.input = lambda text="": asked.append(text) or "7"
try:
    assert ask() == 7
finally:
    builtins.input = original
with patch("builtins.print") as fake:
    ask_and_tell()
fake.assert_called_once()"""


def problem1() -> list[NotebookNode]:
    """Return a notebook with every kind of cell that nbgrader knows."""
    return [
        courses.plain("# Squares, *in* two parts — “ünïcode”", "markdown"),
        courses.plain("import numpy as np\n%matplotlib inline"),
        courses.locked("data", "rows = open('data.csv').read().split()\nprint(rows)"),
        courses.solution(
            "squares",
            "def squares(n):\n    ### BEGIN SOLUTION\n"
            "    return [i ** 2 for i in range(1, n + 1)]\n    ### END SOLUTION",
        ),
        courses.test(
            "squares_visible", 1, "print('testing', squares(2))\nassert squares(2) == [1, 4]"
        ),
        courses.test(
            "squares_hidden",
            2,
            "assert squares(1) == [1]\n### BEGIN HIDDEN TESTS\n"
            "assert squares(4) == [1, 4, 9, 16]\n### END HIDDEN TESTS",
        ),
        courses.solution(
            "sum_of_squares",
            "def sum_of_squares(n):\n    ### BEGIN SOLUTION\n    return sum(squares(n))\n"
            "    ### END SOLUTION",
        ),
        courses.test("sum_tests", 1.5, "assert sum_of_squares(3) == 14"),
        courses.test("uses_squares", 1, MONKEYPATCHED),
        courses.test(
            "reads_source", 1, "import inspect\nassert 'while' not in inspect.getsource(squares)"
        ),
        courses.plain("note = 'mine'\nnote"),
        courses.solution(
            "ask",
            "### BEGIN SOLUTION\ndef ask():\n    return int(input('?'))\n\n"
            "def ask_and_tell():\n    print('told')\n### END SOLUTION",
        ),
        courses.test("ask_tests", 1, PATCHED_INPUT),
        courses.solution("kind", "kind = None\n### BEGIN SOLUTION\nkind = 3\n### END SOLUTION"),
        courses.test(
            "type_tests",
            2,
            "assert isinstance(kind, int), 'another type'\nassert kind == 3, 'only the type'",
        ),
        courses.test(
            "environment", 1, "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'"
        ),
        courses.test("files", 1, "import settings\nassert settings.N == 2 and rows == ['1', '2']"),
        courses.test("empty", 1, ""),
        courses.answer("by_hand", 3, "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "code"),
        courses.answer("why", 2, "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", "markdown"),
        courses.task(
            "essay",
            4,
            "Draw something.\n### BEGIN MARK SCHEME\nTwo for colour.\n### END MARK SCHEME",
        ),
        courses.plain("Draw here.", "markdown"),
    ]


# The last expression of a test cell is its partial credit, if nbgrader can read it as a number.
ENDS = {
    "below": "0.5",
    "equal": "2.0",
    "zero": "0",
    "zero_float": "0.0",
    "integer": "1",
    "third": "1 / 3",
    "numpy_float": "np.float64(0.5)",
    "numpy_array": "np.array(0.5)",
    "in_list": "[0.5]",
    "string": "'0.5'",
    "nothing": "None",
    "negative": "-1.0",
    "not_a_number": "float('nan')",
    "true": "True",
    "false": "False",
    "hushed": "0.5;",
    "assigned": "_ = 0.5",
    "from_value": "value",
    "two": "0.5\n1.0",
    "displayed": "from IPython.display import display\ndisplay(0.25)\n0.75",
    "looped": "for part in (0.1, 0.2):\n    part",
    "timed": "%%time\n0.25",
    "captured": "%%capture\n0.25",
    "awaited": "import asyncio\nawait asyncio.sleep(0)\n0.25",
    "printed": "print(0.5)",
    "ignored": "import sys\nprint('harmless', file=sys.stderr)",
}


def problem2() -> list[NotebookNode]:
    """Return a notebook of test cells with all kinds of values."""
    return [
        courses.plain("import numpy as np"),
        courses.solution("value", "### BEGIN SOLUTION\nvalue = 1.25\n### END SOLUTION"),
        *(courses.test(name, 2, source) for name, source in ENDS.items()),
    ]


RIGHT = {
    "squares": "def squares(n):\n    return [i * i for i in range(1, n + 1)]",
    "sum_of_squares": "def sum_of_squares(n):\n    return sum(squares(n))",
    "ask": "def ask():\n    return int(input('?'))\ndef ask_and_tell():\n    print('told')",
    "kind": "kind = 3",
    "by_hand": "x = 2",
    "why": "Because of **this**.",
}
# nbgrader reads an offset only in this form as it is meant; see the table of differences.
ON_TIME, LATE = "2031-05-01 10:00:00 UTC", "2031-05-02T17:26:40+02:00"
# What nbgrader leaves behind when it copies a submission.
CLUTTER = {"scratch.ipynb": "{}", "feedback/old.html": "…", "settings.pyc": "…"}
DUE = datetime(2031, 5, 2, 12)


def write(course: Path) -> Path:
    """Write the course, its gradebook and the class's submissions."""
    course.mkdir()
    (course / "nbgrader_config.py").write_text(CONFIG)
    extra = {"data.csv": "1 2", "settings.py": "N = 1", "pictures/plan.txt": "a plan"}
    courses.write_source(
        course, "ps1", {"problem1": problem1(), "problem2": problem2()}, files=extra
    )
    with courses.gradebook(course) as book:
        book.update_or_create_assignment("ps1", duedate=DUE)
        book.add_student("bob", first_name="Bob", last_name="Ross", email="bob@example.com")
        book.add_student("nobody", first_name="Never", last_name="Handed-In")
        book.add_student("eve")
        book.add_submission("ps1", "eve")
        book.grant_extension("ps1", "eve", days=1)
        # Collected by hand: the time is in the gradebook, and there is no file that tells it.
        book.add_student("dan")
        book.add_submission("ps1", "dan", timestamp="2031-05-02 14:00:00 UTC")

    own_settings = {"settings.py": "N = 2"}
    # A semicolon silences the cell that it ends, and no other one.
    value = {"value": "value = 0.75;"}
    courses.hand_in(
        course,
        "ps1",
        "ada",
        {"problem1": RIGHT, "problem2": value},
        {**own_settings, "timestamp.txt": ON_TIME},
    )
    raising = {"value": "raise NotImplementedError()"}
    courses.hand_in(course, "ps1", "bob", {"problem1": {}, "problem2": raising})
    courses.hand_in(
        course,
        "ps1",
        "cyd",
        {
            "problem1": {
                **RIGHT,
                "squares": "def squares(n):\n    print('näive ☃')\n    i, found = 1, []\n"
                "    while i <= n:\n        found.append(i * i); i += 1\n    return found",
                "sum_of_squares": "def sum_of_squares(n):\n    return sum(squares(n)) + 1",
                "kind": "kind = 4",
                "by_hand": "raise ValueError('no idea')",
            },
            "problem2": {"value": "value = '3'"},
        },
        {"data.csv": "8 9", "notes/my own.txt": "mine"},
        _with_cells_of_ones_own,
    )
    courses.hand_in(course, "ps1", "dan", {"problem1": RIGHT}, own_settings)
    courses.hand_in(
        course,
        "ps1",
        "eve",
        {
            "problem1": {
                **RIGHT,
                "squares": "def squares(n):\n    while n > 3:\n        pass\n"
                "    return [1, 4, 9][:n]",
                "kind": "kind = 'three'",
                "ask": "def ask(:",
            },
        },
        {"timestamp.txt": LATE},
    )
    courses.hand_in(
        course,
        "ps1",
        "fay",
        {"problem1": {**RIGHT, "problem1-10": "import time\ntime.sleep(60)"}, "problem2": value},
        {**own_settings, "timestamp.txt": LATE, **CLUTTER},
    )
    return course


def grade_by_nbgrader(course: Path) -> None:
    courses.nbgrader(course, "autograde", "ps1", "*")


def _with_cells_of_ones_own(notebook: NotebookNode) -> None:
    if notebook.cells[0].id != "problem1-0":
        return
    shown = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.ast_node_interactivity = 'all'"
    )
    notebook.cells[2:2] = [new_code_cell(shown, id="all"), new_code_cell("1\n2", id="twice")]
    notebook.cells.append(new_markdown_cell("The *end*.", id="end"))
    notebook.cells.append(new_code_cell("for i in range(30):\n    print(i)", id="long"))
