"""Worlds of tables and maps, and the evaluation that counts by itself."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from forwardpass import environments
from forwardpass.environments import Evaluation, EvaluationError, Table, TableEnvironment


def _walk(limit: int | None = 5) -> Table:
    """Three states in a row; action 1 goes on, action 0 stays; the last one ends it."""
    P = np.zeros((3, 2, 3))
    P[[0, 1], 1, [1, 2]] = P[[0, 1], 0, [0, 1]] = 1
    return Table(P, np.full((3, 2, 3), -1.0), np.array([0, 0, 1]), np.array([1, 0, 0]), limit)


def test_a_table_is_an_environment_as_gymnasium_wants_it() -> None:
    check_env(TableEnvironment(_walk()), skip_render_check=True)


def test_the_end_of_the_world_and_the_end_of_time_are_two_things() -> None:
    env = environments.make(_walk(limit=2))
    env.reset(seed=0)
    assert env.step(1) == (1, -1.0, False, False, {})
    assert env.step(0) == (1, -1.0, False, True, {})
    env.reset()
    env.step(1)
    assert env.step(1) == (2, -1.0, True, True, {})
    with pytest.raises(RuntimeError, match="reset"):
        env.step(0)


def test_steps_are_drawn_with_the_probabilities_of_the_table() -> None:
    P = np.zeros((4, 1, 4))
    P[0, 0] = [0.2, 0.5, 0.0, 0.3]
    P[1:, 0, 0] = 1
    env = TableEnvironment(Table(P, np.zeros((4, 1, 4)), np.zeros(4), np.array([0.5, 0, 0.5, 0])))
    starts = [env.reset(seed=0 if k == 0 else None)[0] for k in range(2000)]
    assert set(starts) == {0, 2}
    assert abs(np.mean(starts) - 1) < 0.1
    reached = np.zeros(4)
    for _ in range(4000):
        while env.reset()[0] != 0:
            pass
        reached[env.step(0)[0]] += 1
    np.testing.assert_allclose(reached / 4000, P[0, 0], atol=0.04)
    assert reached[2] == 0


def test_the_same_seed_gives_the_same_steps() -> None:
    lake = environments.read_table("FrozenLake-v1")
    paths = []
    for _ in range(2):
        env = environments.make(lake)
        path = [env.reset(seed=5)[0]]
        paths.append(path + [env.step(1)[0] for _ in range(2)])
    assert paths[0] == paths[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"P": np.zeros((3, 2, 3))}, "no probabilities"),
        ({"R": np.zeros((3, 2))}, "both are"),
        ({"start": np.array([0, 0, 1])}, "terminal"),
        ({"start": np.array([1, 0])}, "start is"),
    ],
)
def test_a_table_that_is_none_is_refused(change: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        environments.make(_walk()._replace(**change))


def test_an_action_that_does_not_exist_is_refused() -> None:
    env = environments.make(_walk())
    env.reset()
    with pytest.raises(ValueError, match="action is 2"):
        env.step(2)


def test_whatever_describes_an_environment_makes_one() -> None:
    assert environments.make("FrozenLake-v1").spec.id == "FrozenLake-v1"
    env = environments.make(tuple(_walk()))
    assert environments.make(env) is env


@pytest.mark.parametrize("name", ["FrozenLake-v1", "CliffWalking-v1", "Taxi-v4"])
def test_a_table_that_is_read_behaves_like_the_environment(name: str) -> None:
    env = gym.make(name)
    table = environments.read_table(env)
    assert table.limit == env.spec.max_episode_steps
    rng = np.random.default_rng(0)
    state, _ = env.reset(seed=0)
    for _ in range(300):
        action = int(rng.integers(env.action_space.n))
        before = state
        state, reward, terminated, truncated, _ = env.step(action)
        assert table.P[before, action, state] > 0
        assert table.R[before, action, state] == reward
        assert table.terminal[state] == terminated
        if terminated or truncated:
            state, _ = env.reset()


def test_the_lake_has_the_published_optimum_without_and_with_its_limit() -> None:
    table = environments.read_table("FrozenLake-v1")
    values, by_sweep = np.zeros(16), []
    goes_on = ~table.terminal
    for _ in range(2000):
        values = goes_on * (table.P * (table.R + goes_on * values)).sum(axis=2).max(axis=1)
        by_sweep.append(table.start @ values)
    assert by_sweep[99] == pytest.approx(0.7442, abs=1e-4)
    assert by_sweep[-1] == pytest.approx(0.8235, abs=1e-4)


def test_a_map_becomes_a_table() -> None:
    world = environments.grid("S.C\n.#G", enter={"G": 10.0, "C": -5.0}, back="C", slip=0.1)
    assert world.cells.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 2]]
    table, right = world.table, 1
    start, middle = world.state(0, 0), world.state(0, 1)
    assert table.P[start, right, middle] == pytest.approx(0.8)
    assert table.P[start, right, world.state(1, 0)] == pytest.approx(0.1)
    assert table.P[start, right, start] == pytest.approx(0.1)
    # From the middle to the right is C, which puts the agent back; up and down are walls.
    assert table.P[middle, right, start] == pytest.approx(0.8)
    assert table.R[middle, right, start] == pytest.approx(-6.0)
    assert table.P[middle, right, middle] == pytest.approx(0.2)
    assert table.terminal.tolist() == [False, False, False, False, True]
    picture = world.picture(np.arange(5.0))
    assert picture[0].tolist() == [0, 1, 2]
    assert np.isnan(picture[1, 1])
    with pytest.raises(ValueError, match="wall"):
        world.state(1, 1)


def test_two_ways_back_to_the_start_share_their_reward() -> None:
    world = environments.grid("SC", enter={"C": -4.0}, terminal="", back="C", slip=0.25)
    assert world.table.P[0, 1, 0] == pytest.approx(1.0)
    assert world.table.R[0, 1, 0] == pytest.approx(0.5 * -5 + 0.5 * -1)


@pytest.mark.parametrize("text", ["S.\n.", "..\n.G"])
def test_a_map_without_shape_or_start_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="map"):
        environments.grid(text)


def test_an_evaluation_counts_by_itself() -> None:
    results = environments.evaluate(lambda state: 1, _walk(), episodes=3)
    assert results.returns.tolist() == [-2, -2, -2]
    assert results.lengths.tolist() == [2, 2, 2]
    assert results.terminated.all()
    results = environments.evaluate(lambda state: 0, _walk(), episodes=2)
    assert results.lengths.tolist() == [5, 5]
    assert not results.terminated.any()


def test_two_agents_meet_the_same_starts() -> None:
    def starts(act: int) -> list[int]:
        evaluation, seen = Evaluation(gym.make("Taxi-v4"), 5, seed=3), []
        while evaluation.remaining:
            seen.append(evaluation.reset()[0])
            over = False
            while not over:
                _, _, terminated, truncated, _ = evaluation.step(act)
                over = terminated or truncated
        return seen

    assert starts(0) == starts(3)
    assert len(set(starts(0))) > 1


def test_nobody_chooses_the_episodes() -> None:
    evaluation = Evaluation(environments.make(_walk()), 2)
    with pytest.raises(EvaluationError, match="itself"):
        evaluation.reset(seed=1)
    with pytest.raises(EvaluationError, match="itself"):
        evaluation.reset(options={"state": 1})
    with pytest.raises(EvaluationError, match="reset"):
        evaluation.step(0)
    evaluation.reset()
    with pytest.raises(EvaluationError, match="running"):
        evaluation.reset()
    evaluation.step(1)
    with pytest.raises(EvaluationError, match="running"):
        evaluation.reset()
    with pytest.raises(EvaluationError, match="0 of 2"):
        evaluation.results()
    evaluation.step(1)
    evaluation.reset()
    evaluation.step(1)
    evaluation.step(1)
    with pytest.raises(EvaluationError, match="all 2"):
        evaluation.reset()
    assert evaluation.results().returns.tolist() == [-2, -2]
    assert evaluation.unwrapped is evaluation


def test_what_an_agent_does_to_an_observation_stays_with_it() -> None:
    class Counter(gym.Env):
        observation_space = gym.spaces.Box(0, 10, (1,))
        action_space = gym.spaces.Discrete(2)

        def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple:
            super().reset(seed=seed)
            self.place = np.zeros(1, np.float32)
            return self.place, {}

        def step(self, action: int) -> tuple:
            self.place += 1
            return self.place, 1.0, bool(self.place[0] >= 3), False, {}

    def act(observation: np.ndarray) -> int:
        observation[:] = 0  # would make the episode endless
        return 0

    assert environments.evaluate(act, Counter(), 1, limit=9).lengths.tolist() == [3]


def test_an_evaluation_needs_a_limit_and_an_episode() -> None:
    with pytest.raises(ValueError, match="limit"):
        Evaluation(gym.make("CliffWalking-v1"), 1)
    assert environments.evaluate(lambda s: 3, "CliffWalking-v1", 1, limit=7).lengths.tolist() == [7]
    with pytest.raises(ValueError, match="at least one"):
        Evaluation(gym.make("Taxi-v4"), 0)
