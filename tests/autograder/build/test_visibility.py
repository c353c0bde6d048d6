"""What a test cell may look at, and what the build says of one that looks further."""

from pathlib import Path

import nbformat
import pytest

from autograder.cli import main

DOUBLES = 'check.close(double(np.array([1.0, 3.0])), [2.0, 6.0], "double([1, 3])")\n'
VISIBLE = 'check.close(halve(np.array([1.0, 3.0])), [0.5, 1.5], "halve([1, 3])")\n'
HIDDEN = 'check.hidden.close(2 * halve(numbers), numbers, "two halves are the whole")\n'
PLAIN = "## Double\n"  # above all exercises
BETWEEN = "## Halve\n"  # below the tests of double

# What stands in the place of the visible test, the line at fault marked; and what is said of it.
LOOKS_FURTHER = {
    "the name of another exercise": (
        "check.close(halve(double(2.0)), 2.0, 'halve of double')  # HERE",
        "tests of 'halve' use 'double', which the exercise 'double' defines",
        "check.lend(double=...)",
    ),
    "the name of another exercise, in a function": (
        "def twice(x):\n    return double(x)  # HERE\n\n\ncheck.close(halve(twice(2.0)), 2.0, 'x')",
        "'double'",
        "check.lend(double=...)",
    ),
    "a name that another exercise defines below": (
        "check.equal(answer_1, 'b', 'the answer')  # HERE",
        "the exercise 'quiz' defines",
        "reference",
    ),
    "another value for an answer": (
        "def double(x):  # HERE\n    return x + x",
        "replace 'double'",
        "check.lend(double=...)",
    ),
    "another value for its own answer": (
        "check.true(True, 'x')\nhalve = print  # HERE",
        "replace 'halve'",
        "check.lend(halve=...)",
    ),
    "another value for an answer, from a function": (
        "def spoil():\n    global double\n    double = print  # HERE\n\n\nspoil()",
        "replace 'double'",
        "check.lend(double=...)",
    ),
    "globals": ("globals()['double'] = print  # HERE", "use globals", "check.lend(name=...)"),
    "globals by another name": ("names = globals  # HERE", "use globals", "check.lend(name=...)"),
    "locals": ("locals()  # HERE", "use locals", "check.lend(name=...)"),
    "vars of the notebook": ("vars()  # HERE", "call vars()", "name what is meant"),
    "dir of the notebook": ("'double' in dir()  # HERE", "call dir()", "name what is meant"),
    "code in a string": ("eval('double')  # HERE", "use eval", "call the exercise"),
    "IPython": ("get_ipython().user_ns  # HERE", "use get_ipython", "call the exercise"),
    "a magic": ("x = 1\n%timeit halve(2.0)  # HERE", "magics", "call the exercise"),
    "a shell's line": ("!ls  # HERE", "begin with !", "call the exercise"),
    "the modules": (
        "import sys\n\nsys.modules['__main__'].double  # HERE",
        "the notebook as a module",
        "by its name",
    ),
    "the notebook as a module": (
        "import __main__  # HERE\n\n__main__.double",
        "the notebook as a module",
        "by its name",
    ),
    "a name of the notebook as a module": (
        "from __main__ import double as other  # HERE",
        "the notebook as a module",
        "by its name",
    ),
    "the source of an answer": (
        "import inspect\n\n'/' in inspect.getsource(halve)  # HERE",
        "use getsource",
        "what an answer does",
    ),
    "a function for the source of an answer": (
        "from inspect import getsource  # HERE\n\n'/' in getsource(halve)",
        "use getsource",
        "what an answer does",
    ),
    "a private attribute": (
        "halve(2.0)\nhalve._calls  # HERE",
        "halve._calls, which is private",
        "public",
    ),
    "the code of an answer": ("halve.__code__  # HERE", "halve.__code__", "public"),
    "what only other tests define": (
        "check.close(halve(of_double), 0.5, 'x')  # HERE",
        "'of_double', which other tests define",
        "in an ordinary cell above both",
    ),
    "what nothing defines": (
        "check.close(halve(nombers), [1.0], 'x')  # HERE",
        "'nombers', which nothing above them defines",
        "import or define it",
    ),
    "what a cell below defines": (
        "check.close(halve(later), 5.0, 'x')  # HERE",
        "'later', which nothing above them defines",
        "import or define it",
    ),
    "a name lent that no exercise defines": (
        "with check.lend(duoble=print):  # HERE\n    halve(2.0)",
        "lend 'duoble', which no exercise defines",
        "names of exercises",
    ),
    "what an ordinary cell makes with another answer": (
        "check.close(halve(made), 1.0, 'x')  # HERE",
        "'made', which an ordinary cell makes with 'double' of the exercise 'double'",
        "check.lend(name=...)",
    ),
    "what an ordinary cell makes with another answer, at two removes": (
        "check.close(halve(helper(1.0)), 1.0, 'x')  # HERE",
        "'helper', which an ordinary cell makes with 'double' of the exercise 'double'",
        "as an argument",
    ),
    "what an ordinary cell does with globals": (
        "replace('double', print)  # HERE",
        "'replace', which an ordinary cell makes with 'globals'",
        "check.lend(name=...)",
    ),
    "what a solution alone defines": (
        "check.close(half, 0.5, 'x')  # HERE",
        "'half', which the solution of 'halve' alone defines",
        "what the exercise promises",
    ),
}

