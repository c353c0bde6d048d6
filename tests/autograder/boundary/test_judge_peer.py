"""What a notebook may not do with a test's objects, and what it cannot make the judge believe."""

import contextlib
import functools
import os
import sys
import types

import numpy as np
import pytest

SECRET = "the expected value"


def reference(x: float) -> float:
    """Return what the answer is compared with."""
    return 2 * x


reference.__module__ = "__main__"  # as a test's own functions have it


class Holder:
    """What a test may well hand over."""

    limit = 3

    def __init__(self) -> None:
        self.module = os
        self.function = reference
        self._private = SECRET

    def method(self, x: float) -> float:
        return x + 1

    def give(self, name: str) -> object:
        return {
            "frame": sys._getframe(),
            "code": reference.__code__,
            "module": sys,
            "trace": types.TracebackType(None, sys._getframe(), 0, 0),
        }[name]

    @contextlib.contextmanager
    def opened(self):
        yield self

    def numbers(self):
        yield SECRET

    async def later(self):
        return SECRET


Holder.__module__ = "__main__"


class Table(dict):
    """A dictionary with more to it."""


# How the notebook's process tries to get on: each is given an object, and returns what it reached.
ATTEMPTS = """
def reach(names):
    def attempt(value):
        for name in names:
            value = getattr(value, name)
        return str(value), repr(value)
    return attempt

def raw(operation, *values):
    def attempt(value):
        reference = object.__getattribute__(value, "_reference")
        return repr(reference.peer.request(operation, reference, *values))
    return attempt

def of_class(operation, *values):
    def attempt(value):
        reference = type(value)._own_reference
        return repr(reference.peer.request(operation, reference, *values))
    return attempt
"""

PATHS = {
    "globals": ["__globals__"],
    "globals of a method": ["method", "__func__"],
    "code": ["__code__"],
    "closure": ["__closure__"],
    "defaults": ["__defaults__"],
    "class": ["__class__"],
    "self of a method": ["__self__"],
    "wrapped": ["__wrapped__"],
    "frame of a generator": ["gi_frame"],
    "code of a generator": ["gi_code"],
    "frame of a coroutine": ["cr_frame"],
    "traceback": ["__traceback__"],
    "traceback's frame": ["tb_frame"],
    "frame's globals": ["f_globals"],
    "function of a partial": ["func"],
    "arguments of a partial": ["args"],
    "named arguments of a partial": ["keywords"],
    "named arguments of a context": ["kwds"],
    "generator of a context": ["gen"],
    "module": ["module"],
    "dict": ["__dict__"],
    "private": ["_private"],
}


def _context() -> object:
    return Holder().opened()


def _error() -> Exception:
    try:
        raise ValueError(SECRET[:3])
    except ValueError as error:
        return error


OBJECTS = {
    "a function": reference,
    "a closure": (lambda secret: lambda: secret)(SECRET),
    "a partial": functools.partial(reference, SECRET),
    "a cached function": functools.lru_cache(reference),
    "a wrapped function": functools.wraps(reference)(lambda x: x),
    "a bound method": Holder().method,
    "a builtin method": SECRET.__len__,
    "a class": Holder,
    "an object": Holder(),
    "a generator": Holder().numbers(),
    "a context manager": _context(),
    "a table": Table(a=1),
    "an error": _error(),
    "a vectorised function": np.vectorize(reference),
}

_REACHED = ("frame object", "module '", "code object", "'__builtins__'", SECRET)


@pytest.mark.parametrize("what", OBJECTS)
def test_no_attribute_leads_out_of_a_test_s_object(notebook, what: str) -> None:
    here = notebook(ATTEMPTS)
    for path in PATHS.values():
        told = _attempt(here["reach"](path), OBJECTS[what])
        assert not any(word in told for word in _REACHED), (path, told)
        for operation in ("get", "method"):
            told = _attempt(here["raw"](operation, path[-1]), OBJECTS[what])
            assert not any(word in told for word in _REACHED), (operation, path, told)
    assert here.another_test() is None


