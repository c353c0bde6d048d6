"""Cheats on the connection to the judge."""

from .cheat import Cheat

_SOCKET = """\
import os, sys, stat, struct, threading, time
from autograder.boundary import heads
def ends():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found.append(int(name))
        except OSError:
            pass
    return found
def frame(head, buffers=()):
    head = head if isinstance(head, bytes) else heads.packed(head)
    start = struct.pack("<4sIQ", b"FWP1", len(buffers), len(head))
    return start + b"".join(struct.pack("<Q", len(b)) for b in buffers) + head + b"".join(buffers)
def write(content):
    for end in ends():
        try:
            os.write(end, content)
            reached()
        except OSError:
            pass
def question():
    at = sys._getframe()
    while at is not None:
        content = at.f_locals.get("content")
        if isinstance(content, dict) and "q" in content:
            return content["q"]
        at = at.f_back
    return 1
"""
SOCKET = [
    Cheat(
        "answers before they are asked",
        "the next question is answered already",
        """\
number = question()
for later in range(number + 1, number + 20):
    write(frame({"r": later, "c": [], "v": True}))
return True
""",
        _SOCKET,
    ),
    Cheat(
        "two answers",
        "the judge takes the first",
        'write(frame({"r": question(), "c": [], "v": 0.5}))\nreturn 0.5',
        _SOCKET,
    ),
    Cheat(
        "the beginning of a test again",
        "the judge begins anew, and nothing has failed",
        'write(frame({"begun": b"x" * 16}))\nwrite(frame({"end": True}))\nreturn 0.5',
        _SOCKET,
    ),
    Cheat(
        "garbage on the socket",
        "the judge gives up, and nothing has failed",
        "write(os.urandom(1000))\nreturn 0.5",
        _SOCKET,
    ),
    Cheat(
        "a message of a terabyte",
        "the judge waits for it, or makes room",
        'write(struct.pack("<4sIQ", b"FWP1", 2**31, 2**40))\nreturn 0.5',
        _SOCKET,
    ),
    Cheat(
        "half a message",
        "the judge waits for the rest",
        'write(frame({"r": question(), "c": [], "v": 0.5})[:-3])\ntime.sleep(3600)',
        _SOCKET,
        exercises=("gaussian_mle", "softmax"),
    ),
    Cheat(
        "a thread that talks all the time",
        "the judge hears answers whenever it asks",
        "return 0.5",
        _SOCKET
        + """\
def talk():
    number = 0
    while True:
        number += 1
        write(frame({"r": number % 50, "c": [], "v": 0.5}))
        time.sleep(0.0005)
threading.Thread(target=talk, daemon=True).start()
""",
    ),
    Cheat(
        "a closed socket",
        "the judge is alone, and nothing has failed",
        "for end in ends():\n    os.close(end)\n    reached()\nreturn 0.5",
        _SOCKET,
    ),
    Cheat(
        "reading what the judge sends",
        "tests and what they expect lie in the socket",
        """\
import select
from autograder.boundary import connection
for end in ends():
    reached()
    if select.select([end], [], [], 0)[0]:
        return os.read(end, 2**20)
return 0.5
""",
        _SOCKET,
        exercises=("gaussian_mle", "softmax"),
    ),
    Cheat(
        "a child that answers",
        "two processes answer one question",
        """\
reached()
if os.fork() == 0:
    return 0.5
return 0.25
""",
        "import os",
        exercises=("gaussian_mle", "softmax"),
    ),
    Cheat(
        "a child that serves",
        "a fork takes the kernel's place",
        """\
import gc
from autograder.boundary.kernel_peer import KernelPeer
reached()
if os.fork() == 0:
    for one in gc.get_objects():
        if isinstance(one, KernelPeer):
            one._pid = os.getpid()
    return 0.5
time.sleep(0.05)
return 0.5
""",
        "import os, time",
        exercises=("gaussian_mle", "activations"),
    ),
    Cheat(
        "threads that ask",
        "calls back from many threads, and answers out of turn",
        """\
def ask():
    for one in [*arguments, *named.values(), *globals().values()]:
        if type(one).__name__ == "function" and type(one) is not type(ask):
            reached()
            try:
                one(*arguments)
            except BaseException:
                pass
threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
return 0.5
""",
        "import threading",
        exercises=("log_softmax", "bootstrap_interval", "forward"),
    ),
]
