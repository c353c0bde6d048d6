"""What a top-level statement of a notebook does to the names of the notebook."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from autograder.judge.mentions import Mention, first_reads
from autograder.source_code import dotted, import_paths

# Methods that change their object, also where their value is used.
_CHANGING = frozenset(
    (
        *("add", "append", "build", "clear", "compile", "discard", "eval", "extend", "fit"),
        *("fit_transform", "insert", "load_state_dict", "partial_fit", "pop", "popitem"),
        *("popleft", "put", "remove", "requires_grad_", "reverse", "setdefault", "shuffle"),
        *("sort", "step", "train", "update", "zero_grad"),
    )
)
# Builtins that change their first argument.
_CHANGING_BUILTINS = frozenset({"delattr", "next", "setattr"})
# What only remembers the functions that it is given, and calls none of them.
_REMEMBERING = frozenset(
    (
        *("cache", "contextmanager", "dataclass", "field", "lru_cache", "namedtuple"),
        *("partial", "vectorize", "wraps"),
    )
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


@dataclass(frozen=True)
class Statement:
    """A top-level statement and what it does.

    Attributes
    ----------
    node : ast.stmt or ast.Module
    mentions : tuple of Mention
    binds : frozenset of str
        Names that it gives a value or deletes.
    reads : frozenset of str
        Names that it reads when it is executed.
    late : frozenset of str
        Names that functions in it read when they are called.
    always : frozenset of str
        Names that it binds, and that have nothing of their old value afterwards, whatever happens.
    late_changes : frozenset of str
        Names that such functions change or bind.
    changes : frozenset of str
        Names whose objects it may change in place.
    calls : bool
        Whether something is called that may call what the statement names.
    imports : dict of str to str
        What it imports: the names, and the dotted path of each.
    has_star : bool
        Whether it imports names that only the module knows.
    """

    node: ast.stmt | ast.Module
    mentions: tuple[Mention, ...]
    binds: frozenset[str]
    reads: frozenset[str]
    late: frozenset[str]
    always: frozenset[str] = frozenset()
    late_changes: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    calls: bool = False
    imports: dict[str, str] = field(default_factory=dict)
    has_star: bool = False

    @property
    def is_import(self) -> bool:
        """Whether it does nothing but import."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def is_definition(self) -> bool:
        """Whether it defines a function or a class."""
        return isinstance(self.node, _DEFINITIONS)


def statement_of(
    node: ast.stmt, found: tuple[Mention, ...], may_change: Callable[[list[str]], bool]
) -> Statement:
    """Return what a top-level statement does.

    Parameters
    ----------
    node : ast.stmt
    found : tuple of Mention
        The names of the notebook in it.
    may_change : callable
        Says whether a function, given as the names of ``a.b.c``, may change its arguments. Asked
        where a function is called and nobody wants its value.
    """
    simple = names_alone(node, found)
    changes, delayed = _changed(node, may_change)
    imports = import_paths(at_once(node))
    late_binds = {m.name for m in found if m.how == "bind" and m.late}
    return replace(
        simple,
        always=simple.binds.intersection(_always(node)),
        late_changes=frozenset(delayed & simple.late | late_binds),
        changes=frozenset(changes),
        calls=any(_calls(part) for part in at_once(node)),
        imports={name: path for name, path in imports.items() if name != "*"},
        has_star="*" in imports,
    )


def names_alone(node: ast.stmt | ast.Module, found: tuple[Mention, ...]) -> Statement:
    """Return what is known of code by the names in it."""
    return Statement(
        node=node,
        mentions=found,
        binds=frozenset(m.name for m in found if m.how == "bind"),
        reads=frozenset(m.name for m in first_reads(found) if not m.late),
        late=frozenset(m.name for m in found if m.how == "read" and m.late),
    )


def root_of(node: ast.AST) -> str | None:
    """Return the name that an expression begins with, ``a`` of ``a.b[0].c()``; None without one."""
    while True:
        match node:
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                node = value
            case ast.Call(func=value) | ast.Await(value=value):
                node = value
            case ast.Name(id=name):
                return name
            case _:
                return None


