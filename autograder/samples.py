"""Fill a release notebook with answers, as a learner would."""

import copy
from collections.abc import Mapping

from nbformat import NotebookNode

from autograder.errors import InputError


def complete_submission(release: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
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
