"""The checks: they tell right from wrong, teach when visible, keep quiet when hidden."""

import sys
from types import FrameType

import numpy as np
import pytest
import torch

from forwardpass import check, numerics
from forwardpass.check import CheckFailed


class TestClose:
    def test_rounding_is_no_difference(self) -> None:
        check.close(np.array([0.1 + 0.2]), [0.3], "sum")

    @pytest.mark.parametrize(("dtype", "noise"), [(np.float32, 1e-5), (np.float64, 1e-8)])
    def test_the_tolerance_follows_the_data_type(self, dtype: type, noise: float) -> None:
        expected = np.linspace(1, 2, 5)
        check.close((expected * (1 + noise)).astype(dtype), expected, "values")
        with pytest.raises(CheckFailed):
            check.close((expected * (1 + 100 * noise)).astype(dtype), expected, "values")

    def test_the_message_names_place_values_and_hint(self) -> None:
        with pytest.raises(CheckFailed) as error:
            check.close([[1.0, 2.0], [3.0, 5.0]], [[1, 2], [3, 4]], "Z", hint="where is b?")
        assert str(error.value) == (
            "Z differs in 1 of 4 elements, first at index [1, 1]: 5, expected 4: where is b?"
        )

    def test_shapes_that_would_broadcast_are_different(self) -> None:
        with pytest.raises(CheckFailed, match=r"has shape \(3, 1\), expected \(3,\)"):
            check.close(np.ones((3, 1)), np.ones(3), "b")

    def test_tensors_that_need_gradients_are_accepted(self) -> None:
        check.close(torch.ones(2, requires_grad=True), [1.0, 1.0], "ones")

    def test_nan_equals_only_nan(self) -> None:
        check.close([np.nan], [np.nan], "nan")
        with pytest.raises(CheckFailed):
            check.close([np.nan], [1.0], "nan")

    @pytest.mark.parametrize("value", [None, "1.0", [1, [2, 3]], object(), {"a": 1}])
    def test_what_is_no_array_of_numbers_fails(self, value: object) -> None:
        with pytest.raises(CheckFailed):
            check.close(value, [1.0], "value")

    def test_equal_says_what_it_cannot_compare(self) -> None:
        with pytest.raises(CheckFailed, match="only integers, booleans and strings"):
            check.equal((None, 10), (None, 10), "the shape")
        with pytest.raises(CheckFailed, match="is None, expected 3: no return"):
            check.equal(None, 3, "the count", hint="no return?")

    def test_an_object_that_lies_about_equality_gains_nothing(self) -> None:
        class Liar(np.ndarray):
            def __eq__(self, other: object) -> bool:
                return True

            def __sub__(self, other: object) -> float:
                return 0.0

        with pytest.raises(CheckFailed):
            check.close(np.zeros(3).view(Liar), np.ones(3), "value")
        with pytest.raises(CheckFailed):
            check.equal(np.zeros(3).view(Liar), np.ones(3), "value")