ORDINARY = """
```python
made = double(1.0)


def inner(x):
    return double(x)


def helper(x):
    return inner(x)


def replace(name, value):
    globals()[name] = value
```

"""

# What stands in the place of the visible test of halve, and is well.
OBEYS = {
    "its own answer, builtins, imports and names of its own": (
        "from math import pi\n\n"
        "values = [float(x) for x in range(3)]\n"
        "check.close([halve(x) for x in values], [0.0, 0.5, 1.0], 'halves')\n"
        "check.true(max(values) < pi, 'x')"
    ),
    "what ordinary cells define, and the parameters": (
        "check.close(halve(tens), [5.0] * 3, 'halves')\ncheck.equal(SEED, 0, 'the seed')"
    ),
    "a helper that is handed the answer": "check.close(applied(halve, 2.0), 1.0, 'half')",
    "a helper that calls its own answer": "check.close(half_of_ten(), 5.0, 'half')",
    "names lent": (
        "def reference(x):\n    return x + x\n\n\n"
        "with check.lend(double=reference, halve=halve), check.lend(**dict(double=reference)):\n"
        "    check.close(halve(2.0), 1.0, 'half')"
    ),
    "a local name like another answer's": (
        "def local(double):\n    return double + 1\n\n\n"
        "check.close([halve(double) for double in (2.0,)], [1.0], 'half')\n"
        "check.close(local(1.0), 2.0, 'x')\n"
        "(lambda double: double)(1.0)"
    ),
    "names within functions and classes": (
        "class Counted(list):\n"
        "    readings: int = 0\n"
        "    double = readings\n\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self._inner = __name__\n\n\n"
        "def outer():\n    count = 0\n\n"
        "    def inner():\n        nonlocal count\n        count += 1\n        return count\n\n"
        "    return inner()\n\n\n"
        "try:\n    outer()\nexcept ValueError as error:\n    print(error)\n"
        "vars(Counted()), dir(Counted), type(halve).__name__"
    ),
    "an await at the top": "import asyncio\n\nawait asyncio.sleep(0)",
}

HELPERS = """
```python
tens: list = [10.0] * 3


def applied(function, value):
    return function(value)


def half_of_ten():
    return halve(10.0)
```

"""


@pytest.fixture
def text(small_course: Path) -> Path:
    return small_course / "course" / "w90_tiny" / "assignment.md"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def build(text: Path) -> int:
    return main(["build", "--course-dir", str(text.parents[2])])


