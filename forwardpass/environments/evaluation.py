"""Evaluations that count by themselves, and leave an agent no choice of its episodes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from forwardpass.environments.tables import TableEnvironment, make


class EvaluationError(RuntimeError):
    """Whoever is evaluated did what an evaluation does not allow."""


@dataclass(frozen=True)
class Results:
    """What came of an evaluation, one element for each episode.

    Attributes
    ----------
    returns : numpy.ndarray of float64
        Sum of the rewards, without a discount.
    lengths : numpy.ndarray of int
        Steps.
    terminated : numpy.ndarray of bool
        True where the world ended the episode, False where it was only cut off.
    """

    returns: np.ndarray
    lengths: np.ndarray
    terminated: np.ndarray


class Evaluation(gym.Env):
    """An environment that judges: it counts by itself, and lets nobody choose the episodes.

    Each episode has a seed of its own, made from one number: so two agents meet the same starts
    and the same luck, however many steps each of them takes. An episode that has begun is played
    to its end, and after the last one there is no other. (The idea is from the exercises of
    M. Straka's course on deep reinforcement learning, Prague.)

    Parameters
    ----------
    env : gymnasium.Env
        Nobody else should hold it: the wrapper hands it to no one.
    episodes : int
    seed : int
    limit : int, optional
        Steps after which an episode is truncated. Needed where the environment has no limit of its
        own, since an agent that runs in circles would never come back.

    Raises
    ------
    ValueError
        If there is no limit at all, or no episode.
    """

    def __init__(
        self, env: gym.Env, episodes: int, seed: int = 0, *, limit: int | None = None
    ) -> None:
        if episodes < 1:
            raise ValueError(f"episodes is {episodes}: an evaluation needs at least one.")
        own = _limit_of(env)
        if own is None and limit is None:
            raise ValueError("the environment has no time limit: give the evaluation one.")
        self.__env = env
        self.__limit = math.inf if limit is None else limit
        self.__seeds = np.random.SeedSequence(seed).generate_state(episodes).tolist()
        self.__rewards: list[list[float]] = []
        self.__terminated: list[bool] = []
        self.__running = False
        self.observation_space = env.observation_space
        self.action_space = env.action_space

    @property
    def remaining(self) -> int:
        """How many episodes have not begun."""
        return len(self.__seeds) - len(self.__rewards)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin the next episode.

        Raises
        ------
        EvaluationError
            If a seed or options are given, an episode is running, or all have been played.
        """
        if seed is not None or options is not None:
            raise EvaluationError("an evaluation chooses its episodes itself: call reset().")
        if self.__running:
            raise EvaluationError("an episode is running: play it to its end before reset().")
        if not self.remaining:
            raise EvaluationError(f"all {len(self.__seeds)} episodes have been played.")
        observation, info = self.__env.reset(seed=self.__seeds[len(self.__rewards)])
        self.__rewards.append([])
        self.__running = True
        return _handed_out(observation), dict(info)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Act, and let the evaluation count.

        Raises
        ------
        EvaluationError
            If no episode is running.
        """
        if not self.__running:
            raise EvaluationError("no episode is running: call reset() before step().")
        observation, reward, terminated, truncated, info = self.__env.step(action)
        rewards = self.__rewards[-1]
        rewards.append(float(reward))
        terminated = bool(terminated)
        truncated = bool(truncated) or len(rewards) >= self.__limit
        if terminated or truncated:
            self.__running = False
            self.__terminated.append(terminated)
        return _handed_out(observation), float(reward), terminated, truncated, dict(info)

    def results(self) -> Results:
        """Return what was counted, once every episode is over.

        Raises
        ------
        EvaluationError
            If there are episodes left, or one is running.
        """
        if self.__running or self.remaining:
            played = len(self.__terminated)
            raise EvaluationError(f"{played} of {len(self.__seeds)} episodes are over: play all.")
        return Results(
            np.array([math.fsum(rewards) for rewards in self.__rewards]),
            np.array([len(rewards) for rewards in self.__rewards]),
            np.array(self.__terminated),
        )


def evaluate(
    act: Callable[[Any], Any],
    world: Any,
    episodes: int = 100,
    seed: int = 0,
    *,
    limit: int | None = None,
) -> Results:
    """Let an agent play, and return what an independent counter saw.

    Parameters
    ----------
    act : callable
        Takes an observation, returns an action.
    world : str, Table, tuple or gymnasium.Env
        As `make` takes it.
    episodes, seed, limit
        As `Evaluation` takes them.

    Returns
    -------
    Results
    """
    evaluation = Evaluation(make(world), episodes, seed, limit=limit)
    while evaluation.remaining:
        observation, _ = evaluation.reset()
        over = False
        while not over:
            observation, _, terminated, truncated, _ = evaluation.step(act(observation))
            over = terminated or truncated
    return evaluation.results()


def _limit_of(env: gym.Env) -> int | None:
    plain = env.unwrapped
    if isinstance(plain, TableEnvironment):
        return plain.table.limit
    return None if env.spec is None else env.spec.max_episode_steps


def _handed_out(observation: Any) -> Any:
    """Return an observation that the agent may change: the world goes on with its own."""
    return observation.copy() if isinstance(observation, np.ndarray) else observation