class TestOthers:
    def test_shape_gives_the_hint(self) -> None:
        check.shape(np.ones((4, 3)), (4, 3), "dW")
        with pytest.raises(CheckFailed, match="did you transpose"):
            check.shape(np.ones((3, 4)), (4, 3), "dW", hint="did you transpose A_prev?")

    def test_equal_is_exact(self) -> None:
        check.equal(np.array([1, 2]), [1, 2], "labels")
        check.equal("b", "b", "letter")
        with pytest.raises(CheckFailed):
            check.equal([1.0 + 1e-12], [1.0], "value")

    def test_dtype_type_finite_and_true(self) -> None:
        check.dtype(np.ones(2, np.float32), np.float32, "X")
        check.is_type(1, (int, float), "k")
        check.finite([1.0, 2.0], "X")
        check.true(np.bool_(True), "holds")
        for failing in (
            lambda: check.dtype(np.ones(2), np.float32, "X"),
            lambda: check.is_type("1", (int, float), "k"),
            lambda: check.finite([1.0, np.inf], "X"),
            lambda: check.true(np.array(False), "holds"),
        ):
            with pytest.raises(CheckFailed):
                failing()

    def test_raises_wants_that_exception(self) -> None:
        check.raises(ValueError, int, "x", name="int('x')")
        with pytest.raises(CheckFailed, match="does not raise"):
            check.raises(ValueError, int, "1", name="int('1')")
        with pytest.raises(CheckFailed, match="TypeError instead of ValueError"):
            check.raises(ValueError, int, None, name="int(None)")

    def test_an_untouched_exercise_says_so_where_an_error_is_wanted(self) -> None:
        def stub(_: object) -> None:
            raise NotImplementedError

        with pytest.raises(NotImplementedError):
            check.raises(ValueError, stub, 1, name="stub")
        with pytest.raises(NotImplementedError):
            check.answered(..., 1)

    def test_unchanged_notices_a_change_in_place(self) -> None:
        X = np.ones((2, 3))
        with check.unchanged(X, name="X"):
            X + 1
        with pytest.raises(CheckFailed, match="changed"), check.unchanged(X, name="X"):
            X += 1

    def test_gradient_agrees_with_calculus_and_catches_a_sign(self) -> None:
        at = np.array([[1.0, -2.0], [0.5, 3.0]])
        check.gradient(lambda x: float((x**3).sum()), 3 * at**2, at, "cube")
        for wrong in (-3 * at**2, 3 * at**2 * 1.001, np.full((2, 2), np.nan)):
            with pytest.raises(CheckFailed, match="relative"):
                check.gradient(lambda x: float((x**3).sum()), wrong, at, "cube")

    def test_quiz_answers(self) -> None:
        check.answered("a", 1)
        check.hidden.answer("a", "a", 1)
        with pytest.raises(CheckFailed, match="expected one of"):
            check.answered("ab", 1)
        with pytest.raises(CheckFailed) as error:
            check.hidden.answer("a", "c", 1)
        assert str(error.value) == "question 1: wrong"

    def test_a_condition_that_fails_does_not_read_as_if_it_held(self) -> None:
        with pytest.raises(CheckFailed) as error:
            check.true(False, "for 0 to 19 it is about 7 to 12")
        assert str(error.value) == "This does not hold: for 0 to 19 it is about 7 to 12."


class TestObjectsThatDecideThemselves:
    """What a learner hands in can be an object of a class of the learner's own."""

    class Any(str):
        """A text that is equal to everything and contained in everything."""

        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = str.__hash__

    class Claims:
        """An object that says it is of another class, and only when asked."""

        @property
        def __class__(self) -> type:
            return dict

    class Still(np.ndarray):
        """An array that is its own copy, and equal to what it was."""

        def copy(self, order: str = "C") -> np.ndarray:
            return self

        def __array_function__(self, *_: object) -> bool:
            return True

    def test_a_text_that_equals_everything_is_no_answer(self) -> None:
        for answer in (self.Any("a"), self.Any("?")):
            with pytest.raises(CheckFailed):
                check.answered(answer, 1)
            with pytest.raises(CheckFailed):
                check.hidden.answer(answer, "b", 1)

    def test_a_class_is_what_an_object_is_made_from(self) -> None:
        assert isinstance(self.Claims(), dict)
        with pytest.raises(CheckFailed, match="is of type Claims, expected dict"):
            check.is_type(self.Claims(), dict, "table")
        check.is_type(True, int, "number")  # a subclass is one

    def test_an_array_of_its_own_kind_is_compared_by_its_numbers(self) -> None:
        still = np.ones(2).view(self.Still)
        with (
            pytest.raises(CheckFailed, match="is changed by the call"),
            check.unchanged(still, name="X"),
        ):
            still[0] = 7


