"""The two pieces that every hand-written training loop shares: mini-batches and a progress bar."""

from collections.abc import Iterable, Iterator

import numpy as np


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
    """Wrap a loop's iterable in a progress bar that suits notebook and terminal alike.

    Examples
    --------
    >>> for epoch in progress(range(20), "epoch"):  # doctest: +SKIP
    ...     ...
    """
    from tqdm.auto import tqdm

    return tqdm(steps, desc=label, leave=False)
