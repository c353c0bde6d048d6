"""What code of a test shows by its form that it cannot be judged in another process."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from autograder.source_code import dotted, import_paths

# Attributes through which a function, a module or a frame gives away what it is made of.
_INSIDES = frozenset(
    {"__closure__", "__code__", "__dict__", "__globals__", "_getframe", "currentframe"}
)
_SOURCES = frozenset({"getsource", "getsourcefile", "getsourcelines"})
# What hands out the notebook's names where it is called without an argument.
_NOTEBOOK_ALONE = frozenset({"vars", "dir"})
# What looks at, or changes, a state of the process that the learner's code runs in.
_PROCESS = frozenset(
    (
        *("addaudithook", "capture_output", "gca", "gcf", "get_fignums", "patch"),
        *("redirect_stderr", "redirect_stdout", "setprofile", "settrace", "tracemalloc"),
    )
)

Form = Literal["module", "names", "private", "process", "source"]


@dataclass(frozen=True)
class Barred:
    """Something that a test does and a judge cannot.

    Attributes
    ----------
    form : str
    what : str
        Half a sentence, to be read after "tests".
    line : int
        Of the cell, from 1.
    """

    form: Form
    what: str
    line: int


def barred(tree: ast.Module, modules: frozenset[str]) -> Iterator[Barred]:
    """Yield what a test cannot do in a judge.

    Parameters
    ----------
    tree : ast.Module
    modules : frozenset of str
        The names that the notebook imports.
    """
    nodes = list(ast.walk(tree))
    modules |= import_paths(nodes).keys()
    for node in nodes:
        for form, what in _bars(node, modules):
            yield Barred(form, what, node.lineno)


def _bars(node: ast.AST, modules: frozenset[str]) -> Iterator[tuple[Form, str]]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _NOTEBOOK_ALONE:
            yield "names", f"call {name}(), to which the whole notebook is open"
        case (
            ast.Attribute(value=ast.Name(id="sys"), attr="modules")
            | ast.alias(name="__main__")
            | ast.ImportFrom(module="__main__")
        ):
            yield "module", "look at the notebook as a module"
        case ast.Constant(value=str(text)) if "__main__" in text:
            yield "module", "look at the notebook as a module"
        case ast.Attribute(attr=name) | ast.alias(name=name) if name in _SOURCES:
            yield "source", f"use {name}"
        case ast.Attribute(attr=name) if name in _INSIDES or _is_private(node):
            yield "private", f"use {ast.unparse(node)}, which is private"
        case ast.Attribute(attr=name) | ast.alias(name=name) if name in _PROCESS:
            yield "process", f"use {name}, which concerns the process that an answer runs in"
        case ast.Attribute(ctx=ast.Store() | ast.Del()) if (dotted(node) or [""])[0] in modules:
            yield "process", f"change {ast.unparse(node)} in the process that an answer runs in"


def _is_private(node: ast.Attribute) -> bool:
    """Whether an attribute is private, and of another object than the test's own."""
    is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
    is_special = node.attr.startswith("__") and node.attr.endswith("__")
    return node.attr.startswith("_") and not is_special and not is_own
