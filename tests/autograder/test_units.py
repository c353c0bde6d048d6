"""A course of one week and one project goes through every room, from the syllabus to the report."""

import csv
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.demo import where_to_look
from autograder.notebooks import read_notebook
from autograder.samples import complete_submission, sample_class, solutions_of
from autograder.syllabus import load_syllabus
from forwardpass.work import update

from .project_course import MODEL_ANSWER, SCHEME, add_project

NAME = "p90_whole/p90_assignment"
ANSWERS = {"model": "def model(x):\n    return 2 * np.asarray(x)"}


@pytest.fixture
def course(small_course: Path) -> Path:
    """Return a course with a week that links to a project, built."""
    lesson = add_project(small_course).parent / "w90_tiny" / "lesson.md"
    link = "See [the project](../p90_whole/p90_assignment.ipynb)."
    lesson.write_text(f"{lesson.read_text()}\n{link}\n")
    assert main(["build", "--course-dir", str(small_course)]) == 0
    return small_course


class TestBuild:
    def test_a_project_is_an_assignment_in_source_and_release(self, course: Path) -> None:
        for step in ("source", "release"):
            names = [path.name for path in (course / step / "p90_whole").iterdir()]
            assert names == ["p90_assignment.ipynb"]

    def test_its_badge_opens_it_in_colab(self, course: Path) -> None:
        badge = read_notebook(course / "release" / f"{NAME}.ipynb").cells[0].source
        assert f"github/example/tiny/blob/main/release/{NAME}.ipynb" in badge

    def test_a_fresh_build_of_both_or_of_one_does_not_differ(self, course: Path) -> None:
        for units in ([], ["p90"], ["w90"]):
            assert main(["build", *units, "--check", "--course-dir", str(course)]) == 0

    def test_check_names_the_cell_of_a_project_that_differs(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = course / "course/p90_whole/assignment.md"
        text.write_text(text.read_text().replace("one page", "two pages"))
        assert main(["build", "p90", "--check", "--course-dir", str(course)]) == 1
        assert f"{NAME}.ipynb: differs from a fresh build, first in cell" in capsys.readouterr().out

    def test_a_link_from_a_week_to_what_a_project_has_not_is_refused(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lesson = course / "course/w90_tiny/lesson.md"
        lesson.write_text(lesson.read_text().replace("p90_assignment", "p90_lesson"))
        assert main(["build", "--course-dir", str(course)]) == 2
        assert "no release/p90_whole/p90_lesson.ipynb" in capsys.readouterr().err

    def test_a_lesson_in_the_folder_of_a_project_is_refused(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lesson = course / "course/p90_whole/lesson.md"
        lesson.write_text("# A lesson\n")
        assert main(["build", "--course-dir", str(course)]) == 2
        assert f"{lesson}: a project has no lesson: move" in capsys.readouterr().err


def test_its_tests_are_checked_as_those_of_a_week(course: Path) -> None:
    assert main(["check", "p90", "--course-dir", str(course)]) == 0
    mistakes = course / "course/p90_whole/mistakes.py"
    mistakes.write_text(mistakes.read_text().replace("return x\n", "return x + x\n"))
    assert main(["check", "p90", "--course-dir", str(course)]) == 1


def test_its_notebook_runs_with_the_solutions(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "p90", "--course-dir", str(course)]) == 0, capsys.readouterr().out
    executed = read_notebook(course / "runs" / f"{NAME}.ipynb")
    assert any("return np.asarray(x) + np.asarray(x)" in cell.source for cell in executed.cells)
    assert not (course / "runs/p90_whole/p90_lesson.ipynb").exists()


def test_it_arrives_in_a_learners_folder(course: Path) -> None:
    arrivals = update(course / "release", course / "work")
    assert ("new", f"{NAME}.ipynb") in [(one.kind, one.path) for one in arrivals]


def test_a_sample_class_answers_what_tests_grade(course: Path) -> None:
    project = load_syllabus(course).select(["p90"])[0]
    solutions = solutions_of(read_notebook(course / "source" / f"{NAME}.ipynb"))
    assert list(solutions) == ["model"]
    variants = parse_mistakes(course / "course/p90_whole/mistakes.py", solutions)
    assert {} in sample_class(solutions, variants)
    assert f"p90_whole/{project.assignment_name.removesuffix('.ipynb')}.html" in where_to_look(
        project
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    """Return a course in which a project was graded, a person marked one task, and so again.

    `sample01` wrote a report in cells of their own, which was marked; `sample02` wrote one without
    the task's own cell; `sample03` handed in an untouched notebook.
    """
    course = course_writer(tmp_path_factory.mktemp("course"))
    add_project(course)
    assert main(["build", "--course-dir", str(course)]) == 0
    release = read_notebook(course / "release" / f"{NAME}.ipynb")
    answered = complete_submission(release, {**ANSWERS, "why": "It adds a number to itself."})
    task = next(number for number, cell in enumerate(answered.cells) if is_task(cell))
    answered.cells[task + 1].source = "Dear client, minus zero is the error that matters."
    answered.cells.insert(task + 2, new_code_cell("print('interval', 0.9, 2 * 0.5)"))
    submit(course, "sample01", answered)
    del answered.cells[task]
    submit(course, "sample02", answered)
    submit(course, "sample03", release)
    assert main(["grade", "p90", "--course-dir", str(course)]) == 0
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("report", "p90_assignment", "p90_whole", "sample01")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 7, False
        comment = gradebook.find_comment("report", "p90_assignment", "p90_whole", "sample01")
        comment.manual_comment = "An honest interval."
        gradebook.db.commit()
    assert main(["grade", "p90", "--course-dir", str(course)]) == 0
    assert main(["report", "p90", "--course-dir", str(course)]) == 0
    return course


def is_task(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("task", False)


def submit(course: Path, learner: str, notebook: NotebookNode) -> None:
    path = course / "submitted" / learner / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def feedback(course: Path, learner: str) -> str:
    return (course / "feedback" / learner / f"{NAME}.html").read_text()


class TestGraded:
    def test_the_gradebook_knows_the_task_and_who_is_to_be_marked(self, graded: Path) -> None:
        with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
            submissions = {
                one.student.id: (one.score, one.max_score, one.task_score, one.needs_manual_grade)
                for one in gradebook.assignment_submissions("p90_whole")
            }
            assert gradebook.find_assignment("p90_whole").max_task_score == 10
        assert submissions == {
            "sample01": (27, 32, 7, True),  # the written answer still waits
            "sample02": (20, 32, 0, True),
            "sample03": (0, 32, 0, True),
        }

    def test_who_marks_sees_the_mark_scheme_above_a_learners_own_cells(self, graded: Path) -> None:
        cells = read_notebook(graded / "autograded/sample01" / f"{NAME}.ipynb").cells
        task = next(number for number, cell in enumerate(cells) if is_task(cell))
        assert SCHEME in cells[task].source
        assert cells[task + 1].source.startswith("Dear client")
        assert cells[task + 2].outputs[0].text == "interval 0.9 1.0\n"

    def test_a_task_that_was_deleted_is_put_back_and_what_was_written_stays(
        self, graded: Path
    ) -> None:
        cells = read_notebook(graded / "autograded/sample02" / f"{NAME}.ipynb").cells
        assert [SCHEME in cell.source for cell in cells if is_task(cell)] == [True]
        assert any(cell.source.startswith("Dear client") for cell in cells)
        assert "The cell report was missing; it was put back." in feedback(graded, "sample02")

    @pytest.mark.parametrize("learner", ["sample01", "sample02", "sample03"])
    def test_a_page_shows_the_learners_cells_and_no_mark_scheme(
        self, learner: str, graded: Path
    ) -> None:
        page = feedback(graded, learner)
        assert "Write one page for your client" in page
        assert ("Dear client" in page) == (learner != "sample03")
        for secret in (*SCHEME.splitlines(), MODEL_ANSWER):
            assert secret.lstrip("- ") not in page

    def test_a_page_says_what_a_person_gave_and_what_still_waits(self, graded: Path) -> None:
        marked, waiting = feedback(graded, "sample01"), feedback(graded, "sample02")
        assert "7 / 10" in marked
        assert "An honest interval." in marked
        assert "0 / 10" in waiting
        assert "This will be marked by hand." in waiting

    def test_the_report_counts_what_a_person_gave(self, graded: Path) -> None:
        folder = graded / "reports/p90_whole"
        with (folder / "scores.csv").open() as file:
            rows = [
                (row["student_id"], row["score"], row["exercise:report"], row["status"])
                for row in csv.DictReader(file)
            ]
        assert rows == [
            ("sample01", "27", "7", "needs manual grading"),  # the written answer still waits
            ("sample02", "20", "", "needs manual grading"),
            ("sample03", "0", "", "needs manual grading"),
        ]
        assert "Waiting for manual grading" in (folder / "index.html").read_text()
