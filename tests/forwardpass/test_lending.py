"""What is lent: other values of a notebook's names, while a test runs and no longer."""

import doctest
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from forwardpass import check, lending

NOTEBOOK = """
from forwardpass import check

def double(x):
    return x + 1  # a mistake

def quadruple(x):
    return double(double(x))
"""


@pytest.fixture
def notebook() -> dict[str, object]:
    """Return the names of a notebook in which an earlier answer is wrong."""
    names: dict[str, object] = {}
    exec(NOTEBOOK, names)
    return names


def test_the_learners_code_finds_what_is_lent_and_nothing_stays(notebook: dict) -> None:
    own = notebook["double"]
    test = "with check.lend(double=lambda x: 2 * x):\n    found = quadruple(5)"
    exec(test, notebook)
    assert notebook["found"] == 20
    assert notebook["double"] is own


def test_names_come_back_after_an_error(notebook: dict) -> None:
    own = notebook["double"]
    with pytest.raises(ZeroDivisionError):
        exec("with check.lend(double=lambda x: x / 0):\n    quadruple(5)", notebook)
    assert notebook["double"] is own


def test_a_name_that_there_was_not_is_gone_afterwards(notebook: dict) -> None:
    del notebook["double"]  # its cell never ran
    exec("with check.lend(double=lambda x: 2 * x):\n    found = quadruple(5)", notebook)
    assert notebook["found"] == 20
    assert "double" not in notebook


def test_a_name_may_be_none_and_may_be_deleted_meanwhile(notebook: dict) -> None:
    notebook["double"] = None
    exec("with check.lend(double=1, triple=2):\n    del double, triple", notebook)
    assert notebook["double"] is None
    assert "triple" not in notebook


def test_loans_within_loans_end_one_by_one(notebook: dict) -> None:
    test = (
        "with check.lend(double=lambda x: 2 * x):\n"
        "    with check.lend(double=lambda x: 3 * x):\n"
        "        inner = quadruple(1)\n"
        "    outer = quadruple(1)\n"
        "after = quadruple(1)"
    )
    exec(test, notebook)
    assert [notebook[name] for name in ("inner", "outer", "after")] == [9, 4, 3]


def test_helpers_of_a_test_lend_too(notebook: dict) -> None:
    test = (
        "def hidden_test():\n"
        "    with check.lend(double=lambda x: 2 * x):\n"
        "        return quadruple(5)\n"
        "found = hidden_test()"
    )
    exec(test, notebook)
    assert notebook["found"] == 20


def test_the_names_of_ipython_are_lent() -> None:
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    for cell in (NOTEBOOK, "with check.lend(double=lambda x: 2 * x):\n    found = quadruple(5)"):
        shell.run_cell(cell).raise_error()
    assert shell.user_ns["found"] == 20
    assert shell.user_ns["double"](5) == 6


def test_only_the_notebook_that_lends_is_concerned(notebook: dict) -> None:
    with check.lend(double=lambda x: 2 * x):
        assert notebook["quadruple"](5) == 7


def test_names_are_lent_elsewhere_too_for_the_length_of_a_block(notebook: dict) -> None:
    seen: list[object] = []

    @contextmanager
    def lender(names: dict[str, object]) -> Iterator[None]:
        seen.append(sorted(names))
        yield
        seen.append("back")

    test = "with check.lend(double=1, triple=2):\n    seen.append(double)"
    notebook["seen"] = seen
    with lending.lend_elsewhere(lender):
        exec(test, notebook)
    exec(test, notebook)
    assert seen == [["double", "triple"], 1, "back", 1]


def test_what_cannot_be_lent_elsewhere_is_not_lent_at_all(notebook: dict) -> None:
    def lender(names: dict[str, object]) -> AbstractContextManager[None]:
        raise ValueError("not this one")

    own = notebook["double"]
    with lending.lend_elsewhere(lender), pytest.raises(ValueError, match="not this one"):
        exec("with check.lend(double=1):\n    found = 1", notebook)
    assert notebook["double"] is own
    assert "found" not in notebook


def test_the_example_of_the_documentation_holds() -> None:
    assert doctest.testmod(lending) == doctest.TestResults(failed=0, attempted=4)
