"""Modules of the judge's that consist of PyTorch's own alone: a notebook computes with them itself.

A call of a judge's module is a request, and so is a backward pass through it: two for each step of
a training, with all parameters before them. Of a module of PyTorch's own classes the kernel knows
the program, and it has the parameters, which are twins. So it needs nothing but the *form* of each
module, its class and its options, to make the module's calls here, with the same numbers.

A module into which the test has hung a hook, or anything else that would see the calls, has no
form: it is called where it lives.
"""

from typing import Any

from torch import Tensor, nn

from autograder.boundary.names import from_library, library_place

_PLAIN = (bool, int, float, str, type(None))
_OF_ALL = frozenset(vars(nn.Module()))  # what every module has


def form_of(module: nn.Module) -> list[Any] | None:
    """Return module, name and options of the class of one of PyTorch's modules; None of another."""
    kind = type(module)
    place = library_place(kind) if kind.__module__.startswith("torch.nn.modules.") else None
    options = {name: value for name, value in vars(module).items() if name not in _OF_ALL}
    if place is None or _is_seen(module) or not _is_plain(options):
        return None
    return [*place, options]


def made(
    module: nn.Module | None, form: list[Any], state: dict[str, Any], children: dict[str, nn.Module]
) -> nn.Module:
    """Return a module of a form, in this process.

    Parameters
    ----------
    module : nn.Module or None
        What was returned for the same module before.
    form : list
    state : dict of str to object
        Its parameters, buffers and mode, as a module keeps them.
    children : dict of str to nn.Module
    """
    place, name, options = form
    kind = from_library(place, name)
    if type(module) is not kind:
        module = kind.__new__(kind)
        nn.Module.__init__(module)
    vars(module).update(options)
    vars(module).update(state, _modules=children)
    return module


def _is_seen(module: nn.Module) -> bool:
    """Whether something else is told of a module's calls, or of gradients."""
    parts = [vars(module), vars(nn.modules.module)]
    if any(value for part in parts for name, value in part.items() if name.endswith("_hooks")):
        return True
    return any(
        parameter._backward_hooks or getattr(parameter, "_post_accumulate_grad_hooks", None)
        for parameter in module._parameters.values()
        if isinstance(parameter, Tensor)
    )


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(map(_is_plain, (*value.keys(), *value.values())))
    return type(value) in _PLAIN
