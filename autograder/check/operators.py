"""The small slips that mutation imitates: for a piece of syntax, what could stand there instead.

Every operator is a generator ``operator(node, ancestors)`` of replacements for ``node``. It shares
subtrees with the original and changes none of them: the caller only unparses the result.
``ancestors`` are the nodes around it, the outermost first.
"""

import ast
from collections.abc import Iterator, Sequence

Ancestors = Sequence[ast.AST]

_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_ORDERED = ast.Sub | ast.Div | ast.MatMult
_COMPARISONS = {  # the boundary, then the negation
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def _both_ways(*pairs: tuple[str, str]) -> dict[str, str]:
    return dict(pairs) | {second: first for first, second in pairs}


_BUILTINS = _both_ways(("max", "min"), ("any", "all"))
_METHODS = _both_ways(
    ("max", "min"),
    ("amax", "amin"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("sum", "mean"),
    ("var", "std"),
    ("cumsum", "cumprod"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("exp", "log"),
    ("sin", "cos"),
    ("floor", "ceil"),
    ("any", "all"),
    ("logical_and", "logical_or"),
    ("hstack", "vstack"),
    ("tril", "triu"),
    ("reduce_max", "reduce_min"),
    ("reduce_sum", "reduce_mean"),
    ("train", "eval"),
)
_SORTS = frozenset({"argsort", "sort"})
_LEFT_AWAY = frozenset({"sqrt", "abs", "tanh"})  # f(x) becomes x
_COPIES = frozenset({"copy", "clone"})
_AXES = frozenset({"axis", "dim"})
_EVEN = frozenset({"norm", "abs", "absolute", "fabs", "square"})  # f(-x) is f(x)
# A smaller number only keeps a division or a logarithm finite, and a larger one stands for
# infinity: twice as much of either changes nothing that a test should see.
_TINY, _HUGE = 1e-6, 1e6


def arithmetic(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Take another operator; turn the operands of - / @ round."""
    if not isinstance(node, ast.BinOp) or _is_text(node.left) or _is_text(node.right):
        return
    if isinstance(node.op, ast.Add | ast.Sub) and (_is_tiny(node.left) or _is_tiny(node.right)):
        return
    if type(node.op) in _ARITHMETIC and not _times_one(node.op, node.right):
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    swappable = ast.Div | ast.MatMult if _sign_is_lost(node, ancestors) else _ORDERED
    if isinstance(node.op, swappable):
        yield ast.BinOp(node.right, node.op, node.left)


def comparison(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Move the boundary to the other side, and negate."""
    if not isinstance(node, ast.Compare):
        return
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            operators = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield ast.Compare(node.left, operators, node.comparators)


def logic(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Write ``and`` for ``or``, leave a ``not`` away, write True for False."""
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def condition(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Negate a condition that no other operator negates."""
    around = ancestors[-1]
    is_test = isinstance(around, ast.If | ast.While | ast.IfExp) and around.test is node
    is_filter = isinstance(around, ast.comprehension) and node in around.ifs
    negated_elsewhere = (isinstance(node, ast.Compare) and len(node.ops) == 1) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )
    if (is_test or is_filter) and not negated_elsewhere and not isinstance(node, ast.Constant):
        yield ast.UnaryOp(ast.Not(), node)


def axis(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Take the other axis: 0 becomes 1, every other becomes 0."""
    around = ancestors[-1]
    if isinstance(around, ast.keyword) and around.arg in _AXES:
        value = _whole_number(node)
        if value is not None:
            yield ast.Constant(1 if value == 0 else 0)


def number(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Add one to a whole number, make a 1 a 0, double a fraction."""
    if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
        return
    negative = isinstance(ancestors[-1], ast.UnaryOp)
    if _in_axis(ancestors) or node.value >= _HUGE or _is_tiny(node):
        return
    if isinstance(node.value, float):
        yield ast.Constant(2 * node.value if node.value else 1.0)
    elif negative and node.value == 1 and not _in_index(ancestors):
        return  # reshape(-1) is reshape(-2) to NumPy
    else:
        yield ast.Constant(node.value + 1)
        if node.value == 1 and not negative:
            yield ast.Constant(0)


def sign(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Leave a minus away."""
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.USub):
        return
    if not _in_axis(ancestors) and not _sign_is_lost(node, ancestors):
        yield node.operand


def loop_range(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Begin a range one later, or end it one earlier."""
    if not isinstance(node, ast.Call) or _name(node.func) != "range" or node.keywords:
        return
    if len(node.args) == 1:
        yield ast.Call(node.func, [ast.Constant(1), node.args[0]], [])
        yield ast.Call(node.func, [_shifted(node.args[0], ast.Sub())], [])
    elif len(node.args) >= 2:
        start, stop, *step = node.args
        yield ast.Call(node.func, [_shifted(start, ast.Add()), stop, *step], [])
        yield ast.Call(node.func, [start, _shifted(stop, ast.Sub()), *step], [])


def function(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Call the counterpart, sort the other way, swap the branches of a where."""
    if not isinstance(node, ast.Call):
        return
    name, called = _name(node.func), node.func
    if isinstance(called, ast.Name) and name in _BUILTINS:
        yield ast.Call(ast.Name(_BUILTINS[name]), node.args, node.keywords)
    if isinstance(called, ast.Attribute) and name in _METHODS:
        other = ast.Attribute(called.value, _METHODS[name])
        yield ast.Call(other, node.args, node.keywords)
    # A method x.sort() without arguments sorts in place: its order cannot be turned round so.
    in_place = isinstance(ancestors[-1], ast.Expr)
    if (name in _SORTS or (isinstance(called, ast.Name) and name == "sorted")) and not in_place:
        yield ast.Subscript(node, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))
    if name == "where" and len(node.args) == 3:
        test, first, second = node.args
        yield ast.Call(called, [test, second, first], node.keywords)
    if name in _LEFT_AWAY and (node.args or isinstance(called, ast.Attribute)):
        yield node.args[0] if node.args else called.value


def attribute(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Leave a transpose or a copy away."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    if isinstance(node, ast.Call) and _name(node.func) in _COPIES:
        if isinstance(node.func, ast.Attribute) and not node.args and not node.keywords:
            yield node.func.value
        elif len(node.args) == 1:
            yield node.args[0]


def augmented(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Write ``-=``, or ``=``, for ``+=``."""
    if not isinstance(node, ast.AugAssign):
        return
    if type(node.op) in _ARITHMETIC and not _times_one(node.op, node.value):
        other = ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value)
        yield ast.copy_location(other, node)
    yield ast.copy_location(ast.Assign([node.target], node.value), node)


def dropped(node: ast.AST, ancestors: Ancestors) -> Iterator[ast.AST]:
    """Leave a statement away; not the only return of a function, which every test would miss."""
    kept = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    if not isinstance(node, ast.stmt) or isinstance(node, kept | ast.Pass | ast.Global):
        return
    if isinstance(node, ast.Return):
        inside = next((a for a in reversed(ancestors) if isinstance(a, ast.FunctionDef)), None)
        if inside is None or sum(isinstance(n, ast.Return) for n in ast.walk(inside)) == 1:
            return
    yield ast.copy_location(ast.Pass(), node)


OPERATORS = (
    arithmetic,
    comparison,
    logic,
    condition,
    axis,
    number,
    sign,
    loop_range,
    function,
    attribute,
    augmented,
    dropped,
)


def _name(called: ast.AST) -> str:
    """Return the last part of what is called: ``sum`` for ``np.sum``."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_tiny(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= _TINY
    )


def _times_one(operator: ast.operator, factor: ast.AST) -> bool:
    """Say whether a product or quotient is the other one too."""
    factor = factor.operand if isinstance(factor, ast.UnaryOp) else factor
    is_one = isinstance(factor, ast.Constant) and factor.value == 1
    return isinstance(operator, ast.Mult | ast.Div) and is_one


def _sign_is_lost(node: ast.AST, ancestors: Ancestors) -> bool:
    """Say whether what surrounds a node makes nothing of its sign: a norm, a square."""
    around = ancestors[-1]
    if isinstance(around, ast.Call):
        return _name(around.func) in _EVEN and around.args[:1] == [node]
    return (
        isinstance(around, ast.BinOp)
        and isinstance(around.op, ast.Pow)
        and around.left is node
        and _whole_number(around.right) == 2
    )


def _whole_number(node: ast.AST) -> int | None:
    """Return the value of ``2`` or ``-2``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _whole_number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None


def _in_axis(ancestors: Ancestors) -> bool:
    """Say whether the innermost keyword argument around a node is an axis, ``(0, 2)`` included."""
    for node in reversed(ancestors):
        if isinstance(node, ast.keyword):
            return node.arg in _AXES
        if not isinstance(node, ast.UnaryOp | ast.Tuple):
            return False
    return False


def _in_index(ancestors: Ancestors) -> bool:
    """Say whether a node is part of what stands between square brackets, outside any call."""
    inner = ancestors[-1]
    for node in reversed(ancestors[:-1]):
        if isinstance(node, ast.Subscript):
            return node.slice is inner
        if isinstance(node, ast.Call | ast.stmt):
            return False
        inner = node
    return False


def _shifted(node: ast.expr, operator: ast.operator) -> ast.expr:
    """Return a node one more or one less, with numbers computed."""
    value = _whole_number(node)
    if value is None:
        return ast.BinOp(node, operator, ast.Constant(1))
    value += 1 if isinstance(operator, ast.Add) else -1
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))
