"""The two pieces that every hand-written training loop shares: mini-batches and a progress bar."""

import io
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from tqdm import tqdm


def minibatches(
    X: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the examples once, in a new random order, in batches.

    Parameters
    ----------
    X : numpy.ndarray, shape (m, ...)
    y : numpy.ndarray, shape (m, ...)
    batch_size : int
        Examples in a batch; the last one holds what is left.
    rng : numpy.random.Generator
        Source of the order.

    Yields
    ------
    X_batch : numpy.ndarray, shape (at most batch_size, ...)
    y_batch : numpy.ndarray, shape (at most batch_size, ...)

    Raises
    ------
    ValueError
        If X and y have different lengths, or the batch size is below one.
    """
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} examples, y has {len(y)}: they must belong together.")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}: a batch needs at least one example.")
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        yield X[chosen], y[chosen]


def progress(steps: Iterable, label: str = "training") -> Iterable:
    """Wrap a loop's iterable in a progress bar, in a notebook as in a terminal.

    Examples
    --------
    >>> for epoch in progress(range(20), "epoch"):  # doctest: +SKIP
    ...     ...
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    bar = _NotebookBar if hasattr(shell, "kernel") else tqdm
    return bar(steps, desc=label, leave=False, mininterval=0.3)


class _NotebookBar(tqdm):
    """A bar of text that is replaced in place.

    tqdm's own bar for notebooks is a widget, which in a saved notebook that is opened again is the
    line "Error displaying widget".
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        from IPython.display import display

        self._place = display({"text/plain": ""}, raw=True, display_id=True)
        super().__init__(*arguments, file=io.StringIO(), ncols=80, **options)

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Show the bar, or a message in its place; called by tqdm."""
        self._place.update({"text/plain": str(self) if msg is None else msg}, raw=True)
