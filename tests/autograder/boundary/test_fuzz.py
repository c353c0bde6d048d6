"""Mutated messages: the judge neither dies nor hangs, and is paid by none.

Real conversations are recorded, what the notebook's process said in them is mutated, and the judge
has them again, in one process. A hundred thousand messages take minutes: ``FORWARDPASS_FUZZ`` says
how many there are.
"""

import copy
import math
import os
import random
import signal
import socket
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from autograder.boundary.connection import Connection
from autograder.boundary.exceptions import Failure
from autograder.boundary.heads import packed
from autograder.boundary.judge_peer import JudgePeer

_SECONDS = 20  # in which a message is dealt with, however busy the machine is
MESSAGES = int(os.environ.get("FORWARDPASS_FUZZ", "8000"))

SOURCE = """
import numpy as np
from collections import namedtuple
from fractions import Fraction

Split = namedtuple("Split", "train test")

class Model:
    def __init__(self, rate):
        self.rate, self.weights = rate, np.zeros(2)
    def fit(self, X):
        self.weights = self.weights + X.sum(axis=0) * self.rate
        return self
    def __len__(self):
        return 2
    def __iter__(self):
        return iter(self.weights.tolist())

class Mine(ValueError):
    pass

def plain(x):
    return {"a": [1, 2.5, None, True], "b": (x, "text", b"bytes"), "c": {1, 2}, "d": 2**70,
            "e": Fraction(1, 3), "f": complex(1, 2), "g": range(3), "h": Split([1], 2)}

def arrays(x, y):
    x[0] = 7.0
    y.append(3)
    return x[1:], x.copy().astype("f4"), np.float64(x.sum()), [x, y], np.array(["a", "b"])

def calls(g, n):
    total = 0
    for i in range(n):
        try:
            total += g(i, [i])
        except ZeroDivisionError:
            total += 100
    return total

def raises(kind):
    raise Mine("bad", 3) if kind else KeyError("key")

def squares(n):
    for i in range(n):
        yield i * i

def draws(rng):
    return rng.normal(), np.random.random()

def write(path):
    (path / "a.txt").write_text("written")
    return path / "a.txt", str(path)

model = Model(0.5)
"""


def plain(fetch: Callable) -> Any:
    return fetch("plain")(5)


def arrays(fetch: Callable) -> Any:
    x, y = np.arange(6.0), [1, 2]
    found = fetch("arrays")(x, y)
    return [*found, x, y, np.shares_memory(found[0], x), found[3][0] is x, found[3][1] is y]


def calls(fetch: Callable) -> Any:
    seen = []
    return fetch("calls")(lambda i, x: seen.append((i, x)) or 10 / (i - 1), 3), seen


def errors(fetch: Callable) -> Any:
    told = []
    for kind in (0, 1):
        with suppress(Exception):
            fetch("raises")(kind)
        try:
            fetch("raises")(kind)
        except Exception as error:
            told.append((type(error).__name__, error.args))
    return told


def objects(fetch: Callable) -> Any:
    model = fetch("model")
    same = model.fit(np.ones((3, 2)))
    model.rate = 0.25
    made = fetch("Model")(2.0)
    return [same is model, model.weights, model.rate, len(model), list(model), made.rate]


def iterators(fetch: Callable) -> Any:
    return list(zip(range(3), fetch("squares")(5), strict=False))


def generators(fetch: Callable) -> Any:
    rng = np.random.default_rng(3)
    np.random.seed(4)
    return fetch("draws")(rng), rng.normal(), np.random.random()


def files(fetch: Callable) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path, text = fetch("write")(Path(folder))
        return [path.read_text(), path.name, text == folder]


CONVERSATIONS = [plain, arrays, calls, errors, objects, iterators, generators, files]
_PLAIN = (
    *(type(None), bool, int, float, complex, str, bytes, set, frozenset, range, Fraction),
    *(Decimal, np.bool_, np.float64, np.float32, np.int64, np.str_),
)