def refusal(text: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Build, and return the error, which names the marked line."""
    lines = text.read_text().splitlines()
    (marked,) = [number for number, line in enumerate(lines, start=1) if line.endswith("# HERE")]
    assert build(text) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert f"assignment.md:{marked}: tests " in error or f"assignment.md:{marked}: these" in error
    assert not (text.parents[2] / "release").exists()
    return error


@pytest.mark.parametrize("case", LOOKS_FURTHER)
def test_a_test_that_looks_further_is_refused_with_line_and_remedy(
    case: str, text: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, what, remedy = LOOKS_FURTHER[case]
    edit(text, BETWEEN, f"{ORDINARY}{BETWEEN}")
    edit(text, "    return np.asarray(x) / 2\n", "    global half\n    half = 0.5\n")
    edit(text, DOUBLES, f"of_double = 1.0\n{DOUBLES}")
    edit(text, VISIBLE, f"{code}\n")
    edit(text, "## Quiz\n", "```python\nlater = 10.0\n```\n\n## Quiz\n")
    error = refusal(text, capsys)
    assert what in error
    assert remedy in error


@pytest.mark.parametrize("case", OBEYS)
def test_a_test_that_looks_at_no_more_than_it_may_is_built(case: str, text: Path) -> None:
    edit(text, PLAIN, f"{HELPERS}{PLAIN}")
    edit(text, VISIBLE, f"{OBEYS[case]}\n")
    assert build(text) == 0


def test_hidden_tests_are_held_to_the_same(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(text, HIDDEN, 'check.hidden.close(double(halve(1.0)), 1.0, "x")  # HERE\n')
    assert "'double'" in refusal(text, capsys)


def test_a_helper_may_not_call_an_answer_that_is_written_below_it(
    text: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(text, PLAIN, f"{HELPERS}{PLAIN}")
    edit(text, DOUBLES, 'check.close(double(half_of_ten()), 10.0, "x")  # HERE\n')
    assert "'half_of_ten', which an ordinary cell makes with 'halve'" in refusal(text, capsys)


def test_ordinary_cells_and_exercises_may_look_at_everything(text: Path) -> None:
    cell = "```python\nnames = globals()\nprint(double(3.0), names['halve']._calls)\n%who\n```\n\n"
    edit(text, "## Quiz\n", f"{cell}## Quiz\n")
    edit(text, "    return np.asarray(x) / 2\n", "    return double(x) / 4 + len(globals()) * 0\n")
    assert build(text) == 0


class TestInProcess:
    def test_a_cell_that_says_so_is_exempt_and_carries_it(self, text: Path) -> None:
        edit(text, VISIBLE, "get_ipython().user_ns['halve']\n")
        edit(text, 'tests="halve" points=4', 'tests="halve" points=4 in_process')
        assert build(text) == 0
        for tree in ("source", "release"):
            path = text.parents[2] / tree / "w90_tiny/w90_assignment.ipynb"
            cells = nbformat.read(path, as_version=4).cells
            tagged = [cell for cell in cells if "in_process" in cell.metadata.get("tags", ())]
            assert [cell.metadata.nbgrader.grade_id for cell in tagged] == ["halve_tests"]

    def test_the_others_are_not(self, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
        edit(text, VISIBLE, "get_ipython()  # HERE\n")
        edit(text, 'tests="double" points=4', 'tests="double" points=4 in_process')
        assert "get_ipython" in refusal(text, capsys)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('exercise="halve"', 'exercise="halve" in_process'),
            ('tests="halve"', 'tests="halve" in_process=false'),
        ],
    )
    def test_it_belongs_to_tests_and_stands_alone(
        self, old: str, new: str, text: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit(text, old, new)
        assert build(text) == 2
        assert 'in_process belongs to tests="...", and has no value' in capsys.readouterr().err


def test_code_that_only_the_compiler_refuses_is_named(
    text: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(text, VISIBLE, "x = 1\nreturn x\n")
    assert build(text) == 2
    error = capsys.readouterr().err
    line = text.read_text().splitlines().index("return x") + 1
    assert f"assignment.md:{line}: this is not valid Python: 'return' outside function" in error
