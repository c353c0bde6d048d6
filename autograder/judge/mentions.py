"""Which names of the notebook some code binds and reads, at once or when it is called."""

import ast
import builtins
import dis
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Literal

# Python's own in every module, and what IPython adds to it without opening the notebook.
EVERYWHERE = frozenset(dir(builtins)) | {"__annotations__", "display"}
# What hands out the notebook's names or its history, or runs code that nobody has looked at.
NOTEBOOK = frozenset(
    (
        *("globals", "locals", "eval", "exec", "get_ipython", "__import__", "In", "Out", "_"),
        *("__", "___", "_ih", "_oh", "_i", "_ii", "_iii"),
    )
)
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_BINDING = {"STORE_NAME": "bind", "DELETE_NAME": "bind"}
_READING = {"LOAD_NAME": "read", "LOAD_GLOBAL": "read"}
_GLOBAL = {"STORE_GLOBAL": "bind", "DELETE_GLOBAL": "bind"}
_HOW = _BINDING | _READING | _GLOBAL


@dataclass(frozen=True)
class Mention:
    """A name of the notebook in some code.

    Attributes
    ----------
    name : str
    how : {"bind", "read"}
        Deleting a name binds it, too: it is another one afterwards.
    line : int
        From 1.
    late : bool
        Whether it happens in a function, and so not before that is called.
    """

    name: str
    how: Literal["bind", "read"]
    line: int
    late: bool


def mentions(statements: Sequence[ast.stmt]) -> tuple[Mention, ...]:
    """Let the compiler tell which names are the notebook's: its scopes are Python's own.

    Raises
    ------
    SyntaxError
        If only the compiler refuses the code.
    """
    code = compile(
        ast.Module(list(statements), []),
        "<cell>",
        "exec",
        ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
        optimize=0,
    )
    return tuple(_mentions_of(code, is_top=True, late=False))


def first_reads(found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield what is read before it is given a value, when the code is executed from top to bottom.

    A function reads when it is called, so a value that comes later in the code counts for it.
    """
    found = list(found)
    bound = {mention.name for mention in found if mention.how == "bind"}
    so_far: set[str] = set()
    for mention in found:
        if mention.how == "bind":
            so_far.add(mention.name)
        elif mention.name not in (bound if mention.late else so_far):
            yield mention


def _mentions_of(code: CodeType, *, is_top: bool, late: bool) -> Iterator[Mention]:
    instructions = list(dis.get_instructions(code))
    # In the body of a class, a name that it binds is its own.
    own = set() if is_top else {f.argval for f in instructions if f.opname in _BINDING}
    for found in instructions:
        if isinstance(found.argval, CodeType):
            function = late or _is_function(found.argval)
            yield from _mentions_of(found.argval, is_top=False, late=function)
            continue
        how = _HOW.get(found.opname)
        if how is None or (not is_top and (found.opname in _BINDING or found.argval in own)):
            continue
        line = found.positions.lineno
        if line is not None:  # or the compiler clears an exception's name
            yield Mention(found.argval, how, line, late)


def _is_function(code: CodeType) -> bool:
    """Whether code waits for a call: bodies of classes and comprehensions do not."""
    return bool(code.co_flags & inspect.CO_OPTIMIZED) and code.co_name not in _COMPREHENSIONS
