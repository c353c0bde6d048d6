"""Submissions that end, block, flood or outlive their kernel."""

from . import Submission


def _crash(name: str, code: str, outcome: str) -> Submission:
    """Return one whose relu does something; what comes behind it must keep its points."""
    body = "\n".join(f"    {line}" for line in code.splitlines())
    return Submission(name, {"relu": f"def relu(x):\n{body}"}, expected={"relu": outcome})


def _flood(name: str, code: str) -> Submission:
    """Return one with a right answer that does something on its way."""
    body = "\n".join(f"    {line}" for line in code.splitlines())
    return Submission(name, {"relu": f"def relu(x):\n{body}\n    return np.maximum(x, 0)"})


CRASHING = [
    _crash("leaves with exit", "exit()", "failed"),
    _crash("leaves with sys.exit", "import sys\nsys.exit(0)", "failed"),
    _crash("raises SystemExit", "raise SystemExit(0)", "failed"),
    _crash("raises KeyboardInterrupt", "raise KeyboardInterrupt", "failed|timeout"),
    _crash(
        "raises CancelledError",
        """\
import asyncio
raise asyncio.CancelledError
""",
        "failed",
    ),
    _crash(
        "quits the kernel",
        """\
get_ipython().ask_exit()
raise ValueError('x')
""",
        "failed",
    ),
    _crash(
        "stops the event loop",
        """\
import asyncio
asyncio.get_event_loop().stop()
return 1
""",
        "failed|kernel died",
    ),
    _crash("leaves with os._exit", "import os\nos._exit(0)", "kernel died"),
    _crash("aborts", "import os\nos.abort()", "kernel died"),
    _crash("reads address zero", "import ctypes\nctypes.string_at(0)", "kernel died"),
    _crash("kills itself", "import os\nos.kill(os.getpid(), 9)", "kernel died"),
    _crash(
        "becomes another program",
        """\
import os
os.execv('/bin/true', ['true'])
""",
        "kernel died",
    ),
    _crash("recurses without end", "return relu(x)", "failed|timeout"),
    _crash(
        "recurses until the stack ends",
        """\
import sys
sys.setrecursionlimit(10**8)
class D(dict):
    def __repr__(self): return repr([self])
repr(D())
""",
        "kernel died|failed|out of memory",
    ),
    _crash("loops without end", "while True:\n    pass", "timeout"),
    _crash(
        "loops and swallows interrupts",
        """\
while True:
    try:
        while True: pass
    except BaseException:
        pass
""",
        "timeout",
    ),
    _crash(
        "blocks every signal",
        """\
import signal, threading
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
lock = threading.Lock()
lock.acquire()
lock.acquire()
""",
        "timeout",
    ),
    _crash("asks for input", "return float(input('number? '))", "failed"),
    _crash(
        "stops itself",
        """\
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
""",
        "timeout",
    ),
    _crash(
        "doubles a list",
        """\
a = [0] * 1000
while True:
    a = a + a
""",
        "out of memory",
    ),
    _crash("asks for an array of a terabyte", "return np.ones(2 ** 37)", "out of memory"),
    _crash(
        "fills memory by many hands",
        """\
import os, time
for i in range(8):
    if os.fork() == 0:
        b = bytearray(120 * 2 ** 20)
        time.sleep(60)
        os._exit(0)
os.wait()
""",
        "out of memory|kernel died",
    ),
    _crash(
        "fills the shared memory",
        """\
f = open('/dev/shm/x', 'wb')
while True:
    f.write(bytes(2 ** 22))
""",
        "failed",
    ),
    _crash(
        "fills the disk with one file",
        """\
import signal
f = open('x', 'wb')
while True:
    f.write(bytes(2 ** 22))
""",
        "failed|kernel died",
    ),
    _crash(
        "fills the disk with many files",
        """\
i = 0
while True:
    i += 1
    open(f'/tmp/{i}', 'wb').write(bytes(2 ** 20))
""",
        "failed",
    ),
    _crash(
        "forks without end",
        """\
import os
while True:
    try: os.fork()
    except OSError: pass
""",
        "kernel died|timeout|out of memory",
    ),
    _crash(
        "starts threads without end",
        """\
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(60,)).start()
""",
        "failed|kernel died|timeout|out of memory",
    ),
    _crash(
        "closes all files",
        """\
import os
os.closerange(0, 100)
return np.maximum(x, 0)
""",
        "passed|kernel died|timeout|failed",
    ),
    _crash(
        "kills itself later",
        """\
import threading, os
threading.Timer(0.2, os._exit, (0,)).start()
import time
time.sleep(1)
""",
        "kernel died",
    ),
    _crash(
        "dies at its end",
        """\
import atexit, os, signal
atexit.register(os.fork)
for n in (2, 15): signal.signal(n, lambda *a: os.fork())
os._exit(1)
""",
        "kernel died",
    ),
    _crash("raises its own MemoryError", "raise MemoryError", "out of memory"),
    _flood(
        "changes and removes its folder",
        """\
import os, shutil
if os.getcwd() != '/':  # later calls would walk through the whole system, and take their time
    shutil.rmtree(os.getcwd(), ignore_errors=True)
os.chdir('/')
""",
    ),
    _flood(
        "prints a lot",
        """\
for i in range(4 * 10 ** 4):
    print('flood ' * 10)
""",
    ),
    _flood(
        "shows something huge",
        """\
from IPython.display import display, HTML
display(HTML('x' * 2 ** 22))
print('y' * 2 ** 22)
""",
    ),
    _flood(
        "writes to the terminal",
        """\
import os
for i in range(500):
    os.write(1, b'z' * 10000); os.write(2, b'z' * 10000)
""",
    ),
    _crash(
        "shows a million small things",
        """\
from IPython.display import display
for i in range(10 ** 6):
    display(i)
""",
        "timeout",
    ),
    _flood(
        "leaves a process behind",
        """\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import signal
        for n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)
        os.execvp('sleep', ['sleep', '4242'])
    os._exit(0)
os.wait()
""",
    ),
    _flood(
        "starts a daemon in the shell",
        """\
import subprocess
subprocess.Popen('nohup setsid sleep 4242 & disown', shell=True, executable='/bin/bash')
""",
    ),
    _crash(
        "prints without end",
        """\
while True:
    print('endless ' * 100)
""",
        "timeout|kernel died|out of memory",
    ),
    Submission(
        "ends in a cell of its own",
        before={"relu": "import os\nos._exit(0)"},
    ),
    Submission(
        "loops in a cell of its own",
        before={"count": "while True: pass"},
    ),
]
