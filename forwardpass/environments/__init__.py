"""Worlds that an agent acts in: made from tables or maps, and judged by a wrapper that counts.

Every environment follows Gymnasium. ``terminated`` says that the world has come to an end, so
nothing can follow; ``truncated`` that somebody has stopped looking, so something would have.
"""

from forwardpass.environments.evaluation import Evaluation, EvaluationError, Results, evaluate
from forwardpass.environments.grids import MOVES, Grid, grid
from forwardpass.environments.tables import Table, TableEnvironment, make, read_table

__all__ = [
    "MOVES",
    "Evaluation",
    "EvaluationError",
    "Grid",
    "Results",
    "Table",
    "TableEnvironment",
    "evaluate",
    "grid",
    "make",
    "read_table",
]
