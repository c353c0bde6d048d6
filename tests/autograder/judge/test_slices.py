"""Which statements of ordinary cells a judge runs: what its tests need, and nothing else."""

import pytest

from autograder.judge.cells import InstructorCell
from autograder.judge.needs import plan
from tests.autograder.judge.cells import exercise, graded, ordinary, reason, run

F = exercise("    return 2 * x", "def f(x):\n")

# Ordinary cells above F, what a test reads, and the lines that the judge runs; "" for all.
SLICES = {
    "only what is needed": ("x = 1\ny = 2", "x", "x = 1"),
    "what that is made of": ("import math\nx = math.pi\ny = x + 1\nz = 2", "y", "-z = 2"),
    "the last value alone": ("x = 1\nx = 2", "x", "x = 2"),
    "both values where one depends": ("n = 0\nx = 1\nif n:\n    x = 2", "x", ""),
    "several names at once": ("a, (b, *c) = 1, (2, 3)\nd = 4", "c", "-d = 4"),
    "several statements in a line": ("x = 1; y = 2; z = 3", "x + z", "x = 1; z = 3"),
    "an item": ("x = {}\nx['a'] = 1\ny = {}\ny['a'] = 1", "x", "x = {}\nx['a'] = 1"),
    "an attribute": ("class A:\n    pass\na = A()\na.b = 1", "a", ""),
    "a method": ("x = [2, 1]\ny = [1]\nx.sort()\ny.sort()\n1", "x", "x = [2, 1]\nx.sort()"),
    "a method whose value is used": ("x = [2, 1]\nlast = x.pop()\nn = len(x)", "x", "-n = len(x)"),
    "an augmented assignment": ("x = [1]\nx += [2]\ny = 1\ny += 1", "x", "x = [1]\nx += [2]"),
    "a loop that fills": ("x = []\nfor i in range(3):\n    x.append(i)", "x", ""),
    "a loop through what it changes": (
        "rows = [[1], [2]]\nfor n, row in enumerate(rows):\n    row.append(n)",
        "rows",
        "",
    ),
    "another name of what is changed": ("x = [[1]]\ny = x[0]\ny.append(2)\n1", "x", "-1"),
    "a context": ("import io\nwith io.StringIO('1') as g:\n    x = g.read()", "x", ""),
    "a function of a library that changes": (
        "import heapq\nh = []\nheapq.heappush(h, 1)\ng = []\nheapq.heappush(g, 1)",
        "h",
        "import heapq\nh = []\nheapq.heappush(h, 1)",
    ),
    "a function that changes": ("def fill(x):\n    x.append(1)\nx = []\nfill(x)\n1", "x", "-1"),
    "a function that changes a global": (
        "n = 0\ndef count():\n    global n\n    n += 1\ncount()\nm = 1",
        "n",
        "-m = 1",
    ),
    "a function in a list that changes a global": (
        "n = 0\ndef count():\n    global n\n    n = 5\nall = [count]\nall[0]()\nm = 1",
        "n",
        "-m = 1",
    ),
    "a function that is given a constant": (
        "N = 1\ndef show(n):\n    pass\nshow(N)\n1",
        "N",
        "N = 1",
    ),
    "a method that shuffles": (
        "import random\nx = [1, 2, 3]\nown = random.Random(1)\nown.shuffle(x)\n1",
        "x",
        "-1",
    ),
    "a generator that needs no other": (
        "import random\na = random.random()\nown = random.Random(3)",
        "own",
        "import random\nown = random.Random(3)",
    ),
    "a decorator that registers": (
        "known = {}\ndef register(g):\n    known[g.__name__] = g\n    return g\n"
        "@register\ndef a():\n    pass\ndef b():\n    pass",
        "known",
        "-def b():\n    pass",
    ),
    "functions of functions": (
        "def a():\n    return b()\nz = 1\ndef b():\n    return C\nC = 1",
        "a()",
        "-z = 1",
    ),
    "functions in a list": ("C = 1\ndef g():\n    return C\nx = [g]\nz = 1", "x[0]()", "-z = 1"),
    "methods of objects": (
        "C = 1\nclass A:\n    def m(self):\n        return C\na = A()",
        "a.m()",
        "",
    ),
    "decorators and defaults": (
        "from functools import lru_cache\nN = 3\n@lru_cache\ndef g(n=N):\n    return n",
        "g()",
        "",
    ),
    "a comprehension": ("n = 3\nx = [i * n for i in [1]]", "x", ""),
    "annotations": ("from typing import Any\nx: Any = 1", "x", ""),
    "a star": ("from math import *\nfrom string import digits", "pi", "from math import *"),
    "no plots, prints, checks": (
        "import matplotlib.pyplot as plt\nx = [1]\nfig, ax = plt.subplots()\nax.plot(x)\n"
        "plt.plot(x)\nplt.rcParams['figure.dpi'] = 80\nprint(x)\nassert x\nplt.show()",
        "x",
        "x = [1]",
    ),
    "no magics": (
        "import sys\nif 'colab' in sys.modules:\n    %pip install x\n%matplotlib inline\nx = 1",
        "x",
        "x = 1",
    ),
}
SETTINGS = {
    "a call": "import os\nos.umask(0o22)",
    "a parameter": "import random\nSEED = 0\nrandom.seed(SEED)",
    "an imported function": "from random import seed\nseed(0)",
    "an attribute": "import decimal\ndecimal.DefaultContext.prec = 5",
    "an item": "import os\nos.environ['A_NAME'] = 'b'",
    "a value that nobody wants": "import random\n_ = random.seed(0)",
    "a condition": "import random\nFULL = False\nif FULL:\n    random.seed(0)",
}
DRAWN = """\
import random
random.seed(SEED)
a = [random.random() for i in range(3)]
n = 1
b = [random.random() for i in range(3)]
own = random.Random(SEED)
c = own.random()
d = own.random()"""


