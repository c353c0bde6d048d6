"""Grid worlds, drawn with letters."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forwardpass.environments.tables import Table, checked

# Up, right, down, left: what an action of a grid does to (row, column).
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


@dataclass(frozen=True)
class Grid:
    """A grid world: its table, and where its states lie.

    Attributes
    ----------
    table : Table
        Actions 0 to 3 are up, right, down and left.
    cells : numpy.ndarray of int, shape (S, 2)
        Row and column of each state; walls are no states.
    shape : tuple of int
        Rows and columns.
    letters : numpy.ndarray of str, shape (S,)
        What the map has at each state.
    """

    table: Table
    cells: np.ndarray
    shape: tuple[int, int]
    letters: np.ndarray

    def picture(self, numbers: np.ndarray) -> np.ndarray:
        """Put one number for each state, shape (S,), into the map; walls are NaN."""
        result = np.full(self.shape, np.nan)
        result[tuple(self.cells.T)] = numbers
        return result

    def state(self, row: int, column: int) -> int:
        """Return the number of the state at a place.

        Raises
        ------
        ValueError
            If there is a wall, or no such place.
        """
        found = np.flatnonzero((self.cells == (row, column)).all(axis=1))
        if not len(found):
            raise ValueError(f"({row}, {column}) is a wall or outside the map.")
        return int(found[0])


def grid(
    text: str,
    *,
    step: float = -1.0,
    enter: Mapping[str, float] | None = None,
    terminal: str = "G",
    back: str = "",
    slip: float = 0.0,
    limit: int | None = None,
) -> Grid:
    """Make a grid world of a map that is drawn with letters.

    ``#`` is a wall, ``S`` a place where episodes start (all are equally likely). A step into a wall
    or out of the map leaves the agent where it is, and costs as any other.

    Parameters
    ----------
    text : str
        The map, a line for each row.
    step : float
        Reward of every step.
    enter : mapping of str to float, optional
        Reward of a step that leads to a letter, in addition.
    terminal : str
        Letters that end the episode.
    back : str
        Letters from which the agent is put back to the start, in the same step.
    slip : float
        Probability of going to each of the two sides instead.
    limit : int, optional
        Steps after which an episode is truncated.

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        If lines differ in length, or there is no start.
    """
    rows = [line.strip() for line in text.strip().splitlines()]
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"the rows of the map have lengths {[len(row) for row in rows]}.")
    places = [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if cell != "#"]
    number = {place: k for k, place in enumerate(places)}
    letters = np.array([rows[i][j] for i, j in number])
    start = (letters == "S").astype(float)
    if not start.any():
        raise ValueError("the map has no S, where an episode could start.")
    start /= start.sum()
    P, R = np.zeros((len(number), 4, len(number))), np.full((len(number), 4, len(number)), step)
    for (i, j), s in number.items():
        for action in range(4):
            for turn, probability in ((0, 1 - 2 * slip), (1, slip), (-1, slip)):
                down, right = MOVES[(action + turn) % 4]
                z = number.get((i + down, j + right), s)
                reward = step + (enter or {}).get(letters[z], 0.0)
                goals = start if letters[z] in back else np.eye(len(number))[z]
                # Two outcomes of one step that lead to the same place may have different rewards.
                mass = P[s, action] + probability * goals
                total = P[s, action] * R[s, action] + probability * goals * reward
                np.divide(total, mass, out=R[s, action], where=mass > 0)
                P[s, action] = mass
    table = Table(P, R, np.isin(letters, list(terminal)), start, limit)
    return Grid(checked(table), np.array(places), (len(rows), len(rows[0])), letters)
