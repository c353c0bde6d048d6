r"""Read the code of notebook cells: with IPython's magics, and whatever else is in it.

There are two ways to parse a cell, since there are two kinds of authors. What the course's own
authors write has to be code, as IPython runs it, and is refused where it is not. Of anybody else's
cell as much is read as possible, in a time that is linear in its length, and nothing is raised:
IPython's own way takes minutes for a cell of ten thousand magics.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from IPython.core.inputtransformer2 import TransformerManager

# Longer code is searched by a regular expression only: a parsed tree takes a thousand times its
# source in memory, and code of this length in one cell is data.
_PARSED_LENGTH = 50_000
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_DEFINITION = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
)


def plain_python(source: str) -> str:
    """Return a cell's code with IPython's magics as the calls that they stand for."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return TransformerManager().transform_cell(source)
    return source  # no magic is Python, and to look for one takes longer than all else here


def parsed_cell(source: str) -> ast.Module:
    """Return the tree of a cell as IPython runs it.

    Raises
    ------
    SyntaxError
        If Python, with IPython's magics, cannot parse it.
    """
    return ast.parse(plain_python(source))


def parsed_anyway(source: str) -> ast.Module | None:
    """Return the tree of anybody's cell, lines of magics left out; None where it has none."""
    for text in (source, _MAGIC.sub(r"\1pass", source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a learner's "\d"
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # the parser's refusals
            continue
    return None


def imported_modules(trees: Iterable[ast.AST]) -> set[str]:
    r"""Return the modules that code imports, at any depth.

    Examples
    --------
    >>> sorted(imported_modules([ast.parse("import numpy as np\nfrom torch.nn import init")]))
    ['numpy', 'torch.nn']
    """
    found: set[str] = set()
    for node in _nodes(trees):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def possible_modules(trees: Iterable[ast.AST]) -> set[str]:
    r"""Return what else may be a module, beside those that code imports.

    ``from forwardpass import check`` may import a submodule or a function, and ``np.testing`` be a
    submodule that is loaded by that very access.

    Examples
    --------
    >>> code = "import numpy as np\nfrom torch.nn import init\nnp.fft"
    >>> sorted(possible_modules([ast.parse(code)]))
    ['numpy.fft', 'torch.nn.init']
    """
    nodes = list(_nodes(trees))
    known = import_paths(nodes)
    taken = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    possible = set(import_paths(taken).values())
    for node in nodes:
        path = dotted(node) if isinstance(node, ast.Attribute) else None
        if path is not None and path[0] in known:
            possible.add(".".join([known[path[0]], *path[1:]]))
    return possible


def import_paths(nodes: Iterable[ast.AST]) -> dict[str, str]:
    r"""Return what the names that import statements bind are called where they come from.

    Examples
    --------
    >>> import_paths(ast.parse("import numpy as np\nimport a.b\nfrom torch.nn import init").body)
    {'np': 'numpy', 'a': 'a', 'init': 'torch.nn.init'}
    """
    paths: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                paths[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inside = {alias.asname or alias.name: alias.name for alias in node.names}
            paths |= {name: f"{node.module}.{there}" for name, there in inside.items()}
    return paths


def dotted(node: ast.AST) -> list[str] | None:
    """Return the parts of ``a.b.c``, or None for an attribute of anything else than a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None


def defined_names(source: str, *, parse: bool = True, imports: bool = False) -> frozenset[str]:
    r"""Return the names that code defines at its top level, however broken it is.

    Parameters
    ----------
    source : str
        A code cell, with or without IPython's magics.
    parse : bool, default True
        False looks for lines that begin a definition only, which is fast for any input.
    imports : bool, default False
        Count imported names too.

    Examples
    --------
    >>> sorted(defined_names("def f():\n    x = 1\n\ny: int = f()"))
    ['f', 'y']
    """
    if parse and len(source) <= _PARSED_LENGTH:
        tree = parsed_anyway(source)
        if tree is not None:
            return frozenset(_bound(tree.body, imports=imports))
    return frozenset(left or right for left, right in _DEFINITION.findall(source))


def _nodes(trees: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for tree in trees:
        yield from ast.walk(tree)


def _bound(statements: list[ast.stmt], *, imports: bool) -> Iterator[str]:
    """Yield the names that statements bind, also those inside an if, for, with or try."""
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign(targets=targets):
                pending += targets
            case ast.AnnAssign(target=target):
                pending.append(target)
            case ast.Name(id=name):
                yield name
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                pending += parts
            case ast.Starred(value=value):
                pending.append(value)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                if imports:
                    yield from (alias.asname or alias.name.split(".")[0] for alias in names)
            case _:
                for field in ("body", "orelse", "handlers", "finalbody", "cases"):
                    pending += _statements(getattr(node, field, []))


def _statements(value: object) -> list[ast.AST]:
    """Return a block's statements: `body` of a lambda or a conditional is not a block."""
    return value if isinstance(value, list) else []
