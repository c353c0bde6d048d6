"""Watch, in a kernel's process, over what the verdict on a test cell rests on.

A learner's code and the tests run in one process, so nothing here is out of a determined learner's
reach: who rewrites memory, or imitates the kernel's own frames, gets by. What it gives is evidence:
the reply to a test cell is sealed with a key that no attribute leads to, and tells what had been
exchanged. No seal, no points. What can be an honest intention, a helper called ``check`` or a
library's own patch, is put right before a test without a word.
"""

import builtins
import ctypes
import gc
import hashlib
import sys
import threading
from _hashlib import hmac_digest  # what hmac itself calls; hmac's names a notebook could exchange
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from types import CodeType, FrameType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

REPORT = "forwardpass"  # where a reply's metadata has the guard's report

# Where tests look for the truth, and what runs them. A module that is not loaded when the kernel
# starts is not watched.
_TESTING = ("forwardpass.check", "numpy.testing", "numpy.testing._private.utils")
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
_PROGRAMS = ("IPython.core.", "ipykernel.", "jupyter_client.session", "autograder.kernels.")
# Of packages that change themselves as they go, what tests compare with.
_SOME_OF = {
    "tensorflow": ("equal", "reduce_all", "reduce_any"),
    "torch": ("all", "allclose", "any", "equal", "is_tensor", "isclose"),
}
# IPython exchanges the first ones itself, and no verdict rests on the others.
_FREE = frozenset({"input", "display", "get_ipython", "print", "open", "help", "exit", "quit"})
_HOOKS = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")
_PARTS = ("user_ns", "user_module", "compile", "displayhook", "display_trap", "builtin_trap")
_PARTS += ("input_transformer_manager", "events")
_MISSING = object()
# CPython counts the changes of each dictionary, PEP 509; later versions have given that up.
_VERSION_OFFSET = 24 if sys.version_info[:2] == (3, 11) and sys.maxsize > 2**32 else 0


def digest(code: str) -> str:
    """Return what a test cell is known by in a kernel: its text would give the tests away."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def seal_of(secret: bytes, report: dict[str, Any]) -> str:
    """Return the seal of a report, which only the kernel's guard and its grader can make."""
    return hmac_digest(secret, repr(sorted(report.items())).encode(), "sha256").hex()


