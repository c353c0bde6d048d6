from dataclasses import replace

import pytest

from autograder.check.assignment import AssignmentCode, Cell
from autograder.check.mistakes import Variant
from autograder.check.mutants import Mutant
from autograder.check.plan import (
    alone_trial,
    combined_trials,
    exercise_trials,
    reference_trial,
    time_limit,
)

CELLS = (
    Cell("SEED = 0", "parameters"),
    Cell("%matplotlib inline\nimport numpy as np\ndata = np.ones(3)", "ordinary"),
    Cell("shown = data", "ordinary"),
    Cell("a = 1", "exercise", "a", "a"),
    Cell("assert a", "tests", "a_tests", "a", 2.0),
    Cell("payoff(a)", "ordinary"),
    Cell("b = 1", "exercise", "b", "b"),
    Cell("assert b", "tests", "b_tests_1", "b", 3.0),
    Cell("assert a", "tests", "a_tests_late", "a", 1.0),
    Cell("assert b", "tests", "b_tests_2", "b", 4.0),
    Cell("payoff(b)", "ordinary"),
)
CODE = AssignmentCode(CELLS, ("",) * 11, ("",) * 11)
CHANGED = (
    Variant("mistake", "b", "wrong", "b = 0", 1),
    Variant("alternative", "b", "right", "b = 2", 4),
    Mutant("b", 1, "b = 1", "b = 3", "b = 3"),
)


def trials(exercise="b", code=CODE):
    return {trial.kind: trial for trial in exercise_trials(code, exercise, CHANGED, [0.1] * 11)}


def cells(run):
    return [index for index, _ in run.steps]


def test_a_mistake_leaves_at_its_exercise_and_runs_its_own_tests():
    run = trials()["mistake"]
    assert (run.checkpoint, cells(run)) == (6, [6, 7, 9])
    assert dict(run.steps)[6] == "b = 0"


def test_an_alternative_runs_its_own_tests_first():
    assert cells(trials()["alternative"]) == [6, 7, 9]


def test_every_alternative_is_in_one_run_of_the_whole_notebook():
    first, second, other = (
        Variant("alternative", exercise, title, f"{exercise} = {title!r}", 1)
        for exercise, title in (("b", "first"), ("b", "second"), ("a", "other"))
    )
    together, rest = combined_trials(CODE, [first, second, other], [0.1] * 11)
    assert (together.kind, together.subject) == ("combined", (other, first))
    assert (together.checkpoint, cells(together)) == (3, list(range(3, 11)))
    assert [dict(together.steps)[i] for i in (3, 6)] == [other.code, first.code]
    assert (rest.subject, rest.checkpoint) == ((second,), 6)


def test_an_alternative_can_run_alone_to_the_end():
    trial = alone_trial(CODE, CHANGED[1], [0.1] * 11)
    assert (trial.kind, trial.exercise, trial.subject) == ("alternative", "b", CHANGED[1])
    assert cells(trial) == [6, 7, 8, 9, 10]


def test_without_alternatives_there_is_nothing_to_run_together():
    assert combined_trials(CODE, [], [0.1] * 11) == []


def test_a_mutant_or_a_mistake_ends_with_the_first_test_that_it_fails():
    runs = trials()
    assert runs["mutant"].watched == runs["mistake"].watched == (7, 9)
    assert runs["alternative"].watched == runs["control"].watched == ()


def test_a_quiz_needs_nothing_but_its_tests_and_goes_through_all_of_them():
    quiz = replace(CELLS[6], code="answer_1 = ...\nanswer_1 = 'b'")
    imports = replace(CELLS[1], code=f"{CELLS[1].code}\nimport keras")
    code = replace(CODE, cells=(CELLS[0], imports, *CELLS[2:6], quiz, *CELLS[7:]))
    run = trials(code=code)["mistake"]
    assert (run.checkpoint, cells(run), run.watched) == (2, [6, 7, 9], ())


def test_the_reference_is_run_like_a_mistake_as_a_control():
    run = trials()["control"]
    assert cells(run) == [6, 7, 9]
    assert dict(run.steps)[6] == "b = 1"


@pytest.mark.parametrize(
    "statement",
    ["import tensorflow.data as d", "from keras import ops", "def late():\n    import keras"],
)
def test_with_tensorflow_every_run_leaves_after_the_imports_and_repeats_the_reference(
    statement,
):
    imports = replace(CELLS[1], code=f"{CELLS[1].code}\n{statement}")
    code = replace(CODE, cells=(CELLS[0], imports, *CELLS[2:]))
    run = trials(code=code)["mistake"]
    assert (run.checkpoint, cells(run)) == (2, [2, 3, 5, 6, 7, 9])


def test_tensorflow_that_the_assignment_does_not_import_is_no_hindrance():
    told = replace(CELLS[1], code=f"{CELLS[1].code}\ntold = 'import tensorflow'")
    code = replace(CODE, cells=(CELLS[0], told, *CELLS[2:]))
    assert trials(code=code)["mistake"].checkpoint == 6


def test_tests_that_come_late_are_reached():
    run = trials(exercise="a")["control"]
    assert cells(run) == [3, 4, 5, 6, 8]


def test_a_seed_is_set_in_the_parameters_and_for_the_tests():
    run = reference_trial(CODE, 2, 9.0)
    assert run.steps[0] == (0, "SEED = 0\nSEED = 2")
    assert run.steps[1:] == tuple((i, c.code) for i, c in enumerate(CELLS))[1:]
    assert run.seed == 2


def test_a_run_may_take_ten_times_as_long_as_the_reference_and_two_seconds():
    assert trials()["mistake"].limit == pytest.approx(2 + 10 * 0.3)
    assert time_limit([]) == 2
