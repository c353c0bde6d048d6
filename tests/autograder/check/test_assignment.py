from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.build.exercises import MarkedCell
from autograder.build.text import TextCell
from autograder.check.assignment import AssignmentCode, make_assignment_code
from autograder.judge.cells import InstructorCell


def assignment_of(*cells: tuple[str, dict[str, Any], dict[str, Any]]) -> AssignmentCode:
    """Return an assignment of code cells: source, attributes on the fence, nbgrader's metadata."""
    marked = [
        MarkedCell(TextCell("code", source, attributes, 10 * number), nbgrader)
        for number, (source, attributes, nbgrader) in enumerate(cells)
    ]
    return make_assignment_code(
        marked, new_notebook(cells=[new_code_cell(source) for source, *_ in cells])
    )


def test_tests_belong_to_the_exercise_that_their_fence_names():
    conv = assignment_of(
        ("1", {"exercise": "conv"}, {"grade_id": "conv"}),
        ("2", {"exercise": "conv_tests"}, {"grade_id": "conv_tests"}),
        ("3", {"tests": "conv", "part": "a"}, {"grade_id": "conv_tests_a", "points": 3}),
        ("4", {"tests": "conv", "part": "b"}, {"grade_id": "conv_tests_b", "points": 4}),
        ("5", {"tests": "conv_tests"}, {"grade_id": "conv_tests_tests", "points": 5}),
    )
    assert conv.points("conv") == 7
    assert conv.points("conv_tests") == 5


def test_a_judge_reads_the_reference_with_what_an_author_keeps_in_the_process():
    halve = assignment_of(
        ("SEED = 0", {"tags": ["parameters"]}, {}),
        ("x = 1", {"exercise": "halve"}, {"grade_id": "halve"}),
        ("x", {"tests": "halve"}, {"grade_id": "halve_tests", "points": 3}),
        ("y", {"tests": "halve", "in_process": None}, {"grade_id": "halve_tests_b", "points": 4}),
    )
    assert halve.for_judge() == [
        InstructorCell("SEED = 0", "ordinary"),
        InstructorCell("x = 1", "exercise", "halve"),
        InstructorCell("x", "test", "halve_tests"),
        InstructorCell("y", "test", "halve_tests_b", in_process=True),
    ]


def test_a_cell_knows_its_line_unless_the_build_added_it():
    twice = assignment_of(("install", {}, {}), ("x = 1", {}, {}), ("x = 1", {}, {}))
    assert [cell.line for cell in twice.cells] == [None, 10, 20]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('answer_1 = ...\n### BEGIN SOLUTION\nanswer_1 = "b"\n### END SOLUTION', True),
        ("def f(): ...", False),
        ("k = 3", False),
        ("k = ...\nk = f(3)", False),
    ],
)
def test_a_quiz_is_an_exercise_of_letters_only(code, expected):
    quiz = assignment_of((code, {"exercise": "quiz"}, {"grade_id": "quiz"}))
    assert quiz.is_quiz("quiz") is expected
