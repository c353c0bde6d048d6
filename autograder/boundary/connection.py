"""Frames on a socket between two processes, of which one may be hostile.

A frame is a head and a number of raw buffers, each with its length before it. Nothing is allocated
for bytes that have not arrived, and a frame beyond the bounds is refused as soon as its lengths are
known.
"""

import select
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

_MAGIC = b"FWP1"
_START = struct.Struct("<4sIQ")  # magic, number of buffers, length of the head
_LENGTH = struct.Struct("<Q")
_MIB = 2**20
_SMALL = 2**16  # bytes that are read, and joined before they are written, without a thought
_AT_ONCE = 512  # parts of a frame: a system takes about twice as many, see sendmsg(2)
_FOREVER = float("inf")


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
        Number of values, the items of containers among them. What costs more than an item to make
        counts for many.
    depth : int
        Containers in containers.
    calls : int
        Calls within calls, from one process to the other and back.
    """

    head: int = 32 * _MIB
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
        self._polls = {event: select.poll() for event in (select.POLLIN, select.POLLOUT)}
        for event, poll in self._polls.items():
            poll.register(sock, event)
        self._received = bytearray()  # what has arrived of the next frame
        self._unsent: deque[memoryview] = deque()  # of a frame

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def send(
        self,
        head: bytes,
        buffers: Sequence[bytes | bytearray | memoryview],
        patience: Callable[[], float],
    ) -> None:
        """Send one frame, after what is left of an earlier one.

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
        self._unsent += _parts_of(head, buffers)
        while not self._send_some():
            self._wait(select.POLLOUT, patience)

    def receive(self, patience: Callable[[], float]) -> tuple[bytes, list[bytearray]]:
        """Return the head and the buffers of the next frame.

        After any error but `Lost` only :meth:`restart` is of use.

        Raises
        ------
        Lost, Late, Malformed
        """
        magic, count, length = _START.unpack(self._take(_START.size, patience))
        if magic != _MAGIC:
            raise Malformed("what arrived is no message")
        if length > self.bounds.head or count > self.bounds.parts:
            raise Malformed(f"a message of {length} bytes with {count} buffers is too large")
        sizes: Sequence[int] = ()
        if count:
            sizes = struct.unpack(f"<{count}Q", self._take(count * _LENGTH.size, patience))
            if sum(sizes) > self.bounds.buffers:
                raise Malformed(f"a message with {sum(sizes)} bytes of numbers is too large")
        head = bytes(self._take(length, patience))
        return head, [self._take(size, patience) for size in sizes]

    def has_arrived(self) -> bool:
        """Whether anything is there to be received."""
        return bool(self._received or self._polls[select.POLLIN].poll(0))

    def restart(self, head: bytes, awaited: bytes, patience: Callable[[], float]) -> None:
        """Send a frame without buffers, and drop whatever arrives before one that is awaited.

        So both processes agree again where a frame begins, whatever was left unfinished.

        Parameters
        ----------
        head, awaited : bytes
            The heads of the two frames.
        patience : callable

        Raises
        ------
        Lost, Late
        """
        self._unsent += _parts_of(head, ())
        frame = bytes(_parts_of(awaited, ())[0])
        while (place := self._received.find(frame)) < 0:
            del self._received[: 1 - len(frame)]  # the frame may have begun to arrive
            # It may be that the other process takes nothing more before it has sent the rest.
            is_sent = self._send_some()
            if not self._receive_some(_MIB):
                self._wait(select.POLLIN if is_sent else select.POLLIN | select.POLLOUT, patience)
            elif patience() <= 0:
                raise Late("no answer in time")
        del self._received[: place + len(frame)]

    def _send_some(self) -> bool:
        """Send what the socket takes now; return whether that is all."""
        while self._unsent:
            try:
                sent = self._socket.sendmsg(islice(self._unsent, _AT_ONCE))
            except BlockingIOError:
                return False
            except OSError as error:
                raise Lost(str(error)) from None
            while sent >= len(self._unsent[0]):
                sent -= len(self._unsent.popleft())
                if not self._unsent:
                    return True
            self._unsent[0] = self._unsent[0][sent:]
        return True

    def _receive_some(self, most: int) -> bool:
        """Receive what is there; return whether anything is."""
        try:
            received = self._socket.recv(most)
        except BlockingIOError:
            return False
        except OSError as error:
            raise Lost(str(error)) from None
        if not received:
            raise Lost("the connection is closed")
        self._received += received
        return True

    def _take(self, size: int, patience: Callable[[], float]) -> bytearray:
        """Return so many bytes, once they are there."""
        while (missing := size - len(self._received)) > 0:
            if not self._receive_some(min(max(missing, _SMALL), _MIB)):
                self._wait(select.POLLIN, patience)
        if missing == 0:
            taken, self._received = self._received, bytearray()
            return taken
        taken = self._received[:size]
        del self._received[:size]
        return taken

    def _wait(self, event: int, patience: Callable[[], float]) -> None:
        """Wait until the socket is ready."""
        poll = self._polls.get(event)
        if poll is None:
            poll = select.poll()
            poll.register(self._socket, event)
        while (seconds := patience()) > 0:
            if poll.poll(None if seconds == _FOREVER else max(1, 1000 * seconds)):
                return
        raise Late("no answer in time")


def _parts_of(head: bytes, buffers: Sequence[bytes | bytearray | memoryview]) -> list[memoryview]:
    """Return a frame as what is sent one after the other."""
    start = _START.pack(_MAGIC, len(buffers), len(head))
    if not buffers:
        return [memoryview(start + head)]
    start += struct.pack(f"<{len(buffers)}Q", *map(len, buffers)) + head
    if sum(map(len, buffers)) <= _SMALL:
        return [memoryview(b"".join([start, *buffers]))]
    return [memoryview(start), *(memoryview(buffer) for buffer in buffers if len(buffer))]
