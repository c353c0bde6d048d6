"""Error states and random states go along with calls."""

import random

import numpy as np
import pytest


def test_numpy_s_error_state_holds_for_the_call(notebook) -> None:
    here = notebook(
        "import numpy as np\ndef f():\n    return np.array([1.0]) / np.array([0.0])\n"
        "def state():\n    return np.geterr()['divide']"
    )
    with np.errstate(divide="raise"):
        assert here["state"]() == "raise"
        with pytest.raises(FloatingPointError):
            here["f"]()
    with np.errstate(divide="ignore"):
        assert here["state"]() == "ignore"
        assert here["f"]()[0] == np.inf


def test_the_learner_s_error_state_is_not_the_test_s(notebook) -> None:
    here = notebook("import numpy as np\ndef f():\n    np.seterr(all='ignore')")
    before = np.geterr()
    here["f"]()
    assert np.geterr() == before


def test_global_seeds_go_with_a_call_and_come_back(notebook) -> None:
    source = """
        import random
        import numpy as np
        def f():
            return random.random(), np.random.normal(), np.random.normal()
    """
    here = notebook(source)
    random.seed(3)
    np.random.seed(4)
    expected = [random.random(), np.random.normal(), np.random.normal()]
    after = [random.random(), np.random.normal()]
    random.seed(3)
    np.random.seed(4)
    assert list(here["f"]()) == expected
    assert [random.random(), np.random.normal()] == after


def test_every_single_draw_is_noticed(notebook) -> None:
    here = notebook(
        "import random\nimport numpy as np\n"
        "def f():\n    return np.random.normal()\ndef g():\n    return random.gauss(0, 1)"
    )
    f, g = here["f"], here["g"]
    np.random.seed(5)
    random.seed(5)
    expected = [np.random.normal() for _ in range(6)], [random.gauss(0, 1) for _ in range(6)]
    np.random.seed(5)
    random.seed(5)
    drawn = [f() if i % 2 else np.random.normal() for i in range(6)]
    assert drawn == expected[0]
    assert [g() if i % 2 else random.gauss(0, 1) for i in range(6)] == expected[1]


def test_a_seed_that_the_learner_sets_is_set_for_the_test(notebook) -> None:
    here = notebook("import numpy as np\ndef f():\n    np.random.seed(7)")
    here["f"]()
    drawn = np.random.random()
    np.random.seed(7)
    assert drawn == np.random.random()


def test_a_callback_sees_the_seeds_as_the_learner_s_code_left_them(notebook) -> None:
    here = notebook(
        "import random\ndef f(g):\n    random.seed(1)\n    x = g()\n    return x, random.random()"
    )
    first, second = here["f"](random.random)
    random.seed(1)
    assert [first, second] == [random.random(), random.random()]


def test_what_a_test_that_ended_in_an_error_set_is_gone(notebook) -> None:
    here = notebook("import numpy as np\ndef state():\n    return np.geterr()['over']")
    with np.errstate(over="raise"):
        assert here["state"]() == "raise"
        here.another_test()
    assert here["state"]() == np.geterr()["over"]
