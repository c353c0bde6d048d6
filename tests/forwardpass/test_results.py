"""What a learner reads after tests and at the end, from a notebook that really runs."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from forwardpass.cli import main
from forwardpass.overview import read_progress
from forwardpass.results import title

SUMMARY = """\
check.summary(
    {"double": {"values": 3, "shape": 1}, "halve": {"": 4}, "last": {"": 2}, "quiz": {"1": 2}},
    answers=["quiz"],
)"""


def cell_of(exercise: str, part: str, points: float, body: str) -> nbformat.NotebookNode:
    line = title(exercise, part, points, is_answer=exercise == "quiz")
    cell = new_code_cell(f"{line}\n{body}")
    cell.metadata["nbgrader"] = {"grade": True, "points": points, "grade_id": f"{exercise}{part}"}
    return cell


@pytest.fixture(scope="module")
def run() -> Callable[[dict[str, str]], nbformat.NotebookNode]:
    """Return what executes a small assignment, with some variables in its environment."""

    def execute(environment: dict[str, str]) -> nbformat.NotebookNode:
        cells = [
            new_code_cell("import forwardpass as fp\nfrom forwardpass import check\nfp.setup()"),
            cell_of("double", "values", 3, "check.close(2.0, 2.0, 'double(1)')"),
            cell_of("double", "shape", 1, "check.close(3.0, 2.0, 'double(1)')"),
            cell_of("halve", "", 4, "raise NotImplementedError"),
            cell_of("quiz", "1", 2, "check.answered('b', 1)"),
            new_code_cell(SUMMARY),
            cell_of("double", "values", 3, "check.close(1.0, 2.0, 'double(1)')"),
            new_code_cell(SUMMARY),
        ]
        notebook = new_notebook(cells=cells)
        client = NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            client.execute()
        return notebook

    return execute


@pytest.fixture(scope="module")
def learners(run: Callable[[dict[str, str]], nbformat.NotebookNode]) -> nbformat.NotebookNode:
    return run({})


def printed(cell: nbformat.NotebookNode) -> list[str]:
    texts = [output.text for output in cell.outputs if output.output_type == "stream"]
    return "".join(texts).splitlines()


class TestLines:
    def test_tests_that_pass_say_so_and_what_they_are_worth(
        self, learners: nbformat.NotebookNode
    ) -> None:
        assert printed(learners.cells[1]) == ["✓ double: values (3 points)"]
        assert printed(learners.cells[4]) == ["○ quiz: 1 is answered (2 points, if it is right)"]

    def test_tests_that_fail_say_nothing_more(self, learners: nbformat.NotebookNode) -> None:
        assert printed(learners.cells[2]) == printed(learners.cells[3]) == []

    def test_a_grader_reads_none_of_it(
        self, run: Callable[[dict[str, str]], nbformat.NotebookNode]
    ) -> None:
        graded = run({"NBGRADER_EXECUTION": "autograde"})
        assert [line for cell in graded.cells[1:] for line in printed(cell)] == []


class TestSummary:
    def test_it_counts_points_and_names_what_is_left(self, learners: nbformat.NotebookNode) -> None:
        assert printed(learners.cells[5]) == [
            "double  3 of 4 points      shape failed",
            "halve   0 of 4 points      to be written",
            "last    0 of 2 points      to be run",
            "quiz    1 of 1 answered    ✓",
            "",
            "Visible tests: 3 of 10 points, and 1 of 1 questions answered.",
            "Hidden tests, with other inputs, decide the mark.",
        ]

    def test_the_last_run_of_a_test_counts(self, learners: nbformat.NotebookNode) -> None:
        assert "double  0 of 4 points      values failed; shape failed" in printed(
            learners.cells[7]
        )


class TestOverview:
    def test_it_reads_what_a_notebook_shows(
        self, learners: nbformat.NotebookNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        learners.cells.insert(0, nbformat.v4.new_markdown_cell("badge\n\n# A tiny week"))
        try:
            for name in ("w90_assignment", "w90_assignment_new_version", "w90_lesson"):
                nbformat.write(learners, tmp_path / f"{name}.ipynb")
        finally:
            del learners.cells[0]
        found = read_progress(tmp_path / "w90_assignment.ipynb")
        assert (found.title, found.reached, found.points) == ("A tiny week", 3, 11)
        assert (found.answered, found.questions) == (1, 1)
        assert main(["progress", str(tmp_path)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("w90   █████·")
        assert len([line for line in lines if "w90" in line]) == 1

    def test_a_file_that_is_no_notebook_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "w90_assignment.ipynb").write_text("[]")
        assert main(["progress", str(tmp_path)]) == 0
        assert "w90_assignment.ipynb cannot be read" in capsys.readouterr().out

    def test_a_folder_without_assignments_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["progress", str(tmp_path)]) == 2
        assert str(tmp_path) in capsys.readouterr().err
