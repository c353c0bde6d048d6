"""What calls of libraries do that no name shows: draw random numbers, set, show."""

import ast
from collections.abc import Iterable, Mapping

from autograder.source_code import dotted

# Stands among names for the state of the libraries' global generators.
RANDOM = "<random numbers>"
# What makes a generator of its own, whose use changes it.
_GENERATORS = frozenset({"Generator", "Random", "RandomState", "default_rng", "rng"})
_DRAWING = (
    *("keras.random.", "keras.utils.set_random_seed", "numpy.random.", "random."),
    *("tensorflow.random.", "forwardpass.setup", "forwardpass.seed_everything"),
    *("torch.bernoulli", "torch.manual_seed", "torch.multinomial", "torch.normal", "torch.rand"),
)
_SEEDING = frozenset({"manual_seed", "seed", "seed_everything", "set_random_seed", "setup"})
# What only shows things.
_SHOWING = frozenset(
    (
        *("IPython.display", "altair", "bokeh", "forwardpass.plot", "graphviz", "ipywidgets"),
        *("matplotlib", "plotly", "pprint", "pylab", "seaborn", "tqdm"),
    )
)


def path_of(node: ast.AST, imports: Mapping[str, str]) -> str:
    """Return what ``np.random.seed`` is called where it comes from; empty for other expressions.

    Parameters
    ----------
    node : ast.AST
    imports : mapping of str to str
        The dotted paths of imported names.
    """
    parts = dotted(node)
    if parts is None or parts[0] not in imports:
        return ""
    return ".".join([imports[parts[0]], *parts[1:]])


def shows(path: str) -> bool:
    """Say whether a library's function only shows something."""
    parts = path.split(".")
    return any(".".join(parts[:length]) in _SHOWING for length in (1, 2))


def makes_generator(node: ast.stmt) -> bool:
    """Say whether a statement gives names a random generator of their own."""
    match node:
        case ast.Assign(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
            return name in _GENERATORS
    return False


def draws(nodes: Iterable[ast.AST], imports: Mapping[str, str]) -> bool:
    """Say whether nodes use or seed a library's global generator."""
    return any(
        isinstance(node, ast.Call)
        and (path := path_of(node.func, imports)).startswith(_DRAWING)
        and path.rpartition(".")[2] not in _GENERATORS
        for node in nodes
    )


def seeds(node: ast.stmt, imports: Mapping[str, str]) -> bool:
    """Say whether a statement gives a library's global generator a seed."""
    match node:
        case ast.Expr(value=ast.Call(func=function)) | ast.Assign(value=ast.Call(func=function)):
            path = path_of(function, imports)
            return path.startswith(_DRAWING) and path.rpartition(".")[2] in _SEEDING
    return False


def sets(node: ast.stmt, imports: Mapping[str, str]) -> bool:
    """Say whether a statement changes how a library works, as far as its form tells.

    Such is a call of an imported function whose value nobody wants, and a value for an attribute or
    item of an imported module.
    """
    match node:
        case ast.If(body=body, orelse=orelse):
            return all(sets(statement, imports) for statement in [*body, *orelse])
        case (
            ast.Expr(value=ast.Call(func=place))
            | ast.Assign(targets=[ast.Name(id="_")], value=ast.Call(func=place))
            | ast.Assign(targets=[ast.Attribute() | ast.Subscript() as place])
            | ast.AugAssign(target=ast.Attribute() | ast.Subscript() as place)
        ):
            while isinstance(place, ast.Subscript):
                place = place.value
            path = path_of(place, imports)
            return bool(path) and not shows(path)
    return False
