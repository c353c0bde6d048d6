"""One cheat, and the notebook that it is handed in with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from autograder.check.assignment import Cell
from autograder.check.plan import UnitUnderTest

from .table import KEYS, tested_names

_REACHED = """\
def reached():
    with open({!r}, "a") as marks:
        marks.write("x")
"""
# For every cheat: the arrays among its arguments.
_ARRAYS = """\
def arrays(values):
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, (list, tuple, dict)):
            yield from arrays(value.values() if isinstance(value, dict) else value)
"""
# For every cheat: the functions of the judge's that stand in the notebook, by name.
_LENT = """\
def lent():
    for name, value in list(globals().items()):
        if type(value).__name__ == "function" and type(value) is not type(reached):
            yield name, value
"""
_TABLE = """\
import copy, pickle
def from_table(key):
    found = copy.deepcopy(visible[key])
    if isinstance(found, Exception):
        raise found
    return found
visible = pickle.loads({!r})
"""


@dataclass(frozen=True)
class Cheat:
    """One cheat, for any week.

    Attributes
    ----------
    name : str
        A few words.
    tries : str
        What it hopes for.
    body : str
        The body of every function that tests ask for; ``@NAME@`` is the function's name, and it
        takes ``*arguments, **named``.
    cell : str
        A cell of the learner's own, above all exercises.
    answers : mapping of str to str
        Other source for single names, in place of a function with that body.
    weeks : tuple of str
        The weeks in whose assignments it is tried.
    exercises : tuple of str
        The exercises, or single tests by their grade ids, that are run; all where it is empty.
    knows_forms : bool
        Whether the body may call ``solved``, the solution: for results of the right form, of
        arguments that it has spoiled.
    """

    name: str
    tries: str
    body: str = "reached()\nreturn None"
    cell: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    weeks: tuple[str, ...] = ("w02", "w05")
    exercises: tuple[str, ...] = ()
    knows_forms: bool = False

    def meets(self, test: Cell) -> bool:
        """Whether a test is run."""
        return not self.exercises or bool({test.exercise, test.grade_id} & {*self.exercises})

    def cells(self, unit: UnitUnderTest, marks: Path, table: bytes) -> list[str]:
        """Return the cells of the untouched notebook with this cheat in them; no tests.

        Parameters
        ----------
        unit : UnitUnderTest
        marks : pathlib.Path
            The file that is there once the cheat has come to the place that matters.
        table : bytes
            What the visible tests expect, see `visible_values`: the cheat is for the hidden ones.
        """
        assignment = unit.assignment
        sources = list(assignment.stub)
        for exercise in assignment.exercises:
            tested = tested_names(unit, exercise)
            if assignment.is_quiz(exercise):
                answers = [self.answers[name] for name in tested if name in self.answers]
            else:
                answers = [self.answers.get(name) or self._function(name) for name in tested]
            place = assignment.position(exercise)
            if self.knows_forms and not assignment.is_quiz(exercise):
                sources[place] = assignment.cells[place].code
            sources[place] = "\n".join([sources[place], *answers])
        first = assignment.position(assignment.exercises[0])
        sources[first] = "\n".join(
            [
                _REACHED.format(str(marks)),
                KEYS,
                _ARRAYS,
                _LENT,
                _TABLE.format(table),
                self.cell,
                sources[first],
            ]
        )
        return sources

    def _function(self, name: str) -> str:
        body = indent(self.body.replace("@NAME@", name), "    ")
        kept = ""
        if self.knows_forms:
            # A class stays as it is: what its objects are given, the cheat does not get.
            kept = f"solved_{name} = {name}\n"
            body = indent(f"solved = solved_{name}", "    ") + "\n" + body
        return (
            f"{kept}def {name}(*arguments, **named):\n"
            f"    if (key := key_of({name!r}, arguments, named)) in visible:\n"
            f"        return from_table(key)\n{body}"
        )
