"""scikit-learn's own objects on their way to a kernel: class by name, attributes by value.

What a test hands over (an estimator, a pipeline, a splitter) is an object of the library's in the
kernel, too, so that the library's functions take it for one. What fitting it there has found out
comes back. A learner's estimator is a handle in the judge.
"""

import sys
from typing import Any

from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.kinds import Kind
from autograder.boundary.proxies import from_library, library_place, reference_of


class _Estimators(Kind):
    """Objects of classes that scikit-learn itself defines in Python."""

    tag = "sk"

    def fits(self, kind: type) -> bool:
        is_sklearns = str(kind.__module__).startswith("sklearn.")
        return is_sklearns and library_place(kind) is not None and kind.__dictoffset__ != 0

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        if not encoder.peer.is_judge:
            return encoder.peer.proxies.describe(value, encoder)
        encoder.share(value)
        return ["sk", *library_place(type(value)), encoder(dict(vars(value)))]

    def decode(self, content: list[Any], decoder: Decoder) -> Any:
        if decoder.peer.is_judge:
            raise Malformed("an estimator in place of a handle")
        _, module, name, attributes = content
        if module not in sys.modules:
            __import__(module)
        kind = from_library(module, name)
        value = kind.__new__(kind)
        number = decoder.share(value)
        vars(value).update(decoder(attributes))
        decoder.note(number, self, dict(vars(value)))
        return value

    def is_changed(self, value: Any, state: dict[str, Any]) -> bool:
        now = vars(value)
        return now.keys() != state.keys() or any(now[name] is not state[name] for name in now)

    def encode_state(self, value: Any, encoder: Encoder) -> Any:
        return encoder(dict(vars(value)))

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        """Take over what was found out: results and settings, but nothing that computes."""
        attributes = decoder(content)
        if type(attributes) is not dict or not self.fits(type(value)):
            raise Malformed("a change of another kind")
        for name, found in attributes.items():
            is_result = name in vars(value) or (name.endswith("_") and not name.startswith("_"))
            if is_result and reference_of(found) is None:
                vars(value)[name] = found


KINDS = [_Estimators()]
