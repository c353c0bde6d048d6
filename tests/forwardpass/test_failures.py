"""What a learner sees when a visible test fails, from a notebook that really runs."""

import json
import re
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from forwardpass.hints import FILE, key_of, sealed

OWN = """\
def softmax(Z):
    E = np.exp(Z - Z.max(axis=1))
    return E / E.sum()

def relu(Z):
    raise NotImplementedError()

def nothing(Z):
    return None

def inverse(Z):
    return np.linalg.inv(Z)"""
# By name, cells of tests.
TESTS = {
    "named": """\
Z = np.ones((2, 3))
P = softmax(Z)
check.true(True, "nothing about P")
check.shape(P, (2, 3), "softmax(Z)", hint="the maximum keeps its axis")""",
    "inline": """\
told = "each row sums to one"
check.close(
    softmax(np.ones((2, 3))),
    1 / 3, "softmax(Z)", hint=told)""",
    "stub": "check.close(relu(np.ones(3)), 1, 'relu')",
    "none": "check.equal(nothing(3).shape, (1,), 'its shape', hint='return the array')",
    "call": "check.equal(nothing(3, 5), 1, 'nothing')",
    "loop": "for Z in [np.ones((2, 2))]:\n    check.close(inverse(Z), Z, 'inverse')",
    "close": "check.close(3.0, 2.0, 'three', hint='count again')",
    "known": "check.close(5.0, 2.0, 'five')",
    "said": "check.close(5.0, 2.0, 'five', hint='count the fingers')",
}
KNOWN = {
    key_of("f", "known", "CheckFailed", "five is 5, expected 2."): ["one hand too many?", "six?"],
    key_of("f", "said", "CheckFailed", "five is 5, expected 2: count the fingers"): [
        "count the fingers"
    ],
    key_of("f", "loop", "LinAlgError", "Singular matrix"): ["which matrices have an inverse?"],
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return by name what each cell shows when its tests fail, without colours."""
    return execute(tmp_path_factory.mktemp("work"))


def execute(folder: Path) -> dict[str, str]:
    (folder / FILE).write_text(json.dumps({"made_from": "", "hints": sealed(KNOWN)}))
    notebook = new_notebook(
        cells=[
            new_code_cell(
                "import numpy as np\nimport forwardpass as fp\nfrom forwardpass import check\n"
                "fp.setup()"
            ),
            new_code_cell(OWN),
            *(
                new_code_cell(f"# Tests of f, {name} (1 point)\n{code}")
                for name, code in TESTS.items()
            ),
            new_code_cell("softmax(np.ones((2, 3)))"),
        ]
    )
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
    )
    client.execute()
    texts = [
        "\n".join("\n".join(output.get("traceback", [])) for output in cell.outputs)
        for cell in notebook.cells[2:]
    ]
    plain = [re.sub(r"\x1b\[[\d;]*m", "", text) for text in texts]
    return dict(zip([*TESTS, "ordinary"], plain, strict=True))


def test_an_exception_comes_with_the_hint_of_the_check_that_wanted_the_result(shown) -> None:
    first = {name: text.split("\n")[0] for name, text in shown.items()}
    assert first["inline"] == "✗ softmax(np.ones((2, 3))) ends in ValueError: each row sums to one"
    assert first["named"] == "✗ softmax(Z) ends in ValueError: the maximum keeps its axis"
    assert first["call"] == "✗ nothing(3, 5) ends in TypeError."


def test_its_traceback_has_the_learners_own_lines_alone(shown) -> None:
    assert "----> 2     E = np.exp(Z - Z.max(axis=1))" in shown["inline"]
    assert "check.close" not in shown["inline"]
    assert "return np.linalg.inv(Z)" in shown["loop"]
    assert "linalg.py" not in shown["loop"]
    assert shown["loop"].endswith("LinAlgError: Singular matrix")


def test_where_no_line_is_the_learners_the_line_of_the_test_is_shown(shown) -> None:
    assert "check.equal(nothing(3, 5), 1, 'nothing')" in shown["call"]
    assert "'NoneType' object has no attribute 'shape'" in shown["none"]
    assert shown["none"].startswith("✗ check.equal(nothing(3).shape, (1,), 'its shape'")


def test_an_exercise_that_is_not_written_is_no_error_of_the_learners(shown) -> None:
    assert shown["stub"] == "○ relu is to be written: relu(np.ones(3)) needs it."


def test_a_check_that_does_not_hold_says_so_itself(shown) -> None:
    assert shown["close"] == "✗ three is 3, expected 2: count again"


def test_a_known_mistake_is_told_what_it_probably_is(shown) -> None:
    told = "  A known mistake gives just this: "
    assert shown["known"].split("\n")[1] == f"{told}one hand too many? – or: six?"
    assert f"{told}which matrices have an inverse?" in shown["loop"]
    assert shown["said"] == "✗ five is 5, expected 2: count the fingers"  # said already


def test_errors_in_other_cells_are_shown_as_ever(shown) -> None:
    assert "Traceback (most recent call last)" in shown["ordinary"]
    assert "✗" not in shown["ordinary"]


def test_a_grader_gets_the_usual_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    graded = execute(tmp_path)
    assert graded["known"] == "✗ five is 5, expected 2."
    assert "linalg.py" in graded["loop"]
