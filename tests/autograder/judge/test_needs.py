"""Which tests can be judged, which names of the learner's they need, and why the others cannot."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.judge.cells import InstructorCell, cells_of
from autograder.judge.needs import plan
from tests.autograder.judge.cells import exercise, graded, ordinary, reason, run

F = exercise("    return 2 * x", "def f(x):\n")
G = exercise("    return 3 * x", "def g(x):\n", name="g")
HELPER = ordinary("def helper(x):\n    return inner(x)\n\ndef inner(x):\n    return f(x) + 1")

# Test cells below F, and the names that they need of it.
JUDGED = {
    "a call": ("assert f(2) == 4", ["f"]),
    "names of their own": ("double = f\nvalues = [double(x) for x in range(3)]", ["f"]),
    "a global that they bind in a function": ("def t():\n    global n\n    n = f(1)\nt()", ["f"]),
    "names of their own, in a class": ("class A:\n    z = 1\n    y = z\nf(A.y)", ["f"]),
    "names of their own, in a function above": ("def t():\n    return z\nz = 1\nf(t())", ["f"]),
    "what they import": ("import math\nassert f(math.pi) > math.e", ["f"]),
    "what IPython shows": ("display(f(2))", ["f"]),
    "an await at the top": ("import asyncio\nawait asyncio.sleep(f(0))", ["f"]),
    "attributes that are special or their own": (
        "class A:\n    def __init__(self):\n        self._x = f(1)\nassert A().__class__ is A",
        ["f"],
    ),
}
# Test cells below F, and what is said of them.
NOT_JUDGED = {
    "globals": ("f(1), globals()", "use globals, to which the whole notebook is open"),
    "a string of code": ("exec('f(1)')", "use exec"),
    "a magic": ("%timeit f(1)", "use get_ipython"),
    "a cell magic": ("%%time\nf(1)", "use get_ipython"),
    "a shell": ("!ls\nf(1)", "use get_ipython"),
    "the history": ("f(1), In[-1]", "use In"),
    "the last value": ("assert f(1) == _", "use _"),
    "all names": ("f(1) in dir()", "call dir()"),
    "the module": ("import __main__\nf(1)", "the notebook as a module"),
    "the module by name": ("from unittest import mock\nmock.a('__main__.f')", "as a module"),
    "a source": ("import inspect\ninspect.getsource(f)", "use getsource"),
    "what a function is made of": ("f.__code__", "use f.__code__, which is private"),
    "a private attribute": ("f(1)._x", "use f(1)._x, which is private"),
    "a replaced answer": ("f(1)\nf = print", "replace 'f', which the exercise 'f' defines"),
    "a deleted answer": ("del f", "replace 'f'"),
    "what nothing defines": ("f(nothing)", "use 'nothing', which nothing above them defines"),
    "a changed library": ("import math\nmath.pi = 3\nf(1)", "change math.pi in the process"),
    "printed text": ("from contextlib import redirect_stdout\nf(1)", "use redirect_stdout"),
    "a replaced function": ("from unittest.mock import patch\nf(1)", "use patch, which concerns"),
    "a figure": ("import matplotlib.pyplot as plt\nf(plt.gcf())", "use gcf"),
    "no answer": ("assert open('data.csv').read()", "use no name that an exercise defines"),
    "no Python": ("f(", "are not valid Python"),
    "a return at the top": ("return f(1)", "are not valid Python"),
}


@pytest.mark.parametrize("case", JUDGED)
def test_a_test_is_judged_that_uses_answers_by_name(case: str) -> None:
    source, names = JUDGED[case]
    made = plan([F, graded(source)])
    assert made.reasons == {}
    assert (made.cells[1].kind, list(made.cells[1].names)) == ("test", names)
    assert made.cells[1].source.strip() == source


@pytest.mark.parametrize("case", NOT_JUDGED)
def test_a_test_that_looks_elsewhere_is_left_to_the_kernel_with_a_reason(case: str) -> None:
    source, what = NOT_JUDGED[case]
    made = plan([F, graded(source)])
    assert what in made.reasons[1]
    assert "\n" not in made.reasons[1]
    assert (made.cells[1].kind, made.cells[1].source) == ("skipped", "")


def test_what_the_author_keeps_in_the_process_stays_there() -> None:
    assert reason(F, graded("f(1)", in_process=True)) == "the author says in_process"


def test_answers_of_all_exercises_above_may_be_used_and_none_below() -> None:
    made = plan([F, G, graded("assert f(g(1)) == 6")])
    assert made.cells[2].names == ("f", "g")
    assert "'g', which the exercise 'g' defines below" in reason(F, graded("f(1), g(1)"), G)


def test_a_name_that_a_solution_alone_defines_is_an_answer() -> None:
    made = plan([exercise("def h(x):\n    return x\nvalue = 3"), graded("assert h(value) == 3")])
    assert made.cells[1].names == ("h", "value")


def test_an_answer_that_helpers_call_is_needed_and_the_helpers_run() -> None:
    made = plan([HELPER, F, graded("assert helper(1) == 3")])
    assert made.cells[2].names == ("f",)
    assert run(made) == HELPER.source.replace("\n\n", "\n")


def test_a_helper_that_another_exercise_fills_in_below_is_not_judged() -> None:
    what = "'helper', which an ordinary cell makes with 'f' of the exercise 'f'"
    assert what in reason(HELPER, G, graded("g(helper(1))"), F)


def test_what_an_ordinary_cell_makes_with_an_answer_is_not_judged() -> None:
    made = "which an ordinary cell makes with 'f' of the exercise 'f'"
    assert made in reason(F, ordinary("value = f(1)"), graded("f(value)"))
    assert made in reason(F, ordinary("value = [f for i in [1]]"), graded("f(value)"))
    assert made in reason(HELPER, F, ordinary("value = helper(1)"), graded("f(value)"))
    assert made in reason(F, ordinary("data = []\ndata.append(f(1))\n1"), graded("f(data)"))
    assert made in reason(F, ordinary("data = [1]\nf(data)\n1"), graded("f(data)"))
    below = [ordinary("g = f(1)"), ordinary("h = [g]"), graded("f(h)")]
    assert made in reason(F, *below)


def test_a_call_at_the_end_of_a_cell_is_there_to_be_seen() -> None:
    assert reason(F, ordinary("data = [1]\nf(data)"), graded("f(data)")) is None


def test_what_a_magic_or_a_test_makes_is_not_judged() -> None:
    assert "makes with 'get_ipython'" in reason(F, ordinary("files = !ls"), graded("f(files)"))
    assert "'value', which other tests define" in reason(
        F, graded("value = f(1)"), graded("assert f(value) == 4")
    )
    assert "'value', which tests define" in reason(
        F, graded("value = f(1)"), ordinary("more = value"), graded("f(more)")
    )
    assert "which nothing above it defines" in reason(F, ordinary("x = np.ones(3)"), graded("f(x)"))


def test_a_value_that_other_tests_exchange_is_theirs() -> None:
    shared = [F, ordinary("x = 1"), graded("x = f(2)"), graded("assert f(x) == 8")]
    assert "'x', which other tests define" in reason(*shared)
    assert reason(F, ordinary("x = 1"), graded("x = 2\nf(x)"), graded("x = 3\nf(x)")) is None


def test_a_value_that_tests_change_before_they_set_it_is_needed() -> None:
    made = plan([F, ordinary("x = 1"), graded("x = x + 1\nf(x)")])
    assert run(made) == "x = 1"


def test_an_import_that_learners_see_is_no_answer() -> None:
    seen = InstructorCell(
        "import math\nimport string\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION", "exercise", "f"
    )
    made = plan([seen, graded("assert math.sqrt(y) == 1")])
    assert made.cells[0].source == "import math"
    assert made.cells[1].names == ("y",)


def test_what_only_a_solution_imports_is_not_judged() -> None:
    alone = exercise("import math\ny = 1")
    assert "'math', which only the solution" in reason(alone, graded("math.sqrt(y)"))
    whole = InstructorCell("import math\ny = 1", "exercise", "f")  # nbgrader replaces all of it
    assert "'math', which only the solution" in reason(whole, graded("math.sqrt(y)"))


def test_other_markers_bound_solutions_as_well() -> None:
    source = "import math\n# LÖSUNG\nimport string\ny = 1\n# ENDE"
    cells = [InstructorCell(source, "exercise", "f"), graded("math.sqrt(y)"), graded("string, y")]
    made = plan(cells, ("LÖSUNG", "ENDE"))
    assert [cell.kind for cell in made.cells] == ["exercise", "test", "skipped"]


def test_what_an_exercise_changes_is_an_answer() -> None:
    table = ordinary("table = {}")
    made = plan([table, exercise("table['a'] = 1"), graded("assert table['a'] == 1")])
    assert made.cells[2].names == ("table",)
    assert run(made) == ""


def test_the_latest_definition_counts() -> None:
    made = plan([F, ordinary("def f(x):\n    return x"), G, graded("assert g(f(1)) == 3")])
    assert made.cells[3].names == ("g",)
    assert run(made) == "def f(x):\n    return x"


def test_a_name_that_a_solution_uses_in_passing_may_be_used_by_tests_too() -> None:
    passing = exercise("for i in range(3):\n    y = i")
    assert reason(passing, graded("for i in range(y):\n    pass")) is None


def test_a_name_that_a_solution_uses_in_passing_is_an_answer_to_tests_that_read_it() -> None:
    passing = exercise("value = print\ny = 1")
    assert "replace 'value'" in reason(passing, graded("old = value, y\nvalue = None"))


def test_a_cell_that_python_refuses_defines_nothing() -> None:
    assert "nothing above" in reason(F, ordinary("x = 1\ndef broken(:"), graded("f(x)"))


def test_a_notebook_is_read_by_its_marks() -> None:
    def cell(source: str, tags: list[str] | None = None, **marks: bool):
        made = new_code_cell(source, metadata={"tags": tags or []})
        if marks:
            made.metadata["nbgrader"] = {"grade_id": source, **marks}
        return made

    notebook = new_notebook(
        cells=[
            new_markdown_cell("prose"),
            cell("plain"),
            cell("locked", locked=True),
            cell("answer", solution=True),
            cell("tests", grade=True, locked=True),
            cell("inside", ["in_process"], grade=True, locked=True),
            cell("by hand", grade=True, solution=True),
        ]
    )
    assert cells_of(notebook) == [
        InstructorCell("plain", "ordinary"),
        InstructorCell("locked", "ordinary", "locked"),
        InstructorCell("answer", "exercise", "answer"),
        InstructorCell("tests", "test", "tests"),
        InstructorCell("inside", "test", "inside", in_process=True),
        InstructorCell("by hand", "exercise", "by hand"),
    ]


def test_blank_lines_and_magics_above_a_solution_move_nothing() -> None:
    source = "\n\nimport math\n%matplotlib inline\n### BEGIN SOLUTION\nimport string\ny = 1"
    cell = InstructorCell(f"{source}\n### END SOLUTION", "exercise", "f")
    made = plan([cell, graded("math.sqrt(y)"), graded("string, y")])
    assert [one.kind for one in made.cells] == ["exercise", "test", "skipped"]


def test_a_long_chain_of_values_is_followed() -> None:
    chain = "\n".join(f"x{i + 1} = [x{i}]" for i in range(3000))
    made = plan([ordinary(f"x0 = 1\n{chain}"), F, graded("f(x3000)")])
    assert made.reasons == {}
    assert made.cells[0].source.count("\n") == 3000


def test_a_test_s_classes_are_those_that_the_instructor_defines_as_classes() -> None:
    value = exercise("    def __add__(self, other):\n        return self", "class V:\n", name="v")
    judged = plan([F, value, graded("assert (V() + f(1)) is not f")])
    assert judged.cells[-1].names == ("V", "f")
    assert judged.cells[-1].classes == ("V",)
