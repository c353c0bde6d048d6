import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.check.answers import complete_submission
from autograder.check.script import make_script
from autograder.errors import InputError


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


def test_tests_belong_to_the_exercise_with_the_longest_name():
    source = new_notebook(
        cells=[
            exercise("conv", "1"),
            exercise("conv_tests", "2"),
            graded("conv_tests", points=3),
            graded("conv_tests_backward", points=4),
            graded("conv_tests_tests", points=5),
        ]
    )
    script = make_script(source, source, "")
    assert script.points("conv") == 7
    assert script.points("conv_tests") == 5


def test_equal_cells_are_found_in_different_lines():
    text = "# Title\n\n```python\nx = 1\n```\n\n```python\nx = 1\n```\n"
    source = new_notebook(cells=[cell("x = 1"), new_markdown_cell("x"), cell("x = 1"), cell("y")])
    script = make_script(source, source, text)
    assert [c.line for c in script.cells] == [4, 8, None]


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
    source = new_notebook(cells=[exercise("quiz", code)])
    assert make_script(source, source, "").is_quiz("quiz") is expected