class Guard:
    """Takes stock of a fresh kernel, and compares with it around every test cell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    secret : bytes
        The key of the seals.
    tests : frozenset of str
        The digests of the cells to be watched.
    own : frozenset of str
        Names that the course's exercises define: a learner's ``filter`` may be an answer.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        secret: bytes,
        tests: frozenset[str],
        own: frozenset[str] = frozenset(),
    ) -> None:
        private: list[Any] = []
        watch = _watching(shell, secret, tests, _Stock(shell, own), private)
        private.append(watch)
        next(watch)
        self._ask = watch.send
        gc.freeze()  # gc.get_objects() does not tell of what is frozen

    def concerns(self, code: str) -> bool:
        """Whether this is a test cell; called with every cell before it runs."""
        return self._ask(("concerns", code))

    def begin(self, code: str) -> None:
        """Put everything back to what it was, before a test cell runs."""
        self._ask(("begin", code))

    def note_hooked(self) -> None:
        """Remember that a value was shown, or would have been were it not None."""
        self._ask(("hooked", None))

    def note_shown(self, text: str, caller: FrameType) -> None:
        """Remember a value that the running test cell shows; a function that it calls may not."""
        self._ask(("shown", text))

    def end(self, status: str, error: str) -> dict[str, Any]:
        """Return the sealed report on the test cell that has just run.

        Parameters
        ----------
        status : str
            ``"ok"`` or ``"error"``.
        error : str
            The name of the error, or nothing.

        Returns
        -------
        dict
            ``shown`` are the values that the cell showed; ``altered`` names what was exchanged
            before it, or while it ran: ``"numpy.allclose"``.
        """
        return self._ask(("end", (status, error)))


def _watching(
    shell: InteractiveShell,
    secret: bytes,
    tests: frozenset[str],
    stock: "_Stock",
    private: list[Any],
) -> Generator[Any, tuple[str, Any], None]:
    """Do the guard's work: a generator, since what it knows is in no attribute of anything.

    It obeys the kernel alone, which it knows by the frames above its own.
    """
    # All names are local, since those of a module could be exchanged.
    frame_of, digest_of, seal, is_own_value = sys._getframe, digest, seal_of, _is_own_value
    put_back, put_names_back, bindings = stock.put_back, stock.put_names_back, stock.bindings
    rebound, counts_now, changed = stock.rebound, stock.counts_now, stock.changed
    note_imports, facts_of = stock.note_imports, stock.facts_of
    doors = {Guard.begin.__code__, Guard.end.__code__}
    kernels_own = type(shell.kernel).do_execute.__code__
    tells_hooked = "note_hooked" in type(shell.displayhook).__call__.__code__.co_names
    heard: list[str] = []
    sys.addaudithook(partial(_audit, stock.labels, private, heard, vars(shell.user_module)))
    cell, is_open, is_hooked, wants_hook = "", False, False, False
    shown: list[str] = []
    altered: list[str] = []
    names: dict[str, Any] = {}
    counts: list[int] = []
    answer: Any = None
    while True:
        what, value = yield answer
        answer = None
        if what == "concerns":
            note_imports()
            answer = digest_of(value) in tests
            continue
        caller = frame_of(1)
        if what in ("hooked", "shown"):
            if is_open and is_own_value(caller, shell):
                is_hooked = True
                shown += [value] if what == "shown" else []
            continue
        if caller.f_code not in doors or caller.f_back.f_code is not kernels_own:
            heard.append("the guard")
            continue
        if what == "begin":
            altered = [*put_back(False), *heard]
            heard.clear()
            read, wants_hook = facts_of(value)
            put_names_back(read)
            cell, shown, is_open, is_hooked = digest_of(value), [], True, False
            names, counts = bindings(read), counts_now()
        else:
            altered += [*changed(counts), *rebound(names), *put_back(True), *heard]
            heard.clear()
            if not is_open:
                altered.append("the guard")
            if tells_hooked and wants_hook and value[0] == "ok" and not is_hooked:
                altered.append("sys.displayhook")
            report = {"cell": cell, "status": value[0], "error": value[1], "shown": shown}
            report["altered"] = sorted(set(altered))
            is_open, altered = False, []
            answer = {**report, "seal": seal(secret, report)}


class _Stock:
    """What a fresh kernel is like, before any of the learner's code ran."""

    def __init__(self, shell: InteractiveShell, own: frozenset[str]) -> None:
        self._shell = shell
        self._own = own
        self._globals = vars(shell.user_module)
        self._modules = {
            name: module
            for name, module in sys.modules.items()
            if module is not None and (name in _MODULES or name.startswith(_PROGRAMS))
        }
        self._values: list[tuple[Any, str, Any, str]] = []
        self._sizes: list[tuple[type, int, frozenset[str]]] = []
        self._states: list[tuple[dict, dict, str]] = []
        for name, module in self._modules.items():
            self._take_module(name, module)
        for name, chosen in _SOME_OF.items():
            module = sys.modules.get(name)
            present = vars(module) if module is not None else {}
            self._take(module, ((key, present[key]) for key in chosen if key in present), name)
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

    def _take_module(self, name: str, module: ModuleType) -> None:
        values = vars(module)
        everything = name in _TESTING
        chosen = (
            (key, value)
            for key, value in list(values.items())
            if not (key.startswith("__") and module is not builtins)
            and (everything or callable(value))
            and not (module is builtins and key in _FREE)
        )
        self._take(module, chosen, name)
        for value in list(values.values()):
            kind = type(value)
            if isinstance(value, type) and value.__module__ == name:
                hidden = ("__dict__", "__weakref__", "__doc__", "__module__")
                inside = [(key, v) for key, v in vars(value).items() if key not in hidden]
                label = f"{name}.{value.__name__}"
                self._take(
                    value,
                    (
                        (key, v)
                        for key, v in inside
                        if callable(v) or isinstance(v, (property, staticmethod, classmethod))
                    ),
                    label,
                )
                above = {key for base in value.__mro__[1:] for key in vars(base)}
                self._sizes.append((value, len(vars(value)), frozenset(above - set(vars(value)))))
            elif name == "forwardpass.check" and kind is dict:
                self._states.append((value, dict(value), name))
            elif name == "forwardpass.check" and kind.__module__ == name:
                self._states.append((vars(value), dict(vars(value)), f"{name}.{kind.__name__}"))

    def _take(self, owner: Any, values: Iterable[tuple[str, Any]], label: str) -> None:
        self._values += [(owner, key, value, f"{label}.{key}") for key, value in values]

    def _dictionaries(self) -> Iterator[tuple[Any, dict, int, str]]:
        """Yield the dictionaries whose changes are counted, with the place of the count."""
        if not _VERSION_OFFSET:
            return
        for name in ("numpy", "numpy._core.numeric", *_TESTING):
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
        """Name what has changed meanwhile, even if it was put back; new names are no change."""
        return [
            label
            for (count, space, _, label), (then, length) in zip(self._counted, before, strict=False)
            if count.value != then and len(space) == length
        ]

    def put_back(self, is_running: bool) -> list[str]:
        """Undo what was exchanged, and name it, where it is no honest person's doing."""
        is_learners, learners_own = _is_learners, self._globals
        altered = []
        for owner, name, value, label in self._values:
            current = owner.__dict__.get(name, _MISSING)
            if current is not value:
                setattr(owner, name, value)
                if is_running or is_learners(current, learners_own):
                    altered.append(label)
        for kind, length, above in self._sizes:
            if len(vars(kind)) != length:
                for name in above & set(vars(kind)):
                    delattr(kind, name)
                    altered.append(f"{kind.__module__}.{kind.__name__}.{name}")
        for state, copy, label in self._states:
            if state != copy:
                state.clear()
                state.update(copy)
                altered.append(label)
        return [*altered, *self._put_modules_back(), *self._put_shell_back()]

    def _put_modules_back(self) -> Iterator[str]:
        for name, module in self._modules.items():
            above, _, leaf = name.rpartition(".")
            parent = sys.modules.get(above)
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
                yield name
            if name in _MODULES and parent is not None and vars(parent).get(leaf) is not module:
                setattr(parent, leaf, module)
                yield name

    def _put_shell_back(self) -> Iterator[str]:
        shell = self._shell
        for subject, kind, names in self._subjects:
            if type(subject) is not kind:
                subject.__class__ = kind
                yield f"IPython's {kind.__name__}"
            for name in set(vars(subject)) - names:
                if callable(getattr(kind, name, None)):
                    del vars(subject)[name]
                    yield f"IPython's {name}"
        for name, part in self._parts.items():
            if getattr(shell, name) is not part:
                setattr(shell, name, part)
                yield f"IPython's {name}"
        if shell.kernel.shell_handlers != self._handlers:
            shell.kernel.shell_handlers.update(self._handlers)
            yield "the kernel's handlers"
        if self._globals.get("__builtins__") not in (builtins, vars(builtins)):
            self._globals["__builtins__"] = builtins
            yield "__builtins__"
        for name, hooks in self._hooks.items():
            current = getattr(shell, name)
            if [id(hook) for hook in current] != [id(hook) for hook in hooks]:
                is_own = any(_is_learners(h, self._globals) for h in current if h not in hooks)
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
            if get() is not None and _is_learners(get(), self._globals):
                put(None)
                yield name
        shell.ast_node_interactivity = "last_expr"
        # A callback of a library (autoreload, matplotlib) is welcome; one of the notebook's own
        # would see the test cell before it runs.
        for name, callbacks in shell.events.callbacks.items():
            kept = self._callbacks.get(name, [])
            callbacks[:] = [c for c in callbacks if c in kept or not _is_learners(c, self._globals)]

    def note_imports(self) -> None:
        """Remember what the notebook calls the modules that tests rest on."""
        for name, value in list(self._globals.items()):
            if id(value) in self._known:
                self._imports[name] = value

    def facts_of(self, code: str) -> tuple[set[str], bool]:
        """Return the names that a test cell reads and never binds, and whether it shows a value."""
        try:
            plain = self._shell.transform_cell(code)
            return _free_names(compile(plain, "<test>", "exec")), _ends_in_expression(plain)
        except (SyntaxError, ValueError):
            return set(), False

    def put_names_back(self, names: set[str]) -> None:
        """Take out of the way what hides a builtin or a module that the test needs.

        A variable called ``sum`` stays, and fails the test as it would anywhere.
        """
        space = self._globals
        for name in (names & set(space)) - self._own:
            value = space[name]
            if name in self._imports:
                if value is not self._imports[name] and _is_learners(value, space):
                    space[name] = self._imports[name]
            elif hasattr(builtins, name) and callable(value):
                is_another = getattr(value, "__module__", None) in ("builtins", "functools")
                if is_another or _is_learners(value, space):
                    del space[name]

    def bindings(self, names: set[str]) -> dict[str, Any]:
        """Return what those of the names mean now that are no answers."""
        space = self._globals
        wanted = {name for name in names if name in self._imports or hasattr(builtins, name)}
        return {name: space.get(name, _MISSING) for name in wanted | {"__builtins__"}}

    def rebound(self, before: dict[str, Any]) -> list[str]:
        """Name what means something else since the test began."""
        space = self._globals
        return [name for name, value in before.items() if space.get(name, _MISSING) is not value]


