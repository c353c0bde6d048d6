"""Arguments that the learner's code has kept: what changes them on one side changes them on both.

A test may hand over an array and change it after the call; a generator may change an argument long
after the call that made it. In one process both sides would see it. So a kernel looks after each
call for arguments that something of the notebook still refers to, and tells the judge. From then on
both compare them before they send anything, and tell what has changed.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from autograder.boundary.codec import Decoder, Encoder, mutable
from autograder.boundary.connection import Malformed

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

# Larger arrays are not looked at: to compare them with every message would take too long.
_LARGEST = 2**20
_MOST = 500
_UNTOLD = object()  # in place of the state that the other process knows
# What refers to a container while that is counted: the list of all, and the question itself.
_OWN_REFERENCES = 2


class _Argument:
    """A kept argument, as one side knows it.

    Attributes
    ----------
    value : callable
        Returns it, or None where it is kept no longer.
    """

    def __init__(self, kind: Any, value: Callable[[], Any]) -> None:
        self.kind, self.value = kind, value
        self.snapshot = kind.snapshot(value())


class Kept:
    """The kept arguments of one test.

    Parameters
    ----------
    peer : Peer
    """

    def __init__(self, peer: "Peer") -> None:
        self._peer = peer
        self._arguments: dict[tuple[int, int], _Argument] = {}  # by request, and number there

    def look(self, request: int, decoder: Decoder) -> list[list[Any]]:
        """Return number and tag of the arguments of a request that are kept; for a kernel.

        Parameters
        ----------
        request : int
        decoder : Decoder
            It is of no use any more afterwards.
        """
        if self._peer.is_judge or not decoder.shared:
            return []
        found, containers = {}, []
        for number, kind, value in _taken(decoder):
            if hasattr(kind, "parts"):
                containers.append((number, kind, value))
            elif hasattr(kind, "hold") and kind.size(value) <= _LARGEST:
                found[number] = kind, kind.hold(value)
            del value
        for number, kind, value in _kept_of(containers):
            found[number] = kind, kind.hold(value)
        kept = []
        for number, (kind, hold) in sorted(found.items()):
            if hold() is not None and len(self._arguments) < _MOST:
                self._arguments[request, number] = _Argument(kind, hold)
                kept.append([number, kind.tag])
        return kept

    def note(self, request: int, kept: list[list[Any]], encoder: Encoder) -> None:
        """Remember which arguments of a request a kernel has kept; for the judge.

        Raises
        ------
        Malformed, or whatever a wrong content makes of it
        """
        for number, tag in kept:
            kind = mutable(tag)
            if type(number) is not int or number < 0 or len(self._arguments) >= _MOST:
                raise Malformed("a kept argument with a wrong number")
            value = encoder.originals[number]
            if not hasattr(kind, "can_keep") or not kind.can_keep(value):
                raise Malformed("a kept argument of another kind")
            if hasattr(kind, "size") and kind.size(value) > _LARGEST:
                raise Malformed("a kept argument that is too large")
            self._arguments[request, number] = _Argument(kind, lambda value=value: value)

    def news(self, encoder: Encoder) -> list[Any]:
        """Return what the other process does not know yet: changes, and what is kept no longer."""
        news = []
        for key, argument in list(self._arguments.items()):
            kind, value = argument.kind, argument.value()
            if value is None:
                del self._arguments[key]
                news.append([*key])
            elif argument.snapshot is _UNTOLD or not kind.is_same(value, argument.snapshot):
                news.append([*key, kind.encode_state(value, encoder)])
                argument.snapshot = kind.snapshot(value)
        return news

    def take_back(self, news: list[Any]) -> None:
        """Undo what :meth:`news` has noted for a message that is not sent."""
        for request, number, *_ in news:
            if (request, number) in self._arguments:
                self._arguments[request, number].snapshot = _UNTOLD

    def learn(self, news: list[Any], decoder: Decoder) -> None:
        """Take over what the other process has told.

        Raises
        ------
        Malformed, or whatever a wrong content makes of it
        """
        for request, number, *states in news:
            if not states:
                self._arguments.pop((request, number), None)
                continue
            argument = self._arguments.get((request, number))
            value = None if argument is None else argument.value()
            if value is not None:  # or it is kept no longer
                argument.kind.replace(value, states[0], decoder)
                argument.snapshot = argument.kind.snapshot(value)


def _taken(decoder: Decoder) -> Iterator[tuple[int, Any, Any]]:
    """Yield number, kind and value of all that can be changed, and let a decoder go of it."""
    kinds = [kind for kind, _ in decoder.states[: decoder.argument_count]]
    shared = decoder.shared[len(kinds) - 1 :: -1] if kinds else []
    decoder.shared, decoder.states, decoder.memories = [], [], []
    for number, kind in enumerate(kinds):
        if kind is None:
            shared.pop()
        else:
            yield number, kind, shared.pop()


def _kept_of(containers: list[tuple[int, Any, Any]]) -> list[tuple[int, Any, Any]]:
    """Return the containers that something else refers to, and those that lie in them."""
    places = {id(container[2]): place for place, container in enumerate(containers)}
    # No variable here refers to a container: that would count, too.
    below = [
        [places[id(part)] for part in _parts(kind.parts(value)) if id(part) in places]
        for _, kind, value in containers
    ]
    inside = Counter(place for places_below in below for place in places_below)
    waiting = [
        place
        for place in range(len(containers))
        if sys.getrefcount(containers[place][2]) - inside[place] > _OWN_REFERENCES
    ]
    kept: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place not in kept:
            kept.add(place)
            waiting += below[place]
    return [containers[place] for place in sorted(kept)]


def _parts(items: list[Any]) -> Iterator[Any]:
    """Yield items, and those of tuples among them."""
    for item in items:
        if type(item) is tuple:
            yield from _parts(list(item))
        else:
            yield item
