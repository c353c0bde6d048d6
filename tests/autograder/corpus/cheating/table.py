"""A table of what the visible tests expect: what a learner can write down without a solution."""

import ast
import pickle
from typing import Any

from autograder.check.plan import UnitUnderTest
from autograder.source_code import parsed_cell, plain_python

# By which a call is recognised.
KEYS = """\
import numpy as np
def key_of(*values):
    found = []
    for value in values:
        if isinstance(value, np.ndarray):
            found.append((value.shape, value.dtype.str, value.tobytes()))
        elif isinstance(value, (list, tuple, dict)):
            items = value.items() if isinstance(value, dict) else value
            found.append((type(value), key_of(*items)))
        elif isinstance(value, np.random.Generator):
            found.append(repr(value.bit_generator.state))
        else:
            found.append(repr(value))
    return tuple(found)
"""
_LARGEST = 50_000  # bytes of an entry: nobody writes down a trained network


def visible_values(unit: UnitUnderTest) -> bytes:
    """Run the visible tests on the reference, in this process, and pickle what answers return."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(KEYS, names)
    recording = _Recording(names["key_of"])
    assignment = unit.assignment
    for index, cell in enumerate(assignment.cells):
        if cell.exercise and assignment.is_quiz(cell.exercise):
            continue
        if cell.role == "tests":
            recording.is_on = True
            exec(plain_python(assignment.release[index]), names)
            recording.is_on = False
        elif cell.role == "exercise":
            exec(plain_python(cell.code), names)
            for name in tested_names(unit, cell.exercise):
                names[name] = recording.of(name, names[name])
        else:  # what answers may call, and what tests need
            exec(compile(_definitions(cell.code), "<definitions>", "exec"), names)
            exec(plain_python(unit.judged.cells[index].source), names)
    return pickle.dumps(recording.values)


def tested_names(unit: UnitUnderTest, exercise: str) -> list[str]:
    """Return the names that the tests of an exercise ask for."""
    tests = [unit.judged.cells[index] for index in unit.assignment.tests(exercise)]
    return sorted({name for test in tests for name in test.names})


class _Recording:
    """Writes down what functions return while a test calls them."""

    def __init__(self, key_of: Any) -> None:
        self.is_on = False
        self.values: dict[Any, Any] = {}
        self._key_of = key_of

    def of(self, name: str, function: Any) -> Any:
        """Return a function that does the same, and is recorded."""
        if isinstance(function, type):
            return function

        def record(*arguments: Any, **named: Any) -> Any:
            if not self.is_on:
                return function(*arguments, **named)
            key = self._key_of(name, arguments, named)
            self.is_on = False  # what answers call of each other is none of the test's calls
            try:
                value = function(*arguments, **named)
            except Exception as error:
                self._keep(key, error)
                raise
            finally:
                self.is_on = True
            self._keep(key, value)
            return value

        return record

    def _keep(self, key: Any, value: Any) -> None:
        content = pickle.dumps((key, value))
        if len(content) < _LARGEST:
            self.values.update([pickle.loads(content)])


def _definitions(code: str) -> ast.Module:
    """Return the functions, classes and imports of a cell."""
    tree = parsed_cell(code)
    wanted = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    tree.body = [node for node in tree.body if isinstance(node, wanted)]
    return tree
