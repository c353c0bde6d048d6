"""Reading an nbgrader course and the command itself, on gradebooks made row by row."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader import api

from autograder.cli import main
from autograder.course import open_course
from autograder.report.gradebook import read_class, with_failures

# nbgrader's own way of adding a submission, which SQLAlchemy 2 comments on.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ASSIGNMENT = "w90_tiny"
NOTEBOOK = "w90_assignment"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """An empty course folder, away from any configuration of the person who runs the tests."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "no_config"))
    # nbgrader asks the alembic program for this, in a process of its own, for every new gradebook.
    monkeypatch.setattr(api, "get_alembic_version", lambda: "test")
    root = tmp_path / "course"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def fill(root, scores, name="gradebook.db", cells=("a_tests", "b_tests"), submitted=None):
    """Make a gradebook: learner's id to the scores of the cells, None for no submission."""
    with api.Gradebook(f"sqlite:///{root / name}", "demo") as gradebook:
        gradebook.add_assignment(ASSIGNMENT, course_id="demo")
        gradebook.add_notebook(NOTEBOOK, ASSIGNMENT)
        for exercise in {cell.split("_tests")[0] for cell in cells}:
            gradebook.add_solution_cell(exercise, NOTEBOOK, ASSIGNMENT)
        for cell in cells:
            gradebook.add_grade_cell(cell, NOTEBOOK, ASSIGNMENT, max_score=10, cell_type="code")
        for student, values in scores.items():
            gradebook.add_student(student)
            if values is None:
                continue
            gradebook.add_submission(ASSIGNMENT, student, timestamp=datetime(2026, 3, 2, 9, 30))
            for cell, value in zip(cells, values, strict=True):
                grade = gradebook.find_grade(cell, NOTEBOOK, ASSIGNMENT, student)
                grade.auto_score, grade.needs_manual_grade = value, value is None
        gradebook.db.commit()


