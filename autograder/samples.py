"""Sample submissions: the reference's answers, a release notebook with answers, a whole class."""

import copy
from collections.abc import Mapping, Sequence
from typing import Protocol

from nbformat import NotebookNode

from autograder.errors import InputError
from autograder.notebooks import exercise_cells
from autograder.regions import MARKERS, without_markers

Answers = Mapping[str, str]  # content of solution cells by exercise


class Sample(Protocol):
    """A wrong or unusual right answer, as a block of a unit's ``mistakes.py`` gives it."""

    kind: str
    exercise: str
    code: str


def solutions_of(source: NotebookNode) -> dict[str, str]:
    """Return the reference solutions of an assignment by exercise, as a learner would type them."""
    return {
        exercise: without_markers(code, MARKERS["solution"])
        for exercise, code in exercise_cells(source).items()
    }


def complete_submission(release: NotebookNode, answers: Answers) -> NotebookNode:
    """Return a copy of a release notebook in which some exercises are answered.

    Parameters
    ----------
    release : nbformat.NotebookNode
        A learner's assignment with nbgrader's metadata; it is not changed.
    answers : mapping of str to str
        Content of solution cells by grade id, ``{"sigmoid": "def sigmoid(Z): ..."}``: code, or
        Markdown for a written answer. Exercises that are not named stay as they are.

    Raises
    ------
    InputError
        If the notebook has no solution cell of such a grade id.

    Examples
    --------
    An instructor's list of mistakes gives the answers, see `autograder.check.mistakes`::

        submission = complete_submission(release, {variant.exercise: variant.code})
    """
    submission = copy.deepcopy(release)
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in submission.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise, answer in answers.items():
        if exercise not in cells:
            known = ", ".join(cells)
            raise InputError(f"the notebook has no exercise {exercise!r}: it has {known}")
        cells[exercise].source = answer
    return submission


def sample_class(solutions: Answers, variants: Sequence[Sample]) -> list[Answers]:
    """Compose a class as one meets it, from right to wrong, the same every time.

    Parameters
    ----------
    solutions : mapping of str to str
        The reference solution of every exercise, in order.
    variants : sequence of Sample
        The mistakes and alternatives of the unit.

    Returns
    -------
    list of mapping of str to str
        For each learner the code of the exercises that they answered.
    """
    exercises = list(solutions)

    def code(exercise: str, kinds: frozenset[str]) -> list[str]:
        return [v.code for v in variants if v.exercise == exercise and v.kind in kinds]

    def unusual(number: int) -> Answers:
        """Answer everything rightly, with another choice of alternatives for each number."""
        choices = {e: code(e, frozenset({"alternative"})) or [solutions[e]] for e in exercises}
        return {e: choices[e][number % len(choices[e])] for e in exercises}

    def mistaken(where: list[str], number: int) -> Answers:
        """Answer as the reference does, but for mistakes in these exercises."""
        wrong = {e: code(e, frozenset({"mistake"})) for e in where}
        return {**solutions, **{e: wrong[e][number % len(wrong[e])] for e in where if wrong[e]}}

    def first(kind: str) -> Answers:
        found = next((v for v in variants if v.kind == kind), None)
        return {**solutions, **({found.exercise: found.code} if found else {})}

    half = exercises[: len(exercises) // 2]
    return [
        solutions,
        first("endless"),
        first("crash"),
        unusual(0),
        unusual(1),
        # One slip each, in an exercise of its own …
        *(mistaken([exercise], number) for number, exercise in enumerate(exercises[:4])),
        # … several, half of the exercises, and all of them wrong.
        mistaken(exercises[::3], 0),
        mistaken(exercises[1::2], 1),
        mistaken(half, 2),
        mistaken(exercises, 1),
        {exercise: solutions[exercise] for exercise in half},
        {},
    ]