class Tapped(Connection):
    """A connection that keeps what it receives."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.frames: list[tuple[bytes, list[bytes]]] = []

    def receive(self, patience: Callable[[], float]) -> Any:
        head, buffers = super().receive(patience)
        self.frames.append((head, [bytes(buffer) for buffer in buffers]))
        return head, buffers


class Played(Connection):
    """A connection whose other end has said all that it will say, and does not listen."""

    def __init__(self, said: bytes) -> None:
        here, there = socket.socketpair()
        super().__init__(here)
        there.send(said)
        there.close()

    def send(self, *_: Any) -> None:
        pass

    def has_arrived(self) -> bool:
        return False


def framed(head: bytes, buffers: list[bytes]) -> bytes:
    lengths = struct.pack(f"<{len(buffers)}Q", *map(len, buffers))
    return (
        struct.pack("<4sIQ", b"FWP1", len(buffers), len(head)) + lengths + head + b"".join(buffers)
    )


@pytest.fixture
def recorded(notebook, monkeypatch, tmp_path) -> list[tuple[Callable, list, Any]]:
    """Conversations, what was said in them, and what came of it."""
    monkeypatch.setattr(tempfile, "_RandomNameSequence", lambda: iter(["shared"] * 1000))
    monkeypatch.setattr(tempfile, "_name_sequence", None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = []
    for conversation in CONVERSATIONS:
        here = notebook(SOURCE)
        here.judge._connection = tapped = Tapped(here.judge._connection._socket)
        random.seed(1)
        np.random.seed(1)
        expected = conversation(here.judge.fetch)
        found.append((conversation, tapped.frames, expected))
    return found


def test_a_conversation_that_is_not_mutated_ends_as_it_did(recorded) -> None:
    for conversation, frames, expected in recorded:
        outcome, value = played(conversation, frames, b"".join(framed(*frame) for frame in frames))
        assert outcome == "value"
        assert is_right(value, expected), conversation.__name__


def test_mutated_messages_neither_end_nor_hold_up_the_judge_nor_pay(recorded, tmp_path) -> None:
    watch = Watch.get()
    outcomes: Counter[str] = Counter()
    chance = random.Random(20261128)
    watch.seen.clear()
    number = 0
    while number < MESSAGES:
        conversation, frames, expected = recorded[number % len(recorded)]
        said = mutated(frames, chance)
        if said == b"".join(framed(*frame) for frame in frames):
            continue
        number += 1
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)  # for this message alone
        with watch:
            outcome, value = played(conversation, frames, said)
        outcomes[outcome] += 1
        if outcome == "value" and looks_equal(value, expected):
            # Nothing that was said has been turned to the right answer but the right answer.
            outcomes["right"] += 1
            assert is_right(value, expected), (conversation.__name__, value)
    print(dict(outcomes))
    assert not watch.seen, watch.seen
    assert set(outcomes) <= {"value", "right", "error", "failure"}
    assert outcomes["failure"] > MESSAGES / 4
    assert not [path for path in tmp_path.rglob("*") if path.name != "shared"]


def played(conversation: Callable, frames: list, said: bytes) -> tuple[str, Any]:
    """Return what comes of a conversation in which the notebook says something."""
    random.seed(1)
    np.random.seed(1)
    connection = Played(said)
    judge = JudgePeer(connection)
    judge._allowed = 20.0
    error = value = None
    try:
        value = conversation(judge.fetch)
    except (Failure, Exception) as raised:
        error = raised
    finally:
        connection.close()
    if isinstance(error, Failure):
        assert judge.failure is error
        assert error.kind in ("died", "garbage", "timeout")
        return "failure", None
    if error is not None:
        assert not _is_of_the_boundary(error), repr(error)
        return "error", None
    return "value", value


def _is_of_the_boundary(error: Exception) -> bool:
    """Whether an error is neither told, nor that of a test's line with a wrong value."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    path = Path(trace.tb_frame.f_code.co_filename)
    return (
        path.parent.name == "boundary"
        and "tests" not in path.parts
        and path.name != "handles.py"  # which says that a handle is no number
        and not hasattr(error, "remote_type")
    )


