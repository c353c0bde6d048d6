"""Tell whose an object is: the notebook's, or a library's.

Only real types decide, so that nothing of a learner's object runs here.
"""

import sys
from functools import partial
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

_WRITABLE = ("/home/learner/", "/tmp/")  # as a sandboxed kernel sees it
# Python and its packages, which a kernel sees read-only, may lie below these.
_INSTALLED = tuple(
    f"{place}/" for place in (sys.prefix, sys.base_prefix, Path(__file__).resolve().parents[3])
)


def is_learners(value: Any, namespace: dict[str, Any]) -> bool:
    """Whether a function, a class or an object was made in the notebook.

    Parameters
    ----------
    value : object
    namespace : dict
        The notebook's names.
    """
    while type(value) is partial:
        value = value.func
    if type(value) is property:
        value = value.fget
    elif type(value) in (MethodType, staticmethod, classmethod):
        value = value.__func__
    if type(value) is FunctionType:
        spaces = value.__globals__, {"__name__": value.__module__}
        return spaces[0] is namespace or any(map(is_made_here, spaces))
    if type(value) is ModuleType:
        return is_made_here(vars(value)) or all(value is not m for m in sys.modules.values())
    name = _module_of(value)
    return name in ("unittest.mock", "types") or is_made_here({"__name__": name})


def _module_of(value: Any) -> str | None:
    """Return the name of the module that a class, or an object's class, was made in."""
    kind = value if issubclass(type(value), type) else type(value)
    name = type.__dict__["__module__"].__get__(kind)  # a metaclass can have its own
    return name if type(name) is str else "__main__"


def origin_of(value: Any) -> str | None:
    """Return the name of the module of a function, or of a class, or of an object's class."""
    if type(value) in (FunctionType, BuiltinFunctionType):
        return value.__module__ if type(value.__module__) is str else None
    return _module_of(value)


def is_made_here(space: dict[str, Any]) -> bool:
    """Whether a module's names are the notebook's, or those of a file beside it."""
    name, path = space.get("__name__"), space.get("__file__")
    if name is not None and (type(name) is not str or name == "__main__"):
        return True
    if path is None and type(module := sys.modules.get(name)) is ModuleType:
        path = vars(module).get("__file__")
    return type(path) is str and path.startswith(_WRITABLE) and not path.startswith(_INSTALLED)
