"""Frames between two ends of a socket."""

import os
import socket
import threading
from contextlib import suppress

import pytest

from autograder.boundary.connection import Bounds, Connection, Late, Lost, Malformed


def forever() -> float:
    return float("inf")


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    with here, there:
        yield Connection(here), Connection(there)


@pytest.mark.parametrize("sizes", [[], [0], [5], [0, 0, 3], [10**6, 0, 3 * 10**6], [1] * 1000])
def test_a_frame_arrives_as_it_was_sent(ends, sizes: list[int]) -> None:
    here, there = ends
    buffers = [os.urandom(size) for size in sizes]
    sender = threading.Thread(target=here.send, args=(b"head", buffers, forever))
    sender.start()
    head, received = there.receive(forever)
    sender.join()
    assert head == b"head"
    assert received == buffers
    assert all(type(buffer) is bytearray for buffer in received)


def test_frames_arrive_one_after_the_other(ends) -> None:
    here, there = ends
    for number in range(100):
        here.send(str(number).encode(), [bytes(number)] * (number % 3), forever)
    for number in range(100):
        assert there.receive(forever) == (str(number).encode(), [bytes(number)] * (number % 3))
    assert not there.has_arrived()


def test_no_answer_in_time_is_late_and_patience_is_asked_again(ends) -> None:
    _, there = ends
    left = [0.05, 0.05, 0.0]
    with pytest.raises(Late):
        there.receive(lambda: left.pop(0))
    assert left == []


def test_the_other_end_s_end_is_a_loss(ends) -> None:
    here, there = ends
    here.close()
    with pytest.raises(Lost):
        there.receive(forever)
    with pytest.raises(Lost):
        there.send(b"", [], forever)


def test_a_frame_beyond_the_bounds_is_refused_before_it_is_there() -> None:
    here, there = socket.socketpair()
    bounds = Bounds(head=100, buffers=1000, parts=3)
    with here, there:
        for head, buffers in ((b"x" * 101, []), (b"", [b"x" * 501] * 2), (b"", [b""] * 4)):
            sender, receiver = Connection(here), Connection(there, bounds)
            sender.send(head, buffers, forever)
            with pytest.raises(Malformed, match="too large"):
                receiver.receive(forever)
            with suppress(BlockingIOError):  # the rest of it
                there.recv(10**6)
        receiver = Connection(there, bounds)
        sender.send(b"x" * 100, [b"x" * 500] * 2, forever)
        assert receiver.receive(forever) == (b"x" * 100, [b"x" * 500] * 2)


def test_a_restart_drops_what_was_left_unfinished_on_both_sides(ends) -> None:
    here, there = ends
    with pytest.raises(Late):
        here.send(b"never taken", [bytes(10**7)], lambda: 0.0)
    there._socket.send(b"half of a frame" * 100)

    def answer() -> None:
        assert there.receive(forever)[0] == b"never taken"
        assert there.receive(forever)[0] == b"begin"
        there.send(b"stale", [bytes(10**6)], forever)
        there.send(b"begun", [], forever)
        there.send(b"next", [], forever)

    other = threading.Thread(target=answer)
    other.start()
    here.restart(b"begin", b"begun", lambda: 20.0)
    assert here.receive(forever)[0] == b"next"
    other.join()


def test_a_restart_that_is_not_answered_is_late(ends) -> None:
    here, there = ends
    there.send(b"begin", [], forever)
    with pytest.raises(Late):
        here.restart(b"begin", b"begun", lambda: 0.0)
