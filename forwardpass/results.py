"""What a learner sees of their own results: a line after each test that passes, and a summary.

The build writes a title above the tests of an exercise. :func:`watch`, which ``fp.setup`` calls,
reads it when the cell has run. Where a grader runs the notebook, all of this is silent.
"""

import os
import re
import sys
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

PASSED, ANSWERED = "✓", "○"

_TITLE = re.compile(r"# (Tests|Answer) of (\w+)(?:, (\w+))? \(([\d.]+) points?\)")
_GRADER = "NBGRADER_EXECUTION"  # nbgrader's own sign in the environment
_PASSED, _FAILED, _UNTOUCHED, _NOT_RUN = "passed", "failed", "to be written", "to be run"
# By exercise and part, how the tests ended when they ran last.
_ended: dict[tuple[str, str], str] = {}


def title(exercise: str, part: str, points: float, *, is_answer: bool) -> str:
    """Return the first line of a cell of tests.

    Parameters
    ----------
    exercise, part : str
        The part is empty where the exercise has one cell of tests.
    points : float
    is_answer : bool
        Whether the visible tests say only that there is an answer.
    """
    what = "Answer" if is_answer else "Tests"
    name = f"{exercise}, {part}" if part else exercise
    return f"# {what} of {name} ({points:g} {'point' if points == 1 else 'points'})"


def shell_of_learner() -> "InteractiveShell | None":
    """Return the shell of the notebook that is running; None without one, and under a grader."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None or _GRADER in os.environ else ipython.get_ipython()


def tests_of(source: str) -> tuple[str, str] | None:
    """Return exercise and part of a cell of tests by its title, None for another cell."""
    found = _TITLE.match(source)
    return None if found is None else (found[2], found[3] or "")


def watch() -> None:
    """Print a line after each cell of tests that passes, from now on, in a notebook."""
    shell = shell_of_learner()
    if shell is not None and _tell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _tell)


def summary(tests: Mapping[str, Mapping[str, float]], answers: Collection[str] = ()) -> None:
    """Print which visible tests have passed since the kernel started, and what is left.

    Parameters
    ----------
    tests : mapping of str to mapping of str to float
        Points by exercise and part.
    answers : collection of str
        The exercises of which visible tests say only that there is an answer.
    """
    if _GRADER in os.environ:
        return
    width = max(len(exercise) for exercise in tests)
    reached = asked = given = questions = 0.0
    for exercise, parts in tests.items():
        states = {part: _ended.get((exercise, part), _NOT_RUN) for part in parts}
        passed = {part: points for part, points in parts.items() if states[part] == _PASSED}
        if exercise in answers:
            given, questions = given + len(passed), questions + len(parts)
            count = f"{len(passed)} of {len(parts)} answered"
        else:
            reached, asked = reached + sum(passed.values()), asked + sum(parts.values())
            count = f"{sum(passed.values()):g} of {sum(parts.values()):g} points"
        left = [f"{part} {states[part]}".lstrip() for part in parts if part not in passed]
        print(f"{exercise:{width}}  {count:18} {'; '.join(left) or PASSED}")
    print(f"\nVisible tests: {reached:g} of {asked:g} points", end="")
    print(f", and {given:g} of {questions:g} questions answered." if questions else ".")
    print("Hidden tests, with other inputs, decide the mark.")


def _tell(result: "ExecutionResult") -> None:
    """Note what became of a cell of tests, and say so if they passed."""
    found = _TITLE.match(result.info.raw_cell or "")
    if found is None:
        return
    what, exercise, part, points = found.groups(default="")
    error = result.error_before_exec or result.error_in_exec
    failed = _UNTOUCHED if isinstance(error, NotImplementedError) else _FAILED
    _ended[exercise, part] = _PASSED if result.success else failed
    if result.success:
        name = f"{exercise}: {part}" if part else exercise
        unit = "point" if points == "1" else "points"
        if what == "Answer":
            print(f"{ANSWERED} {name} is answered ({points} {unit}, if it is right)")
        else:
            print(f"{PASSED} {name} ({points} {unit})")
