"""What the build adds to an assignment: a title above tests, a summary at the end."""

from pathlib import Path

import nbformat

from autograder.cli import main


def cells(course: Path, step: str) -> list[nbformat.NotebookNode]:
    assert main(["build", "--course-dir", str(course)]) == 0
    path = course / step / "w90_tiny/w90_assignment.ipynb"
    return nbformat.read(path, as_version=4).cells


def graded(course: Path, step: str) -> list[nbformat.NotebookNode]:
    return [one for one in cells(course, step) if one.metadata.get("nbgrader", {}).get("grade")]


class TestTitles:
    def test_tests_say_what_they_test_and_what_it_is_worth(self, small_course: Path) -> None:
        titles = [one.source.split("\n")[0] for one in graded(small_course, "release")]
        assert "# Tests of double (4 points)" in titles
        assert "# Answer of quiz (2 points)" in titles
        assert titles == [one.source.split("\n")[0] for one in graded(small_course, "source")]


class TestTheLastCells:
    def test_they_list_all_tests_with_their_points(self, small_course: Path) -> None:
        *_, prose, summary = cells(small_course, "release")
        assert "make mark WEEK=w90" in prose.source
        assert '"double": {"": 4},' in summary.source
        assert 'answers=["quiz"]' in summary.source
        assert summary.metadata.nbgrader.locked

    def test_a_course_with_checks_of_its_own_gets_none(self, small_course: Path) -> None:
        text = small_course / "course/w90_tiny/assignment.md"
        content = text.read_text()
        assert "from forwardpass import check" in content
        text.write_text(content.replace("from forwardpass import check", "import check"))
        assert not any("summary" in one.source for one in cells(small_course, "release"))
