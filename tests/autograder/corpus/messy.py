"""Honest submissions with all that people write around their answers; each keeps full marks."""

from . import RIGHT, Submission


def extra(name: str, *cells: str, at: str = "relu", **options: object) -> Submission:
    """Return one with cells of the learner's own above an exercise."""
    return Submission(name, before={at: cells}, **options)


_DECORATED = """\
import functools, time
def timed(f):
    @functools.wraps(f)
    def inner(*args):
        begin = time.perf_counter()
        try:
            return f(*args)
        finally:
            print(f"{f.__name__} took {time.perf_counter() - begin:.6f} s")
    return inner
@functools.lru_cache(maxsize=None)
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)
"""

MESSY = [
    Submission(
        "prints everywhere",
        {
            name: code.replace(":\n", ":\n    print('now', locals())\n", 1)
            for name, code in RIGHT.items()
        },
    ),
    Submission(
        "warns on stderr",
        {
            "relu": """\
def relu(x):
    import warnings, logging, sys, os
    warnings.warn('careful')
    logging.warning('hm'); logging.getLogger('x').error('oh')
    sys.stderr.write('err')
    os.write(2, b'err')
    return np.maximum(x, 0)
"""
        },
    ),
    extra(
        "plots",
        """\
import matplotlib.pyplot as plt
%matplotlib inline
plt.rcParams['figure.figsize'] = (2, 2)
plt.rcParams.update({'font.size': 7})
""",
        """\
fig, ax = plt.subplots()
ax.plot([1, 2])
plt.show()
""",
    ),
    extra(
        "shows tables",
        """\
import pandas as pd
pd.set_option('display.max_rows', 5)
df = pd.DataFrame({'a': [1, 2]})
df
""",
        """\
from IPython.display import HTML, Markdown, Latex, display
display(df, HTML('<b>x</b>'), Markdown('**x**'), Latex('$x$'))
""",
    ),
    Submission(
        "is slow",
        {
            "relu": """\
import time
def relu(x):
    time.sleep(0.3)
    return np.maximum(x, 0)
"""
        },
    ),
    Submission(
        "writes in its own language",
        {
            "mean": """\
def mean(x):
    # Mittelwert, среднее, 平均 🙂
    größe, Σ = np.size(x), np.sum(x)
    return Σ / größe
"""
        },
        before={"mean": "naïve_été = 'ﬁ\u200b…\u202e'\nnaïve_été"},
    ),
    extra(
        "uses magics",
        "%timeit -n1 -r1 sum(range(10))",
        "%%time\na = 1",
        "%load_ext autoreload\n%autoreload 2",
        "%%capture out\nprint(1)",
        "%who\n%pwd\n%env X=1",
        "%prun sum(range(10))",
        "%xmode Verbose",
        """\
%precision 3
%config InlineBackend.figure_format = 'svg'
""",
        "%%bash\necho hi",
        "%%writefile notes.txt\nx",
        """\
%reset_selective -f a
%matplotlib inline
""",
    ),
    extra(
        "uses the shell",
        """\
!ls -la
!pip --version || true
files = !ls
print(files)
""",
        "!python -c 'print(1)'",
    ),
    Submission(
        "has helpers and state",
        {
            "mean": """\
def mean(x):
    global calls
    calls += 1
    return Helper(x).mean()
"""
        },
        before={
            "mean": """\
calls = 0
class Helper:
    def __init__(self, x):
        self.x = x
    def mean(self):
        return _sum(self.x) / len(self.x)
def _sum(x):
    return sum(float(v) for v in x)
"""
        },
    ),
    extra(
        "sets seeds and print options",
        """\
np.random.seed(0); rng = np.random.default_rng(1)
import random; random.seed(3)
np.set_printoptions(precision=2, suppress=True)
np.seterr(all='raise')
import sys; sys.setrecursionlimit(5000)
""",
    ),
    Submission(
        "shadows names",
        before={
            "relu": """\
sum = 0
max = 3
id = 'x'
input = [1]
type = 'y'
""",
            "fib": "list = [1]\nstr = 'text'",
        },
    ),
    extra(
        "imports again",
        """\
import numpy as np
np = np
import numpy
from forwardpass import check
check_result = check
def checks(x): return x
import numpy as numpy_again
""",
        at="mean",
    ),
    extra("calls a helper check", "def check(x):\n    print(x)\ncheck(1)", at="mean"),
    extra(
        "gives numpy its old names back",
        "np.float = float; np.int = int; np.object = object; np.bool = bool",
    ),
    Submission(
        "works in parallel",
        {
            "mean": """\
def mean(x):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(float, x)) / len(x)
"""
        },
        before={
            "mean": (
                """\
import multiprocessing as mp
with mp.get_context('fork').Pool(2) as pool:
    print(pool.map(abs, [-1, 2]))
""",
                """\
import subprocess, sys, threading
subprocess.run([sys.executable, '-c', 'print(1)'], check=True)
t = threading.Thread(target=print, args=(1,)); t.start(); t.join()
""",
                """\
from joblib import Parallel, delayed
def square(x):
    return np.square(x)
print(Parallel(n_jobs=2)(delayed(square)(i) for i in range(3)))
""",
            )
        },
    ),
    Submission(
        "reads and writes files",
        {
            "last": """\
def last(items):
    import json, tempfile
    with open('items.json', 'w') as f: json.dump(items, f)
    with tempfile.TemporaryFile('w+') as f: f.write('x')
    return json.load(open('items.json'))[-1]
"""
        },
    ),
    extra(
        "shows progress",
        """\
from tqdm.auto import tqdm, trange
for i in tqdm(range(3)): pass
from tqdm import tqdm as bar
for i in bar(range(3)): pass
""",
        "import ipywidgets as w\nw.IntSlider()",
        """\
@w.interact(x=3)
def f(x=1):
    print(x)
""",
        """\
from IPython.display import clear_output, display
for i in range(3):
    clear_output(wait=True)
    h = display(i, display_id=True); h.update(i + 1)
""",
    ),
    extra(
        "waits asynchronously",
        """\
import asyncio
async def f():
    await asyncio.sleep(0.01)
    return 1
await f()
""",
        """\
results = await asyncio.gather(f(), f())
task = asyncio.create_task(asyncio.sleep(0.2))
""",
    ),
    Submission(
        "answers with lambdas",
        {
            "mean": "mean = lambda x: np.add.reduce(x) / len(x)",
            "last": "last = lambda items: items[-1]",
            "count": """\
from collections import Counter
count = lambda words: dict(Counter(words))
""",
        },
    ),
    Submission(
        "decorates and annotates",
        {
            "fib": _DECORATED,
            "last": """\
from __future__ import annotations
from typing import TypeVar
from dataclasses import dataclass, field
T = TypeVar('T')
@dataclass
class Box:
    items: list[T] = field(default_factory=list)
    def last(self) -> T:
        return self.items[-1]
def last(items: list[T]) -> T:
    return Box(items).last()
""",
        },
    ),
    Submission(
        "recurses",
        {
            "fib": """\
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)
"""
        },
    ),
    extra(
        "has a main program",
        """\
if __name__ == '__main__':
    print('main')
import sys
sys.argv
""",
        """\
import argparse
argparse.ArgumentParser().parse_args([])
""",
    ),
    extra(
        "imports all of numpy",
        """\
from numpy import *
from math import *
""",
        at="mean",
    ),
    extra(
        "patches matplotlib",
        """\
import matplotlib.pyplot as plt
old = plt.show
plt.show = lambda *a, **k: print('shown')
plt.plot([1]); plt.show()
""",
    ),
]
