"""What a kernel may have a library's objects of the judge's do.

A test's own classes are made to be called by the learner's code. What they inherit of a library can
do much more: write files, read them, make objects of any configuration.
"""

import functools
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

_CALLABLE = (
    *(FunctionType, MethodType, BuiltinFunctionType),
    *(classmethod, staticmethod, functools.partial, functools.partialmethod),
)
# By library: the methods of its classes that do nothing but compute.
_ALLOWED = {
    "keras": frozenset(
        (
            *("apply", "apply_gradients", "compute_mask", "compute_output_shape"),
            *("get_config", "get_build_config", "result", "update_state", "reset_state"),
        )
    ),
    "tensorflow": frozenset(
        (
            *("as_numpy_iterator", "batch", "cardinality", "enumerate", "prefetch", "repeat"),
            *("shuffle", "skip", "take", "unbatch"),
        )
    ),
    "torch": frozenset(
        (
            *("forward", "train", "eval", "load_state_dict", "zero_grad", "requires_grad_"),
            *("to", "type", "float", "double", "half", "bfloat16", "cpu", "extra_repr"),
            *("step", "state_dict", "get_last_lr"),
        )
    ),
}
# Methods of pandas that find names of the whole process in a text.
_OF_CODE = {"eval", "query"}
# How the methods begin that take the name of a file, and the few to which text is something else.
_OF_FILES = ("save", "load", "export", "dump", "read", "write", "to_", "tofile", "from_")
_OF_TEXT = {"to_dict", "to_empty", "to_list", "to_numpy", "write", "writelines"}


def paths_of(name: Any, values: list[Any]) -> list[str]:
    """Return what a method may take for names of files."""
    if type(name) is not str or not name.startswith(_OF_FILES) or name in _OF_TEXT:
        return []
    return [str(value) for value in values if isinstance(value, str | PurePath)]


def require_allowed(target: Any, name: str) -> None:
    """Refuse a method that an object of the judge's has of a library's class.

    Raises
    ------
    AttributeError
    """
    kinds = type(target).__mro__
    loaded = {kind.__module__.partition(".")[0] for kind in kinds}
    if name in _OF_CODE and "pandas" in loaded:
        raise AttributeError(f"{name!r} runs text as code, and is the test's own to call")
    libraries = loaded & _ALLOWED.keys()
    if not libraries:
        return
    owner = next((kind for kind in kinds if name in vars(kind)), None)
    # Keras puts methods of its own on the objects themselves, too.
    is_own = owner is not None and owner.__module__.partition(".")[0] not in _ALLOWED
    on_itself = getattr(target, "__dict__", {}).get(name)
    found = on_itself if owner is None or on_itself is not None else vars(owner)[name]
    if not isinstance(found, _CALLABLE) or (is_own and on_itself is None):
        return
    if not any(name in _ALLOWED[library] for library in libraries):
        raise AttributeError(f"{name!r} is a library's method, and the test's own to call")