def _audit(
    labels: dict[int, str],
    private: list[Any],
    heard: list[str],
    learners_own: dict[str, Any],
    event: str,
    arguments: tuple[Any, ...],
) -> None:
    """Hear, from Python itself, of what leaves no trace once it is undone; see PEP 578."""
    if event == "object.__setattr__":
        if arguments[1] in ("__code__", "__defaults__", "__kwdefaults__"):
            label = labels.get(id(arguments[0]))
            if label is not None:
                heard.append(label)
                raise RuntimeError(f"{label} must stay as it is")
    elif event == "object.__getattr__":
        if arguments[1] == "gi_frame" and arguments[0] is private[0]:
            raise RuntimeError("this is the guard's own")
    elif event == "gc.get_referents":
        if any(found is private[0] or found is private for found in arguments[0]):
            raise RuntimeError("this is the guard's own")
    elif event in ("sys.settrace", "sys.setprofile") and (
        sys._getframe(1).f_globals is learners_own
    ):
        heard.append(event)


def _is_own_value(caller: FrameType, shell: InteractiveShell) -> bool:
    """Whether the running test cell itself, and nothing that it calls, shows a value."""
    frame: FrameType | None = caller
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_PROGRAMS):
        frame = frame.f_back
    if frame is None or frame.f_globals is not vars(shell.user_module):
        return False
    run_code = InteractiveShell.run_code.__code__
    runner = frame.f_back
    if frame.f_code.co_name != "<module>" or runner is None or runner.f_code is not run_code:
        return False
    outer = runner.f_back
    while outer is not None:
        if outer.f_code is run_code:  # a function of the learner's runs a cell of its own
            return False
        outer = outer.f_back
    return threading.current_thread() is threading.main_thread()


def _function_of(value: Any) -> FunctionType | None:
    value = getattr(value, "__func__", value)  # a static or class method
    value = getattr(value, "__wrapped__", value)  # numpy's dispatchers
    return value if isinstance(value, FunctionType) else None


def _is_learners(value: Any, learners_own: dict[str, Any]) -> bool:
    """Whether a function, a class or an object was made in the notebook."""
    while isinstance(value, partial):
        value = value.func
    value = getattr(value, "fget", None) or getattr(value, "__func__", value)
    if isinstance(value, FunctionType):
        return value.__globals__ is learners_own or value.__module__ == "__main__"
    if isinstance(value, ModuleType):
        return getattr(value, "__spec__", None) is None
    kind = value if isinstance(value, type) else type(value)
    return kind.__module__ in ("__main__", "unittest.mock") or kind is SimpleNamespace


def _free_names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _free_names(constant)
    return names


def _ends_in_expression(code: str) -> bool:
    tree = compile(code, "<test>", "exec", 0x400)  # ast.PyCF_ONLY_AST
    return bool(tree.body) and type(tree.body[-1]).__name__ == "Expr"