def looks_equal(value: Any, expected: Any) -> bool:
    """Whether a value passes for the expected one where a test compares carelessly."""
    try:
        if isinstance(expected, np.ndarray):
            return bool(np.array_equal(value, expected))
        if isinstance(expected, list | tuple):
            return len(value) == len(expected) and all(map(looks_equal, value, expected))
        return bool(value == expected)
    except Exception:
        return False


def is_right(value: Any, expected: Any) -> bool:
    """Whether a value is the expected one, and plain data through and through."""
    if isinstance(expected, dict):
        return (
            isinstance(value, dict)
            and type(value).__module__ in ("builtins", "collections")
            and value.keys() == expected.keys()
            and all(is_right(value[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(value) == len(expected)
            and all(map(is_right, value, expected))
        )
    if isinstance(expected, np.ndarray):
        return type(value) is np.ndarray and np.array_equal(value, expected)
    return type(value) in _PLAIN and bool(value == expected)


# What trees of messages are mutated with.
TAGS = [
    *("l", "d", "s", "t", "fs", "i", "c", "ba", "r", "sl", "fr", "de", "1", "ty", "p", "pt", "@"),
    *("@a", "h", "y", "me", "lib", "tw", "nt", "ex", "a", "ao", "n", "b", "dt", "rg", "od", "ct"),
    *("dd", "dq"),
]
SCALARS = [
    *(None, True, False, 0, 1, -1, 2, 5, 77, 2**31, 2**63 - 1, -(2**63), 2**64 - 1, 0.0, -0.0, 1.5),
    *(math.nan, math.inf, 1e308, "", "a", "ValueError", "builtins", "os", "system", "__class__"),
    *("__globals__", "_reference", "call", "get", "method", "next", "deepcopy", "set", "|O", "<f8"),
    *("../x", "/etc/passwd", "a.txt", "\ud800", "x" * 1000, b"", b"\x00" * 8, b"x" * 5000),
    *(
        "q",
        "r",
        "v",
        "e",
        "yours",
        "numpy",
        "ndarray",
        "O",
        "V8",
        "f8,O",
        "c",
        "f",
        "o",
        "temporary",
    ),
]


def value_of(chance: random.Random, depth: int = 0) -> Any:
    """Return a random part of a message."""
    kind = chance.random()
    if kind < 0.4 or depth > 3:
        return chance.choice(SCALARS)
    if kind < 0.9:
        items = [value_of(chance, depth + 1) for _ in range(chance.randrange(5))]
        return [chance.choice(TAGS), *items]
    if kind < 0.95:
        return [value_of(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {str(chance.choice(SCALARS)): value_of(chance, depth + 1) for _ in range(2)}


def mutated(frames: list[tuple[bytes, list[bytes]]], chance: random.Random) -> bytes:
    """Return what was said, changed somewhere."""
    if chance.random() < 0.5:
        return _mutated_bytes(frames, chance)
    parts = [(msgpack.unpackb(head, unicode_errors="surrogatepass"), list(b)) for head, b in frames]
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        place = chance.randrange(len(parts))
        message, buffers = parts[place]
        kind = chance.random()
        if kind < 0.75:
            _change_tree(message, chance, parts)
        elif kind < 0.8 and buffers:
            which = chance.randrange(len(buffers))
            size = chance.choice([0, 1, len(buffers[which]) + 8, len(buffers[which])])
            buffers[which] = chance.randbytes(size)
        elif kind < 0.85:
            parts.insert(place, copy.deepcopy(parts[chance.randrange(len(parts))]))
        elif kind < 0.9:
            del parts[place]
        elif kind < 0.95:
            question = {
                "q": 1,
                "op": chance.choice(SCALARS),
                "of": 1,
                "v": [value_of(chance)],
                "k": {},
            }
            parts.insert(place, (question, []))
        else:
            message[chance.choice(["drop", "tw", "am", "fs", "c", "v", "e", "k"])] = value_of(
                chance
            )
        if not parts:
            break
    return b"".join(framed(packed(message), buffers) for message, buffers in parts)


def _change_tree(message: dict, chance: random.Random, parts: list) -> None:
    """Replace, remove, repeat or exchange a random part of a message."""
    places: list[tuple[Any, Any]] = []
    pending: list[Any] = [message]
    while pending:
        one = pending.pop()
        keys = list(one) if type(one) is dict else range(len(one))
        for key in keys:
            places.append((one, key))
            if type(one[key]) in (dict, list):
                pending.append(one[key])
    if not places:
        return
    inside, key = chance.choice(places)
    kind = chance.random()
    if kind < 0.5:
        inside[key] = value_of(chance)
    elif kind < 0.6 and type(inside[key]) in (int, float):
        inside[key] = chance.choice([inside[key] + 1, -inside[key], inside[key] * 2**20, 0])
        if type(inside[key]) is int and not -(2**63) <= inside[key] < 2**64:
            inside[key] = 2**63
    elif kind < 0.7:
        del inside[key]
    elif kind < 0.8 and type(inside) is list:
        inside.insert(key, copy.deepcopy(inside[key]))
    else:
        other, other_key = chance.choice(places)
        inside[key] = copy.deepcopy(other[other_key])


def _mutated_bytes(frames: list[tuple[bytes, list[bytes]]], chance: random.Random) -> bytes:
    said = bytearray(b"".join(framed(*frame) for frame in frames))
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(said) or 1)
        kind = chance.random()
        if kind < 0.4 and said:
            said[place] ^= 1 << chance.randrange(8)
        elif kind < 0.6 and said:
            said[place] = chance.choice(
                [0, 1, 0x7F, 0x80, 0x90, 0x91, 0xC0, 0xC1, 0xDC, 0xDD, 0xFF]
            )
        elif kind < 0.7:
            del said[place : place + chance.choice([1, 4, 100])]
        elif kind < 0.8:
            said[place:place] = chance.randbytes(chance.choice([1, 4, 100]))
        elif kind < 0.9:
            begin = chance.randrange(len(said) or 1)
            said[place:place] = said[begin : begin + chance.randrange(200)]
        else:
            del said[place:]
    return bytes(said)


class Watch:
    """Sees what the process does beyond computing, while it is entered."""

    _one: "Watch | None" = None
    _SUSPICIOUS = (
        "os.",
        "subprocess.",
        "ctypes.",
        "pickle.",
        "marshal.",
        "socket.connect",
        "import",
    )

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._is_on = False
        sys.addaudithook(self._hear)

    @classmethod
    def get(cls) -> "Watch":
        cls._one = cls._one or cls()
        return cls._one

    def __enter__(self) -> None:
        self._is_on = True

    def __exit__(self, *_: object) -> None:
        self._is_on = False

    def _hear(self, event: str, arguments: tuple) -> None:
        if (
            self._is_on
            and event.startswith(self._SUSPICIOUS)
            and not self._is_known(event, arguments)
        ):
            self.seen.append(f"{event} {arguments!r}"[:200])

    @staticmethod
    def _is_known(event: str, arguments: tuple) -> bool:
        # Folders that the test makes, and those that it shares.
        return event in ("os.mkdir", "os.rmdir", "os.remove", "os.scandir", "os.listdir") or (
            event == "import" and arguments[0] in sys.modules
        )


def test_the_watch_sees_what_it_is_for() -> None:
    watch = Watch.get()
    watch.seen.clear()
    with watch:
        os.system("true")
    assert watch.seen
    watch.seen.clear()
