"""Cheats with arguments that are changed in place, and with random numbers."""

from .cheat import Cheat

_FILL = """\
for array in arrays([*arguments, *named.values()]):
    if array.dtype.kind == "f" or {0!r} == 0.0:
        array[...] = {0}
        reached()
first = next(arrays(arguments), np.zeros(2))
return np.full(first.shape, {0})
"""

CHANGING = [
    Cheat(
        "zeros in place",
        "what is expected is computed from the changed arguments",
        _FILL.format("0.0"),
    ),
    Cheat(
        "NaN in place",
        "what is expected becomes NaN, which equals NaN",
        _FILL.format("np.nan"),
    ),
    Cheat(
        "infinities in place",
        "what is expected becomes NaN, too",
        _FILL.format("np.inf"),
    ),
    Cheat(
        "arguments that change later",
        "those that were kept follow the next call",
        """\
kept.extend(arrays(arguments))
for array in kept:
    if array.flags.writeable:
        array[...] = 0
        reached()
return kept[-1] if kept else 0.0
""",
        "kept = []",
    ),
    Cheat(
        "results that change later",
        "a result is a view of an argument, and follows the next call",
        """\
given = [array for array in arrays(arguments) if array.dtype.kind == "f"]
for old in kept:
    for new in given:
        if old.shape == new.shape and old.flags.writeable:
            old[...] = new
            reached()
kept.extend(given)
return given[0] if given else 0.0
""",
        "kept = []",
    ),
    Cheat(
        "arguments that change in a thread",
        "while the judge computes",
        "kept.extend(arrays(arguments))\nreturn np.zeros(2)",
        """\
import threading, time
kept = []
def spoil():
    while True:
        for array in list(kept):
            if array.flags.writeable:
                array[...] = 0
                reached()
        time.sleep(0.001)
threading.Thread(target=spoil, daemon=True).start()
""",
        exercises=("gaussian_mle", "log_sum_exp", "activations", "forward"),
    ),
    Cheat(
        "lists that lose their items",
        "loops over the arguments end at once",
        """\
for value in arguments:
    if isinstance(value, (list, dict, set)):
        value.clear()
        reached()
return []
""",
        weeks=("w05",),
    ),
    Cheat(
        "lists that change their pairs",
        "the pairs of a network become zeros",
        """\
for value in arguments:
    if isinstance(value, list):
        value[:] = [(np.zeros((1, 1)), np.zeros(1))] * len(value)
        reached()
return [(np.zeros((1, 1)), np.zeros(1))] * 2
""",
        weeks=("w05",),
    ),
]

_SPOIL = """\
for array in arrays([*arguments, *named.values()]):
    if array.dtype.kind in {1!r} and array.flags.writeable:
        array[...] = {0}
        reached()
return solved(*arguments, **named)
"""
_CLEAR = """\
for value in [*arguments, *named.values()]:
    if isinstance(value, list):
        reached()
        {}
return solved(*arguments, **named)
"""
# Answers that are given arrays, and lists; classes and generators are not spoiled.
_OF_ARRAYS = (
    *("gaussian_mle", "beta_posterior", "log_sum_exp", "log_softmax", "entropy_and_kl"),
    *("mutual_information", "bootstrap_interval"),
    *("activations", "softmax", "forward", "cross_entropy", "backward", "update"),
)
_OF_LISTS = ("forward", "update", "train")
SPOILING = [
    Cheat(
        f"{what} in place, and their results",
        "what is expected follows",
        body,
        weeks=weeks,
        exercises=exercises,
        knows_forms=True,
    )
    for what, body, exercises, weeks in [
        ("NaN", _SPOIL.format("np.nan", "f"), _OF_ARRAYS, ("w02", "w05")),
        ("zeros", _SPOIL.format("0", "biuf"), _OF_ARRAYS, ("w02", "w05")),
        ("ones", _SPOIL.format("1", "biuf"), _OF_ARRAYS, ("w02", "w05")),
        ("infinities", _SPOIL.format("np.inf", "f"), _OF_ARRAYS, ("w02", "w05")),
        ("first items", _SPOIL.format("array.reshape(-1)[:1]", "biuf"), _OF_ARRAYS, ("w02", "w05")),
        ("lists without items", _CLEAR.format("value.clear()"), _OF_LISTS, ("w05",)),
        ("lists of one item", _CLEAR.format("del value[1:]"), _OF_LISTS, ("w05",)),
        (
            "lists of equal items",
            _CLEAR.format("value[:] = value[:1] * len(value)"),
            _OF_LISTS,
            ("w05",),
        ),
    ]
]

RANDOM = [
    Cheat(
        "a generator that is put back",
        "the same numbers again and again",
        """\
for value in [*arguments, *named.values()]:
    if isinstance(value, np.random.Generator):
        value.bit_generator.state = np.random.PCG64(0).state
        reached()
return [(np.zeros((2, 2)), np.zeros(2))] * 2
""",
        exercises=("bootstrap_interval", "initialise", "train"),
    ),
    Cheat(
        "a generator that stands still",
        "all numbers are the same",
        """\
for value in [*arguments, *named.values()]:
    if isinstance(value, np.random.Generator):
        state = value.bit_generator.state
        state["state"] = {"state": 0, "inc": 0}
        value.bit_generator.state = state
        reached()
return 0.0, 0.0
""",
        exercises=("bootstrap_interval", "initialise", "train"),
    ),
    Cheat(
        "global seeds",
        "the judge's own random numbers are known",
        """\
import random, sys
random.seed(0)
np.random.set_state(("MT19937", np.zeros(624, np.uint32), 624))
if "torch" in sys.modules:
    sys.modules["torch"].manual_seed(0)
reached()
return np.zeros(2)
""",
    ),
    Cheat(
        "error states",
        "comparisons of the judge raise, or warn no more",
        """\
import warnings
np.seterr(all="raise")
warnings.simplefilter("error")
reached()
return np.zeros(2)
""",
    ),
]
