"""Submissions whose answers cheat while a test calls them, or show and send what is not so."""

from . import WRONG, Submission


def _within(
    name: str, code: str, outcome: str = "tampered", exercise: str = "relu", before: str = ""
) -> Submission:
    """Return one whose wrong answer changes something while the test runs it."""
    first, _, rest = WRONG[exercise].partition("\n")
    body = "\n".join(f"    {line}" for line in code.splitlines())
    return Submission(
        name,
        {exercise: f"{first}\n{body}\n{rest}"},
        before={exercise: before} if before else {},
        expected={exercise: outcome},
    )


_LIAR = """\
class Liar:
    shape, dtype, ndim, size = (2,), np.dtype(float), 1, 2
    def _yes(self, *a, **k): return True
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = all = any = __contains__ = _yes
    def __ne__(self, other): return False
    def _me(self, *a, **k): return self
    __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = __truediv__ = __getitem__ = _me
    __hash__ = object.__hash__
    def __len__(self): return 2
    def __array__(self, *a, **k): return np.array([7.25, 7.25])
    def __int__(self): return 0
"""

FORGING = [
    _within(
        "lets no value be shown",
        """\
import sys
sys.displayhook = lambda value: None
""",
        "tampered|failed",
        "fib",
    ),
    _within(
        "shows points through the hook",
        """\
import sys
d = get_ipython().displayhook
d._caller = sys._getframe(1)
d.write_format_data({'text/plain': '4'})
""",
        "tampered|failed",
        "fib",
    ),
    _within(
        "swaps code and takes it back",
        """\
f = type(check.hidden).close
old = f.__code__
def fake(self, *a, **k): f.__code__ = old
f.__code__ = fake.__code__
""",
        "tampered|failed",
        "mean",
    ),
    _within(
        "patches while it is tested",
        """\
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
""",
    ),
    _within(
        "patches a check while it is tested",
        """\
check.close = lambda *a, **k: None
type(check.hidden).close = check.close
""",
        exercise="mean",
    ),
    _within(
        "renames np while it is tested",
        """\
import types
fake = types.SimpleNamespace(**vars(np))
fake.testing = types.SimpleNamespace(assert_allclose=lambda *a, **k: 0)
fake.allclose = lambda *a, **k: True
globals()['np'] = fake
""",
    ),
    _within(
        "hides builtins while it is tested",
        "globals().update(sorted=lambda x: ['a', 'b'], all=lambda x: True, len=lambda x: 2)",
        exercise="count",
    ),
    _within(
        "patches builtins while it is tested",
        """\
import builtins
builtins.all = lambda x: True
builtins.sorted = lambda x: ['a', 'b']
builtins.len = lambda x: 2
""",
        # The kernel's own threads meet that len, too, and one of them may never answer again.
        "tampered|timeout",
        exercise="count",
    ),
    _within(
        "skips lines of the check",
        """\
import sys
def jump(frame, event, arg):
    if frame.f_code.co_name == 'close' and event == 'line':
        sys.settrace(None)
        frame.f_lineno = max(l for _, _, l in frame.f_code.co_lines() if l)
    return jump
sys.settrace(jump)
sys._getframe().f_trace = jump
""",
        "tampered|failed",
        "mean",
    ),
    _within(
        "takes its patch back",
        """\
old = np.isclose, check._visible._fail
C = type(check.hidden)
f = C._fail
def fake(*a, **k):
    C._fail = f
C._fail = fake
""",
        exercise="mean",
    ),
    _within(
        "takes its patch of numpy back",
        """\
old = np.testing.assert_allclose
old2 = np.allclose
def fake(*a, **k):
    np.testing.assert_allclose = old
def fake2(*a, **k):
    np.allclose = old2
    return True
np.testing.assert_allclose = fake
np.allclose = fake2
""",
    ),
    _within(
        "shows the points itself",
        """\
import sys
sys.displayhook(4)
from IPython.display import display
display(4)
print(4)
""",
        "failed",
        "fib",
    ),
    _within("runs a cell that shows points", "get_ipython().run_cell('4')", "failed", "fib"),
    _within(
        "runs a cell with points in a thread",
        """\
import threading
t = threading.Thread(target=lambda: get_ipython().run_cell('4'))
t.start(); t.join()
""",
        "failed",
        "fib",
    ),
    _within(
        "runs code that shows points",
        """\
exec(compile('4', '<string>', 'single'), get_ipython().user_ns)
g = get_ipython()
c = g.run_code(compile('4', '<string>', 'single'))
try: c.send(None)
except StopIteration: pass
""",
        "failed",
        "fib",
    ),
    _within(
        "asks the guard to note points",
        """\
import sys
g = get_ipython().kernel.guard
exec('g.note_shown("4", __import__("sys")._getframe())', {**globals(), 'g': g})
g.note_shown('4', sys._getframe(1))
""",
        "failed|tampered",
        "fib",
    ),
    _within(
        "publishes full points and fails",
        """\
k = get_ipython().kernel
content = {'data': {'text/plain': '4'}, 'metadata': {}, 'execution_count': 1}
k.session.send(k.iopub_socket, 'execute_result', content, k.get_parent(), ident=b'x')
raise ValueError('no')
""",
        "failed",
        "fib",
    ),
    _within(
        "publishes full points",
        """\
k = get_ipython().kernel
content = {'data': {'text/plain': '4'}, 'metadata': {}, 'execution_count': 1}
k.session.send(k.iopub_socket, 'execute_result', content, k.get_parent(), ident=b'x')
""",
        "failed",
        "fib",
    ),
    _within(
        "replies in the kernel's place",
        """\
k = get_ipython().kernel
p = k.get_parent()
import sys
frame = sys._getframe()
while 'ident' not in frame.f_locals or 'stream' not in frame.f_locals:
    frame = frame.f_back
own = frame.f_locals
content = {'status': 'ok', 'execution_count': 1, 'user_expressions': {}, 'payload': []}
k.session.send(own['stream'], 'execute_reply', content, p, ident=own['ident'])
k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, p)
raise ValueError('no')
""",
        "failed|tampered",
    ),
    _within(
        "asks the guard for a signature",
        """\
k = get_ipython().kernel
signed = k.guard.end('ok', '')
k.finish_metadata = lambda p, m, r: (r.update(status='ok'), {**m, 'forwardpass': signed})[1]
raise ValueError('no')
""",
    ),
    _within(
        "signs with the guard's own hand",
        """\
from autograder.kernels.guard import guard
k = get_ipython().kernel
g = k.guard
import hashlib
code = k.get_parent()['content']['code']
report = {'cell': guard.digest(code), 'status': 'ok', 'error': '', 'shown': []}
report |= {'before': [], 'during': []}
signed = {**report, 'signature': g._ask(('end', ('ok', '')))['signature']}
k.finish_metadata = lambda p, m, r: (r.update(status='ok'), {**m, 'forwardpass': signed})[1]
raise ValueError('no')
""",
        "tampered|failed",
    ),
    _within(
        "looks for the key in the guard",
        """\
import gc
from autograder.kernels.guard import guard
watch = get_ipython().kernel.guard._ask.__self__
found = []
for look in (
    lambda: watch.gi_frame.f_locals['key'],
    lambda: gc.get_referents(watch),
    lambda: [o for o in gc.get_objects() if o is watch],
    lambda: gc.get_referrers(guard.signature_of),
):
    try:
        found.append(look())
    except RuntimeError:
        pass
if any(type(f) is bytes for f in found) or any(found[1:]):
    return np.maximum(x, 0)
""",
        "failed|tampered",
    ),
    _within(
        "finds the key in the frames",
        """\
import sys, autograder.kernels.guard.guard as G
frame, key = sys._getframe(), None
while frame:
    for v in frame.f_locals.values():
        for w in getattr(v, '__dict__', {}).values():
            for c in getattr(w, '__closure__', None) or ():
                if isinstance(c.cell_contents, bytes): key = c.cell_contents
    frame = frame.f_back
k = get_ipython().kernel
code = k.get_parent()['content']['code']
report = {'cell': G.digest(code), 'status': 'ok', 'error': '', 'shown': []}
report |= {'before': [], 'during': []}
signed = {**report, 'signature': G.signature_of(key, report)}
k.finish_metadata = lambda p, m, r: (r.update(status='ok'), {**m, 'forwardpass': signed})[1]
raise ValueError('no')
""",
        "tampered|failed",
    ),
    _within(
        "runs another test in the test's place",
        """\
k = get_ipython().kernel
import asyncio
c = k.do_execute('pass', False)
try: c.send(None)
except BaseException: pass
raise ValueError('no')
""",
        "failed|tampered",
    ),
    _within(
        "raises what cannot be shown",
        """\
class E(Exception):
    def __str__(self): raise SystemExit
    __repr__ = __str__
raise E
""",
        "failed|timeout|tampered|kernel died",
    ),
    Submission(
        "formats numbers as points",
        {"fib": "def fib(n):\n    return 1"},
        before={
            "fib": """\
f = get_ipython().display_formatter.formatters['text/plain']
f.for_type(int, lambda o, p, c: p.text('4'))
f.for_type(bool, lambda o, p, c: p.text('4'))
"""
        },
        expected={"fib": "partial"},
    ),
    Submission(
        "lies in every comparison",
        {
            "mean": _LIAR + "def mean(x):\n    return Liar()",
            "relu": "def relu(x):\n    return Liar()",
            "fib": """\
class Number(int):
    def __eq__(self, other): return True
    def __index__(self): return 0
    __int__ = __index__
    __hash__ = int.__hash__
def fib(n):
    return Number(0)
""",
            "last": """\
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
def last(items):
    return Text('no')
""",
        },
        # Asked from another process, it never comes to an end with what it is.
        expected={
            "mean": "failed|timeout",
            "relu": "failed|timeout",
            "fib": "failed",
            "last": "failed",
        },
    ),
]
