"""Frames on a socket between two processes, of which one may be hostile.

A frame is a head and a number of raw buffers, each with its length before it. Nothing is allocated
for bytes that have not arrived, and a frame beyond the bounds is refused as soon as its lengths are
known.
"""

import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MAGIC = b"FWP1"
_START = struct.Struct("<4sIQ")  # magic, number of buffers, length of the head
_LENGTH = struct.Struct("<Q")
_CHUNK = 2**20
_MIB = 2**20


@dataclass(frozen=True)
class Bounds:
    """How much one message may hold.

    Attributes
    ----------
    head, buffers : int
        Bytes of the head, and of all buffers together.
    parts : int
        Number of buffers.
    nodes : int
        Number of values, the items of containers among them.
    depth : int
        Containers in containers.
    calls : int
        Calls within calls, from one process to the other and back.
    """

    head: int = 64 * _MIB
    buffers: int = 512 * _MIB
    parts: int = 2**16
    nodes: int = 2_000_000
    depth: int = 100
    calls: int = 60


class Lost(Exception):
    """The other process has closed the connection, or is gone."""


class Late(Exception):
    """The other process has not answered in time."""


class Malformed(Exception):
    """What arrived is no message: one line that says why."""


class Connection:
    """One end of a stream socket that carries frames.

    Parameters
    ----------
    sock : socket.socket
    bounds : Bounds
        For what arrives.
    """

    def __init__(self, sock: socket.socket, bounds: Bounds = Bounds()) -> None:
        self.bounds = bounds
        self._socket = sock
        self._socket.setblocking(False)
        self._received = bytearray()  # what has arrived of the next frame

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def send(
        self, head: bytes, buffers: Sequence[bytes | memoryview], patience: Callable[[], float]
    ) -> None:
        """Send one frame.

        Parameters
        ----------
        head : bytes
        buffers : sequence of bytes-like
        patience : callable
            Returns the seconds that are left; infinity for ever.

        Raises
        ------
        Lost, Late
        """
        lengths = b"".join(_LENGTH.pack(len(buffer)) for buffer in buffers)
        start = _START.pack(_MAGIC, len(buffers), len(head)) + lengths + head
        small = sum(map(len, buffers)) < _CHUNK
        for part in [b"".join([start, *buffers])] if small else [start, *buffers]:
            view = memoryview(part)
            while view:
                try:
                    view = view[self._socket.send(view[: 4 * _CHUNK]) :]
                except BlockingIOError:
                    self._wait(select.POLLOUT, patience)
                except OSError as error:
                    raise Lost(str(error)) from None

    def receive(self, patience: Callable[[], float]) -> tuple[bytes, list[bytes]]:
        """Return the head and the buffers of the next frame.

        What has arrived of a frame is kept if its rest is late.

        Raises
        ------
        Lost, Late, Malformed
        """
        self._fill(_START.size, patience)
        magic, count, length = _START.unpack_from(self._received)
        if magic != _MAGIC:
            raise Malformed("what arrived is no message")
        if length > self.bounds.head or count > self.bounds.parts:
            raise Malformed(f"a message of {length} bytes with {count} buffers is too large")
        begin = _START.size + count * _LENGTH.size
        self._fill(begin, patience)
        lengths = [
            _LENGTH.unpack_from(self._received, _START.size + number * _LENGTH.size)[0]
            for number in range(count)
        ]
        if sum(lengths) > self.bounds.buffers:
            raise Malformed(f"a message with {sum(lengths)} bytes of numbers is too large")
        self._fill(begin + length + sum(lengths), patience)
        head = bytes(memoryview(self._received)[begin : begin + length])
        buffers, place = [], begin + length
        for size in lengths:
            buffers.append(bytes(memoryview(self._received)[place : place + size]))
            place += size
        del self._received[:place]
        return head, buffers

    def _fill(self, size: int, patience: Callable[[], float]) -> None:
        """Wait until so many bytes of the frame are there."""
        while len(self._received) < size:
            try:
                received = self._socket.recv(_CHUNK)
            except BlockingIOError:
                self._wait(select.POLLIN, patience)
                continue
            except OSError as error:
                raise Lost(str(error)) from None
            if not received:
                raise Lost("the connection is closed")
            self._received += received

    def _wait(self, event: int, patience: Callable[[], float]) -> None:
        seconds = patience()
        poll = select.poll()
        poll.register(self._socket, event)
        deadline = None if seconds == float("inf") else time.monotonic() + seconds
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late("no answer in time")
            if poll.poll(None if left is None else max(1, 1000 * left)):
                return
