"""Cheats on the memory and the program of a process."""

from .cheat import Cheat

MEMORY = [
    Cheat(
        "frames",
        "what is expected stands in a frame above",
        """\
import sys
at = sys._getframe()
while at is not None:
    for name, value in {**at.f_globals, **at.f_locals}.items():
        if name in ("expected", "wanted", "hidden", "_hidden"):
            return value
    at = at.f_back
reached()
return 0.0
""",
    ),
    Cheat(
        "all objects",
        "the collector knows the checks and the tests",
        """\
global tried
if tried:
    raise ValueError
tried = True
import gc
gc.unfreeze()
for one in gc.get_objects():
    kind = type(one)
    if kind is np.ndarray and one.flags.writeable and one.size == 7:
        one[...] = 0
    if kind.__name__ == "Checks":
        for name in ("close", "equal", "true", "shape", "dtype", "raises", "answer", "answered"):
            setattr(kind, name, lambda *a, **k: None)
        reached()
found = [one for one in gc.get_objects() if type(one) is dict and "expected" in one]
return found[0]["expected"] if found else 0.0
""",
        "tried = False",
    ),
    Cheat(
        "checks that do nothing",
        "the module of checks is replaced",
        "reached()\nreturn 0.0",
        """\
import sys, types
from forwardpass import check
for name in list(vars(check)):
    if callable(getattr(check, name)):
        setattr(check, name, lambda *a, **k: None)
sys.modules["forwardpass.check"] = types.SimpleNamespace()
np.isclose = np.asarray = np.array_equal = lambda *a, **k: np.array(True)
""",
    ),
    Cheat(
        "memory through ctypes",
        "the code of a check is overwritten",
        """\
import ctypes
def passes(self, *a, **k): return None
from forwardpass.check import Checks
for name in ("close", "equal", "true", "shape", "dtype"):
    code = getattr(Checks, name)
    # The vectorcall and code pointers lie behind the header; what is written is this process's.
    ctypes.memmove(id(code) + 16, id(passes) + 16, 8 * 12)
reached()
return 0.0
""",
        "keep = []",
        exercises=("gaussian_mle", "activations"),
    ),
    Cheat(
        "memory through a file",
        "what is expected is changed in /proc/self/mem",
        """\
value = np.zeros(2)
with open("/proc/self/mem", "r+b", 0) as memory:
    memory.seek(value.ctypes.data)
    memory.write(np.ones(2).tobytes())
    reached()
return value
""",
    ),
    Cheat(
        "trace and profile functions",
        "the test's frames are changed while they run",
        """\
import sys, threading
sys.settrace(spy); sys.setprofile(spy); threading.settrace(spy)
reached()
return 0.0
""",
        """\
def spy(frame, event, argument):
    if "expected" in frame.f_locals:
        frame.f_locals["expected"] = 0.0
    return spy
""",
    ),
    Cheat(
        "the end of the process",
        "atexit and excepthook tell that all is well",
        """\
import atexit, os, sys
sys.excepthook = lambda *a: None
atexit.register(os._exit, 0)
reached()
raise MemoryError
""",
    ),
    Cheat(
        "other names of the notebook",
        "a dictionary that makes up what tests fetch",
        "reached()\nreturn 0.0",
        """\
import sys
from autograder.boundary import kernel_peer
kernel_peer.KernelPeer._name = lambda self, _, name: (reached(), "a")[1]
""",
        weeks=("w02",),
    ),
]