def write_notebook(path, *cells):
    """Write a notebook of (grade id, error name, message) cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = new_notebook(
        cells=[
            new_code_cell(
                "pass",
                metadata={"nbgrader": {"grade_id": name}},
                outputs=[new_output("error", ename=error, evalue=text, traceback=[])]
                if error
                else [],
            )
            for name, error, text in cells
        ]
    )
    nbformat.write(notebook, path)


def report(*arguments):
    return main(["report", *map(str, arguments)])


def one_line(captured):
    assert captured.err.count("\n") == 1, captured.err
    return captured.err


# The whole way


def test_a_report_is_written_beside_the_course(course, capsys):
    fill(course, {"sample01": [10, 10], "sample02": [10, 0], "sample03": None})
    write_notebook(
        course / "autograded" / "sample02" / ASSIGNMENT / f"{NOTEBOOK}.ipynb",
        ("a_tests", "", ""),
        ("b_tests", "CheckFailed", "dW has shape (3, 4)"),
    )
    feedback = course / "feedback" / "sample02" / ASSIGNMENT / f"{NOTEBOOK}.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("well done")

    assert report(ASSIGNMENT) == 0

    folder = course / "reports" / ASSIGNMENT
    tables = {"scores.csv", "cells.csv", "canvas.csv", "moodle.csv"}
    assert {path.name for path in folder.iterdir()} == {"index.html", *tables}
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "dW has shape (3, 4)" in text
    link = text.split('<td><a href="')[1].split('"')[0]
    assert (folder / unquote(link)).resolve() == feedback
    assert (folder / "scores.csv").read_text().count("\n") == 4
    assert "index.html" in capsys.readouterr().out


def test_a_report_says_why_a_submission_has_no_grade(course):
    fill(course, {"sample01": [10, 10], "sample02": None})
    refusal = course / ".autograder" / ASSIGNMENT / "refused/sample02.json"
    for folder in (course / "submitted/sample02" / ASSIGNMENT, refusal.parent):
        folder.mkdir(parents=True)
    refusal.write_text('{"reason": "there is no notebook <b>here</b>"}', encoding="utf-8")
    assert report(ASSIGNMENT) == 0
    page = course / "reports" / ASSIGNMENT / "index.html"
    assert "sample02 (there is no notebook &lt;b&gt;here" in page.read_text(encoding="utf-8")
    refusal.write_text("[", encoding="utf-8")
    assert report(ASSIGNMENT) == 0


def test_a_report_writes_where_it_is_told_and_twice_the_same(course, tmp_path):
    fill(course, {"sample01": [10, 5]})
    for name in ("one", "two"):
        assert report(ASSIGNMENT, "--course-dir", course, "--output", tmp_path / name) == 0
    one, two = ((tmp_path / name / "index.html").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_report_leaves_the_gradebook_as_it_was(course):
    fill(course, {"sample01": [10, 5]})
    before = (course / "gradebook.db").read_bytes()
    assert report(ASSIGNMENT) == 0
    assert (course / "gradebook.db").read_bytes() == before


def test_folders_and_gradebook_are_those_of_the_course_configuration(course, tmp_path):
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.db_url = "sqlite:///grades/class.db"\n'
        'c.CourseDirectory.directory_structure = "{assignment_id}/{nbgrader_step}/{student_id}"\n'
        'c.CourseDirectory.autograded_directory = "marked"\n'
        'c.CourseDirectory.submitted_directory = "in+box"\n'
    )
    (course / "grades").mkdir()
    fill(course, {"sample01": [0, 0]}, name="grades/class.db")
    write_notebook(
        course / ASSIGNMENT / "marked" / "sample01" / f"{NOTEBOOK}.ipynb",
        ("a_tests", "NameError", "name 'a' is not defined"),
    )
    (course / ASSIGNMENT / "in+box" / "sample02").mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.chdir(elsewhere)

    settings = open_course(course)
    record, _ = with_failures(read_class(settings, ASSIGNMENT), settings)

    first, second = record.learners
    assert [failure.error for failure in first.failures] == ["NameError"]
    assert (second.id, second.submitted, second.autograded) == ("sample02", True, False)


def test_a_folder_whose_name_nearly_fits_is_a_learners_own_as_it_is_in_grading(course):
    fill(course, {"sample01": [0, 0]})
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}", "demo") as gradebook:
        gradebook.add_student("sample02")
    (course / "submitted" / "Sample02 " / ASSIGNMENT.upper()).mkdir(parents=True)
    _, learner = read_class(open_course(course), ASSIGNMENT).learners
    assert (learner.id, learner.submitted) == ("sample02", True)


def test_cells_stand_in_the_order_of_the_source_notebook(course):
    fill(course, {"sample01": [1, 2, 3]}, cells=("z_tests", "a_tests_10", "a_tests_9"))
    settings = open_course(course)
    names = [cell.key.name for cell in read_class(settings, ASSIGNMENT).cells]
    assert names == ["a_tests_9", "a_tests_10", "z_tests"]

    source = course / "source" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    write_notebook(source, *((name, "", "") for name in ("z_tests", "a_tests_10", "a_tests_9")))
    names = [cell.key.name for cell in read_class(settings, ASSIGNMENT).cells]
    assert names == ["z_tests", "a_tests_10", "a_tests_9"]


def test_a_notebook_that_cannot_be_read_does_not_stop_the_report(course):
    fill(course, {"sample01": [10, 0], "sample02": [10, 10]})
    broken = course / "autograded" / "sample01" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    assert report(ASSIGNMENT) == 0
    text = (course / "reports" / ASSIGNMENT / "index.html").read_text(encoding="utf-8")
    assert "An autograded notebook cannot be read" in text


def test_a_manual_score_replaces_the_automatic_one(course):
    fill(course, {"sample01": [0, 0]})
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}", "demo") as gradebook:
        gradebook.find_grade("a_tests", NOTEBOOK, ASSIGNMENT, "sample01").manual_score = 6.0
        notebook = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, "sample01")
        notebook.late_submission_penalty = 1.0
        gradebook.db.commit()
    (learner,) = read_class(open_course(course), ASSIGNMENT).learners
    assert [mark.score for mark in learner.marks.values()] == [6.0, 0.0]
    assert learner.penalty == 1.0


# What an instructor can mend


def test_no_gradebook_is_one_line_and_no_empty_gradebook_is_made(course, capsys):
    assert report(ASSIGNMENT) == 2
    assert "there is no gradebook" in one_line(capsys.readouterr())
    assert list(course.iterdir()) == []


def test_a_file_that_is_no_gradebook_is_one_line(course, capsys):
    (course / "gradebook.db").write_bytes(b"not a database, but long enough to look like one" * 9)
    assert report(ASSIGNMENT) == 2
    assert "cannot be read" in one_line(capsys.readouterr())
    (course / "gradebook.db").write_bytes(b"")
    assert report(ASSIGNMENT) == 2
    assert "not a gradebook of this version" in one_line(capsys.readouterr())


def test_the_number_of_a_week_is_enough(course, capsys):
    fill(course, {"sample01": [10, 10]})
    assert report(ASSIGNMENT.split("_")[0]) == 0
    assert f"reports/{ASSIGNMENT}/index.html" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["w9", "w90_tinny"])
def test_an_unknown_assignment_suggests_a_close_one(course, capsys, name):
    fill(course, {"sample01": [10, 10]})
    assert report(name) == 2
    assert f"did you mean {ASSIGNMENT}?" in one_line(capsys.readouterr())


@pytest.mark.parametrize("scores", [{}, {"sample01": None}, {"sample01": [None, None]}])
def test_nothing_graded_is_one_line_and_writes_nothing(course, capsys, scores):
    fill(course, scores)
    assert report(ASSIGNMENT) == 2
    assert "nothing of 'w90_tiny' is graded yet" in one_line(capsys.readouterr())
    assert not Path("reports").exists()


def test_a_configuration_that_does_not_load_is_one_line(course, capsys):
    (course / "nbgrader_config.py").write_text("c = get_config(\n")
    assert report(ASSIGNMENT) == 2
    assert "nbgrader_config.py: this file fails (SyntaxError" in one_line(capsys.readouterr())


def test_a_missing_folder_is_one_line(course, capsys):
    assert report(ASSIGNMENT, "--course-dir", course / "nowhere") == 2
    assert "there is no such course directory" in one_line(capsys.readouterr())
