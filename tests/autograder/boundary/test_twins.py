"""Random generators are advanced on both sides alike."""

import numpy as np
import pytest

from autograder.boundary.exceptions import Failure

SOURCE = """
import numpy as np

class Bag:
    def __init__(self, rng):
        self.rng = rng
    def draw(self):
        return self.rng.normal()

def draw(rng, n):
    return rng.normal(size=n)

def make(rng):
    return Bag(rng)

def fresh(seed):
    return np.random.default_rng(seed)

def add(rng, arrays):
    return [array + rng.integers(1) for array in arrays]

def seeded(name, seed):
    return np.random.Generator(getattr(np.random, name)(seed))
"""

KINDS = ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_comes_back_advanced(notebook, kind: str) -> None:
    rng, same = (np.random.Generator(getattr(np.random, kind)(3)) for _ in range(2))
    draw = notebook(SOURCE)["draw"]
    for n in (3, 1):
        assert draw(rng, n).tolist() == same.normal(size=n).tolist()
        assert rng.integers(100, dtype="u4") == same.integers(100, dtype="u4")


def test_a_generator_that_an_object_of_the_learner_s_keeps_is_the_test_s(notebook) -> None:
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    bag = notebook(SOURCE)["make"](rng)
    for _ in range(3):
        assert bag.draw() == same.normal()
        assert rng.normal() == same.normal()


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_of_the_learner_s_is_advanced_by_the_test(notebook, kind: str) -> None:
    here = notebook(SOURCE)
    rng, same = here["seeded"](kind, 5), np.random.Generator(getattr(np.random, kind)(5))
    assert type(rng) is np.random.Generator
    assert rng.normal() == same.normal()
    assert here["draw"](rng, 2).tolist() == same.normal(size=2).tolist()
    assert rng.normal() == same.normal()


def test_the_same_generator_twice_is_one(notebook) -> None:
    here = notebook("def f(a, b):\n    return a is b, [a]")
    rng = np.random.default_rng(1)
    is_same, (back,) = here["f"](rng, rng)
    assert is_same
    assert back is rng


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_after_a_generator_may_be_views_of_one(notebook, kind: str) -> None:
    rng = np.random.Generator(getattr(np.random, kind)(3))
    both = np.arange(6.0).reshape(2, 3)
    first, second = notebook(SOURCE)["add"](rng, tuple(both))
    assert [first.tolist(), second.tolist()] == both.tolist()


def test_a_generator_is_alike_within_a_callback(notebook) -> None:
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    source = "def f(g, rng):\n    return [rng.random(), g(rng), rng.random()]"
    here = notebook(source)
    assert here["f"](lambda r: r.random(), rng) == [same.random() for _ in range(3)]
    assert rng.random() == same.random()


def test_a_generator_is_alike_after_an_error(notebook) -> None:
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    with pytest.raises(ValueError):  # noqa: PT011
        notebook("def f(rng):\n    rng.random()\n    raise ValueError")["f"](rng)
    same.random()
    assert rng.random() == same.random()


def test_a_generator_that_was_in_an_answer_that_cannot_cross_is_no_loss(notebook) -> None:
    source = """
        import math
        import numpy as np
        rng = np.random.default_rng(1)
        def f():
            return rng, math
        def g():
            return rng
    """
    here = notebook(source)
    with pytest.raises(TypeError, match="module"):
        here["f"]()
    assert here["g"]().random() == np.random.default_rng(1).random()


def test_a_generator_in_a_call_that_cannot_be_made_is_no_loss(notebook) -> None:
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    here = notebook("def f(rng, other=None):\n    return rng.random()")
    with pytest.raises(TypeError, match="module"):
        here["f"](rng, pytest)
    assert here["f"](rng) == same.random()


def test_generators_that_are_gone_are_forgotten(notebook) -> None:
    here = notebook("def f(rng):\n    return rng.random()")
    f = here["f"]
    for seed in range(50):
        f(np.random.default_rng(seed))
    f(np.random.default_rng(0))
    assert len(here.judge.twins._by_number) < 5


@pytest.mark.parametrize(
    "change",
    ["state['state']['pos'] = 100_000", "state['state']['pos'] = -5", "state['buffer_pos'] = 99"],
)
def test_a_state_that_would_read_beyond_a_generator_costs_the_test(notebook, change: str) -> None:
    kind = "Philox" if "buffer" in change else "MT19937"
    source = f"""
        import numpy as np
        def f():
            rng = np.random.Generator(np.random.{kind}(1))
            state = rng.bit_generator.state
            {change}
            rng.bit_generator.state = state
            return rng
    """
    with pytest.raises(Failure):
        notebook(source)["f"]()


def test_a_global_state_that_would_read_beyond_it_costs_the_test(notebook) -> None:
    source = """
        import numpy as np
        def f():
            name, words, *rest = np.random.get_state()
            np.random.set_state((name, words, 100_000, 0, 0.0))
    """
    with pytest.raises(Failure):
        notebook(source)["f"]()
