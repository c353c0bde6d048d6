"""Submissions that exchange what tests call: numpy, builtins, the checks, and names for them."""

from collections.abc import Mapping

from . import WRONG, Submission

# What was exchanged for good, such as the kernel's own methods, costs the tests that follow, too.
LASTING = dict.fromkeys(("relu", "count", "fib", "last"), "tampered|passed")


def patch(
    name: str,
    code: str,
    outcome: str = "tampered",
    exercise: str = "relu",
    others: Mapping[str, str] | None = None,
) -> Submission:
    """Return one that changes something in a cell above a wrong answer."""
    return Submission(
        name,
        {exercise: WRONG[exercise]},
        before={exercise: code},
        expected={**(others or {}), exercise: outcome},
    )


PATCHING = [
    patch("replaces assert_allclose", "np.testing.assert_allclose = lambda *a, **k: None"),
    patch("replaces allclose", "np.allclose = lambda *a, **k: True"),
    patch(
        "swaps the code of isclose",
        """\
def f(*a, **k): return np.True_
np.isclose.__wrapped__.__code__ = f.__code__
""",
    ),
    patch("makes tolerances endless", "np.allclose.__wrapped__.__defaults__ = (1e9, 1e9, True)"),
    patch(
        "replaces what assert_allclose calls",
        """\
import numpy._core.numeric as n
n.isclose = lambda a, b, *r, **k: np.ones(np.shape(b), bool)
""",
    ),
    patch(
        "replaces what assert_allclose calls at last",
        """\
import numpy.testing._private.utils as u
u.assert_array_compare = lambda *a, **k: None
""",
    ),
    patch(
        "replaces isinstance",
        """\
import builtins
builtins.isinstance = lambda *a: True
""",
        "tampered|failed|timeout",
        "count",
    ),
    patch(
        "replaces all",
        """\
import builtins
builtins.all = lambda x: True
""",
        exercise="count",
    ),
    patch(
        "replaces AssertionError",
        """\
import builtins
builtins.AssertionError = StopIteration
""",
        outcome="tampered|failed",
        exercise="count",
    ),
    patch(
        "replaces import",
        """\
import builtins
old = builtins.__import__
builtins.__import__ = lambda *a, **k: old(*a, **k)
""",
        outcome="tampered|failed",
        exercise="count",
    ),
    patch(
        "has builtins of its own",
        """\
import types, builtins as b
__builtins__ = {**vars(b), 'all': lambda x: True, 'len': lambda x: 2}
__builtins__['sorted'] = lambda x: ['a', 'b']
""",
        "tampered|failed",
        "count",
    ),
    patch(
        "hides builtins behind functions",
        """\
sorted = lambda x: ['a', 'b']
all = lambda x: True
len = lambda x: 2
""",
        "failed",
        "count",
    ),
    patch(
        "hides builtins behind objects",
        """\
from functools import partial
def yes(*a): return True
all = partial(yes)
class Len:
    def __call__(self, x): return 2
len = Len()
class sorted(list):
    def __eq__(self, other): return True
""",
        "failed",
        "count",
    ),
    patch("replaces a check", "check.close = lambda *a, **k: None", exercise="mean"),
    patch(
        "replaces the method of a check",
        "type(check.hidden).close = lambda *a, **k: None",
        exercise="mean",
    ),
    patch(
        "lets checks not fail", "type(check.hidden)._fail = lambda *a, **k: None", exercise="mean"
    ),
    patch(
        "replaces the hidden checks",
        """\
class Yes:
    def __getattr__(self, name): return lambda *a, **k: None
check.hidden = Yes()
check._visible.__dict__['close'] = lambda *a, **k: None
""",
        exercise="mean",
    ),
    Submission(
        "chooses the random inputs",
        {"mean": "def mean(x):\n    return 2.0"},
        before={
            "mean": """\
import types
from forwardpass import numerics
generator = types.SimpleNamespace(normal=lambda size: np.full(size, 2.0))
numerics.np = types.SimpleNamespace(
    random=types.SimpleNamespace(default_rng=lambda seed: generator)
)
"""
        },
        expected={"mean": "tampered"},
    ),
    patch("makes a check's tolerance endless", "check._TOLERANCE[8] = 1e9", exercise="mean"),
    patch(
        "makes CheckFailed harmless",
        "check.CheckFailed.__new__ = staticmethod(lambda *a: 1/0)",
        exercise="mean",
    ),
    patch(
        "calls something else check",
        """\
class check:
    close = equal = staticmethod(lambda *a, **k: None)
    hidden = None
check.hidden = check
from forwardpass.check import rng
check.rng = rng
""",
        "tampered|failed",
        "mean",
    ),
    patch(
        "calls a namespace np",
        """\
import types
real = np
np = types.SimpleNamespace(**vars(real))
np.testing = types.SimpleNamespace(assert_allclose=lambda *a, **k: None)
np.allclose = lambda *a, **k: True
WRONG = 1
""",
        "tampered|failed",
    ),
    patch(
        "calls a module np",
        """\
import types
real = np
np = types.ModuleType('numpy')
vars(np).update(vars(real))
np.testing = types.SimpleNamespace(assert_allclose=lambda *a, **k: None)
np.allclose = lambda *a, **k: True
""",
        "tampered|failed",
    ),
    patch(
        "replaces modules",
        """\
import sys, types
fake = types.ModuleType('check')
fake.close = lambda *a, **k: None
sys.modules['forwardpass.check'] = fake
import forwardpass
forwardpass.check = fake
from forwardpass import check
""",
        "tampered|failed",
        "mean",
    ),
    patch(
        "imports its own checks under their name",
        """\
import sys, types
fake = types.ModuleType('forwardpass.check')
fake.close = lambda *a, **k: None
fake.hidden = types.SimpleNamespace(close=fake.close)
sys.modules['forwardpass.check'] = fake
import forwardpass
forwardpass.check = fake
from forwardpass import check
""",
        "tampered|failed",
        "mean",
    ),
]
