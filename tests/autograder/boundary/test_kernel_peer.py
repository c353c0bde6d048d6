"""The notebook's end: names, loans, interrupts, and tests that are over."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from autograder.boundary.exceptions import Failure

NOTEBOOK = """
def double(x):
    return x + 1

def quadruple(x):
    return double(double(x))

def fails():
    double(1)
    raise ValueError

limit = 3
"""


def test_a_name_that_is_not_there_is_a_name_error(notebook) -> None:
    with pytest.raises(NameError, match="nothing_such"):
        notebook(NOTEBOOK)["nothing_such"]


def test_a_plain_name_is_fetched_by_value(notebook) -> None:
    assert notebook(NOTEBOOK)["limit"] == 3


def test_a_lent_name_stands_for_the_test_s_while_the_block_runs(notebook) -> None:
    here = notebook(NOTEBOOK)
    quadruple = here["quadruple"]
    assert quadruple(5) == 7
    with here.judge.lend({"double": lambda x: x * 2}):
        assert quadruple(5) == 20
    assert quadruple(5) == 7


def test_a_loan_ends_with_an_error(notebook) -> None:
    here = notebook(NOTEBOOK)
    with pytest.raises(ValueError), here.judge.lend({"double": lambda x: x * 2}):  # noqa: PT011
        here["fails"]()
    assert here["quadruple"](5) == 7


def test_a_loan_ends_with_its_test(notebook) -> None:
    here = notebook(NOTEBOOK)
    loan = here.judge.lend({"double": lambda x: x * 2, "fresh": 1})
    loan.__enter__()
    assert here["quadruple"](5) == 20
    here.another_test()
    assert here["quadruple"](5) == 7
    with pytest.raises(NameError):
        here["fresh"]


def test_a_lent_name_that_was_not_there_is_gone_afterwards(notebook) -> None:
    here = notebook("def f():\n    return helper() + offset")
    with here.judge.lend({"helper": lambda: 1, "offset": 2}):
        assert here["f"]() == 3
    with pytest.raises(NameError):
        here["f"]()


def test_loans_lie_within_each_other(notebook) -> None:
    here = notebook(NOTEBOOK)
    with here.judge.lend({"double": lambda x: x * 2}):
        with here.judge.lend({"double": lambda x: x * 10}):
            assert here["quadruple"](1) == 100
        assert here["quadruple"](1) == 4
    assert here["quadruple"](1) == 3


def test_a_lent_library_function_is_no_function_of_the_notebook_s(notebook) -> None:
    here = notebook("def f(x):\n    return mean(x), type(mean).__module__, mean.__class__.__name__")
    with here.judge.lend({"mean": np.mean}):
        value, *_ = here["f"]([1, 3])
    assert value == 2


def test_what_is_lent_cannot_be_kept(notebook) -> None:
    source = """
        kept = []
        def f():
            kept.append(double)
            return double(4)
        def g():
            return kept[0](4)
    """
    here = notebook(source)
    with here.judge.lend({"double": lambda x: x * 2}):
        assert here["f"]() == 8
    here.another_test()
    with pytest.raises(RuntimeError, match="over"):
        here["g"]()
    assert here.another_test() is None


def test_a_handle_of_a_test_that_is_over_says_so(notebook) -> None:
    here = notebook(NOTEBOOK)
    quadruple = here["quadruple"]
    here.another_test()
    with pytest.raises(RuntimeError, match="test that is over"):
        quadruple(1)
    with pytest.raises((RuntimeError, TypeError), match="test that is over"):
        here["quadruple"](quadruple)
    assert here["quadruple"](5) == 7


def test_an_interrupt_ends_the_learner_s_function_alone(notebook) -> None:
    here = notebook("import time\ndef f():\n    time.sleep(30)\ndef g():\n    return 5", seconds=20)
    f = here["f"]
    threading.Timer(0.3, os.kill, (here.pid, signal.SIGINT)).start()
    with pytest.raises(Exception, match=r"KeyboardInterrupt|^$") as caught:
        f()
    assert caught.value.remote_type == "KeyboardInterrupt"
    assert here["g"]() == 5
    assert here.another_test() is None


def test_an_interrupt_between_calls_is_nothing(notebook) -> None:
    here = notebook("def g():\n    return 5")
    g = here["g"]
    for _ in range(20):
        os.kill(here.pid, signal.SIGINT)
        time.sleep(0.01)
    assert g() == 5


def test_a_call_that_takes_too_long_is_a_timeout_and_the_next_test_works(notebook) -> None:
    here = notebook(
        "import time\ndef f():\n    time.sleep(30)\ndef g():\n    return 5", seconds=0.5
    )
    with pytest.raises(Failure) as caught:
        here["f"]()
    assert caught.value.kind == "timeout"
    os.kill(here.pid, signal.SIGINT)
    assert here.another_test().kind == "timeout"
    assert here["g"]() == 5


def test_after_a_fault_a_test_cannot_go_on(notebook) -> None:
    here = notebook("import time\ndef f():\n    time.sleep(30)", seconds=0.3)
    f = here["f"]
    for _ in range(2):
        with pytest.raises(Failure):
            f()
    with pytest.raises(Failure):
        here["f"]


def test_time_within_a_call_is_the_learner_s_and_no_other(notebook) -> None:
    here = notebook("import time\ndef f(g):\n    time.sleep(0.2)\n    g()")
    f = here["f"]
    time.sleep(0.3)
    before = here.judge.seconds
    assert before < 0.2
    f(lambda: time.sleep(0.2))
    assert 0.35 < here.judge.seconds - before < 2
    assert here.judge.end() is None


def test_more_time_is_granted(notebook) -> None:
    here = notebook("import time\ndef f():\n    time.sleep(1)\n    return 5", seconds=0.3)
    asked = []
    here.judge._more_time = lambda: asked.append(1) or 5.0
    assert here["f"]() == 5
    assert asked == [1]


def test_nothing_of_a_test_is_left_in_the_notebook(notebook) -> None:
    source = """
        import gc
        kept = []
        def f(x):
            kept.append(x)
        def count():
            gc.collect()
            return len(kept)
    """
    here = notebook(source)
    for _ in range(3):
        here["f"](lambda: 1)
        assert here.another_test() is None
    assert here["count"]() == 3


def test_calls_are_counted_in_the_notebook(notebook) -> None:
    source = """
        def helper(x):
            return x
        def f(x):
            return helper(helper(x))
    """
    assert notebook(source)["f"].__count_calls__(1) >= 2
