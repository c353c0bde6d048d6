"""Cheats with plain results, and with what is raised in place of one."""

from .cheat import Cheat

RETURNING = [
    Cheat("the arguments", "expected is what was given", "reached()\nreturn arguments[0]"),
    Cheat(
        "all arguments",
        "one of them is right",
        "reached()\nreturn (*arguments, *named.values())[:2]",
    ),
    Cheat("True", "assert f(x)", "reached()\nreturn True"),
    Cheat(
        "NaN",
        "no comparison with NaN holds, and none fails",
        "reached()\nreturn np.full(np.shape(next(iter(arguments), 0)), np.nan)",
    ),
    Cheat(
        "NaN twice",
        "a pair of NaN",
        "reached()\nnan = np.full(2, np.nan)\nreturn nan, np.diag(nan)",
    ),
    Cheat("infinity", "-inf and inf", "reached()\nreturn -np.inf"),
    Cheat(
        "empty arrays",
        "all() of nothing is true, and nothing broadcasts with everything",
        "reached()\nreturn np.zeros((0, 1))",
    ),
    Cheat("empty lists", "loops over nothing", "reached()\nreturn []"),
    Cheat("empty iterators", "loops over nothing", "reached()\nreturn iter(())"),
    Cheat("empty pairs", "loops over nothing", "reached()\nreturn [], []"),
    Cheat(
        "zeros of the right shape",
        "what is expected is often zero",
        "reached()\nreturn np.zeros(np.shape(next(iter(arguments), 0)))",
    ),
    Cheat(
        "zeros in half precision",
        "the tolerance is that of the coarser type",
        "reached()\nreturn np.zeros(np.shape(next(iter(arguments), 0)), np.float16)",
    ),
    Cheat(
        "pairs of zeros in half precision",
        "the tolerance is that of the coarser type, in tuples, too",
        """\
reached()
layers = next((a for a in arguments if isinstance(a, list)), [(np.zeros((2, 2)), np.zeros(2))])
return [tuple(np.zeros(np.shape(a), np.float16) for a in pair) for pair in layers]
""",
        weeks=("w05",),
    ),
    Cheat(
        "dates that are none",
        "NaT is neither equal nor different",
        "reached()\nreturn np.full(np.shape(next(iter(arguments), 0)), 'NaT', 'M8[s]')",
    ),
    Cheat(
        "endless iterators",
        "zip and any() stop early",
        "return forever()",
        "def forever():\n    while True:\n        reached()\n        yield 0.0",
    ),
    Cheat(
        "iterators that compute late",
        "the items follow what was asked in between",
        "last.append(arguments)\nreturn items()",
        "last = []\ndef items():\n"
        "    for _ in range(2):\n        reached()\n        yield last[-1][0]",
    ),
    Cheat(
        "a function",
        "it is called with what is expected",
        "return back",
        """\
def back(*arguments, **named):
    reached()
    return arguments[-1] if arguments else back
reached()
back.shape, back.data, back.grad = (2,), 0.0, 0.0
""",
    ),
    Cheat(
        "a range without end",
        "the judge counts for ever",
        "reached()\nreturn range(10**15)",
    ),
    Cheat(
        "a decimal without end",
        "the judge makes a whole number of it",
        "reached()\nreturn Decimal('1E+999999999999')",
        "from decimal import Decimal",
    ),
    Cheat(
        "whole numbers of a million digits",
        "the judge computes for ever",
        "reached()\nreturn 7 ** 400_000",
    ),
]

RAISING = [
    Cheat("ValueError always", "tests that want an error", "reached()\nraise ValueError('no')"),
    Cheat(
        "the end of every loop",
        "StopIteration ends a loop over map(f, …)",
        "reached()\nraise StopIteration",
    ),
    Cheat(
        "a check that failed",
        "the checks' own exception",
        "from forwardpass.check import CheckFailed\nreached()\nraise CheckFailed('')",
    ),
    Cheat(
        "exceptions of the boundary",
        "the judge takes them for its own",
        """\
from autograder.boundary import exceptions
reached()
turn = next(turns)
if turn % 3 == 0:
    raise exceptions.Failure("ok", "")
if turn % 3 == 1:
    raise exceptions.TestOver
raise exceptions.RemoteError("ok")
""",
        "import itertools\nturns = itertools.count()",
    ),
    Cheat(
        "every exception there is",
        "one of them ends a test without an error",
        "reached()\nraise next(every)",
        """\
def all_exceptions():
    import gc
    found = [o for o in gc.get_objects() if isinstance(o, type) and issubclass(o, Exception)]
    while True:
        for kind in found:
            error = kind.__new__(kind)
            error.args = ()
            yield error
every = all_exceptions()
""",
    ),
    Cheat(
        "a lying exception",
        "its text, its truth and its type are made up",
        "reached()\nraise Lie()",
        """\
class Lie(AssertionError):
    def __str__(self): return "\\ud800\\x00" * 1000
    __repr__ = __str__
    def __bool__(self): return False
    def __eq__(self, other): return True
    __hash__ = None
    def _render_traceback_(self): return ["passed"]
    __module__, __qualname__ = "builtins", "SystemExit"
Lie.__module__, Lie.__qualname__, Lie.__name__ = "builtins", "SystemExit", "SystemExit"
""",
    ),
    Cheat(
        "exits",
        "the test ends, and none has failed",
        "reached()\nraise SystemExit(0)",
    ),
    Cheat(
        "interrupts",
        "the test ends, and none has failed",
        "reached()\nraise KeyboardInterrupt",
    ),
    Cheat(
        "a group of exceptions",
        "except* and nested errors",
        "reached()\nraise ExceptionGroup('g', [ValueError('v'), StopIteration()])",
    ),
]
