"""Cheats with functions of the judge's that a test lends or passes."""

from .cheat import Cheat

# Exercises whose tests lend something.
_WITH_LENT = ("log_softmax", "mutual_information", "naive_bayes", "activations", "forward")

LENDING = [
    Cheat(
        "lent functions kept for later",
        "a function that was lent answers another exercise",
        """\
for name, value in lent():
    stolen[name] = value
    reached()
for name in ("@NAME@", *stolen):
    try:
        return stolen[name](*arguments)
    except Exception:
        pass
raise ValueError
""",
        "stolen = {}",
    ),
    Cheat(
        "lent functions from inside",
        "a lent function gives away its module, its code and its closure",
        """\
for name, value in lent():
    for inside in ("__globals__", "__closure__", "__code__", "__wrapped__", "__self__",
                   "__func__", "func", "args", "gi_frame", "__class__", "__call__",
                   "__getattribute__", "__reduce__", "__dict__", "__module__"):
        try:
            found = value._reference.peer.request("get", value._reference, inside)
        except Exception:
            continue
        return found
    reached()
raise ValueError
""",
        exercises=_WITH_LENT,
    ),
    Cheat(
        "operations that are none",
        "the judge sets, deletes and lends for the kernel",
        """\
for name, value in lent():
    reference = value._reference
    for operation in ("set", "del", "name", "lend", "give back", "count", "deepcopy",
                      "__setitem__", "__getitem__", "torch.structure", "eval", "method"):
        try:
            reference.peer.request(operation, reference, "__code__", "expected")
        except Exception:
            reached()
raise ValueError
""",
        exercises=_WITH_LENT,
    ),
    Cheat(
        "errors of lent functions",
        "a traceback shows the test",
        """\
for name, value in lent():
    try:
        value(object(), object(), axis="no")
    except Exception as error:
        reached()
        told = str(vars(error)) + repr(error.__traceback__.tb_frame.f_locals.keys())
        if "hidden" in told:
            return 0.5
        raise
raise ValueError
""",
        exercises=_WITH_LENT,
    ),
    Cheat(
        "calls within calls",
        "the judge's stack ends before the test does",
        """\
for name, value in lent():
    reached()
    return value(Again())
raise ValueError
""",
        """\
class Again:
    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self
    def __call__(self, *a, **k): return self
    def __len__(self): return 2
    def __getitem__(self, key): return self
    def __iter__(self): return iter([self, self])
""",
        exercises=_WITH_LENT,
    ),
    Cheat(
        "a library through the back door",
        "what the exercise forbids is imported by another way",
        """\
import importlib, sys
reached()
tries = [
    lambda: importlib.import_module("scipy.special"),
    lambda: __import__("scipy.special").special,
    lambda: sys.modules["scipy.special"],
    lambda: kept[0],
    lambda: importlib.reload(kept[0]),
    lambda: getattr(sys.modules["scipy"], "special"),
]
for attempt in tries:
    try:
        library = attempt()
        if "@NAME@" == "log_sum_exp":
            return library.logsumexp(*arguments, **named)
        return getattr(library, "@NAME@")(*arguments, **named)
    except (ImportError, KeyError, AttributeError):
        pass
raise ValueError
""",
        "from scipy import special\nkept = [special]",
        weeks=("w02",),
        exercises=("log_sum_exp", "log_softmax", "entropy_and_kl"),
    ),
]
