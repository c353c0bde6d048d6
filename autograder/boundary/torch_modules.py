"""PyTorch's modules across the boundary: handles that are modules themselves.

A handle has the structure of its module: parameters and buffers, which are twins, and children,
which are handles. So what PyTorch does with the structure works as ever: ``parameters()``,
``state_dict()``, ``zero_grad()``, the items of a ``ModuleList``. The structure is read with one
request, and again only after the other process has had its turn. Everything else is the business
of the module itself: a call is one request, and hooks see it where the module lives.

A notebook gets such handles of modules of the judge's, too. It can call and train them, but what it
could hang into them would be called among the judge's own code, so it cannot. Those of PyTorch's
own classes it calls without a request, see :mod:`autograder.boundary.torch_library`.
"""

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NamedTuple

import torch
from torch import nn

from autograder.boundary.connection import Malformed
from autograder.boundary.handles import RemoteMethod, RemoteObject, passing_on
from autograder.boundary.kinds import Kind
from autograder.boundary.peer import LIBRARY_OPERATIONS, Peer
from autograder.boundary.proxies import REFUSALS, SPECIAL_BASES
from autograder.boundary.torch_leaves import AsTwin
from autograder.boundary.torch_library import form_of, made

# What needs the structure alone, unless the module's class has its own.
_HERE = frozenset(
    (
        *("parameters", "named_parameters", "buffers", "named_buffers", "get_parameter"),
        *("children", "named_children", "modules", "named_modules", "get_submodule", "get_buffer"),
        *("state_dict", "zero_grad", "requires_grad_", "apply", "keys", "items", "values"),
    )
)
_STRUCTURE = ("training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set")
_CONSTANTS = ("call_super_init", "dump_patches", "T_destination")
_METHODS = frozenset(
    name for name, value in vars(nn.Module).items() if isinstance(value, FunctionType)
) | {"forward"}


class _Row(NamedTuple):
    """One module of a structure."""

    module: nn.Module
    training: bool
    own: tuple[str, ...]  # names of `_HERE` that its class defines
    parameters: dict[str, Any]
    buffers: dict[str, Any]
    passing: tuple[str, ...]  # buffers that are not in a state dictionary
    children: dict[str, Any]
    form: list[Any] | None = None  # of a module of the judge's, for a notebook


