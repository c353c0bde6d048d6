"""Replace names of a notebook for a while, so that no earlier answer decides about a later one.

Notebooks call this as :mod:`forwardpass.check`'s own.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

_MISSING = object()
# Where else names are lent, see `lend_elsewhere`.
_elsewhere: Callable[[Mapping[str, Any]], AbstractContextManager[None]] = nullcontext


def lend(**names: Any) -> AbstractContextManager[None]:
    """Lend the learner's code other values of some of the notebook's names.

    While the block runs, every function of the notebook that looks up such a name finds the lent
    value. After it, also when it ends in an error, the names are what they were before. So an
    exercise that calls an earlier one can be tested whatever the earlier answer is.

    A name that the notebook does not have is lent as well: the cell that defines it may not have
    run, and that is the very case in which its author needs the loan. That only names of exercises
    are lent is required by ``autograder build``.

    Parameters
    ----------
    **names : object
        The names of exercises, each with what it stands for during the block.

    Returns
    -------
    context manager
        It concerns the module, or notebook, in which ``lend`` is called.

    Examples
    --------
    >>> def double(x):  # wrong, and an exercise of its own
    ...     return x + 1
    >>> def quadruple(x):
    ...     return double(double(x))
    >>> with lend(double=lambda x: x + x):
    ...     quadruple(5)
    20
    >>> double(5)
    6
    """
    return _lent(sys._getframe(1).f_globals, names)


@contextmanager
def lend_elsewhere(
    lender: Callable[[Mapping[str, Any]], AbstractContextManager[None]],
) -> Iterator[None]:
    """Let `lend` reach code that runs elsewhere: a test may ask for answers in another process.

    For the length of the block, every call of `lend` lends its names through ``lender``, too.

    Parameters
    ----------
    lender : callable
        Takes the names with their values, returns the context manager of the loan. What it raises
        is raised by the block of ``lend``, before any name has changed.
    """
    global _elsewhere
    before, _elsewhere = _elsewhere, lender
    try:
        yield
    finally:
        _elsewhere = before


@contextmanager
def _lent(space: dict[str, Any], names: dict[str, Any]) -> Iterator[None]:
    with _elsewhere(names):
        before = {name: space.get(name, _MISSING) for name in names}
        space.update(names)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is _MISSING:
                    space.pop(name, None)  # the block itself may have deleted it
                else:
                    space[name] = value
