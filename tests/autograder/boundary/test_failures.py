"""A notebook's process that hangs, dies or sends what it likes costs its test, and nothing else.

Here the other end of the connection does not keep to the rules: it sends raw bytes.
"""

import ctypes
import os
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.boundary.connection import Connection
from autograder.boundary.exceptions import Failure
from autograder.boundary.heads import packed

_MIB = 2**20
_GIB = 2**30


class End:
    """The hostile end, once it is asked something.

    Attributes
    ----------
    number : int
        Of the request.
    """

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self.sock, self.connection = sock, connection
        self.number = 0

    def answer(self, value: Any, changes: Any = (), buffers: tuple = (), **more: Any) -> None:
        self.say({"r": self.number, "v": value, "c": list(changes), **more}, buffers)

    def say(self, message: dict, buffers: tuple = ()) -> None:
        self.connection.send(packed(message), buffers, lambda: float("inf"))

    def raw(self, content: bytes) -> None:
        self.sock.setblocking(True)
        self.sock.sendall(content)
        self.sock.setblocking(False)

    def frame(self, head: bytes, lengths: tuple = ()) -> None:
        self.raw(struct.pack(f"<4sIQ{len(lengths)}Q", b"FWP1", len(lengths), len(head), *lengths))
        self.raw(head)


def hostile(act: Callable[[End, dict], None]) -> Callable[[socket.socket, dict], None]:
    """Return an end that gives a function for the name ``f``, and acts when that is called."""

    def live(sock: socket.socket, _: dict) -> None:
        connection = Connection(sock)
        end = End(sock, connection)
        while True:
            head, _ = connection.receive(lambda: float("inf"))
            from autograder.boundary.heads import unpacked

            message = unpacked(head, connection.bounds)
            if "begin" in message:
                connection.send(packed({"begun": message["begin"]}), [], lambda: float("inf"))
            elif message.get("op") == "name" and message["v"] == ["good"]:
                end.number = message["q"]
                end.answer(5)
            elif message.get("op") == "name":
                end.number = message["q"]
                end.answer(["h", 1, "f", "f"])
            elif "q" in message:
                end.number = message["q"]
                act(end, message)

    return live


def _flood_of_requests(end: End, _: dict) -> None:
    request = packed({"q": 1, "op": "get", "of": None, "v": ["x"], "k": {}})
    frame = struct.pack("<4sIQ", b"FWP1", 0, len(request)) + request
    while True:
        end.raw(frame * 100)


def _flood_of_large_requests(end: End, _: dict) -> None:
    values = [["l", *range(1000)]] * 1000
    request = packed({"q": 1, "op": "deepcopy", "of": None, "v": values, "k": {}})
    frame = struct.pack("<4sIQ", b"FWP1", 0, len(request)) + request
    while True:
        end.raw(frame)


def _drip(end: End, _: dict) -> None:
    for byte in struct.pack("<4sIQ", b"FWP1", 0, 10**6) + bytes(10**6):
        end.raw(bytes([byte]))
        time.sleep(0.05)


