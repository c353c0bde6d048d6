"""Compute the measures of classical test theory, from arrays of numbers.

The three numbers of an item (an exercise or a graded cell) are those of classical test theory:

- *difficulty*: the mean share of the points that the class got (so an easy item has a high one);
  Crocker and Algina, Introduction to Classical and Modern Test Theory, 1986, chapter 14;
- *discrimination index*: the mean share in the best 27 % of the class minus the one in the weakest
  27 %; Kelley, The selection of upper and lower groups for the validation of test items, 1939;
- *item-rest correlation*: the correlation of the item's score with the total of all other items
  (for a test that is passed or not, the corrected point-biserial correlation); Henrysson,
  Correction of item-total correlations in item analysis, 1963.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

GROUP_SHARE = 0.27
# Below ten learners a 27 % group has fewer than three: one learner turns every sign.
SMALLEST_CLASS = 10
# Below this, a correlation of 0.36 may still be chance (5 % level, two-sided, 30 learners).
CAUTIOUS_CLASS = 30


@dataclass(frozen=True)
class Summary:
    """The distribution of the final percentages."""

    mean: float
    median: float
    deviation: float | None
    lowest: float
    highest: float


def summarise(percents: Sequence[float]) -> Summary:
    """Describe a distribution of at least one percentage; one alone has no standard deviation."""
    values = np.asarray(percents, dtype=float)
    return Summary(
        mean=float(values.mean()),
        median=float(np.median(values)),
        deviation=float(values.std(ddof=1)) if len(values) > 1 else None,
        lowest=float(values.min()),
        highest=float(values.max()),
    )


def group_means(values: np.ndarray, totals: np.ndarray) -> tuple[float, float]:
    """Return the mean in the weakest and in the best 27 % of a class.

    Learners who tie at the edge of a group share the places that are left in it, so the result does
    not depend on the order of the class.

    Parameters
    ----------
    values : numpy.ndarray, shape (m,)
        What is averaged, one for each of the m learners.
    totals : numpy.ndarray, shape (m,)
        What orders the learners.

    Returns
    -------
    lower, upper : float

    Examples
    --------
    >>> group_means(np.array([0.0, 0.5, 1.0, 1.0]), np.array([1, 2, 3, 4]))
    (0.0, 1.0)
    """
    size = max(1, round(GROUP_SHARE * len(totals)))
    lower = _top_weights(-totals, size) @ values / size
    upper = _top_weights(totals, size) @ values / size
    return float(lower), float(upper)


def item_rest_correlation(item: np.ndarray, rest: np.ndarray) -> float | None:
    """Return Pearson's correlation, or None where one of the two does not vary.

    Parameters
    ----------
    item : numpy.ndarray, shape (m,)
        Scores of one item.
    rest : numpy.ndarray, shape (m,)
        Totals of all other items.
    """
    if len(item) < 2 or np.ptp(item) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(item, rest)[0, 1])


def _top_weights(totals: np.ndarray, size: int) -> np.ndarray:
    """Return how far each learner belongs to the ``size`` learners with the highest totals."""
    edge = np.sort(totals)[-size]
    above, tied = totals > edge, totals == edge
    return above + tied * (size - above.sum()) / tied.sum()
