"""Sample submissions, and a class: right, partly right, wrong, untouched, crashing and endless."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.errors import InputError
from autograder.notebooks import exercise_cells, read_notebook
from autograder.samples import complete_submission, sample_class, solutions_of

CONV = new_code_cell(
    "raise NotImplementedError()",
    metadata={"nbgrader": {"grade_id": "conv", "grade": False, "solution": True}},
)
CONV_TESTS = new_code_cell(
    "pass",
    metadata={"nbgrader": {"grade_id": "conv_tests", "grade": True, "solution": False}},
)


def test_answers_fill_a_copy_of_the_notebook() -> None:
    why = new_markdown_cell(
        "YOUR ANSWER HERE",
        metadata={"nbgrader": {"grade_id": "why", "grade": True, "solution": True}},
    )
    release = new_notebook(cells=[CONV, CONV_TESTS, why])
    submission = complete_submission(release, {"conv": "conv = 1", "why": "Because."})
    assert [c.source for c in submission.cells] == ["conv = 1", "pass", "Because."]
    assert release.cells[0].source == "raise NotImplementedError()"


def test_an_answer_to_no_exercise_is_refused() -> None:
    release = new_notebook(cells=[CONV, CONV_TESTS])
    with pytest.raises(InputError, match="no exercise 'conv_tests': it has conv"):
        complete_submission(release, {"conv_tests": "pass"})


@pytest.fixture
def learners(small_course: Path) -> list[dict[str, str]]:
    main(["build", "--course-dir", str(small_course)])
    source = read_notebook(small_course / "source/w90_tiny/w90_assignment.ipynb")
    solutions = solutions_of(source)
    mistakes = small_course / "course/w90_tiny/mistakes.py"
    return sample_class(solutions, parse_mistakes(mistakes, exercise_cells(source)))


def test_there_are_at_least_a_dozen_and_the_first_is_the_reference(
    learners: list[dict[str, str]],
) -> None:
    assert len(learners) >= 12
    assert "return np.asarray(x) * 2" in learners[0]["double"]
    assert not any("###" in code for answers in learners for code in answers.values())


def test_every_kind_of_learner_is_there(learners: list[dict[str, str]]) -> None:
    assert {} in learners  # untouched
    assert any("os._exit" in answers.get("double", "") for answers in learners)
    assert any("while True" in answers.get("halve", "") for answers in learners)
    assert any("return x + x" in answers.get("double", "") for answers in learners)  # unusual
    assert any(answers.keys() == {"double"} for answers in learners)  # half done
    wrong = [a for a in learners if "** 2" in a.get("double", "") or "+ 2" in a.get("double", "")]
    assert wrong