def _send_all_of(size: int) -> Callable[[End, dict], None]:
    def act(end: End, _: dict) -> None:
        end.raw(struct.pack("<4sIQQ", b"FWP1", 1, 10, size))
        block = bytes(_MIB)
        for _ in range(size // _MIB):
            end.raw(block)

    return act


def _nested(depth: int) -> list:
    value: list = ["l"]
    for _ in range(depth):
        value = ["l", value]
    return value


def _colliding(count: int) -> list:
    modulus = 2**61 - 1
    return [["i", hex(number * modulus)] for number in range(8, count)]


CALLS: dict[str, tuple[str, Callable[[End, dict], None]]] = {
    "hangs": ("timeout", lambda end, _: time.sleep(30)),
    "is stopped": ("timeout", lambda end, _: os.kill(os.getpid(), signal.SIGSTOP)),
    "exits": ("died", lambda end, _: os._exit(0)),
    "crashes": ("died", lambda end, _: ctypes.string_at(0)),
    "is killed": ("died", lambda end, _: os.kill(os.getpid(), signal.SIGKILL)),
    "closes the connection": ("died", lambda end, _: end.sock.close() or time.sleep(30)),
    "shuts the connection down": ("died", lambda end, _: end.sock.shutdown(socket.SHUT_RDWR)),
    "drips": ("timeout", _drip),
    "asks without end": ("timeout", _flood_of_requests),
    "asks much without end": ("timeout", _flood_of_large_requests),
    "sends noise": ("garbage", lambda end, _: end.raw(os.urandom(5000))),
    "sends zeros": ("garbage", lambda end, _: end.raw(bytes(5000))),
    "sends text": ("garbage", lambda end, _: end.raw(b"HTTP/1.1 200 OK\r\n\r\n" * 10)),
    "declares a head of 10 GB": (
        "garbage",
        lambda end, _: end.raw(struct.pack("<4sIQ", b"FWP1", 0, 10 * _GIB)),
    ),
    "declares the largest head": (
        "garbage",
        lambda end, _: end.raw(struct.pack("<4sIQ", b"FWP1", 0, 2**64 - 1)),
    ),
    "declares a buffer of 10 GB": (
        "garbage",
        lambda end, _: end.raw(struct.pack("<4sIQQ", b"FWP1", 1, 10, 10 * _GIB)),
    ),
    "declares buffers whose sum overflows": (
        "garbage",
        lambda end, _: end.raw(struct.pack("<4sIQQQ", b"FWP1", 2, 10, 2**63, 2**63)),
    ),
    "declares the most buffers": (
        "garbage",
        lambda end, _: end.raw(struct.pack("<4sIQ", b"FWP1", 2**32 - 1, 10)),
    ),
    "declares 500 MB and stops": (
        "timeout",
        lambda end, _: end.raw(struct.pack("<4sIQQ", b"FWP1", 1, 10, 500 * _MIB)),
    ),
    "sends 10 GB": ("garbage", _send_all_of(10 * _GIB)),
    "sends a head of no message": ("garbage", lambda end, _: end.frame(b"\xc1")),
    "sends an empty head": ("garbage", lambda end, _: end.frame(b"")),
    "sends a head with more behind": ("garbage", lambda end, _: end.frame(b"\x80\x80")),
    "sends a list": ("garbage", lambda end, _: end.frame(b"\x93\x01\x02\x03")),
    "sends an extension": ("garbage", lambda end, _: end.frame(b"\x81\xa1r\xd4\x05\x00")),
    "sends a timestamp": ("garbage", lambda end, _: end.frame(b"\x81\xa1r\xd6\xff\0\0\0\0")),
    "sends a million lists in lists": (
        "garbage",
        lambda end, _: end.frame(b"\x91" * 10**6 + b"\x90"),
    ),
    "sends millions of lists": (
        "garbage",
        lambda end, _: end.frame(b"\xdd" + struct.pack(">I", 30 * _MIB) + b"\x90" * (30 * _MIB)),
    ),
    "sends millions of dictionaries": (
        "garbage",
        lambda end, _: end.frame(b"\xdd" + struct.pack(">I", 30 * _MIB) + b"\x80" * (30 * _MIB)),
    ),
    "sends long lists in long lists": (
        "garbage",
        lambda end, _: end.frame((b"\xdd" + struct.pack(">I", 2**24)) * 500 + bytes(2**24)),
    ),
    "answers with lists in lists": ("garbage", lambda end, _: end.answer(_nested(101))),
    "answers with more lists in lists": ("garbage", lambda end, _: end.answer(_nested(300))),
    "answers with too many values": ("garbage", lambda end, _: end.answer(["l", *[0] * 2_100_000])),
    "answers with colliding keys": (
        "garbage",
        lambda end, _: end.answer(["s", *_colliding(50_000)]),
    ),
    "answers with pairs as keys": (
        "garbage",
        lambda end, _: end.answer(["s", *[["t", i, i] for i in range(200_000)]]),
    ),
    "answers with many classes": (
        "garbage",
        lambda end, _: end.answer(["l", *[["nt", f"N{i}", ["a"], 1] for i in range(100_000)]]),
    ),
    "answers with many handles": (
        "garbage",
        lambda end, _: end.answer(["l", *[["h", i, "i"] for i in range(2, 300_000)]]),
    ),
    "answers with a huge number": ("garbage", lambda end, _: end.answer(["i", "f" * 10**7])),
    "answers with a number that is none": ("garbage", lambda end, _: end.answer(["i", "zz"])),
    "answers with huge decimals": ("garbage", lambda end, _: end.answer(["de", "9" * 10**6])),
    "answers with an unknown tag": ("garbage", lambda end, _: end.answer(["xyz", 1])),
    "answers with a tag that is none": ("garbage", lambda end, _: end.answer([["l"], 1])),
    "answers with an empty list": ("garbage", lambda end, _: end.answer([])),
    "answers with a raw dictionary": ("garbage", lambda end, _: end.answer({"a": 1})),
    "answers with a list as a key": ("garbage", lambda end, _: end.answer(["d", ["l"], 1])),
    "answers with a key without a value": ("garbage", lambda end, _: end.answer(["d", "a"])),
    "answers with a handle never given": ("garbage", lambda end, _: end.answer(["y", 77])),
    "answers with a negative handle": ("garbage", lambda end, _: end.answer(["y", -1])),
    "answers with an argument never given": ("garbage", lambda end, _: end.answer(["@a", 77])),
    "answers with a negative argument": ("garbage", lambda end, _: end.answer(["@a", -1])),
    "answers with a value never sent": ("garbage", lambda end, _: end.answer(["@", 3])),
    "answers with a negative value": ("garbage", lambda end, _: end.answer(["@", -1])),
    "answers with a twin never made": ("garbage", lambda end, _: end.answer(["tw", -5])),
    "answers with a twin of the judge's": ("garbage", lambda end, _: end.answer(["rg", 5, {}])),
    "answers with a library's function": (
        "garbage",
        lambda end, _: end.answer(["lib", "os", "system"]),
    ),
    "answers with a handle of an unknown kind": (
        "garbage",
        lambda end, _: end.answer(["h", 2, "z"]),
    ),
    "answers with a class with wrong operators": (
        "garbage",
        lambda end, _: end.answer(["h", 2, "c", "C", [], ["__eq__", "__bool__"]]),
    ),
    "answers with an object of no class": (
        "garbage",
        lambda end, _: end.answer(["h", 2, "o", ["ty", "int"]]),
    ),
    "answers with an array without memory": (
        "garbage",
        lambda end, _: end.answer(["a", "<f8", [2], [8], 0, True, 5]),
    ),
    "answers with an array beyond its memory": (
        "garbage",
        lambda end, _: end.answer(["a", "<f8", [9], [8], 0, True, ["b", 0]], (), (bytes(16),)),
    ),
    "answers with an array before its memory": (
        "garbage",
        lambda end, _: end.answer(["a", "<f8", [1], [8], -8, True, ["b", 0]], (), (bytes(16),)),
    ),
    "answers with overflowing strides": (
        "garbage",
        lambda end, _: end.answer(
            ["a", "|u1", [2**16 + 1], [2**48], 0, True, ["b", 0]], (), (bytes(16),)
        ),
    ),
    "answers with a huge array in little memory": (
        "garbage",
        lambda end, _: end.answer(["a", "<f8", [2**40], [0], 0, True, ["b", 0]], (), (bytes(16),)),
    ),
    "answers with an array of objects": (
        "garbage",
        lambda end, _: end.answer(["a", "|O", [2], [8], 0, True, ["b", 0]], (), (b"\1" * 16,)),
    ),
    "answers with objects in an array": ("garbage", lambda end, _: end.answer(["ao", [1], 5])),
    "answers with a structured type": ("garbage", lambda end, _: end.answer(["dt", "i4,O"])),
    "answers with a buffer never sent": ("garbage", lambda end, _: end.answer(["b", 0])),
    "changes an argument to another size": (
        "garbage",
        lambda end, _: end.answer(None, [[1, "b", 0]], (bytes(3),)),
    ),
    "changes an argument that is none": (
        "garbage",
        lambda end, _: end.answer(None, [[9, "l", []]]),
    ),
    "changes an argument into another kind": (
        "garbage",
        lambda end, _: end.answer(None, [[1, "l", []]]),
    ),
    "changes a function": ("garbage", lambda end, _: end.answer(None, [[0, "f", []]])),
    "changes nothing known": ("garbage", lambda end, _: end.answer(None, [[0, "zz", []]])),
    "changes without a list": ("garbage", lambda end, _: end.answer(None, [5])),
    "answers another question": ("garbage", lambda end, _: end.say({"r": 10**6, "v": 1, "c": []})),
    "answers no question": ("garbage", lambda end, _: end.say({"v": 1, "c": []})),
    "answers without changes": ("garbage", lambda end, _: end.say({"r": end.number, "v": 1})),
    "answers a question with a beginning": (
        "garbage",
        lambda end, _: end.say({"begun": b"x" * 16}),
    ),
    "asks for nothing": ("garbage", lambda end, _: end.say({"q": 1})),
    "asks without a number": (
        "garbage",
        lambda end, _: end.say({"q": None, "op": "get", "of": None, "v": [], "k": {}}),
    ),
    "asks for an object never given": (
        "garbage",
        lambda end, _: end.say({"q": 1, "op": "get", "of": 77, "v": ["x"], "k": {}}),
    ),
    "drops a handle that never was": ("garbage", lambda end, _: end.answer(1, drop=[[77, 1]])),
    "drops a handle too often": ("garbage", lambda end, _: end.answer(1, drop=[[1, -5]])),
    "tells of no twin": ("garbage", lambda end, _: end.answer(1, tw=[[]])),
    "ends a twin of the judge's": ("garbage", lambda end, _: end.answer(1, tw=[["x"]])),
    "sets what is no state": (
        "garbage",
        lambda end, _: end.answer(1, am=["d", "random", ["t", 3, ["t", 1], None]]),
    ),
    "sends files nobody shares": (
        "garbage",
        lambda end, _: end.answer(1, (), (b"x",), fs=[["temporary", "x", [], [], [[["a"], 0]]]]),
    ),
    "raises what is no error": (
        "garbage",
        lambda end, _: end.say({"r": end.number, "e": 5, "c": []}),
    ),
    "raises an error of a hostile type": (
        "garbage",
        lambda end, _: end.say(
            {
                "r": end.number,
                "c": [],
                "e": {"types": [[1, 2]], "args": [], "message": "", "trace": "", "number": 1},
            }
        ),
    ),
    "raises an error with hostile arguments": (
        "garbage",
        lambda end, _: end.say(
            {
                "r": end.number,
                "c": [],
                "e": {
                    "types": [["builtins", "ValueError"]],
                    "args": [["y", 1]],
                    "message": "",
                    "trace": "",
                    "number": 1,
                },
            }
        ),
    ),
    "raises an error that the judge never told of": (
        "garbage",
        lambda end, _: end.say({"r": end.number, "c": [], "e": {"yours": 5}}),
    ),
}

# Those that end in no time, but whose process goes on.
_LISTENING = {"declares 500 MB and stops"}
_PATIENCE = 120.0  # in which a busy machine, too, has read and dropped 10 GB


@pytest.mark.parametrize("name", CALLS)
def test_it_costs_the_test_and_no_more(notebook, name: str) -> None:
    kind, act = CALLS[name]
    seconds = 1.0 if kind == "timeout" else 20.0
    here = notebook("", other_end=hostile(act), seconds=seconds)
    array, text = np.arange(4.0), ["a"]
    f = here["f"]
    _forget_peak()
    before = _peak()
    with pytest.raises(Failure) as caught:
        f(array, text, lambda: 5, array[1:])
    assert caught.value.kind == kind
    assert _peak() - before < 1200 * _MIB
    assert array.tolist() == [0, 1, 2, 3]
    assert text == ["a"]
    with pytest.raises(Failure):
        f(1)
    failure = here.judge.end()
    assert failure is caught.value
    if kind == "garbage" or name in _LISTENING:
        here.judge.begin(_PATIENCE)
        assert here["good"] == 5
        assert here.judge.end() is None
    else:
        with pytest.raises(Failure):
            here.judge.begin(0.3)


def _forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _peak() -> int:
    with open("/proc/self/status") as file:
        return 1024 * next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def test_the_most_that_may_be_sent_is_bounded_in_memory(notebook) -> None:
    source = """
        import numpy as np
        def f():
            return np.ones(60 * 2**20)
        def g():
            return np.broadcast_to(np.ones(2**20), (100, 2**20)).copy(), 5
        def h():
            return 5
    """
    here = notebook(source)
    _forget_peak()
    before = _peak()
    total = here["f"]()
    assert total.nbytes == 480 * _MIB
    assert _peak() - before < 1100 * _MIB
    del total
    with pytest.raises(TypeError, match="too large"):
        here["g"]()
    assert here["h"]() == 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_an_answer_twice_is_talk_that_nobody_asked_for(notebook) -> None:
    def twice(end: End, _: dict) -> None:
        end.answer(1)
        end.answer(1)

    here = notebook("", other_end=hostile(twice))
    f = here["f"]
    assert f(1) == 1
    time.sleep(0.2)
    with pytest.raises(Failure) as caught:
        f(1)
    assert caught.value.kind == "garbage"


def test_a_question_that_nobody_waits_for_costs_the_test(notebook) -> None:
    def act(end: End, _: dict) -> None:
        end.answer(1)
        end.say({"q": 5, "op": "deepcopy", "of": None, "v": [], "k": {}})

    here = notebook("", other_end=hostile(act))
    f = here["f"]
    assert f(1) == 1
    time.sleep(0.2)
    with pytest.raises(Failure):
        here["f"]


def test_who_does_not_listen_costs_the_test_and_the_next_one_works(notebook) -> None:
    def deaf(end: End, _: dict) -> None:
        time.sleep(30)

    source = """
        import time
        def slow():
            time.sleep(1.0)
        def f(x):
            return len(x)
    """
    here = notebook(source, seconds=0.3)
    slow, _ = here["slow"], here["f"]
    with pytest.raises(Failure):
        slow()
    failure = here.judge.end()
    assert failure.kind == "timeout"
    here.judge.begin(20.0)
    assert here["f"](bytes(10**7)) == 10**7


def test_a_large_argument_that_is_not_taken_in_time_is_finished_later(notebook) -> None:
    def sleepy(end: End, _: dict) -> None:
        end.answer(1)
        time.sleep(1.5)

    here = notebook("", other_end=hostile(sleepy), seconds=0.5)
    f = here["f"]
    assert f(1) == 1
    with pytest.raises(Failure) as caught:
        f(np.ones(10**7))
    assert caught.value.kind == "timeout"
    here.judge.end()
    here.judge.begin(20.0)
    assert here["good"] == 5


def test_the_time_of_endless_calls_back_is_the_learner_s(notebook) -> None:
    here = notebook("def f(g):\n    while True:\n        g()", seconds=1.0)
    begin = time.monotonic()
    with pytest.raises(Failure) as caught:
        here["f"](lambda: time.sleep(0.05))
    assert caught.value.kind == "timeout"
    assert time.monotonic() - begin < 10
