"""Names of classes and functions, as the other process tells them."""

import functools
import keyword
import sys
from collections import namedtuple
from contextlib import suppress
from types import ModuleType
from typing import Any

from autograder.boundary.connection import Malformed

_LONGEST_NAME = 100


def library_place(value: Any) -> list[str] | None:
    """Return module and name of a library's class or function; None if it has no such place."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if name is None and type(value).__name__ == "ufunc":
        module, name = "numpy", value.__name__
    if type(module) is not str or type(name) is not str or module == "__main__":
        return None
    with suppress(Malformed):
        if from_library(module, name) is value:
            return [module, name]
    return None


def from_library(module: str, name: str) -> Any:
    """Return a library's class or function that is loaded here.

    Raises
    ------
    Malformed
        If there is none.
    """
    file = getattr(sys.modules.get(module), "__spec__", None)
    if module == "__main__" or file is None:
        raise Malformed("a name of no library")
    found: Any = sys.modules[module]
    for part in name.split("."):
        found = vars(found).get(part) if isinstance(found, type | ModuleType) else None
    if found is None:
        raise Malformed(f"{module} has no {name}")
    return found


def named_tuple(name: Any, fields: tuple[Any, ...]) -> type:
    """Return the class of a named tuple of the other process's.

    Raises
    ------
    Malformed, ValueError
        If a name is none.
    """
    return _named_tuple(identifier(name), tuple(map(identifier, fields)))


def identifier(name: Any) -> str:
    """Return a name that is one.

    Raises
    ------
    Malformed
    """
    if not is_identifier(name):
        raise Malformed("a name that is none")
    return name


def is_identifier(name: Any) -> bool:
    """Whether something can be the name of a class or of an attribute."""
    return (
        type(name) is str
        and len(name) <= _LONGEST_NAME
        and name.isidentifier()
        and not keyword.iskeyword(name)
    )


@functools.lru_cache(maxsize=256)
def _named_tuple(name: str, fields: tuple[str, ...]) -> type:
    return namedtuple(name, fields)
