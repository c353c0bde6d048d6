"""Record what a fresh kernel is like, to compare with it later and to restore it."""

import ast
import builtins
import ctypes
import gc
import sys
from collections.abc import Container, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from autograder.kernels.guard.origin import is_learners, origin_of

# Where tests look for the truth, and what runs them. A module that is not loaded when the kernel
# starts is not watched.
_TESTING = (
    "forwardpass.check",
    "forwardpass.lending",
    "forwardpass.numerics",
    "numpy.testing",
    "numpy.testing._private.utils",
)
_MODULES = (
    *_TESTING,
    "builtins",
    "hashlib",
    "math",
    "numpy",
    "numpy._core.fromnumeric",
    "numpy._core.numeric",
    "numpy.linalg",
    "numpy.linalg._linalg",
    "operator",
    "pandas._testing",
    "pandas.testing",
    "tensorflow.debugging",
    "torch.testing",
    "torch.testing._comparison",
    "traceback",
    "unittest.case",
)
PROGRAMS = ("IPython.core.", "ipykernel.", "jupyter_client.session", "autograder.kernels.")
# Of packages that change themselves as they go, what tests compare with.
_SOME_OF = {
    "tensorflow": ("equal", "reduce_all", "reduce_any"),
    "torch": ("all", "allclose", "any", "equal", "is_tensor", "isclose"),
}
# IPython replaces the first ones itself, and no verdict rests on the others.
_FREE = frozenset({"input", "display", "get_ipython", "print", "open", "help", "exit", "quit"})
_HOOKS = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")
_PARTS = ("user_ns", "user_module", "compile", "displayhook", "display_trap", "builtin_trap")
_PARTS += ("input_transformer_manager", "events")
_MISSING = object()
# CPython counts the changes of each dictionary, PEP 509; later versions have given that up.
_VERSION_OFFSET = 24 if sys.version_info[:2] == (3, 11) and sys.maxsize > 2**32 else 0


