"""Calls to the notebook, calls back to the test, and errors both ways."""

import functools
import threading

import numpy as np
import pytest


def test_a_function_is_called_with_all_kinds_of_arguments(notebook) -> None:
    source = "def f(a, /, b, *rest, c, **named):\n    return a, b, rest, c, named"
    assert notebook(source)["f"](1, 2, 3, c=4, d=5) == (1, 2, (3,), 4, {"d": 5})


def test_a_function_is_called_back(notebook) -> None:
    seen = []
    assert notebook("def f(g):\n    return g(2, k=[3])")["f"](
        lambda x, k: seen.append((x, k)) or x + 1
    )
    assert seen == [(2, [3])]


@pytest.mark.parametrize("function", [np.mean, len, sum, functools.partial(max, key=abs), "a".join])
def test_a_function_of_a_library_is_called_back(notebook, function) -> None:
    argument = ["b", "c"] if function is not np.mean and function is not sum else [1, 2]
    if type(function) is functools.partial:
        argument = [1, -2]
    assert notebook("def f(g, x):\n    return g(x)")["f"](function, argument) == function(argument)


def test_a_function_of_a_library_that_the_learner_has_not_loaded_is_called_back(notebook) -> None:
    import colorsys

    source = """
        import sys
        def forget():
            sys.modules.pop("colorsys", None)
        def f(g):
            return g(1.0, 0.0, 0.0), "colorsys" in sys.modules
    """
    here = notebook(source)
    here["forget"]()
    assert here["f"](colorsys.rgb_to_hsv) == ((0.0, 1.0, 1.0), False)


def test_a_callback_may_call_the_notebook_and_that_the_callback(notebook) -> None:
    here = notebook("def f(g, n):\n    return 1 if n == 0 else n * g(n - 1)")
    f = here["f"]

    def g(n: int) -> int:
        return f(g, n)

    assert f(g, 12) == 479001600


def test_calls_within_calls_have_an_end_that_is_an_error_of_the_learners(notebook) -> None:
    here = notebook("def f(g):\n    return g()")
    f = here["f"]

    def g() -> int:
        return f(g)

    with pytest.raises(RecursionError):
        f(g)
    assert here["f"](lambda: 5) == 5
    assert here.another_test() is None


def test_a_function_of_the_learners_comes_back_as_one(notebook) -> None:
    source = """
        def make(n):
            def add(x, *, twice=False):
                return (x + n) * (2 if twice else 1)
            return add
    """
    add = notebook(source)["make"](3)
    assert callable(add)
    assert add(1) == 4
    assert add(1, twice=True) == 8


def test_a_test_s_function_comes_back_as_itself(notebook) -> None:
    def g() -> None: ...

    here = notebook("def f(g):\n    return [g, {'g': g}]")
    first, table = here["f"](g)
    assert first is g
    assert table["g"] is g


def test_a_learner_s_error_has_type_message_and_arguments(notebook) -> None:
    here = notebook("def f():\n    raise KeyError('missing', 3)")
    with pytest.raises(KeyError) as caught:
        here["f"]()
    assert caught.value.args == ("missing", 3)
    assert "in f" in caught.value.remote_traceback
    assert caught.value.remote_type == "KeyError"


def test_the_errors_of_a_test_s_function_come_back_as_the_very_objects(notebook) -> None:
    class Special(Exception):
        pass

    raised = Special("x")

    def g() -> None:
        raise raised

    with pytest.raises(Special) as caught:
        notebook("def f(g):\n    g()")["f"](g)
    assert caught.value is raised


def test_a_learner_can_catch_what_a_test_s_function_raises(notebook) -> None:
    source = """
        def f(g):
            try:
                g()
            except ZeroDivisionError as error:
                return "caught", str(error)
    """

    def g() -> float:
        return 1 / 0

    assert notebook(source)["f"](g) == ("caught", "division by zero")


def test_an_error_that_the_learner_raises_from_a_test_s_one_is_the_learner_s(notebook) -> None:
    source = """
        def f(g):
            try:
                g()
            except ZeroDivisionError as error:
                raise ValueError("mine") from error
    """
    with pytest.raises(ValueError, match="mine"):
        notebook(source)["f"](lambda: 1 / 0)


def test_an_error_of_the_learner_s_goes_through_a_test_s_function(notebook) -> None:
    source = """
        class Mine(Exception):
            pass
        error = Mine("x")
        def f(g):
            try:
                g(inner)
            except Mine as caught:
                return caught is error
        def inner():
            raise error
    """
    assert notebook(source)["f"](lambda inner: inner()) is True


def test_a_test_s_own_lines_are_not_told_to_the_learner(notebook) -> None:
    source = """
        def f(g):
            try:
                g()
            except Exception as error:
                return repr(vars(error)), str(error)
    """

    def g() -> None:
        secret_line = 1
        raise ValueError("x" * secret_line)

    told, message = notebook(source)["f"](g)
    assert "secret_line" not in told
    assert message == "x"


