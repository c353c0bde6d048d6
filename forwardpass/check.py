"""Checks that tell a learner precisely what is wrong.

A visible test names the value and gives a hint::

    check.shape(dW, (4, 3), "dW", hint="did you transpose A_prev?")
    check.close(sigmoid(np.array([0.0])), [0.5], "sigmoid(0)")

A hidden test states a property alone: that is what learners read, below "This does not hold:"::

    check.hidden.close(softmax(Z).sum(axis=1), np.ones(7), "every row of softmax sums to one")

Values are compared through :func:`numpy.asarray`, and types by what they really are: an object that
lies about ``==`` or ``__class__`` gains nothing. Tensors are accepted wherever an array is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from forwardpass.lending import lend
from forwardpass.numerics import count_calls, numerical_gradient, rng, to_numpy
from forwardpass.results import summary

__all__ = [
    "CheckFailed",
    "Checks",
    "accepts",
    "answered",
    "close",
    "count_calls",
    "dtype",
    "equal",
    "finite",
    "gradient",
    "hidden",
    "is_type",
    "lend",
    "numerical_gradient",
    "raises",
    "rng",
    "shape",
    "summary",
    "true",
    "unchanged",
]

# A result of a few hundred operations in each precision stays well within these.
_TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-7}
_NOT_COMPARED = "only integers, booleans and strings can be compared"


class CheckFailed(AssertionError):
    """A check did not hold. The message says which one, and what to look at."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook: the frames of this module would only be noise."""
        return [f"✗ {self}"]


