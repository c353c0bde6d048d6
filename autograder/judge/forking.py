"""How far a notebook may be executed before its process is forked."""

import ast
from collections.abc import Iterable, Sequence

from autograder.source_code import imported_modules, parsed_anyway

# TensorFlow's thread pools do not survive a fork: once it has run an operation, the child waits for
# ever for threads that only its parent has. Keras runs operations of TensorFlow.
_UNFORKABLE = frozenset({"tensorflow", "keras"})


def imported_packages(codes: Iterable[str]) -> set[str]:
    """Return the packages that cells import, at any depth."""
    modules = imported_modules(tree for code in codes if (tree := parsed_anyway(code)))
    return {module.partition(".")[0] for module in modules}


def last_checkpoint(codes: Sequence[str], is_ordinary: Sequence[bool], wanted: int) -> int:
    """Return the index of the cell before which a process is forked at the latest.

    Parameters
    ----------
    codes : sequence of str
        All that is executed of the notebook, before and after the fork.
    is_ordinary : sequence of bool
        Whether each of them is neither an exercise nor a test.
    wanted : int
        Where the fork would best be. Where the notebook cannot be forked so late, it is before the
        first cell that may do more than import and set parameters.
    """
    if not _UNFORKABLE & imported_packages(codes):
        return wanted
    return next((i for i in range(wanted) if not is_ordinary[i] or _may_compute(codes[i])), wanted)


def _may_compute(code: str) -> bool:
    tree = parsed_anyway(code)
    body = [] if tree is None else tree.body
    imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in body)
    return not imports and not all(map(_sets_a_constant, body))


def _sets_a_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
