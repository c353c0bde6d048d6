from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.exercises import MarkedCell
from autograder.build.text import TextCell
from autograder.check.script import Script, make_script
from autograder.errors import InputError
from autograder.samples import complete_submission


def cell(source: str, **nbgrader: object):
    return new_code_cell(source, metadata={"nbgrader": nbgrader} if nbgrader else {})


def exercise(name: str, source: str):
    return cell(source, grade_id=name, grade=False, solution=True)


def graded(grade_id: str, source: str = "pass", points: float = 1):
    return cell(source, grade_id=grade_id, grade=True, solution=False, points=points)


def test_answers_fill_a_copy_of_the_notebook():
    why = new_markdown_cell(
        "YOUR ANSWER HERE",
        metadata={"nbgrader": {"grade_id": "why", "grade": True, "solution": True}},
    )
    release = new_notebook(
        cells=[exercise("conv", "raise NotImplementedError()"), graded("conv_tests"), why]
    )
    submission = complete_submission(release, {"conv": "conv = 1", "why": "Because."})
    assert [c.source for c in submission.cells] == ["conv = 1", "pass", "Because."]
    assert release.cells[0].source == "raise NotImplementedError()"


def test_an_answer_to_no_exercise_is_refused():
    release = new_notebook(cells=[exercise("conv", ""), graded("conv_tests")])
    with pytest.raises(InputError, match="no exercise 'conv_tests': it has conv"):
        complete_submission(release, {"conv_tests": "pass"})


def script(*cells: tuple[str, dict[str, Any], dict[str, Any]]) -> Script:
    """Return the script of code cells: source, attributes on the fence, nbgrader's metadata."""
    marked = [
        MarkedCell(TextCell("code", source, attributes, 10 * number), nbgrader)
        for number, (source, attributes, nbgrader) in enumerate(cells)
    ]
    return make_script(marked, new_notebook(cells=[new_code_cell(source) for source, *_ in cells]))


def test_tests_belong_to_the_exercise_that_their_fence_names():
    conv = script(
        ("1", {"exercise": "conv"}, {"grade_id": "conv"}),
        ("2", {"exercise": "conv_tests"}, {"grade_id": "conv_tests"}),
        ("3", {"tests": "conv", "part": "a"}, {"grade_id": "conv_tests_a", "points": 3}),
        ("4", {"tests": "conv", "part": "b"}, {"grade_id": "conv_tests_b", "points": 4}),
        ("5", {"tests": "conv_tests"}, {"grade_id": "conv_tests_tests", "points": 5}),
    )
    assert conv.points("conv") == 7
    assert conv.points("conv_tests") == 5


def test_a_cell_knows_its_line_unless_the_build_added_it():
    twice = script(("install", {}, {}), ("x = 1", {}, {}), ("x = 1", {}, {}))
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
    quiz = script((code, {"exercise": "quiz"}, {"grade_id": "quiz"}))
    assert quiz.is_quiz("quiz") is expected
