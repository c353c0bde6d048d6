"""PyTorch's optimisers across the boundary.

An optimiser of PyTorch's own is on both sides: one of the same class, of the same parameters, which
are twins. Options and state are kept alike. An optimiser of a class that a notebook or a test has
written is a handle, as any object is.
"""

from collections import defaultdict
from typing import Any

import torch
from torch.optim import Optimizer

from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.torch_leaves import content_of, packed, unpacked
from autograder.boundary.twins import TwinKind

_PLAIN = (bool, int, float, str, type(None))


class _Optimisers(TwinKind):
    """Optimisers of PyTorch's own classes."""

    tag = "torch.optimiser"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, Optimizer) and vars(torch.optim).get(kind.__name__) is kind

    def snapshot(self, value: Optimizer) -> tuple[Any, Any, Any]:
        groups = [(list(map(id, group["params"])), _frozen(group)) for group in value.param_groups]
        state = [(id(parameter), _frozen(one)) for parameter, one in value.state.items()]
        return groups, _frozen(value.defaults), state

    def encode_state(self, value: Optimizer, encoder: Encoder) -> list[Any]:
        return [type(value).__name__, *_groups(value, encoder), _state(value, encoder)]

    def encode_change(self, value: Optimizer, snapshot: Any, encoder: Encoder) -> list[Any]:
        is_same = self.snapshot(value)[2] == snapshot[2]
        state = None if is_same else _state(value, encoder)
        return [type(value).__name__, *_groups(value, encoder), state]

    def make(self, content: Any, decoder: Decoder) -> Optimizer:
        name, groups, defaults, state = content
        kind = vars(torch.optim).get(name)
        if not isinstance(kind, type) or not issubclass(kind, Optimizer) or kind is Optimizer:
            raise Malformed("an unknown optimiser")
        value = kind([_group(one, decoder) for one in groups])
        value.defaults = _thawed(defaults, decoder)
        _set_state(value, state, decoder)
        return value

    def replace(self, value: Optimizer, content: Any, decoder: Decoder) -> None:
        _, groups, defaults, state = content
        found = [_group(one, decoder) for one in groups]
        for old, new in zip(value.param_groups, found, strict=False):
            old.clear()
            old.update(new)
        for new in found[len(value.param_groups) :]:
            value.add_param_group(new)
        value.defaults = _thawed(defaults, decoder)
        if state is not None:
            _set_state(value, state, decoder)


KINDS = [_Optimisers()]


def _groups(value: Optimizer, encoder: Encoder) -> list[Any]:
    groups = [
        [encoder.many(group["params"]), _packed(group, encoder)] for group in value.param_groups
    ]
    return [groups, _packed(value.defaults, encoder)]


def _state(value: Optimizer, encoder: Encoder) -> list[Any]:
    parameters = [one for group in value.param_groups for one in group["params"]]
    numbers = {id(one): number for number, one in enumerate(parameters)}
    return [
        [numbers[id(parameter)], _packed(one, encoder)]
        for parameter, one in value.state.items()
        if id(parameter) in numbers
    ]


def _set_state(value: Optimizer, state: Any, decoder: Decoder) -> None:
    parameters = [one for group in value.param_groups for one in group["params"]]
    value.state = defaultdict(dict)
    for number, one in state:
        value.state[parameters[number]] = _thawed(one, decoder)


def _group(content: Any, decoder: Decoder) -> dict[str, Any]:
    """Return a decoded group of parameters with its options."""
    parameters, options = content
    found = decoder.many(parameters)
    if not all(isinstance(one, torch.Tensor) for one in found):
        raise Malformed("an optimiser of no parameters")
    options = _thawed(options, decoder)
    if type(options) is not dict or not all(type(name) is str for name in options):
        raise Malformed("an optimiser with wrong options")
    return {"params": found, **options}


def _frozen(value: Any) -> Any:
    """Return options, or state, as they are now: what compares with ``==``."""
    if isinstance(value, torch.Tensor):
        return content_of(value)
    if isinstance(value, dict):
        return {name: _frozen(one) for name, one in value.items() if name != "params"}
    if isinstance(value, list | tuple):
        return [_frozen(one) for one in value]
    return value if type(value) in _PLAIN else None


def _packed(value: Any, encoder: Encoder) -> Any:
    """Return encoded options, or state."""
    if isinstance(value, torch.Tensor):
        return ["tensor", *packed(content_of(value), encoder)]
    if isinstance(value, dict):
        items = [[name, _packed(one, encoder)] for name, one in value.items() if name != "params"]
        return ["dict", *items]
    if isinstance(value, list | tuple):
        return [type(value).__name__, *(_packed(one, encoder) for one in value)]
    return value if type(value) in _PLAIN else None


def _thawed(content: Any, decoder: Decoder) -> Any:
    """Return decoded options, or state."""
    if type(content) is not list:
        return content
    tag, *parts = content
    if tag == "tensor":
        return unpacked(parts, decoder)
    if tag == "dict":
        return {name: _thawed(one, decoder) for name, one in parts}
    found = [_thawed(one, decoder) for one in parts]
    return tuple(found) if tag == "tuple" else found
