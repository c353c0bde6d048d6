"""A class of honest people who are not tidy: all of them keep full marks, nobody is accused."""

import contextlib
import io

import pytest

from autograder.cli import main

from ..corpus import POINTS, GradedClass, Submission, hidden_lines, needs_bwrap, write_course
from ..corpus.habits import HABITS
from ..corpus.messy import MESSY
from ..corpus.untidy import UNTIDY

pytestmark = needs_bwrap

HONEST = [*MESSY, *HABITS, *UNTIDY]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """Grade the whole class once."""
    course = write_course(tmp_path_factory.mktemp("course"), "c.Execute.timeout = 20\n")
    for submission in HONEST:
        submission.hand_in(course, {})
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = main(["grade", "w90", "--course-dir", str(course)])
    return GradedClass(course, shown.getvalue(), code)


@pytest.mark.parametrize("submission", HONEST, ids=lambda submission: submission.name)
def test_an_untidy_submission_keeps_full_marks(graded: GradedClass, submission: Submission) -> None:
    assert graded.entry_path(submission).exists(), graded.shown
    found = graded.outcomes(submission)
    assert found == dict.fromkeys(POINTS, "passed"), graded.why(submission)
    assert graded.scores(submission) == POINTS


@pytest.mark.parametrize("submission", HONEST, ids=lambda submission: submission.name)
def test_no_page_accuses_or_shows_a_hidden_test(
    graded: GradedClass, submission: Submission
) -> None:
    page = graded.page(submission)
    assert "TamperedError" not in page
    for line in hidden_lines(graded.course):
        assert len(line.strip()) < 12 or line.strip() not in page


def test_everybody_has_a_grade(graded: GradedClass) -> None:
    assert graded.code == 0
    assert len({submission.learner for submission in HONEST}) == len(HONEST) >= 20
