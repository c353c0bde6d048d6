"""Promises of executing one notebook: how it ends, and which cell is named for it."""

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.run.execution import execute, outcome_of
from autograder.run.page import write_page
from autograder.run.result import RunOutcome, RunStatus


def notebook_of(*cells: NotebookNode | str) -> NotebookNode:
    parameters = new_code_cell('PROFILE = "quick"', metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=[
            parameters,
            *(new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells),
        ],
        metadata={"kernelspec": kernel},
    )


def run_cells(
    folder: Path,
    *cells: NotebookNode | str,
    profile: str = "quick",
    cell_limit: int = 60,
    allowed_errors: Sequence[str] = (),
) -> tuple[RunOutcome, NotebookNode]:
    source, output = folder / "source.ipynb", folder / "output.ipynb"
    nbformat.write(notebook_of(*cells), source)
    outcome = execute(
        source,
        output,
        folder,
        profile=profile,
        cell_limit=cell_limit,
        allowed_errors=allowed_errors,
        on_cell=lambda cell, cells: None,
    )
    return outcome, nbformat.read(output, as_version=4)


def printed(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def test_the_profile_reaches_the_notebook_and_data_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("1 2 3")
    cell = "print(PROFILE, open('numbers.txt').read())"
    outcome, executed = run_cells(tmp_path, cell, profile="full")
    assert outcome == RunOutcome(RunStatus.OK)
    assert printed(executed) == "full 1 2 3\n"


def test_a_failing_cell_is_named_as_it_is_counted_in_the_built_notebook(tmp_path: Path) -> None:
    failing = "\n".join(f"line_{number} = {number}" for number in range(9)) + "\nint('many')"
    outcome, executed = run_cells(tmp_path, new_markdown_cell("# Title"), failing, "print('later')")
    assert outcome.status is RunStatus.FAILED
    assert outcome.failing_cell == 3  # the parameters, the title, this one
    assert outcome.error == "ValueError: invalid literal for int() with base 10: 'many'"
    assert outcome.source.startswith("line_0 = 0\n")
    assert len(outcome.source.splitlines()) < 9
    assert printed(executed) == ""


def test_an_error_in_a_cell_tagged_raises_exception_is_no_fault(tmp_path: Path) -> None:
    tagged = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    outcome, executed = run_cells(tmp_path, tagged, "print('went on')")
    assert outcome == RunOutcome(RunStatus.OK)
    assert printed(executed) == "went on\n"
    assert not any("Exception was encountered" in cell.source for cell in executed.cells)


def test_an_error_after_a_tagged_cell_is_a_fault_of_its_own_cell(tmp_path: Path) -> None:
    tagged = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    outcome, _ = run_cells(tmp_path, tagged, "{}['missing']")
    assert (outcome.failing_cell, outcome.error) == (3, "KeyError: 'missing'")


def test_an_allowed_error_is_no_fault_and_any_other_is(tmp_path: Path) -> None:
    outcome, executed = run_cells(
        tmp_path,
        "raise NotImplementedError",
        "print('went on')",
        "raise NameError('gone')",
        allowed_errors=("NotImplementedError",),
    )
    assert (outcome.failing_cell, outcome.error) == (4, "NameError: gone")
    assert printed(executed) == "went on\n"


def test_leaving_early_with_sys_exit_is_a_fault(tmp_path: Path) -> None:
    outcome, _ = run_cells(tmp_path, "import sys\nsys.exit()", "print('never')")
    assert (outcome.status, outcome.failing_cell) == (RunStatus.FAILED, 2)
    assert outcome.error == "SystemExit"


def test_a_dead_kernel_is_reported_with_the_cell_that_killed_it(tmp_path: Path) -> None:
    outcome, executed = run_cells(tmp_path, "import os", "os._exit(1)")
    assert (outcome.status, outcome.failing_cell) == (RunStatus.DIED, 3)
    assert outcome.source == "os._exit(1)"
    assert any(
        output.get("ename") == "DeadKernelError"
        for cell in executed.cells
        for output in cell.get("outputs", [])
    )


def test_a_cell_that_never_ends_is_given_up(tmp_path: Path) -> None:
    outcome, _ = run_cells(tmp_path, "while True:\n    pass", cell_limit=1)
    assert (outcome.status, outcome.failing_cell) == (RunStatus.HUNG, 2)
    assert outcome.error == "CellTimeoutError: the cell ran for longer than 1 s"


def test_a_kernel_that_is_not_installed_is_a_fault_at_no_cell(tmp_path: Path) -> None:
    notebook = notebook_of("1")
    notebook.metadata.kernelspec.name = "no-such-kernel"
    nbformat.write(notebook, tmp_path / "source.ipynb")
    outcome = execute(
        tmp_path / "source.ipynb",
        tmp_path / "output.ipynb",
        tmp_path,
        profile="quick",
        cell_limit=60,
        allowed_errors=(),
        on_cell=lambda cell, cells: None,
    )
    assert (outcome.status, outcome.failing_cell) == (RunStatus.FAILED, None)
    assert "no-such-kernel" in outcome.error


def test_an_endless_error_message_is_shortened(tmp_path: Path) -> None:
    failed = {"papermill": {"status": "failed"}}
    cell = new_code_cell("x", metadata=failed)
    cell.outputs = [
        nbformat.v4.new_output("error", ename="E", evalue="7" * 10**6, traceback=[]),
    ]
    assert len(outcome_of(notebook_of(cell)).error) < 3000


def test_an_executed_notebook_becomes_a_page(tmp_path: Path) -> None:
    cell = new_code_cell("6 * 7")
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "forty-two"})]
    path = tmp_path / "w90_lesson.ipynb"
    nbformat.write(notebook_of(cell), path)
    write_page(path)
    assert "forty-two" in (tmp_path / "w90_lesson.html").read_text()


def test_the_page_has_its_formulas_and_loads_nothing(tmp_path: Path) -> None:
    words = new_markdown_cell("[![Open](https://example.org/a.svg)](https://example.org) $x^2$")
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "42 %"}
    cell = new_code_cell("show()", outputs=[nbformat.v4.new_output("display_data", widget)])
    notebook = notebook_of(words, cell)
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    path = tmp_path / "w90_lesson.ipynb"
    nbformat.write(notebook, path)
    write_page(path)
    page = (tmp_path / "w90_lesson.html").read_text()
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in page
    assert "42 %" in page
    assert "<script" not in page
    assert not re.search(r"(?:src|srcset)=[\"']?(?:https?:)?//|<link|@import|url\([\"']?http", page)