class RemoteModule(RemoteObject, nn.Module):
    """A handle of a module."""

    def _begin(self) -> None:
        """Be a module without a structure."""
        nn.Module.__init__(self)
        object.__setattr__(self, "_own", frozenset())
        object.__setattr__(self, "_seen", -1)  # what had arrived when the structure was read

    def __getattribute__(self, name: str) -> Any:
        if name in _STRUCTURE:
            _refresh(self)
            return object.__getattribute__(self, name)
        if name.startswith("_") or name in _CONSTANTS:
            return object.__getattribute__(self, name)
        reference = object.__getattribute__(self, "_reference")
        if name in _HERE and _has(type(self), name):
            _refresh(self)
            if name in object.__getattribute__(self, "_own"):
                return RemoteMethod(reference, name)
            return object.__getattribute__(self, name)
        if name in _METHODS:
            return RemoteMethod(reference, name)
        _refresh(self)
        state = object.__getattribute__(self, "__dict__")
        for part in ("_parameters", "_buffers", "_modules"):
            if name in state[part]:
                return state[part][name]
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        # After an AttributeError; PyTorch's own method would hide what the other process has said.
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._reference.peer.is_judge:
            super().__setattr__(name, value)
        elif name == "training":
            self._reference.peer.request("torch.mode", self._reference, bool(value))
        else:
            raise AttributeError(f"{name} of a module of the test's is not for the notebook to set")

    def __delattr__(self, name: str) -> None:
        if not self._reference.peer.is_judge:
            raise AttributeError(f"{name} of a module of the test's is not the notebook's")
        super().__delattr__(name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if not self._reference.peer.is_judge:
            _refresh(self)
            if (module := _made_here(self)) is not None:
                return module(*arguments, **named)
        return _CALL(self, *arguments, **named)

    def _apply(self, function: Callable[..., Any], recurse: bool = True) -> "RemoteModule":
        """Convert parameters and buffers, for the module of this process that this one is in."""
        with torch.no_grad():
            for tensor in [*self.parameters(recurse), *self.buffers(recurse)]:
                grad, tensor.grad = tensor.grad, None
                tensor.data = function(tensor.data)
                tensor.grad = None if grad is None else function(grad)
        return self


KINDS: list[Kind] = []
_CALL = passing_on("__call__")
SPECIAL_BASES["torch.nn.modules.module.Module"] = RemoteModule


def _has(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in kind.__mro__)


def _refresh(module: RemoteModule) -> None:
    """Read the structure of a module, and of all that is in it, if it may have changed."""
    state = object.__getattribute__(module, "__dict__")
    peer = state["_reference"].peer
    if state["_seen"] == peer.received:
        return
    found = peer.request("torch.structure", state["_reference"])
    with peer.believing_nothing():
        rows = [_checked(_Row(*row)) for row in found]
        if rows[0].module is not module:
            raise Malformed("the structure of another module")
        for row in rows:
            _take(row, peer.received)


def _checked(row: _Row) -> _Row:
    """Return one module of a structure as it must be."""
    wanted = (
        (row.parameters, nn.Parameter),
        (row.buffers, torch.Tensor),
        (row.children, nn.Module),
    )
    for parts, kind in wanted:
        for name, value in parts.items():
            if type(name) is not str or not (value is None or isinstance(value, kind)):
                raise Malformed("a module with parts that are none")
    if type(row.training) is not bool or not isinstance(row.module, RemoteModule):
        raise Malformed("a module that is none")
    return row


def _take(row: _Row, seen: int) -> None:
    """Give a handle its structure; dictionaries that are being gone through are not changed."""
    state = object.__getattribute__(row.module, "__dict__")
    parts = {"_parameters": row.parameters, "_buffers": row.buffers, "_modules": row.children}
    for name, new in parts.items():
        if [*state[name]] != [*new] or any(new[key] is not state[name][key] for key in new):
            state[name] = new
    state["training"] = row.training
    state["_non_persistent_buffers_set"] = set(row.passing)
    state["_own"] = frozenset(row.own)
    state["_seen"] = seen
    state["_keys"] = dict.fromkeys(row.parameters)  # a ParameterDict's
    state["_form"] = row.form


def _made_here(handle: Any) -> nn.Module | None:
    """Return a module that computes what a handle's does, in this process; None if it cannot be."""
    state = object.__getattribute__(handle, "__dict__")
    if not isinstance(handle, RemoteModule) or (form := state.get("_form")) is None:
        return None
    children = {}
    for name, child in state["_modules"].items():
        children[name] = None if child is None else _made_here(child)
        if child is not None and children[name] is None:
            return None
    own = {name: state[name] for name in _STRUCTURE if name != "_modules"}
    state["_made"] = made(state.get("_made"), form, own, children)
    return state["_made"]


def _structure(peer: Peer, target: Any) -> list[tuple[Any, ...]]:
    """Return the structure of a module of this process, and of all that is in it."""
    return [_row(module, is_judge=peer.is_judge) for module in _own_modules(_module(target))]


def _own_modules(module: nn.Module) -> Iterator[nn.Module]:
    """Yield a module of this process, and those in it."""
    found, left = {id(module)}, [module]
    while left:
        yield (one := left.pop())
        for child in one._modules.values():
            if child is not None and id(child) not in found and not isinstance(child, RemoteModule):
                found.add(id(child))
                left.append(child)


def _row(module: nn.Module, *, is_judge: bool) -> tuple[Any, ...]:
    kind = type(module)
    own = [
        name
        for name in _HERE
        if hasattr(kind, name) and not str(getattr(kind, name).__module__).startswith("torch.")
    ]
    buffers = {
        name: None if value is None else AsTwin(value) for name, value in module._buffers.items()
    }
    return tuple(
        _Row(
            *(module, module.training, tuple(own), dict(module._parameters), buffers),
            *(tuple(module._non_persistent_buffers_set), dict(module._modules)),
            form_of(module) if is_judge else None,
        )
    )


def _set_mode(_: Peer, target: Any, training: Any) -> None:
    """Set the mode of one module."""
    _module(target).training = training is True


def _module(target: Any) -> nn.Module:
    if not isinstance(target, nn.Module) or isinstance(target, RemoteModule):
        raise Malformed("a module that is none")
    return target


def _refuse(operation: str, target: Any, _: list[Any]) -> None:
    """Refuse to take something of the notebook's into a module of the judge's.

    Raises
    ------
    TypeError
    """
    if operation in ("__setitem__", "__delitem__") and isinstance(target, nn.Module):
        raise TypeError("a module of the test's takes in no other modules")


LIBRARY_OPERATIONS["torch.structure"] = _structure
LIBRARY_OPERATIONS["torch.mode"] = _set_mode
REFUSALS.append(_refuse)