class Checks:
    """One family of checks, visible or hidden.

    Parameters
    ----------
    hidden : bool
        A hidden check reports the property that fails, never an input, a value or a hint.
    """

    def __init__(self, *, hidden: bool) -> None:
        self._hidden = hidden

    def _fail(self, what: str, details: str, hint: str = "") -> None:
        if self._hidden:
            raise CheckFailed(f"A hidden test fails. This does not hold: {what}")
        raise CheckFailed(f"{what} {details}{f': {hint}' if hint else '.'}")

    def true(self, condition: Any, message: str) -> None:
        """Require a condition; ``message`` says what must hold.

        Parameters
        ----------
        condition : bool or boolean array of one element
        message : str
            What must hold, as a sentence: ``"the cost falls from the first to the last epoch"``.

        Raises
        ------
        CheckFailed
            If the condition is false.
        """
        if not bool(np.asarray(condition)):
            if self._hidden:
                self._fail(message, "")
            raise CheckFailed(f"This does not hold: {message.rstrip('.')}.")

    def is_type(
        self, value: Any, expected: type | tuple[type, ...], name: str, hint: str = ""
    ) -> None:
        """Require ``value`` to be an instance of ``expected``, whatever its ``__class__`` says.

        Raises
        ------
        CheckFailed
            If it is not.
        """
        if not issubclass(type(value), expected):
            kinds = expected if isinstance(expected, tuple) else (expected,)
            wanted = " or ".join(kind.__name__ for kind in kinds)
            self._fail(name, f"is of type {type(value).__name__}, expected {wanted}", hint)

    def shape(self, value: Any, expected: tuple[int, ...], name: str, hint: str = "") -> None:
        """Require an array of exactly this shape.

        Parameters
        ----------
        value : array_like
        expected : tuple of int
        name : str
            What the value is called in the exercise, for instance ``"dW"``.
        hint : str
            What to look at; shown by visible checks only.

        Raises
        ------
        CheckFailed
            If the value is not a numeric array or has another shape.
        """
        if (actual := self._array(value, name).shape) != tuple(expected):
            self._fail(name, f"has shape {actual}, expected {tuple(expected)}", hint)

    def dtype(self, value: Any, expected: Any, name: str, hint: str = "") -> None:
        """Require an array of exactly this data type.

        Raises
        ------
        CheckFailed
            If the value is not a numeric array or has another data type.
        """
        actual = self._array(value, name).dtype
        if actual != np.dtype(expected):
            self._fail(name, f"has dtype {actual}, expected {np.dtype(expected)}", hint)

    def finite(self, value: Any, name: str, hint: str = "") -> None:
        """Require every element to be finite: no NaN, no infinity.

        Raises
        ------
        CheckFailed
            If one is not.
        """
        array = self._array(value, name)
        if bad := int(np.size(array) - np.isfinite(array).sum()):
            self._fail(name, f"has {bad} of {array.size} elements that are NaN or infinite", hint)

    def close(
        self,
        value: Any,
        expected: Any,
        name: str,
        *,
        rtol: float | None = None,
        atol: float | None = None,
        hint: str = "",
    ) -> None:
        """Require equal shapes and elements that agree up to rounding.

        Parameters
        ----------
        value, expected : array_like
            The learner's result and what it must be.
        name : str
            Visible: what the value is called. Hidden: the property that must hold, as a clause.
        rtol, atol : float, optional
            ``|value - expected| <= atol + rtol * |expected|``. Both default to the tolerance of the
            coarser data type of the two: 1e-7 for float64, 1e-4 for float32, 1e-2 for float16.
        hint : str
            What to look at; shown by visible checks only.

        Raises
        ------
        CheckFailed
            If the value is not a numeric array, has another shape, or differs.
        """
        actual = self._array(value, name)
        wanted = np.asarray(to_numpy(expected))
        if actual.shape != wanted.shape:
            self._fail(name, f"has shape {actual.shape}, expected {wanted.shape}", hint)
        default = max(_tolerance(actual), _tolerance(wanted))
        rtol, atol = (default if given is None else given for given in (rtol, atol))
        agree = np.isclose(actual, wanted, rtol=rtol, atol=atol, equal_nan=True)
        if agree.all():
            return
        if actual.ndim == 0:
            self._fail(name, f"is {actual:.6g}, expected {wanted:.6g}", hint)
        first = tuple(int(i) for i in np.argwhere(~agree)[0])
        self._fail(
            name,
            f"differs in {int((~agree).sum())} of {actual.size} elements, first at index "
            f"{list(first)}: {actual[first]:.6g}, expected {wanted[first]:.6g}",
            hint,
        )

    def equal(self, value: Any, expected: Any, name: str, hint: str = "") -> None:
        """Require exactly the same integers, booleans or strings, in an array or alone.

        Raises
        ------
        CheckFailed
            If shape or elements differ.
        """
        actual, wanted = np.asarray(to_numpy(value)), np.asarray(to_numpy(expected))
        if actual.shape != wanted.shape:
            self._fail(name, f"has shape {actual.shape}, expected {wanted.shape}", hint)
        if actual.dtype == object or not (actual == wanted).all():
            hint = _NOT_COMPARED if wanted.dtype == object else hint
            self._fail(name, f"is {_short(value)}, expected {_short(expected)}", hint)

    def raises(
        self, exception: type[Exception], function: Callable, *arguments: Any, name: str
    ) -> None:
        """Require ``function(*arguments)`` to raise ``exception``.

        A stub's ``NotImplementedError`` passes through, so an untouched exercise says so.

        Raises
        ------
        CheckFailed
            If nothing, or something else, is raised.
        """
        try:
            function(*arguments)
        except exception:
            return
        except NotImplementedError:
            raise
        except Exception as error:
            told = f"raises {type(error).__name__} instead of {exception.__name__} ({error})"
            self._fail(name, told)
        self._fail(name, f"does not raise {exception.__name__}")

    @contextmanager
    def unchanged(self, *arrays: np.ndarray, name: str, hint: str = "") -> Iterator[None]:
        """Require that the block does not change these arrays in place.

        Examples
        --------
        >>> X = np.ones((2, 3))
        >>> with Checks(hidden=False).unchanged(X, name="X"):
        ...     Y = X + 1

        Raises
        ------
        CheckFailed
            If one of them differs after the block.
        """
        # A subclass of an array decides itself what copy and equal mean.
        before = [np.array(array) for array in arrays]
        yield
        for array, copy in zip(arrays, before, strict=True):
            if not np.array_equal(np.asarray(array), copy, equal_nan=True):
                self._fail(name, "is changed by the call", hint or "work on a copy")

    @contextmanager
    def accepts(self, what: str, hint: str = "") -> Iterator[None]:
        """Require that a block, which gives the learner's code valid input, ends without an error.

        An exercise that is not written yet, and a check that fails inside, stay as they are.

        Parameters
        ----------
        what : str
            Visible: what is computed, ``"sigmoid at -1000"``. Hidden: the property that must hold,
            ``"every rate from 0 to 1 is accepted"``.
        hint : str
            What to look at; shown by visible checks only.

        Raises
        ------
        CheckFailed
            If the block ends in any other exception.
        """
        try:
            yield
        except (NotImplementedError, CheckFailed):
            raise
        except Exception as error:  # the learner's own code may raise whatever it likes
            self._fail(what, f"ends in {type(error).__name__} ({error})", hint)

    def gradient(
        self,
        function: Callable[[np.ndarray], float],
        gradient: Any,
        at: np.ndarray,
        name: str,
        *,
        tolerance: float = 1e-6,
        hint: str = "",
    ) -> None:
        """Compare a gradient with central differences.

        Parameters
        ----------
        function : callable
            Takes an array of the shape of ``at``, returns a scalar.
        gradient : array_like, shape of ``at``
            The gradient to be checked, of ``function`` at ``at``.
        at : numpy.ndarray of float64
        name : str
        tolerance : float
            Largest ``||g - g'|| / (||g|| + ||g'||)``. With float64 and a step of 1e-5 the
            differences themselves are good to about 1e-8.
        hint : str

        Raises
        ------
        CheckFailed
            If shapes differ or the relative error is above the tolerance.
        """
        actual = self._array(gradient, name)
        if actual.shape != at.shape:
            self._fail(name, f"has shape {actual.shape}, expected {at.shape}", hint)
        numerical = numerical_gradient(function, at)
        scale = np.linalg.norm(actual) + np.linalg.norm(numerical)
        error = np.linalg.norm(actual - numerical) / scale if scale != 0 else 0.0
        if not error <= tolerance:  # written this way round so that NaN fails
            self._fail(
                name,
                f"is off by a relative {error:.1e} from the numerical gradient "
                f"(at most {tolerance:.0e} is rounding)",
                hint,
            )

    def answered(self, answer: Any, question: int, choices: str = "abcd") -> None:
        """Require that a quiz question has an answer of the right form, not that it is right.

        Raises
        ------
        NotImplementedError
            If the answer is still ``...``, as in the untouched notebook.
        CheckFailed
            If it is not one of the letters.
        """
        if answer is ...:
            raise NotImplementedError(f"answer_{question} has no answer yet.")
        if type(answer) is not str or answer not in tuple(choices):
            letters = ", ".join(f'"{letter}"' for letter in choices)
            self._fail(f"answer_{question}", f"is {_short(answer)}, expected one of {letters}")

    def answer(self, answer: Any, expected: str, question: int) -> None:
        """Require the right answer to a quiz question (for hidden tests).

        Raises
        ------
        CheckFailed
            If another letter was given.
        """
        if type(answer) is not str or answer != expected:
            raise CheckFailed(f"question {question}: wrong")

    def _array(self, value: Any, name: str) -> np.ndarray:
        """Convert to a plain numeric array, or say that it cannot be one."""
        if value is None:
            self._fail(name, "is None", "does the function return its result?")
        try:
            array = np.asarray(to_numpy(value))
        except ValueError:
            array = np.asarray(None)
        if array.dtype.kind not in "biufc":
            self._fail(name, f"is of type {type(value).__name__}, expected numbers in an array")
        return array


def _tolerance(array: np.ndarray) -> float:
    if array.dtype.kind in "fc":
        return _TOLERANCE.get(array.real.dtype.itemsize, 1e-7)
    return 0.0


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_visible = Checks(hidden=False)
hidden = Checks(hidden=True)

true = _visible.true
is_type = _visible.is_type
shape = _visible.shape
dtype = _visible.dtype
finite = _visible.finite
close = _visible.close
equal = _visible.equal
raises = _visible.raises
unchanged = _visible.unchanged
accepts = _visible.accepts
gradient = _visible.gradient
answered = _visible.answered
