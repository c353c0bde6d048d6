"""Heads of frames are read without trust."""

import msgpack
import pytest

from autograder.boundary.connection import Bounds, Malformed
from autograder.boundary.heads import packed, unpacked

VALUES = [
    *(None, True, False, 0, 127, 128, 255, 256, 2**16, 2**32, 2**64 - 1, -1, -32, -33, -(2**63)),
    *(1.5, "", "a" * 31, "a" * 32, "a" * 300, "ä" * 70_000, b"", b"a" * 300, b"a" * 70_000),
    *([], [1] * 15, [1] * 16, [[1]] * 70_000, {}, {"a": {"b": [1]}}, "\ud800"),
    {str(number): number for number in range(70_000)},
    {str(number): number for number in range(20)},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:30])
def test_every_message_is_read_as_it_was_written(value: object) -> None:
    # A large head is walked through first.
    for padding in ("", "x" * 10**5):
        message = {"v": value, "padding": padding, "more": [value, value]}
        assert unpacked(packed(message), Bounds()) == message


@pytest.mark.parametrize("size", [10, 10**5])
def test_what_is_no_message_is_refused(size: int) -> None:
    for head in (
        msgpack.packb(["x" * size]),
        msgpack.packb({"a": msgpack.ExtType(5, b"x" * size)}),
        msgpack.packb({5: "x" * size}),
        packed({"a": "x" * size})[:-1],
        packed({"a": "x" * size}) + b"\x01",
        b"\xc1" * size,
        b"\x81\xa1a\x91" * size,
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011
            unpacked(head, Bounds())


def test_too_many_values_are_refused_before_they_are_made() -> None:
    bounds = Bounds(nodes=100_000, depth=10)
    assert unpacked(packed({"v": [0] * 99_990}), bounds)["v"][-1] == 0
    for value in ([0] * 100_001, [[0] * 50_000] * 3, [[]] * 100_001):
        with pytest.raises(Malformed, match="too many"):
            unpacked(packed({"v": value}), bounds)
    deep: list = []
    for _ in range(40):
        deep = [deep]
    with pytest.raises(Malformed, match="too deeply"):
        unpacked(packed({"v": deep, "padding": "x" * 10**5}), bounds)
    with pytest.raises(Malformed, match="too many"):  # a list that is longer than the head
        unpacked(b"\xdd\x00\x01\x00\x00" * 10 + bytes(20_000), bounds)
