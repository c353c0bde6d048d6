"""Cheats of a learner who has solved nothing, against a judge in a process of its own.

Each is for any week: it fills in every answer of the untouched notebook.
"""

from .arguments import CHANGING, RANDOM, SPOILING
from .cheat import Cheat
from .forging import FORGING
from .lending import LENDING
from .memory import MEMORY
from .modules import MODULES
from .objects import LYING
from .results import RAISING, RETURNING
from .socket import SOCKET
from .space import SPACE
from .table import visible_values

__all__ = ["CHEATS", "Cheat", "visible_values"]

CHEATS = [
    *(*LYING, *RETURNING, *RAISING, *CHANGING, *SPOILING, *RANDOM),
    *(*MEMORY, *SOCKET, *FORGING, *LENDING, *SPACE, *MODULES),
]
