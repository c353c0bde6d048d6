"""Which visible parts of judged tests a notebook itself needs."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grade.execute.visible import read_elsewhere

# The visible part of a judged test, with what stands above and below it.
CASES = {
    "nobody reads it": ("", "x = 1", "y", False),
    "a later cell reads it": ("", "x = 1", "print(x)", True),
    "a later cell reads it in a function": ("", "x = 1", "def f():\n    return x", True),
    "a later cell gives it another value first": ("", "x = 1", "x = 2\nprint(x)", False),
    "a later cell reads it before that": ("", "x = 1", "y = x\nx = 2", True),
    "a later cell may give it another value": ("", "x = 1", "if y:\n    x = 2\nprint(x)", True),
    "a later cell changes it": ("", "x = 1", "x += 1", True),
    "a later cell deletes it": ("", "x = 1", "del x", True),
    "an earlier cell reads it": ("print(x)", "x = 1", "", False),
    "a function above reads it": ("def f():\n    return x", "x = 1", "f()", True),
    "a loop binds it": ("", "for x in range(3):\n    pass", "print(x)", True),
    "a with statement binds it": ("", "with f() as x:\n    pass", "print(x)", True),
    "an import binds it": ("", "import math as x", "print(x)", True),
    "a function is defined in it": ("", "def x():\n    pass", "x()", True),
    "its own function binds it": ("", "def g():\n    x = 1", "print(x)", False),
    "a star import binds anything": ("", "from math import *", "", True),
    "a magic may read it": ("", "x = 1", "%timeit x", True),
    "a command may read it": ("", "x = 1", "!echo {x}", True),
    "code that cannot be read may read it": ("", "x = 1", "print(x", True),
    "code that cannot be read has not the word": ("", "x = 1", "print(y", False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_part_is_needed_where_another_cell_reads_what_it_binds(case: str) -> None:
    above, part, below, is_needed = CASES[case]
    cells = [
        new_markdown_cell("x"),
        new_code_cell(above),
        new_code_cell(f"{part}\nhidden = x"),
        new_code_cell(below),
    ]
    assert (2 in read_elsewhere(cells, {2: part})) is is_needed


def test_a_part_that_a_needed_part_reads_is_needed() -> None:
    parts = {0: "a = 1", 1: "b = a", 2: "c = b", 3: "a = 2"}
    cells = [*map(new_code_cell, parts.values()), new_code_cell("print(b)")]
    assert read_elsewhere(cells, parts) == {0, 1}


def test_what_lies_between_hides_a_name() -> None:
    cells = [new_code_cell(source) for source in ("x = 1", "x = 2", "print(x)")]
    assert read_elsewhere(cells, {0: "x = 1"}) == frozenset()
