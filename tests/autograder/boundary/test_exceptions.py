"""Exceptions cross by the name of their type, with message and frames as text."""

import pytest

from autograder.boundary.exceptions import RemoteError


def test_an_unknown_type_is_the_nearest_that_both_sides_know(notebook) -> None:
    source = """
        class Mine(LookupError):
            pass
        class Other(Exception):
            pass
        def f():
            raise Mine("a", 2)
        def g():
            raise Other("b")
    """
    here = notebook(source)
    with pytest.raises(LookupError) as caught:
        here["f"]()
    assert caught.value.args == ("a", 2)
    assert caught.value.remote_type == "Mine"
    with pytest.raises(RemoteError, match="b") as caught:
        here["g"]()
    assert type(caught.value).__name__ == "Other"


@pytest.mark.parametrize(
    "raised",
    [
        "UnicodeDecodeError('utf-8', b'x', 0, 1, 'bad')",
        "OSError(2, 'no such file', 'a.txt')",
        "ExceptionGroup('many', [ValueError(1)])",
        "ValueError(10**400)",
        "ValueError('a' * 10**7)",
        "ValueError('half a surrogate \\ud800')",
        "ValueError(object(), [1])",
        "ValueError(*range(10_000))",
        "ValueError(float('nan'))",
        "type('A' * 10**6, (ValueError,), {})('x')",
        "type('not an identifier', (Exception,), {})('x')",
        "type('X', (Exception,), {'__module__': 3})('x')",
        "type('X', (Exception,), {'__qualname__': 'os.system'})('x')",
        "type('X', (ValueError,), {'__str__': lambda self: 1 / 0})('x')",
        "type('X', (ValueError,), {'args': property(lambda self: 1 / 0)})('x')",
        "type('X', (ValueError,), {'__getattribute__': lambda self, name: 1 / 0})('x')",
        "SystemExit(3)",
        "KeyboardInterrupt()",
        "GeneratorExit()",
        "MemoryError()",
        "StopIteration(5)",
    ],
    ids=lambda text: text[:40],
)
def test_every_exception_arrives_as_one(notebook, raised: str) -> None:
    here = notebook(f"def f():\n    raise {raised}\ndef g():\n    return 5")
    with pytest.raises(Exception):  # noqa: B017, PT011
        here["f"]()
    assert here["g"]() == 5
    assert here.another_test() is None


def test_no_constructor_is_called_for_an_exception(notebook) -> None:
    class Counted(Exception):
        made = 0

        def __init__(self, *arguments: object) -> None:
            type(self).made += 1

    import sys

    sys.modules["tests_of_exceptions"] = type(sys)("tests_of_exceptions")
    sys.modules["tests_of_exceptions"].Counted = Counted
    source = """
        class Counted(Exception):
            __module__ = "tests_of_exceptions"
        def f():
            raise Counted("x")
    """
    try:
        with pytest.raises(Counted):
            notebook(source)["f"]()
    finally:
        del sys.modules["tests_of_exceptions"]
    assert Counted.made == 0


def test_an_exception_as_a_value(notebook) -> None:
    here = notebook(
        "def f(error):\n    return type(error).__name__, error.args, ValueError('mine', 2)"
    )
    name, arguments, mine = here["f"](KeyError("a"))
    assert (name, arguments) == ("KeyError", ("a",))
    assert type(mine) is ValueError
    assert mine.args == ("mine", 2)


def test_frames_of_the_notebook_are_told_and_those_of_the_boundary_not(notebook) -> None:
    source = """
        def helper(x):
            return 1 / x
        def f():
            return helper(0)
    """
    with pytest.raises(ZeroDivisionError) as caught:
        notebook(source)["f"]()
    assert "in helper" in caught.value.remote_traceback
    assert "boundary" not in caught.value.remote_traceback.replace("notebook", "")
