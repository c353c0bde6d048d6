"""What a library's room tells of its values: how those of one type cross."""

from typing import TYPE_CHECKING, Any

from autograder.boundary.connection import Malformed

if TYPE_CHECKING:
    from autograder.boundary.codec import Decoder, Encoder


class Kind:
    """How values of one library's types cross.

    A room of kinds has a list ``KINDS``. Its types are asked in their order, before the built-in
    ones.

    Attributes
    ----------
    tag : str
        What the encoded list begins with.
    """

    tag = ""

    def fits(self, kind: type) -> bool:
        """Whether values of a type are of this kind."""
        raise NotImplementedError

    def encode(self, value: Any, encoder: "Encoder") -> list[Any]:
        """Return what follows the tag, or a whole list of another tag that begins with it."""
        raise NotImplementedError

    def decode(self, content: list[Any], decoder: "Decoder") -> Any:
        """Return the value; whatever is wrong with the content may raise anything."""
        raise NotImplementedError

    def is_changed(self, value: Any, state: Any) -> bool:
        """Whether a shared value is no longer what it was when `Decoder.note` was told of it."""
        return False

    def replace(self, value: Any, content: Any, decoder: "Decoder") -> None:
        """Give a value, in place, the state that the other process's ``encode_state`` tells."""
        raise Malformed("a change of what cannot be changed")
