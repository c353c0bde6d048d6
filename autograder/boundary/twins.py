"""Objects that both processes have, and keep alike: generators, parameters, variables.

A twin is made where the other process's object is first heard of. Whatever changes one of the two
changes the other with the next message, whichever way it goes.
"""

import sys
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.kinds import Kind

if TYPE_CHECKING:
    from autograder.boundary.peer import Peer

_UNTOLD = object()  # in place of the state that the other process knows


class TwinKind(Kind):
    """How objects of one type are kept alike on both sides."""

    def snapshot(self, value: Any) -> Any:
        """Return an object's state, to be compared with ``==``."""
        raise NotImplementedError

    def refreshed(self, value: Any, snapshot: Any) -> Any:
        """Return an object's state; what has not changed may be that of an earlier snapshot."""
        return self.snapshot(value)

    def is_same(self, value: Any, snapshot: Any) -> bool:
        """Whether the object is as it was when the snapshot was taken."""
        return self.snapshot(value) == snapshot

    def make(self, content: Any, decoder: Decoder) -> Any:
        """Return a new object in an encoded state."""
        raise NotImplementedError

    def encode_change(self, value: Any, snapshot: Any, encoder: Encoder) -> Any:
        """Return what :meth:`replace` needs where the other object is as it was."""
        return self.encode_state(value, encoder)

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        """Return the twin's number, and its state if the other process does not have it yet."""
        return encoder.peer.twins.encode(value, self, encoder)

    def decode(self, content: list[Any], decoder: Decoder) -> Any:
        """Return the twin of an object of the other process's."""
        return decoder.peer.twins.decode(content, self, decoder)


class _Twin:
    """One of two, as the table knows it.

    The one that was there first decides how long both live: the table keeps the other.

    Parameters
    ----------
    value : object
    kind : TwinKind
    is_made_here : bool
        Whether it was there first.
    """

    def __init__(self, value: Any, kind: TwinKind, *, is_made_here: bool) -> None:
        self._is_made_here = is_made_here
        self._value = value
        if is_made_here:
            with suppress(TypeError):  # NumPy's generators, for instance
                self._value = weakref.ref(value)
        self.kind = kind
        self.snapshot = kind.snapshot(value)

    def look(self, value: Any) -> None:
        """Note the state in which the other process knows the object."""
        before, kind = self.snapshot, self.kind
        self.snapshot = kind.snapshot(value) if before is _UNTOLD else kind.refreshed(value, before)

    def value(self) -> Any:
        """Return the object, or None if it is gone."""
        if not self._is_made_here:
            return self._value
        if type(self._value) is weakref.ref:
            value = self._value()
            # A tensor that only a graph still holds is given back to Python by this.
            if (give_back := getattr(type(value), "_fix_weakref", None)) is not None:
                give_back(value)
            return value
        # Where there is no weak reference: that of this table, and that of the question itself.
        return self._value if sys.getrefcount(self._value) > 2 else None


class Twins:
    """All twins of one test.

    Parameters
    ----------
    peer : Peer
    """

    def __init__(self, peer: "Peer") -> None:
        self._step = 1 if peer.is_judge else -1  # the judge's numbers are above zero
        self._last = 0
        self._by_number: dict[int, _Twin] = {}
        self._numbers: dict[int, int] = {}  # id of an object -> number

    def get(self, number: int) -> Any:
        """Return an object by its number.

        Raises
        ------
        Malformed
            If there is none.
        """
        twin = self._by_number.get(number)
        value = None if twin is None else twin.value()
        if value is None:
            raise Malformed("an object that is not there")
        return value

    def has(self, value: Any) -> bool:
        """Whether an object has a twin."""
        return self.reference(value) is not None

    def encode(self, value: Any, kind: TwinKind, encoder: Encoder) -> list[Any]:
        """Return the twin's number, and its state if the other process does not have it yet."""
        if (known := self.reference(value)) is not None:
            return known
        number = self.number(value, kind, encoder)
        return [kind.tag, number, kind.encode_state(value, encoder)]

    def number(self, value: Any, kind: TwinKind, encoder: Encoder) -> int:
        """Return the number of an object that the other process does not have yet."""
        self._last += self._step
        self._add(self._last, value, kind, is_made_here=True)
        encoder.introduced.append(self._last)
        return self._last

    def decode(self, content: list[Any], kind: TwinKind, decoder: Decoder) -> Any:
        """Return a new twin of an object of the other process's."""
        _, number, state = content
        if type(number) is not int or number * self._step >= 0 or number in self._by_number:
            raise Malformed("an object with a wrong number")
        value = kind.make(state, decoder)
        self._add(number, value, kind, is_made_here=False)
        return value

    def reference(self, value: Any) -> list[Any] | None:
        """Return how the other process is told of an object that it has; None if it has not."""
        twin = self._by_number.get(number := self._numbers.get(id(value), 0))
        return ["tw", number] if twin is not None and twin.value() is value else None

    def adopt(self, number: int, value: Any, kind: TwinKind) -> None:
        """Make an object that is here the twin of one of the other process's."""
        if type(number) is not int or number * self._step >= 0:
            raise Malformed("an object with a wrong number")
        self._add(number, value, kind, is_made_here=False)

    def values(self) -> list[Any]:
        """Return all objects that are there."""
        found = [twin.value() for twin in self._by_number.values()]
        return [value for value in found if value is not None]

    def _add(self, number: int, value: Any, kind: TwinKind, *, is_made_here: bool) -> None:
        self._by_number[number] = _Twin(value, kind, is_made_here=is_made_here)
        self._numbers[id(value)] = number

    def news(self, encoder: Encoder) -> list[Any]:
        """Return what the other process does not know yet: changed states, and who is gone."""
        news = []
        for number, twin in list(self._by_number.items()):
            value = twin.value()
            if value is None:
                del self._by_number[number]
                news.append([number])
            elif twin.snapshot is _UNTOLD:
                news.append([number, twin.kind.encode_state(value, encoder)])
                twin.look(value)
            elif not twin.kind.is_same(value, twin.snapshot):
                news.append([number, twin.kind.encode_change(value, twin.snapshot, encoder)])
                twin.look(value)
        return news

    def take_back(self, made: list[int], news: list[Any]) -> None:
        """Undo what :meth:`encode` and :meth:`news` have noted for a message that is not sent."""
        for number in made:
            self._by_number.pop(number, None)
        for number, *_ in news:
            if number in self._by_number:
                self._by_number[number].snapshot = _UNTOLD

    def learn(self, news: list[Any], decoder: Decoder) -> None:
        """Take over what the other process has told.

        Raises
        ------
        Malformed, or whatever a wrong content makes of it
        """
        for number, *states in news:
            twin = self._by_number.get(number)
            value = None if twin is None else twin.value()
            if not states:
                if type(number) is not int or number * self._step >= 0:
                    raise Malformed("the end of an object of this side")
                self._by_number.pop(number, None)
            elif value is not None:  # or it has gone meanwhile
                twin.kind.replace(value, states[0], decoder)
                twin.look(value)