def test_many_errors_are_not_kept(notebook) -> None:
    here = notebook(
        "def f(g):\n    for _ in range(2000):\n        try:\n            g()\n"
        "        except ValueError:\n            pass"
    )

    def g() -> None:
        raise ValueError

    here["f"](g)
    assert len(here.judge._errors) < 1000


def test_an_iterator_is_lazy(notebook) -> None:
    source = """
        seen = []
        def f():
            for i in range(10**9):
                seen.append(i)
                yield i * i
    """
    here = notebook(source)
    squares = here["f"]()
    assert iter(squares) is squares
    assert [next(squares) for _ in range(3)] == [0, 1, 4]
    assert here["seen"] == [0, 1, 2]


def test_an_iterator_has_an_end(notebook) -> None:
    here = notebook("def f():\n    return zip('ab', [1, 2])\ndef g():\n    yield from ()")
    assert list(here["f"]()) == [("a", 1), ("b", 2)]
    assert list(here["g"]()) == []
    pairs = here["f"]()
    list(pairs)
    with pytest.raises(StopIteration):
        next(pairs)


def test_an_error_in_an_iterator_is_raised_where_it_is_used(notebook) -> None:
    items = notebook("def f():\n    yield 1\n    raise ValueError('late')")["f"]()
    assert next(items) == 1
    with pytest.raises(ValueError, match="late"):
        next(items)


def test_an_iterator_of_a_test_is_lazy_at_the_learner_s(notebook) -> None:
    seen = []

    def numbers():
        for i in range(10**9):
            seen.append(i)
            yield i

    source = """
        def f(items):
            return [next(items), next(items)], sum(x for x, _ in zip(items, range(2)))
    """
    assert notebook(source)["f"](numbers()) == ([0, 1], 5)
    assert seen == [0, 1, 2, 3, 4]


def test_a_generator_s_other_methods_work(notebook) -> None:
    source = "def f():\n    got = yield 1\n    yield got"
    items = notebook(source)["f"]()
    assert next(items) == 1
    assert items.send("x") == "x"
    assert items.close() is None


def test_threads_of_a_test_may_ask_at_the_same_time(notebook) -> None:
    f = notebook("def f(x, g):\n    return g(x) * 2")["f"]
    found: dict[int, int] = {}

    def ask(start: int) -> None:
        for i in range(start, start + 50):
            found[i] = f(i, lambda x: x + 1)

    threads = [threading.Thread(target=ask, args=(100 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: 2 * (i + 1) for k in range(4) for i in range(100 * k, 100 * k + 50)}


def test_threads_of_the_learner_s_may_call_back(notebook) -> None:
    source = """
        import threading
        def f(g):
            found = {}
            def ask(start):
                for i in range(start, start + 50):
                    found[i] = g(i)
            threads = [threading.Thread(target=ask, args=(100 * k,)) for k in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            return found
    """
    found = notebook(source)["f"](lambda x: x + 1)
    assert found == {i: i + 1 for k in range(4) for i in range(100 * k, 100 * k + 50)}


def test_a_thread_that_calls_back_when_nothing_was_asked_waits(notebook) -> None:
    source = """
        import threading, time
        answers = []
        def f(g):
            def later():
                time.sleep(0.2)
                try:
                    answers.append(g())
                except BaseException as error:
                    answers.append(type(error).__name__)
            threading.Thread(target=later, daemon=True).start()
        def wait():
            time.sleep(0.5)
            return len(answers)
    """
    here = notebook(source)
    here["f"](lambda: 1)
    assert here["wait"]() == 1
    assert here.another_test() is None
    assert here["answers"] == [1]


def test_a_thread_that_outlives_its_test_calls_back_in_vain(notebook) -> None:
    source = """
        import threading, time
        answers = []
        def f(g):
            def later():
                time.sleep(0.3)
                try:
                    answers.append(g())
                except BaseException as error:
                    answers.append(type(error).__name__)
            threading.Thread(target=later, daemon=True).start()
        def wait():
            time.sleep(0.6)
            return list(answers)
    """
    here = notebook(source)
    called = []
    here["f"](lambda: called.append(1))
    here.another_test()
    (answer,) = here["wait"]()
    assert answer != 1
    assert called == []
    assert here.another_test() is None


def test_a_forked_child_of_the_notebook_cannot_ask(notebook) -> None:
    source = """
        import os
        def f(g):
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    text = f"answer {g()}"
                except RuntimeError as error:
                    text = str(error)
                os.write(write, text.encode())
                os._exit(0)
            os.waitpid(pid, 0)
            return os.read(read, 1000).decode(), g()
        def both():
            return "child" if os.fork() == 0 else "parent"
    """
    here = notebook(source)
    told, answer = here["f"](lambda: 5)
    assert "process of the notebook alone" in told
    assert answer == 5
    assert here["both"]() == "parent"
    assert here["f"](lambda: 6)[1] == 6
    assert here.another_test() is None