def _attempt(attempt: object, value: object) -> str:
    try:
        return str(attempt(value))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", ["frame", "code", "module", "trace"])
def test_what_a_program_is_made_of_never_crosses(notebook, name: str) -> None:
    here = notebook("def f(holder, name):\n    return repr(holder.give(name))")
    with pytest.raises(TypeError, match="no value for a test"):
        here["f"](Holder(), name)


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("set", ("limit", 7)),
        ("del", ("limit",)),
        ("name", ("SECRET",)),
        ("lend", (["SECRET"], [1])),
        ("give back", (1,)),
        ("count", (None,)),
        ("nothing such", ()),
        ("__class__", ()),
        ("__getattribute__", ("_private",)),
        ("__init__", ()),
        ("__reduce__", ()),
        ("__subclasshook__", ()),
        ("get", ("_private",)),
        ("get", (3,)),
        ("method", ("__init__",)),
        ("method", ("_get",)),
    ],
    ids=str,
)
def test_the_judge_does_no_other_operation(notebook, operation: str, values: tuple) -> None:
    holder = Holder()
    here = notebook(ATTEMPTS)
    attempt = here["raw"](operation, *values)
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        attempt(holder)
    assert SECRET not in str(caught.value)
    assert holder.limit == 3


def test_the_learner_makes_no_object_of_a_library_s_class(notebook) -> None:
    import subprocess

    here = notebook(ATTEMPTS)
    process = object.__new__(subprocess.Popen)
    process.returncode = 0
    process._child_created = False
    for operation in ("call", "__call__"):
        with pytest.raises(TypeError, match="not the notebook's to make"):
            here["of_class"](operation, ["true"])(process)
    for operation, values in [("get", ("mro",)), ("method", ("mro",)), ("__or__", (int,))]:
        with pytest.raises((TypeError, AttributeError)):
            here["of_class"](operation, *values)(process)


def test_a_class_of_the_test_s_own_notebook_can_be_made(notebook) -> None:
    class Pair:
        def __init__(self, a: int, b: int) -> None:
            self.total = a + b

    Pair.__module__ = "__main__"
    here = notebook("def f(Pair):\n    return Pair(1, 2).total")
    assert here["f"](Pair) == 3


def test_a_handle_that_was_never_given_costs_the_test(notebook) -> None:
    from autograder.boundary.exceptions import Failure

    source = """
        def f(holder):
            reference = object.__getattribute__(holder, "_reference")
            reference.number = 77
            return holder.limit
    """
    here = notebook(source)
    with pytest.raises(Failure) as caught:
        here["f"](Holder())
    assert caught.value.kind == "garbage"


def test_a_learner_s_error_is_none_of_the_judge_s_own(notebook) -> None:
    source = """
        import autograder.boundary.connection, autograder.boundary.exceptions
        def lost():
            raise autograder.boundary.connection.Lost("x")
        def failure():
            raise autograder.boundary.exceptions.Failure("died", "x")
        def over():
            raise SystemExit(0)
        def stop():
            raise KeyboardInterrupt
    """
    from autograder.boundary.exceptions import RemoteError

    here = notebook(source)
    for name in ("lost", "failure", "over", "stop"):
        if name == "failure":
            continue
        with pytest.raises(RemoteError):
            here[name]()
    assert here.another_test() is None


def test_text_is_no_code_to_a_frame_of_the_test_s(notebook) -> None:
    pandas = pytest.importorskip("pandas")
    here = notebook("def f(table, name, text):\n    return getattr(table, name)(text)")
    for name in ("eval", "query"):
        with pytest.raises(AttributeError, match="as code"):
            here["f"](pandas.DataFrame({"a": [1]}), name, "@os.system('true')")
    with pytest.raises(PermissionError):
        here["f"](pandas.DataFrame({"a": [1]}), "to_csv", "numpy.py")
