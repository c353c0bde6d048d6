"""What marked regions and grade ids mean, wherever they are read."""

import pytest

from autograder import regions
from autograder.regions import MARKERS, exercise_of, grade_id_of

CODE = """def f(x):
    ### BEGIN SOLUTION
    y = 2 * x
    return y  # BEGIN
    ### END SOLUTION

def g(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION"""


def test_a_region_is_what_stands_between_its_markers() -> None:
    assert regions.inside(CODE, MARKERS["solution"]) == [2, 3, 8]
    assert regions.inside(CODE, MARKERS["hidden tests"]) == []


def test_without_its_regions_a_source_has_neither_their_lines_nor_their_markers() -> None:
    assert regions.without(CODE, MARKERS["solution"]) == "def f(x):\n\ndef g(x):"


def test_without_the_markers_a_source_keeps_what_stands_between_them() -> None:
    kept = "def f(x):\n    y = 2 * x\n    return y  # BEGIN\n\ndef g(x):\n    return x"
    assert regions.without_markers(CODE, MARKERS["solution"]) == kept


@pytest.mark.parametrize(
    ("grade_id", "exercise"),
    [
        ("dense_tests", "dense"),
        ("dense_tests_backward", "dense"),
        ("dense_tests_tests_1", "dense_tests"),
        ("test_dense", "test_dense"),
        ("other_tests", "other_tests"),
    ],
)
def test_a_test_cell_belongs_to_the_solution_that_its_name_begins_with(
    grade_id: str, exercise: str
) -> None:
    assert exercise_of(grade_id, {"dense", "dense_tests"}) == exercise


@pytest.mark.parametrize("part", ["", "backward", "tests", "1"])
def test_the_name_of_tests_leads_back_to_their_exercise(part: str) -> None:
    assert exercise_of(grade_id_of("dense", part), ["dense", "layer"]) == "dense"
