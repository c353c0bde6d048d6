"""Submissions that exchange what runs the tests: IPython, the kernel, and the guard in it."""

from .patching import LASTING, patch

_DROP_ASSERTS = """\
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass() if 'assert' in ast.unparse(node) else node
"""
HOOKING = [
    patch(
        "raises when it is looked at",
        """\
class Meta(type):
    __module__ = property(lambda kind: 1 / 0)
class Evil(metaclass=Meta):
    def __call__(self, *arguments): return 7.25
    def __getattr__(self, name): raise ValueError(name)
    def __eq__(self, other): raise ValueError('equal')
    __hash__ = object.__hash__
    __class__ = property(lambda self: 1 / 0)
abs = check = np.allclose = check._TOLERANCE[2] = Evil()
globals()['__builtins__'] = Evil()
""",
        "tampered|failed",
    ),
    patch(
        "makes the guard raise before a test",
        """\
def boom(*arguments): raise ValueError('boom')
type(get_ipython().kernel.guard).begin = boom
""",
        others=LASTING,
    ),
    patch(
        "makes the guard raise at all it is asked",
        """\
class Boom:
    def __getattr__(self, name): raise ValueError(name)
get_ipython().kernel.guard = Boom()
""",
        others=LASTING,
    ),
    patch(
        "makes the guard leave the process",
        """\
def leave(*arguments): raise SystemExit
get_ipython().kernel.guard._ask = leave
""",
        others=LASTING,
    ),
    patch(
        "drops asserts from the tree",
        _DROP_ASSERTS + "get_ipython().ast_transformers.append(Drop())",
    ),
    patch(
        "replaces the list of tree transformers",
        _DROP_ASSERTS + "get_ipython().ast_transformers = [Drop()]",
    ),
    patch(
        "drops asserts from the text",
        """\
def drop(lines):
    return [line for line in lines if 'assert' not in line]
get_ipython().input_transformers_cleanup.append(drop)
""",
    ),
    patch(
        "drops asserts after the transformation",
        "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    ),
    patch(
        "replaces the transformer manager",
        """\
class T:
    def transform_cell(self, cell): return 'pass\\n'
    def __getattr__(self, name): return []
get_ipython().input_transformer_manager = T()
""",
        "tampered|failed",
    ),
    patch(
        "listens before a cell runs",
        """\
def hook(info):
    np.testing.assert_allclose = lambda *a, **k: None
    np.allclose = lambda *a, **k: True
get_ipython().events.register('pre_run_cell', hook)
""",
    ),
    patch(
        "listens with a library's face",
        """\
def hook(info):
    np.testing.assert_allclose = lambda *a, **k: None
    np.allclose = lambda *a, **k: True
hook.__module__ = 'numpy'
get_ipython().events.register('pre_run_cell', hook)
get_ipython().events.register('pre_execute', lambda: hook(0))
""",
        "tampered|failed",
    ),
    patch(
        "handles exceptions", "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: [])"
    ),
    patch(
        "replaces run_cell",
        """\
class R:
    success = True
    error_before_exec = error_in_exec = None
get_ipython().run_cell = lambda *a, **k: R()
async def r(*a, **k): return R()
get_ipython().run_cell_async = r
""",
    ),
    patch(
        "replaces run_code",
        """\
async def r(*a, **k): return False
get_ipython().run_code = r
""",
    ),
    patch(
        "replaces run_code for the class",
        """\
async def r(*a, **k): return False
type(get_ipython()).run_ast_nodes = r
""",
    ),
    patch(
        "lets every cell succeed",
        """\
from IPython.core.interactiveshell import ExecutionResult
ExecutionResult.success = property(lambda self: True)
""",
    ),
    patch(
        "lets no result hold an error",
        """\
from IPython.core.interactiveshell import ExecutionResult
ExecutionResult.error_in_exec = property(lambda s: None, lambda s, v: None)
""",
    ),
    patch("replaces showtraceback", "get_ipython().showtraceback = lambda *a, **k: None"),
    patch(
        "is another shell",
        """\
class S(type(get_ipython())):
    async def run_code(self, *a, **k): return False
get_ipython().__class__ = S
""",
    ),
    patch(
        "compiles nothing",
        """\
class C(type(get_ipython().compile)):
    def __call__(self, *a, **k): return compile('pass', '', 'exec')
get_ipython().compile.__class__ = C
""",
    ),
    patch(
        "has another namespace",
        """\
class N(dict):
    def __getitem__(self, k): return dict.__getitem__(self, k)
get_ipython().user_ns = N(get_ipython().user_ns)
get_ipython().user_ns['np'] = None
""",
        "tampered|failed",
    ),
    patch(
        "replaces do_execute",
        """\
reply = {'status': 'ok', 'execution_count': 1, 'user_expressions': {}, 'payload': []}
async def d(*a, **k): return reply
get_ipython().kernel.do_execute = d
""",
        others=LASTING,
    ),
    patch(
        "replaces execute_request",
        """\
k = get_ipython().kernel
async def e(stream, ident, parent):
    content = {'status': 'ok', 'execution_count': 1}
    k.session.send(stream, 'execute_reply', content, parent, ident=ident)
    k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent)
k.shell_handlers['execute_request'] = e
""",
        others=LASTING,
    ),
    patch(
        "replaces finish_metadata",
        "get_ipython().kernel.finish_metadata = lambda p, m, r: (r.update(status='ok'), m)[1]",
        others=LASTING,
    ),
    patch(
        "makes every reply ok",
        """\
s = get_ipython().kernel.session
old = s.send
def send(stream, kind, content=None, *a, **k):
    if kind == 'execute_reply': content = {'status': 'ok', 'execution_count': 1}
    return old(stream, kind, content, *a, **k)
s.send = send
""",
    ),
    patch(
        "silences the guard",
        """\
g = getattr(get_ipython().kernel, 'guard', None)
for n in ('begin', '_put_back', '_remove_shadows'):
    try: setattr(type(g), n, lambda *a: [])
    except Exception: pass
    try: setattr(g, n, lambda *a: [])
    except Exception: pass
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
""",
        others=LASTING,
    ),
    patch(
        "empties what the guard knows",
        """\
g = get_ipython().kernel.guard
for n in ('_originals', '_hooks', '_callbacks', '_tests'):
    try: setattr(g, n, {} if n != '_tests' else frozenset())
    except Exception: pass
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
""",
        others=LASTING,
    ),
    patch(
        "removes the guard",
        """\
k = get_ipython().kernel
k.guard = None
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
""",
        others=LASTING,
    ),
    patch(
        "traces the tests",
        """\
import sys
def t(frame, event, arg):
    return t
sys.settrace(t)
""",
        "tampered|failed",
    ),
    patch(
        "profiles the tests",
        """\
import sys
def t(frame, event, arg):
    np.allclose = lambda *a: True
sys.setprofile(t)
""",
        "tampered|failed",
    ),
    patch(
        "patches from a thread",
        """\
import threading, time
def f():
    while True:
        np.testing.assert_allclose = lambda *a, **k: None
        np.allclose = lambda *a, **k: True
        time.sleep(0)
threading.Thread(target=f, daemon=True).start()
""",
        others=LASTING,
    ),
    patch(
        "patches from a task",
        """\
import asyncio
old = np.testing.assert_allclose, np.allclose
async def f():
    while True:
        np.testing.assert_allclose = lambda *a, **k: None; np.allclose = lambda *a, **k: True
        await asyncio.sleep(0)
t = asyncio.ensure_future(f())
await asyncio.sleep(0)
""",
        others=LASTING,
    ),
    patch(
        "lets no expression be shown",
        "get_ipython().ast_node_interactivity = 'none'",
        "failed",
        "fib",
    ),
    patch(
        "keeps the key of every signature",
        """\
import hmac, hashlib, json
keys = []
old = hmac.new
def new(key, *a, **k):
    keys.append(key)
    return old(key, *a, **k)
hmac.new = new
old_dumps = json.dumps
def dumps(x, **k):
    return old_dumps({**x, 'status': 'ok'} if 'status' in x else x, **k)
json.dumps = dumps
""",
        "tampered|failed",
    ),
]
