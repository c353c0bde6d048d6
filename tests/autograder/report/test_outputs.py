"""What is read out of an executed notebook: who failed, and what the test said."""

from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.report import outputs
from autograder.report.model import CellKey

NOTEBOOK = "w90_assignment"


def executed(*cells):
    """A notebook whose cells are (grade id, outputs)."""
    return new_notebook(
        cells=[
            new_code_cell("pass", outputs=outs, metadata={"nbgrader": {"grade_id": name}})
            for name, outs in cells
        ]
    )


def error(name, value="", traceback=()):
    return new_output("error", ename=name, evalue=value, traceback=list(traceback))


def test_a_message_is_the_first_line_without_terminal_colours():
    text = "\x1b[31mdW has shape (3, 4)\x1b[0m, expected (4, 3)\nsecond line"
    (failure,) = outputs.failures(executed(("a_tests", [error("CheckFailed", text)])), NOTEBOOK)
    assert (failure.key, failure.error) == (CellKey(NOTEBOOK, "a_tests"), "CheckFailed")
    assert failure.message == "dW has shape (3, 4), expected (4, 3)"


def test_a_bare_assert_is_named_by_its_line():
    traceback = [
        "Traceback",
        "      1 x = 1\n\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m assert f(3) == 9",
    ]
    notebook = executed(("t", [error("AssertionError", "", traceback)]))
    assert outputs.failures(notebook, NOTEBOOK)[0].message == "assert f(3) == 9"


def test_a_timeout_outranks_the_interrupt_that_ended_the_cell():
    notebook = executed(("t", [error("KeyboardInterrupt"), error("CellTimeoutError")]))
    assert [x.error for x in outputs.failures(notebook, NOTEBOOK)] == ["CellTimeoutError"]


def test_text_on_stderr_is_a_failure_as_it_is_for_nbgrader():
    warning = new_output("stream", name="stderr", text="\nUserWarning: slow\n")
    printed = new_output("stream", name="stdout", text="fine")
    (failure,) = outputs.failures(executed(("a", [warning]), ("b", [printed])), NOTEBOOK)
    assert (failure.key.name, failure.error, failure.message) == (
        "a",
        "stderr",
        "UserWarning: slow",
    )


def test_messages_that_differ_by_an_address_only_are_one():
    first, second = (outputs.first_line(f"<object at 0x7f{i}aabbcc>") for i in (1, 2))
    assert first == second
