"""What the engine promises to nbgrader's users: the same gradebook, and the same course after it.

Where we grade otherwise on purpose, `TestDifferences` says so and why. Besides, a submission that
nbgrader would refuse or mistake (cells that are deleted, copied, of another type; a notebook of
another name; a test whose error comes after a value that it shows) is graded after all, which
other tests are about.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.plugins import CsvExportPlugin

from tests.autograder.equality import courses, marked_course, real_course

Both = tuple[Path, Path]  # what nbgrader made of a course, and what we made of it


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Return a real course, graded both ways."""
    both = courses.copies(real_course.write(tmp_path_factory.mktemp("equal") / "real"))
    with courses.meanwhile(real_course.grade_by_nbgrader, both[0]):
        assert courses.grade(both[1], "ps1") == 0
    return both


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Return a course that was graded, marked by a person, handed in again and graded again."""
    course = marked_course.write(tmp_path_factory.mktemp("equal") / "marked")
    marked_course.hand_in_marked(course)
    marked_course.hand_in_otherwise(course)
    both = courses.copies(course)
    with courses.meanwhile(marked_course.grade_by_nbgrader, both[0]):
        marked_course.grade_by_us(both[1])
    return both


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Return a course for a kernel that is not the one of this environment."""
    folder = tmp_path_factory.mktemp("other")
    launch = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
    spec = {
        "argv": [sys.executable, "-c", launch, "-f", "{connection_file}"],
        "display_name": "Other",
        "language": "python",
    }
    courses.write_files(folder, {"kernels/other/kernel.json": json.dumps(spec)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        course = folder / "course"
        course.mkdir()
        kernelspec = {"display_name": "Other", "language": "python", "name": "other"}
        cells = [
            courses.solution("part", "### BEGIN SOLUTION\npart = 1\n### END SOLUTION"),
            courses.test("first", 2, "assert part < 1"),
            courses.test("second", 2, "part"),
            courses.test("third", 2, "print(part)"),
        ]
        courses.write_source(course, "ps1", {"other": cells}, kernelspec=kernelspec)
        courses.hand_in(course, "ps1", "ada", {"other": {"part": "part = 0.5"}})
        courses.hand_in(course, "ps1", "bob", {"other": {}})
        both = courses.copies(course)
        courses.nbgrader(both[0], "autograde", "ps1", "*")
        assert courses.grade(both[1], "ps1") == 0
        yield both


def both_tables(both: Both) -> tuple[dict, dict]:
    theirs, ours = (courses.tables(f"sqlite:///{course}/gradebook.db") for course in both)
    return theirs, ours


def of_assignment(tables: dict, assignment: str) -> dict:
    """Return the rows of one assignment, and those of no assignment."""
    others = {"ps1", "ps2", "ps3"} - {assignment}
    return {
        table: {name: row for name, row in rows.items() if name.split("/")[0] not in others}
        for table, rows in tables.items()
    }


def statuses(text: str) -> dict[str, str]:
    """Return what became of each submission, from what the command tells on the way."""
    return dict(re.findall(r"^(\w+): ([\w ]+), [\d.]+ s$", text, re.MULTILINE))


class TestGradebook:
    def test_every_row_of_a_real_course_is_the_same(self, real: Both) -> None:
        assert courses.first_difference(*both_tables(real)) is None

    def test_the_course_has_what_it_should_have(self, real: Both) -> None:
        """Otherwise two empty gradebooks would do."""
        tables, _ = both_tables(real)
        grades = tables["grade"]
        assert len(grades) == 6 * (13 + len(real_course.ENDS))
        found = {row["auto_score"] for row in grades.values()}
        assert {None, 0, 0.25, 0.5, 0.75, 1 / 3, 1, 1.5, 2} <= found
        assert sum(row["needs_manual_grade"] for row in grades.values()) > 10
        penalties = {
            label.split("/")[1]: row["late_submission_penalty"]
            for label, row in tables["submitted_notebook"].items()
            if label.endswith("problem1")
        }
        assert penalties == dict(ada=None, bob=None, cyd=None, dan=1.0, eve=None, fay=1.7)
        comments = [row["auto_comment"] for row in tables["comment"].values()]
        assert 0 < comments.count("No response.") < len(comments)

    def test_what_persons_gave_counts_and_is_to_be_reviewed_after_a_regrade(
        self, marked: Both
    ) -> None:
        theirs, ours = (of_assignment(tables, "ps2") for tables in both_tables(marked))
        label = "ps2/oli/ps2/marked/ps2/marked/essay"
        del theirs["grade"][label], ours["grade"][label]  # see TestDifferences
        theirs["student"] = {name: theirs["student"][name] for name in ("mia", "ned", "oli")}
        ours["student"] = {name: ours["student"][name] for name in ("mia", "ned", "oli")}
        assert courses.first_difference(theirs, ours) is None
        row = ours["grade"]["ps2/mia/ps2/marked/ps2/marked/code"]
        assert (row["manual_score"], row["extra_credit"]) == (2, 0.5)
        assert row["needs_manual_grade"]
        late = ours["submitted_notebook"]["ps2/ned/ps2/marked"]["late_submission_penalty"]
        assert late == 1 + 2.5 + 1.5 + 3

    def test_another_run_leaves_alone_what_persons_have_settled(
        self, marked: Both, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """nbgrader skips what it has graded; we write new feedback, and nothing else."""
        course = marked[1]
        marked_course.mark(course, why=0.5)
        before = courses.tables(f"sqlite:///{course}/gradebook.db")
        assert courses.grade(course, "ps2") == 0
        after = courses.tables(f"sqlite:///{course}/gradebook.db")
        penalty = after["submitted_notebook"]["ps2/ned/ps2/marked"]
        assert penalty.pop("late_submission_penalty") == 1 + 2.5 + 0.5 + 3  # all of the new score
        del before["submitted_notebook"]["ps2/ned/ps2/marked"]["late_submission_penalty"]
        assert courses.first_difference(before, after) is None


class TestAutograded:
    def test_the_files_and_their_permissions_are_the_same(self, real: Both) -> None:
        theirs, ours = (courses.files(course / "autograded") for course in real)
        assert courses.first_difference(theirs, ours) is None

    def test_the_files_beside_the_notebooks_have_the_same_content(self, real: Both) -> None:
        for path in (real[0] / "autograded").rglob("*"):
            if path.is_file() and path.suffix != ".ipynb":
                same = real[1] / path.relative_to(real[0])
                assert same.read_bytes() == path.read_bytes(), same

    def test_the_executed_notebooks_are_the_same(self, real: Both) -> None:
        paths = sorted((real[0] / "autograded").rglob("*.ipynb"))
        assert len(paths) == 10
        for path in paths:
            theirs = courses.executed(path)
            ours = courses.executed(real[1] / path.relative_to(real[0]))
            where = f"{path.parts[-3]} {path.name}"
            assert len(ours) == len(theirs), where
            for number, pair in enumerate(zip(theirs, ours, strict=True)):
                if path.parts[-3] == "cyd":
                    pair = (_without_what_answers_print(pair[0]), pair[1])
                if path.parts[-3] == "eve":
                    pair = tuple(map(_without_interrupts, pair))
                assert courses.first_difference(*pair, f"{where} cell {number}") is None


def _without_what_answers_print(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell without what a learner's function prints while a test calls it.

    To us that is no output of the test: it is called from another process.
    """
    marks = cell["nbgrader"]
    if not marks.get("grade") or marks["solution"]:
        return cell
    streams = [tuple(part.replace("näive ☃\n", "") for part in shown) for shown in cell["outputs"]]
    return {**cell, "outputs": [shown for shown in streams if shown[-1]]}


def _without_interrupts(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell without the place at which an answer was interrupted that took too long.

    A judge that waits no longer does not learn of it.
    """
    shown = [output for output in cell.get("outputs", ()) if output[-1] != "KeyboardInterrupt"]
    return {**cell, "outputs": shown} if "outputs" in cell else cell


class TestDifferences:
    """Where we grade otherwise than nbgrader, on purpose."""

    @pytest.mark.parametrize(
        ("learner", "by_nbgrader", "by_us"),
        [
            ("fine", [2, 0.5, 2], [2, 0.5, 2]),
            # A learner's settings of IPython reach nbgrader's tests, but not ours.
            ("shows", [2, 1.5, 2], [2, 0.5, 2]),
            # To nbgrader, any word on stderr is a failure; libraries warn of much that is right.
            ("warns", [0, 0.5, 0], [2, 0.5, 2]),
            # nbgrader drops the whole submission when the kernel dies …
            ("dies", [None, None, None], [2, 0.5, 0]),
            # … and when a test gives more than there is, after it has written some scores.
            ("generous", [2, None, None], [2, 0, 2]),
            # nbgrader believes any output; we ask the kernel what the test itself gave.
            ("forges", [2, 0.5, 2], [0, 0.5, 0]),
        ],
    )
    def test_we_grade_otherwise(
        self, learner: str, by_nbgrader: list, by_us: list, marked: Both
    ) -> None:
        for tables, expected in zip(both_tables(marked), (by_nbgrader, by_us), strict=True):
            label = f"ps3/{learner}/ps3/otherwise/ps3/otherwise"
            rows = (tables["grade"][f"{label}/{name}"] for name in ("first", "partly", "last"))
            assert [row["auto_score"] for row in rows] == expected

    def test_a_task_that_was_missing_at_first_is_to_be_marked(self, marked: Both) -> None:
        """nbgrader keeps the zero for the missing notebook, and nobody is asked to mark it."""
        label = "ps2/oli/ps2/marked/ps2/marked/essay"
        theirs, ours = (tables["grade"][label] for tables in both_tables(marked))
        assert (theirs["auto_score"], theirs["needs_manual_grade"]) == (0, False)
        assert (ours["auto_score"], ours["needs_manual_grade"]) == (None, True)


class TestAfterwards:
    """nbgrader's other commands and formgrader go on from our result."""

    def test_formgrader_shows_the_same(self, real: Both) -> None:
        theirs, ours = (formgrader(course, "ps1") for course in real)
        assert courses.first_difference(theirs, ours) is None
        assert len(ours["submissions"]) == 6
        assert ours["indices of problem2"] == list(range(4))

    def test_a_second_run_keeps_all(self, real: Both, capsys: pytest.CaptureFixture[str]) -> None:
        """Also where the settings define classes, and hold sets."""
        assert courses.grade(real[1], "ps1") == 0
        assert set(statuses(capsys.readouterr().err).values()) == {"kept"}

    def test_nbgrader_writes_feedback(self, real: Both) -> None:
        pages = []
        for course in real:
            courses.nbgrader(course, "generate_feedback", "ps1", "fay")
            page = (course / "feedback/fay/ps1/problem1.html").read_text()
            pages.append(re.findall(r"Score: ?[\d.]+ ?/ ?[\d.]+", page))
        assert pages[0] == pages[1]
        assert len(pages[1]) > 5

    def test_nbgrader_exports_the_same(self, real: Both) -> None:
        theirs, ours = (exported(course) for course in real)
        assert courses.first_difference(theirs, ours) is None
        assert len(ours) == 7

    def test_nbgrader_grades_again_and_we_regrade_only_what_it_graded_otherwise(
        self, marked: Both, capsys: pytest.CaptureFixture[str]
    ) -> None:
        course = marked[1]
        before = courses.tables(f"sqlite:///{course}/gradebook.db")
        for learner in ("fine", "warns"):
            courses.nbgrader(course, "autograde", "ps3", learner)
        capsys.readouterr()
        assert courses.grade(course, "ps3") == 0
        found = statuses(capsys.readouterr().err)
        assert found == {**dict.fromkeys(marked_course.OTHERWISE, "kept"), "warns": "graded"}
        after = courses.tables(f"sqlite:///{course}/gradebook.db")
        assert courses.first_difference(before, after) is None


def formgrader(course: Path, assignment: str) -> dict[str, Any]:
    """Return what formgrader's pages are made of, without the random ids."""
    api = courses.formgrader(course)
    lists = {
        "assignments": api.get_assignments(),
        "students": api.get_students(),
        "submissions": api.get_submissions(assignment),
        "notebooks": api.get_notebooks(assignment),
        "of fay": api.get_student_submissions("fay"),
        "of dan": api.get_student_notebook_submissions("dan", assignment),
        "of problem2": api.get_notebook_submissions(assignment, "problem2"),
    }
    shown = {
        name: {
            f"{row.get('student', row.get('id'))} {row.get('name')}": {
                key: value for key, value in row.items() if key not in ("id", "index")
            }
            for row in rows
        }
        for name, rows in lists.items()
    }
    indices = api.get_notebook_submission_indices(assignment, "problem2")
    return {**shown, "indices of problem2": sorted(indices.values())}


def exported(course: Path) -> dict[str, dict[str, str]]:
    with courses.gradebook(course) as book:
        CsvExportPlugin(to=str(course / "grades.csv")).export(book)
    with (course / "grades.csv").open() as stream:
        return {row["student_id"]: row for row in csv.DictReader(stream)}


class TestOtherKernels:
    def test_they_are_graded_by_their_outputs_as_nbgrader_does(self, other: Both) -> None:
        theirs, ours = both_tables(other)
        assert courses.first_difference(theirs, ours) is None
        scores = [row["auto_score"] for row in ours["grade"].values()]
        assert sorted(scores) == [0, 0, 0, 0.5, 2, 2]