class Snapshot:
    """What a fresh kernel is like, before any of the learner's code has run.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    exercise_names : frozenset of str
        See :class:`~autograder.kernels.guard.settings.GuardSettings`.
    """

    def __init__(self, shell: InteractiveShell, exercise_names: frozenset[str]) -> None:
        self._shell = shell
        self._exercise_names = exercise_names
        self._globals = vars(shell.user_module)
        self._modules = {
            name: module
            for name, module in sys.modules.items()
            if module is not None and (name in _MODULES or name.startswith(PROGRAMS))
        }
        self._values: list[tuple[Any, str, Any, str]] = []
        self._sizes: list[tuple[type, int, frozenset[str]]] = []
        self._states: list[tuple[dict, dict, str]] = []
        for name, module in self._modules.items():
            self._record_module(name, module)
        for name, chosen in _SOME_OF.items():
            module = sys.modules.get(name)
            present = vars(module) if module is not None else {}
            self._record(module, ((key, present[key]) for key in chosen if key in present), name)
        kernel = shell.kernel
        parts = [getattr(shell, name) for name in _PARTS[2:]]
        self._subjects = [
            (subject, type(subject), frozenset(vars(subject)))
            for subject in (shell, kernel, kernel.session, *parts)
        ]
        self._parts = {name: getattr(shell, name) for name in _PARTS}
        self._handlers = dict(kernel.shell_handlers)
        self._hooks = {name: list(getattr(shell, name)) for name in _HOOKS}
        self._callbacks = {name: list(them) for name, them in shell.events.callbacks.items()}
        functions = ((_function_of(value), label) for _, _, value, label in self._values)
        self.labels = {id(function): label for function, label in functions if function}
        self._counted = list(self._dictionaries())
        self._imports: dict[str, Any] = {}
        self._known = {id(module) for name, module in self._modules.items() if name in _MODULES}
        self._known |= {
            id(value) for _, _, value, label in self._values if label.startswith(_TESTING)
        }

    def _record_module(self, name: str, module: ModuleType) -> None:
        values = vars(module)
        everything = name in _TESTING
        chosen = (
            (key, value)
            for key, value in list(values.items())
            if not (key.startswith("__") and module is not builtins)
            and (everything or callable(value))
            and not (module is builtins and key in _FREE)
        )
        self._record(module, chosen, name)
        for key, value in list(values.items()):
            kind = type(value)
            if key.startswith("__"):
                continue
            if isinstance(value, type) and value.__module__ == name:
                hidden = ("__dict__", "__weakref__", "__doc__", "__module__")
                inside = [(key, v) for key, v in vars(value).items() if key not in hidden]
                label = f"{name}.{value.__name__}"
                self._record(
                    value,
                    (
                        (key, v)
                        for key, v in inside
                        if v is None
                        or callable(v)
                        or isinstance(v, (property, staticmethod, classmethod))
                    ),
                    label,
                )
                above = {key for base in value.__mro__[1:] for key in vars(base)}
                self._sizes.append((value, len(vars(value)), frozenset(above - set(vars(value)))))
            elif name == "forwardpass.check" and kind is dict:
                self._states.append((value, dict(value), name))
            elif name == "forwardpass.check" and kind.__module__ == name:
                self._states.append((vars(value), dict(vars(value)), f"{name}.{kind.__name__}"))

    def _record(self, owner: Any, values: Iterable[tuple[str, Any]], label: str) -> None:
        self._values += [(owner, key, value, f"{label}.{key}") for key, value in values]

    def _dictionaries(self) -> Iterator[tuple[Any, dict, int, str]]:
        """Yield the dictionaries whose changes are counted, with the place of the count."""
        if not _VERSION_OFFSET:
            return
        for name in ("numpy", "numpy._core.numeric", "numpy.linalg", *_TESTING):
            module = self._modules.get(name)
            if module is None:
                continue
            kinds = [v for v in vars(module).values() if isinstance(v, type)]
            kinds = [kind for kind in kinds if kind.__module__ == name == "forwardpass.check"]
            for space in (vars(module), *(gc.get_referents(vars(kind))[0] for kind in kinds)):
                yield ctypes.c_uint64.from_address(id(space) + _VERSION_OFFSET), space, 0, name

    def counts_now(self) -> list[tuple[int, int]]:
        """Return how often each of some dictionaries has changed, and how long it is."""
        return [(count.value, len(space)) for count, space, _, _ in self._counted]

    def changed(self, before: list[tuple[int, int]]) -> list[str]:
        """Name what has changed meanwhile, even if it was restored; new names are not a change."""
        return [
            label
            for (count, space, _, label), (then, length) in zip(self._counted, before, strict=False)
            if count.value != then and len(space) == length
        ]

    def restore(self, is_running: bool, kept: Container[str]) -> list[str]:
        """Restore what was replaced; return the names of what the notebook's own code replaced.

        Parameters
        ----------
        is_running : bool
            Whether a test has just run.
        kept : container of str
            What the instructor's notebook replaces too: it is named, and stays from now on.
        """
        of_learner, namespace = is_learners, self._globals
        altered = []
        for place, (owner, name, value, label) in enumerate(self._values):
            current = owner.__dict__.get(name, _MISSING)
            if current is value:
                continue
            if label in kept:
                self._values[place] = (owner, name, current, label)
                altered.append(label)
                continue
            if value is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
            if is_running or of_learner(current, namespace):
                altered.append(label)
        for kind, length, above in self._sizes:
            if len(vars(kind)) != length:
                for name in above & set(vars(kind)):
                    label = f"{kind.__module__}.{kind.__name__}.{name}"
                    altered.append(label)
                    if label not in kept:
                        delattr(kind, name)
        for place, (state, copy, label) in enumerate(self._states):
            if _differs(state, copy):
                altered.append(label)
                if label in kept:
                    self._states[place] = (state, dict(state), label)
                else:
                    state.clear()
                    state.update(copy)
        return [*altered, *self._restore_modules(is_running), *self._restore_shell()]

    def _restore_modules(self, is_running: bool) -> Iterator[str]:
        for name, module in self._modules.items():
            above, _, leaf = name.rpartition(".")
            parent = sys.modules.get(above)
            found = sys.modules.get(name)
            if found is not module:
                sys.modules[name] = module
                if is_running or not self._is_imported_again(found, name):
                    yield name
            if name in _MODULES and parent is not None:
                found = vars(parent).get(leaf)
                if found is not module:
                    setattr(parent, leaf, module)
                    if is_running or not self._is_imported_again(found, name):
                        yield name

    def _is_imported_again(self, found: Any, name: str) -> bool:
        """Whether a module was dropped, or imported again, without anything of the notebook's."""
        return found is None or (
            type(found) is ModuleType
            and vars(found).get("__name__") == name
            and not any(is_learners(value, self._globals) for value in vars(found).values())
        )

    def _restore_shell(self) -> Iterator[str]:
        shell = self._shell
        for subject, kind, names in self._subjects:
            if type(subject) is not kind:
                subject.__class__ = kind
                yield f"IPython's {kind.__name__}"
            for name in set(vars(subject)) - names:
                if callable(getattr(kind, name, None)):
                    put = vars(subject).pop(name)
                    if is_learners(put, self._globals):  # rich puts its own tracebacks there
                        yield f"IPython's {name}"
        for name, part in self._parts.items():
            if getattr(shell, name) is not part:
                setattr(shell, name, part)
                yield f"IPython's {name}"
        if _differs(shell.kernel.shell_handlers, self._handlers):
            shell.kernel.shell_handlers.clear()
            shell.kernel.shell_handlers.update(self._handlers)
            yield "the kernel's handlers"
        used = self._globals.get("__builtins__")
        if used is not builtins and used is not vars(builtins):
            self._globals["__builtins__"] = builtins
            yield "__builtins__"
        for name, hooks in self._hooks.items():
            current = getattr(shell, name)
            if [id(hook) for hook in current] != [id(hook) for hook in hooks]:
                new = [hook for hook in current if not any(hook is one for one in hooks)]
                is_own = any(is_learners(hook, self._globals) for hook in new)
                current[:] = hooks
                if is_own:
                    yield f"IPython's {name}"
        if shell.custom_exceptions:
            shell.set_custom_exc((), None)
            yield "IPython's exception handlers"
        for name, get, put in (
            ("sys.settrace", sys.gettrace, sys.settrace),
            ("sys.setprofile", sys.getprofile, sys.setprofile),
        ):
            found = get()
            if found is not None:
                put(None)
                if is_learners(found, self._globals):  # not a debugger or a profiler left running
                    yield name
        shell.ast_node_interactivity = "last_expr"
        # A callback of a library (autoreload, matplotlib) is welcome; one of the notebook's own
        # would see the test cell before it runs.
        for name, callbacks in shell.events.callbacks.items():
            kept = self._callbacks.get(name, [])
            callbacks[:] = [
                callback
                for callback in callbacks
                if any(callback is one for one in kept) or not is_learners(callback, self._globals)
            ]

    def note_imports(self) -> None:
        """Remember what the notebook calls the modules that tests rest on."""
        for name, value in list(self._globals.items()):
            if id(value) in self._known:
                self._imports[name] = value

    def facts_of(self, code: str) -> tuple[set[str], bool]:
        """Return the names that a test cell reads and never binds, and whether it shows a value."""
        try:
            plain = self._shell.transform_cell(code)
            tree = ast.parse(plain)
        except (SyntaxError, ValueError):
            return set(), False
        read, bound = set(), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                bound.add(node.name)
            elif isinstance(node, ast.alias):
                bound.add((node.asname or node.name).partition(".")[0])
        return read - bound, bool(tree.body) and isinstance(tree.body[-1], ast.Expr)

    def restore_names(self, names: set[str]) -> dict[str, Any]:
        """Remove from the notebook what hides a builtin or a module that the test needs.

        A variable called ``sum`` stays, and fails the test as it would anywhere.

        Returns
        -------
        dict
            What was removed, for the notebook's own cells below the test.
        """
        space = self._globals
        removed = {}
        for name in (names & set(space)) - self._exercise_names:
            value = space[name]
            again = vars(value).get("__name__") if type(value) is ModuleType else None
            if type(again) is str and self._modules.get(again, value) is not value:
                removed[name] = value
                space[name] = self._imports[name] = self._modules[again]
            elif name in self._imports:
                if value is not self._imports[name] and is_learners(value, space):
                    removed[name] = value
                    space[name] = self._imports[name]
            elif hasattr(builtins, name) and callable(value):
                is_another = origin_of(value) in ("builtins", "functools")
                if is_another or is_learners(value, space):
                    removed[name] = space.pop(name)
        return removed

    def give_back(self, removed: dict[str, Any]) -> None:
        """Give the notebook back what :meth:`restore_names` removed."""
        for name, value in removed.items():
            if name in self._imports or name not in self._globals:
                self._globals[name] = value

    def bindings(self, names: set[str]) -> dict[str, Any]:
        """Return what the names that are not answers mean now."""
        space = self._globals
        wanted = {name for name in names if name in self._imports or hasattr(builtins, name)}
        return {name: space.get(name, _MISSING) for name in wanted | {"__builtins__"}}

    def rebound(self, before: dict[str, Any]) -> list[str]:
        """Name what means something else since the test began."""
        space = self._globals
        return [name for name, value in before.items() if space.get(name, _MISSING) is not value]


def _function_of(value: Any) -> FunctionType | None:
    value = getattr(value, "__func__", value)  # a static or class method
    value = getattr(value, "__wrapped__", value)  # numpy's dispatchers
    return value if isinstance(value, FunctionType) else None


def _differs(current: dict[Any, Any], before: dict[Any, Any]) -> bool:
    """Whether a dictionary has other values; nothing is asked whether it is equal to another."""
    return (
        len(current) != len(before)
        or any(type(name) not in (str, int) for name in current)
        or any(current.get(name, _MISSING) is not value for name, value in before.items())
    )
