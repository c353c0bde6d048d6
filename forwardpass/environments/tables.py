"""Markov decision processes as arrays, and the environments that draw from them."""

import math
from bisect import bisect_right
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np


class Table(NamedTuple):
    """A Markov decision process as arrays, for S states and A actions.

    Attributes
    ----------
    P : numpy.ndarray, shape (S, A, S)
        ``P[s, a, z]`` is the probability that action a leads from state s to state z.
    R : numpy.ndarray, shape (S, A, S)
        Reward of that step.
    terminal : numpy.ndarray of bool, shape (S,)
        Entering such a state ends the episode. What P and R say of steps that begin there means
        nothing.
    start : numpy.ndarray, shape (S,)
        Probability that an episode begins in each state.
    limit : int or None
        Steps after which an episode is truncated.
    """

    P: np.ndarray
    R: np.ndarray
    terminal: np.ndarray
    start: np.ndarray
    limit: int | None = None


class TableEnvironment(gym.Env):
    """An environment that draws its steps from a table.

    An episode that reaches a terminal state in its very last step is both terminated and truncated,
    as in Gymnasium.

    Parameters
    ----------
    table : Table, or a tuple of its fields

    Raises
    ------
    ValueError
        If shapes do not belong together, rows are no probabilities, or an episode could start in a
        terminal state.
    """

    def __init__(self, table: Table | tuple) -> None:
        self.table = table = checked(table)
        states, actions, _ = table.P.shape
        self.observation_space = gym.spaces.Discrete(states)
        self.action_space = gym.spaces.Discrete(actions)
        # Lists: to look up one number of an array takes longer than the rest of a step.
        self._reached = [[_cumulative(row) for row in rows] for rows in table.P]
        self._rewards = table.R.tolist()
        self._terminal = table.terminal.tolist()
        self._starts = _cumulative(table.start)
        self._limit = math.inf if table.limit is None else table.limit
        self._state: int | None = None
        self._steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Begin an episode; return the first state and an empty dictionary."""
        super().reset(seed=seed, options=options)
        self._state = self._draw(self._starts)
        self._steps = 0
        return self._state, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Act; return state, reward, terminated, truncated and an empty dictionary.

        Raises
        ------
        RuntimeError
            If no episode is running.
        ValueError
            If there is no such action.
        """
        if self._state is None:
            raise RuntimeError("no episode is running: call reset() before step().")
        actions = self._reached[self._state]
        if not 0 <= action < len(actions):
            raise ValueError(f"action is {action}: there are actions 0 to {len(actions) - 1}.")
        before, self._state = self._state, self._draw(actions[action])
        self._steps += 1
        reward = self._rewards[before][action][self._state]
        terminated, truncated = self._terminal[self._state], self._steps >= self._limit
        observation = self._state
        if terminated or truncated:
            self._state = None
        return observation, reward, terminated, truncated, {}

    def _draw(self, cumulative: list[float]) -> int:
        return bisect_right(cumulative, self.np_random.random())


def make(world: Any) -> gym.Env:
    """Return an environment for whatever describes one.

    Parameters
    ----------
    world : str, Table, tuple or gymnasium.Env
        An id that Gymnasium knows, a table (or the tuple of its fields), or an environment, which
        is returned as it is.

    Returns
    -------
    gymnasium.Env
    """
    if isinstance(world, str):
        return gym.make(world)
    if isinstance(world, tuple):
        return TableEnvironment(world)
    return world


def read_table(env: gym.Env | str) -> Table:
    """Read the table of one of Gymnasium's toy-text environments, with its time limit.

    Parameters
    ----------
    env : gymnasium.Env or str
        The environment or its id; ``env.unwrapped.P[s][a]`` is a list of
        (probability, next state, reward, terminated).

    Returns
    -------
    Table
        Where several outcomes lead to one state, R is their mean.

    Raises
    ------
    ValueError
        If a state ends an episode on some ways into it and not on others.
    """
    env = make(env)
    outcomes = env.unwrapped.P
    states, actions = int(env.observation_space.n), int(env.action_space.n)
    P, R = np.zeros((states, actions, states)), np.zeros((states, actions, states))
    ends = np.zeros(states, bool)
    steps = [
        (s, a, *outcome)
        for s in range(states)
        for a in range(actions)
        for outcome in outcomes[s][a]
    ]
    for s, a, probability, z, reward, terminated in steps:
        P[s, a, z] += probability
        R[s, a, z] += probability * reward
        ends[z] |= terminated
    start = np.asarray(env.unwrapped.initial_state_distrib, dtype=np.float64)
    # What is said of steps that no episode makes means nothing.
    seen = _reachable(P, ends, start)
    odd = {int(z) for s, _, _, z, _, terminated in steps if seen[s] and ends[z] and not terminated}
    if odd:
        raise ValueError(f"states {sorted(odd)} end an episode on some ways into them only.")
    R = np.divide(R, P, out=R, where=P > 0)
    limit = None if env.spec is None else env.spec.max_episode_steps
    return Table(P, R, ends, start, limit)


def checked(table: Table | tuple) -> Table:
    """Return a table whose arrays have the right types, or say what is wrong with them."""
    P, R, terminal, start, limit = Table(*table)
    P, R = np.asarray(P, dtype=np.float64), np.asarray(R, dtype=np.float64)
    terminal, start = np.asarray(terminal, dtype=bool), np.asarray(start, dtype=np.float64)
    states = len(terminal)
    if P.ndim != 3 or P.shape != R.shape or P.shape[::2] != (states, states):
        raise ValueError(f"P is {P.shape}, R {R.shape}: for {states} states both are (S, A, S).")
    if start.shape != (states,):
        raise ValueError(f"start is {start.shape}, expected {(states,)}.")
    for name, rows in (("P", P[~terminal]), ("start", start)):
        if (rows < 0).any() or not np.allclose(rows.sum(axis=-1), 1):
            raise ValueError(f"{name} holds no probabilities: each row must sum to 1.")
    if start[terminal].any():
        raise ValueError("an episode would start in a terminal state.")
    return Table(P, R, terminal, start, limit)


def _reachable(P: np.ndarray, terminal: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return which states an episode can be in before it ends, shape (S,)."""
    leads = P.any(axis=1)
    seen, new = np.zeros(len(start), bool), (start > 0) & ~terminal
    while new.any():
        seen |= new
        new = leads[new].any(axis=0) & ~seen & ~terminal
    return seen


def _cumulative(probabilities: np.ndarray) -> list[float]:
    """Return the sums up to each element, so that no draw below one falls behind the last."""
    sums = np.cumsum(probabilities)
    possible = np.flatnonzero(probabilities)
    if len(possible):
        sums[possible[-1] :] = 1.0  # rounding may have left it just below
    return sums.tolist()