class TestHidden:
    @pytest.mark.parametrize(
        "failing",
        [
            lambda: check.hidden.close([1.2345], [6.789], "rows sum to one", hint="secret"),
            lambda: check.hidden.shape([1.2345], (6, 789), "rows sum to one", hint="secret"),
            lambda: check.hidden.equal([12345], [6789], "rows sum to one", hint="secret"),
            lambda: check.hidden.true(False, "rows sum to one"),
            lambda: check.hidden.close(None, [6.789], "rows sum to one", hint="secret"),
            lambda: check.hidden.gradient(lambda x: 0.0, [1.2345], np.ones(1), "rows sum to one"),
        ],
    )
    def test_only_the_property_is_told(self, failing: object) -> None:
        with pytest.raises(CheckFailed) as error:
            failing()
        assert str(error.value) == "A hidden test fails. This does not hold: rows sum to one"

    def test_a_failure_shows_one_line_in_a_notebook(self) -> None:
        assert CheckFailed("Z is None.")._render_traceback_() == ["✗ Z is None."]


class TestCountCalls:
    def test_it_counts_functions_and_what_they_call(self) -> None:
        def inner(x: float) -> float:
            return abs(x)

        def outer(x: float) -> float:
            return inner(x) + inner(x)

        assert check.count_calls(inner, 1.0) == 2
        assert check.count_calls(outer, 1.0) == 5

    def test_whoever_was_counting_before_counts_on(self) -> None:
        def other(frame: FrameType, event: str, argument: object) -> None: ...

        before = sys.getprofile()
        sys.setprofile(other)
        try:
            with pytest.raises(ZeroDivisionError):
                check.count_calls(lambda: 1 / 0)
            after = sys.getprofile()
        finally:
            sys.setprofile(before)
        assert after is other

    def test_what_stands_for_a_function_of_another_process_is_counted_there(self) -> None:
        class Remote:
            def __count_calls__(self, *arguments: float) -> int:
                return 100 + len(arguments)

        assert check.count_calls(Remote(), 1.0, 2.0) == 102


class TestRandomInputs:
    def test_they_repeat_for_a_name_and_differ_between_names(self) -> None:
        assert check.rng("a").normal() == check.rng("a").normal()
        assert check.rng("a").normal() != check.rng("b").normal()

    def test_another_seed_gives_other_inputs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        default = check.rng("a").normal()
        monkeypatch.setenv("FORWARDPASS_TEST_SEED", "1")
        assert check.rng("a").normal() != default

    def test_they_may_come_from_another_source(self, monkeypatch: pytest.MonkeyPatch) -> None:
        default = check.rng("a").normal()
        monkeypatch.setattr(numerics, "_entropy", numerics._entropy)  # to be put back
        numerics.draw_from(lambda name: 2**100 + len(name))
        assert check.rng("a").normal() == check.rng("b").normal() != default
        assert check.rng("ab").normal() != check.rng("a").normal()


class TestAccepts:
    def test_an_error_of_the_answer_is_a_failed_check_with_its_hint(self):
        with (
            pytest.raises(CheckFailed, match=r"f\(0\) ends in ZeroDivisionError.*: test first"),
            check.accepts("f(0)", "test first"),
        ):
            raise ZeroDivisionError

    def test_a_hidden_one_names_the_property_alone(self):
        with (
            pytest.raises(CheckFailed, match="zero is accepted") as caught,
            check.hidden.accepts("zero is accepted"),
        ):
            raise ValueError("the secret input")
        assert "secret" not in str(caught.value)

    def test_what_is_not_written_yet_stays_not_written(self):
        with pytest.raises(NotImplementedError), check.accepts("f"):
            raise NotImplementedError

    def test_a_check_inside_keeps_its_own_message(self):
        with pytest.raises(CheckFailed, match="y"), check.accepts("f"):
            check.true(False, "y")

    def test_a_block_without_an_error_passes(self):
        with check.accepts("f"), check.hidden.accepts("f"):
            pass
