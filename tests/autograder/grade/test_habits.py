"""What notebooks and tests of other courses do: figures, widgets, history, captured output."""

from pathlib import Path

import nbformat
import pytest

from ..corpus import needs_bwrap
from ..equality import courses
from ..equality.courses import answer, hand_in, plain, solution, write_source
from ..equality.courses import test as graded_test

pytestmark = needs_bwrap

READS_HISTORY = """\
import io, sys
kept, sys.stdout = sys.stdout, io.StringIO()
exec(In[-2])  # the cell above
said, sys.stdout = sys.stdout.getvalue(), kept
assert said == 'ready\\n'"""
SECRET = "assert len(In) > 1, 'the hidden sentence'"
CELLS = [
    solution("hello", "### BEGIN SOLUTION\nprint('ready')\n### END SOLUTION"),
    graded_test("history", 1, READS_HISTORY),
    graded_test("secret", 1, f"### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS"),
    plain("'the hidden' + ' sentence' in str(In)"),
    answer("figure", 3, "### BEGIN SOLUTION\n### END SOLUTION", "code"),
    plain("from ipywidgets import interact\n@interact(x=(0, 3))\ndef show(x=1):\n    print(x)"),
    graded_test("last", 1, "assert True"),
]
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a graded course of one submission, whose kernel is called as nbgrader's own is."""
    root = tmp_path_factory.mktemp("course")
    kernel = {"display_name": "Python", "language": "python", "name": "python"}
    write_source(root, "ps1", {"p": CELLS}, kernelspec=kernel)
    hand_in(root, "ps1", "ann", {"p": {"hello": "print('ready')", "figure": FIGURE}})
    assert courses.grade(root, "ps1") == 0
    return root


@pytest.fixture(scope="module")
def executed(course: Path) -> nbformat.NotebookNode:
    return nbformat.read(course / "autograded/ann/ps1/p.ipynb", as_version=4)


def test_all_tests_pass_one_that_reads_the_history_too(course: Path) -> None:
    with courses.gradebook(course) as book:
        grades = book.find_submission_notebook("p", "ps1", "ann").grades
        scores = {grade.name: grade.auto_score for grade in grades}
    assert scores == {"history": 1, "secret": 1, "figure": None, "last": 1}


def test_the_history_does_not_tell_a_hidden_test(executed: nbformat.NotebookNode) -> None:
    assert executed.cells[3].outputs[0].data["text/plain"] == "False"


def test_a_figure_without_show_is_in_the_graded_notebook_and_on_the_page(
    course: Path, executed: nbformat.NotebookNode
) -> None:
    assert "image/png" in executed.cells[4].outputs[0].data
    assert "data:image/png" in (course / "feedback/ann/ps1/p.html").read_text()


def test_a_widget_is_on_the_page_as_its_text(course: Path) -> None:
    assert "interactive(children=(IntSlider" in (course / "feedback/ann/ps1/p.html").read_text()