def alias_of(node: ast.stmt) -> dict[str, str]:
    """Return names that are other names, or parts, of an object: ``a = b[0].c``."""
    if isinstance(node, ast.Assign) and isinstance(
        node.value, ast.Name | ast.Attribute | ast.Subscript
    ):
        root = root_of(node.value)
        targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return {target: root for target in targets if root is not None}
    return {}


def _calls(node: ast.AST) -> bool:
    """Whether a node itself calls something that may call what it is given."""
    match node:
        case ast.Call(func=function):
            called = [function]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            called = [one for one in node.decorator_list if not isinstance(one, ast.Call)]
        case _:
            return False
    return any(_last_name(one) not in _REMEMBERING for one in called)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def at_once(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is evaluated when a statement is executed: all but the bodies of functions."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        match current:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                pending += [*current.decorator_list, *_defaults(current.args)]
            case ast.Lambda(args=arguments):
                pending += _defaults(arguments)
            case _:
                pending += ast.iter_child_nodes(current)


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]


def _changed(
    statement: ast.stmt, may_change: Callable[[list[str]], bool]
) -> tuple[set[str], set[str]]:
    """Return the names whose objects are changed at once, and those in functions when called."""
    first = list(at_once(statement))
    known = set(map(id, first))
    delayed = [node for node in ast.walk(statement) if id(node) not in known]
    return _roots_changed(first, may_change), _roots_changed(delayed, may_change)


def _roots_changed(nodes: list[ast.AST], may_change: Callable[[list[str]], bool]) -> set[str]:
    elements: dict[str, set[str]] = {}  # the names of a loop -> what it goes through
    changed: set[str] = set()
    for node in nodes:
        changed |= {name for part in _parts_changed(node, may_change) if (name := root_of(part))}
        for target, source in _taken_from(node):
            # `zip(a, b)` hands on what is in a and b, `a.items()` what is in a.
            parts = [source, *(source.args if isinstance(source, ast.Call) else ())]
            there = {name for part in parts if (name := root_of(part))}
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    elements.setdefault(part.id, set()).update(there)
    pending = list(changed)
    while pending:
        more = elements.get(pending.pop(), set()) - changed
        changed |= more
        pending += more
    return changed


def _taken_from(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, _LOOPS):
        yield node.target, node.iter
    elif isinstance(node, ast.With | ast.AsyncWith):
        yield from ((i.optional_vars, i.context_expr) for i in node.items if i.optional_vars)


def _parts_changed(node: ast.AST, may_change: Callable[[list[str]], bool]) -> Iterator[ast.expr]:
    """Yield the expressions whose objects a node changes, its children aside."""
    match node:
        case (
            ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del())
        ):
            yield node
        case ast.AugAssign(target=target):
            yield target
        case (
            ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call))
        ):
            # A value that nobody wants: the call is there for what it changes.
            if isinstance(call.func, ast.Attribute):
                yield call.func
            if may_change(dotted(call.func) or []):
                yield from call.args
                yield from (keyword.value for keyword in call.keywords)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _CHANGING or (
            name.endswith("_") and not name.startswith("_")
        ):
            yield value
            if name == "shuffle":
                yield from node.args
        case ast.Call(func=ast.Name(id=name)) if name in _CHANGING_BUILTINS:
            yield from node.args[:1]


def _always(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds whenever it is executed."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            yield from _names_in(targets)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield from _names_in([target])
        case ast.Import() | ast.ImportFrom():
            yield from import_paths([node])
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            yield from _names_in([item.optional_vars for item in items if item.optional_vars])
            for statement in body:
                yield from _always(statement)


def _names_in(targets: list[ast.expr]) -> Iterator[str]:
    for target in targets:
        match target:
            case ast.Name(id=name):
                yield name
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield from _names_in(parts)
            case ast.Starred(value=value):
                yield from _names_in([value])