@pytest.mark.parametrize("case", SLICES)
def test_a_judge_runs_what_a_test_needs(case: str) -> None:
    source, read, expected = SLICES[case]
    if expected.startswith("-"):
        kept = source.removesuffix(expected[1:])
        kept = source.replace(expected[1:], "") if kept == source else kept
        expected = "\n".join(line for line in kept.split("\n") if line)
    made = plan([ordinary(source), F, graded(f"f({read})")])
    assert made.reasons == {}
    assert run(made) == (expected or source)
    exec(made.cells[0].source + f"\n{read}", {})


@pytest.mark.parametrize("case", SETTINGS)
def test_a_setting_of_a_library_is_needed_by_all_tests(case: str) -> None:
    made = plan([ordinary(SETTINGS[case]), F, graded("f(1)")])
    assert run(made) == SETTINGS[case]


def test_a_setting_below_the_last_judged_test_is_not_needed() -> None:
    setting = ordinary(SETTINGS["a call"])
    assert run(plan([F, graded("f(1)"), setting, graded("globals()")])) == ""


def test_what_needs_more_than_parameters_is_no_setting() -> None:
    source = "import json\nx = json.loads('[1]')\njson.dumps(x)\nimport time\ntime.sleep(x[0])"
    assert run(plan([ordinary(source), F, graded("f(1)")])) == ""
    answer = ordinary("import json\njson.dumps(f(1))")
    assert run(plan([F, answer, graded("f(1)")])) == ""


def test_random_numbers_are_those_of_the_whole_notebook() -> None:
    for read in "bd":
        made = plan([ordinary("SEED = 3"), ordinary(DRAWN), F, graded(f"f({read})")])
        assert "n = 1" not in run(made)
        whole: dict = {"SEED": 3}
        exec(DRAWN, whole)
        alone: dict = {}
        exec(run(made), alone)
        assert alone[read] == whole[read]


def test_a_new_seed_needs_no_numbers_above_it() -> None:
    above = ordinary("import random\nx = random.random()")
    below = ordinary("random.seed(1)\ny = random.random()")
    made = plan([above, below, F, graded("f(y)")])
    assert run(made) == "import random\nrandom.seed(1)\ny = random.random()"


def test_numbers_drawn_by_an_answer_make_those_below_unknown() -> None:
    cells = [F, ordinary("import random\nz = f(random.random())\ny = random.random()")]
    assert "of the exercise 'f'" in reason(*cells, graded("f(y)"))
    seeded = ordinary("import random\nz = f(random.random())\nrandom.seed(1)\ny = random.random()")
    assert reason(F, seeded, graded("f(y)")) is None


def test_random_numbers_that_a_test_draws_itself_need_no_history() -> None:
    cells = [F, ordinary("import random\nz = f(random.random())")]
    assert reason(*cells, graded("f(random.random())")) is None
    helper = ordinary("from math import *\ndef noise():\n    return random.random()")
    assert reason(*cells, helper, graded("f(noise())")) is None


def test_tests_that_are_not_judged_need_nothing() -> None:
    made = plan([ordinary("x = 1\ny = 2"), F, graded("f(x)"), graded("f(y), globals()")])
    assert run(made) == "x = 1"


def test_what_needs_an_answer_is_not_run_for_others() -> None:
    made = plan([F, ordinary("x = 1\nz = f(x)\ny = 2"), graded("f(x)")])
    assert run(made) == "x = 1"


def test_lines_stand_where_they_stand_in_the_cell() -> None:
    source = 'y = 0\n\n# why\nx = """ü\n\n  two"""; y = "ü"; z = 3\n'
    made = plan([ordinary(source), F, graded("f(x), f(z)")])
    assert made.cells[0].source == '\n\n\nx = """ü\n\n  two"""; z = 3'


def test_line_ends_of_windows_make_no_difference() -> None:
    made = plan([ordinary("x = [\r\n1]\r\ny = 2\r\n"), F, graded("f(x)")])
    assert made.cells[0].source == "x = [\n1]"


def test_an_exercise_is_not_run_but_for_its_imports() -> None:
    cell = InstructorCell(
        "import math\nstart = math.pi\n### BEGIN SOLUTION\ny = start\n### END SOLUTION",
        "exercise",
        "f",
    )
    made = plan([cell, graded("assert y == math.pi and start")])
    assert run(made) == "import math"
    assert made.cells[1].names == ("start", "y")
