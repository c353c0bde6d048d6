"""More honest submissions: what people do to the notebook's own machinery, and mean no harm."""

from . import Submission
from .messy import extra

HABITS = [
    extra(
        "turns warnings into errors",
        """\
import warnings
warnings.filterwarnings('error')
""",
        "warnings.simplefilter('ignore')",
    ),
    extra("prints very much", "for i in range(20000): print('line', i)", "list(range(3000))"),
    extra(
        "has errors of its own",
        "1 / 0",
        "undefined_name",
        "def broken(:\n    pass",
        "for i in range(3)\n",
        "raise ValueError('mine')",
        "mean(None)",
        "import a_package_that_is_not_there",
    ),
    extra(
        "listens to events for timing",
        """\
import time
def started(*a): global begin; begin = time.time()
def ended(*a): print('took', time.time() - begin)
get_ipython().events.register('pre_run_cell', started)
get_ipython().events.register('post_run_cell', ended)
""",
        "1",
    ),
    extra(
        "shows every expression",
        """\
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.ast_node_interactivity = 'all'
get_ipython().ast_node_interactivity = 'all'
""",
        "1\n2",
    ),
    extra(
        "debugs itself",
        """\
import traceback, inspect, gc, sys, dis
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
inspect.getsource(mean); print(len(gc.get_objects()) > 0); gc.collect(); dis.dis(mean)
sys._getframe().f_code.co_name
""",
        """\
import cProfile
cProfile.run('mean([1, 2])')
""",
        """\
import unittest, doctest
class T(unittest.TestCase):
    def test(self): self.assertEqual(1, 1)
unittest.main(argv=['x'], exit=False)
doctest.testmod()
""",
        """\
from unittest.mock import patch
with patch('builtins.input', lambda *a: '3'):
    print(input())
with patch('numpy.mean', lambda x: 1): np.mean([2])
""",
    ),
    extra(
        "traces and profiles itself",
        """\
import sys
def note(frame, event, arg): return note
sys.settrace(note); mean([1, 2]); sys.settrace(None)
sys.setprofile(note); mean([1, 2]); sys.setprofile(None)
""",
        """\
import cProfile, trace
profiler = cProfile.Profile()
profiler.enable(); mean([1, 2]); profiler.disable()
trace.Trace(count=1, trace=0).runfunc(mean, [1, 2])
""",
        "%prun -q mean([1, 2])",
        "import cProfile\nforgotten = cProfile.Profile()\nforgotten.enable()",
    ),
    extra(
        "reloads the checks",
        """\
import importlib
importlib.reload(check)
from forwardpass import check
""",
        """\
import sys
for name in [name for name in sys.modules if name.startswith('forwardpass')]:
    del sys.modules[name]
from forwardpass import check
""",
        at="mean",
    ),
    Submission(
        "starts many threads one after another",
        {
            "mean": """\
import subprocess, threading
def mean(x):
    for number in range(400):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
    together = threading.Event()
    threads = [threading.Thread(target=together.wait) for number in range(40)]
    for thread in threads: thread.start()
    together.set()
    for thread in threads: thread.join()
    subprocess.run(['true'], check=True)
    return np.mean(x)
"""
        },
    ),
    extra(
        "styles its print",
        """\
import builtins, functools
print = functools.partial(print, flush=True)
builtins.print = print
from pprint import pprint as p
p({1: 2})
""",
    ),
]
