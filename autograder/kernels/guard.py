"""Watch, in a kernel's process, over what the verdict on a test cell rests on.

A learner's code and the tests run in one process, so nothing here is out of a determined learner's
reach. What it gives is evidence: the reply to a test cell is sealed with a key that is never in a
name that code could look up, and tells which functions had been exchanged. No seal, no points.
"""

import builtins
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

REPORT = "forwardpass"  # where a reply's metadata has the guard's report

# Where tests look for the truth. A module that is not loaded when the kernel starts is not watched.
_MODULES = (
    "builtins",
    "forwardpass.check",
    "math",
    "numpy",
    "numpy.linalg",
    "numpy.testing",
    "operator",
    "pandas.testing",
    "tensorflow.debugging",
    "torch.testing",
    "traceback",
    "unittest.case",
)
# IPython and ipykernel exchange these builtins themselves while a cell runs.
_IPYTHONS_OWN = frozenset({"builtins.input", "builtins.display", "builtins.get_ipython"})
_PROGRAMS = ("IPython.", "ipykernel.", "jupyter_client.", "autograder.kernels.")
_HOOKS = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")


def digest(code: str) -> str:
    """Return what a test cell is known by in a kernel: its text would give the tests away."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def seal_of(secret: bytes, report: dict[str, Any]) -> str:
    """Return the seal of a report, which only the kernel's guard and its grader can make."""
    text = json.dumps(report, sort_keys=True).encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class _Original:
    """One attribute as it was before any of the learner's code ran."""

    owner: Any
    name: str
    value: Any
    code: CodeType | None
    label: str

    def is_changed(self) -> bool:
        current = self.owner.__dict__.get(self.name, None)
        return current is not self.value or _code_of(current) is not self.code

    def restore(self) -> None:
        setattr(self.owner, self.name, self.value)
        function = _function_of(self.value)
        if function is not None and self.code is not None:
            function.__code__ = self.code


@dataclass
class Report:
    """What the guard saw of one test cell.

    Attributes
    ----------
    altered : list of str
        What had been exchanged before the cell, or while it ran: ``"numpy.allclose"``.
    shown : list of str
        The values of the cell's own last expression, as text: nbgrader's partial credit.
    """

    altered: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


class Guard:
    """Takes stock of a fresh kernel, and compares with it around every test cell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    secret : bytes
        The key of the seals.
    tests : frozenset of str
        The digests of the cells to be watched.
    """

    def __init__(self, shell: InteractiveShell, secret: bytes, tests: frozenset[str]) -> None:
        self._shell = shell
        self._tests = tests
        self._seal: Callable[[dict[str, Any]], str] = lambda report: seal_of(secret, report)
        self._originals = tuple(_originals(shell))
        self._hooks = {name: list(getattr(shell, name)) for name in _HOOKS}
        self._callbacks = {name: list(them) for name, them in shell.events.callbacks.items()}
        self._report: Report | None = None
        self._code = ""

    def concerns(self, code: str) -> bool:
        """Whether this is a test cell."""
        return digest(code) in self._tests

    def begin(self, code: str) -> None:
        """Put everything back to what it was, before a test cell runs."""
        self._code = code
        self._report = Report(self._put_back())
        self._remove_shadows(code)

    def note_shown(self, text: str, caller: FrameType) -> None:
        """Remember a value that the running test cell shows; a function that it calls may not."""
        of_cell = caller.f_code.co_name == "<module>" and caller.f_globals is self._shell.user_ns
        runner = caller.f_back.f_code if caller.f_back else None
        if self._report is not None and of_cell and runner is InteractiveShell.run_code.__code__:
            self._report.shown.append(text)

    def end(self, status: str, error: str) -> dict[str, Any]:
        """Return the sealed report on the test cell that has just run.

        Parameters
        ----------
        status : str
            ``"ok"`` or ``"error"``.
        error : str
            The name of the error, or nothing.
        """
        found = self._report or Report()
        self._report = None
        report = {
            "cell": digest(self._code),
            "status": status,
            "error": error,
            "shown": found.shown,
            "altered": sorted({*found.altered, *self._put_back()}),
        }
        return {**report, "seal": self._seal(report)}

    def _put_back(self) -> list[str]:
        """Undo what was exchanged, and name it."""
        altered = []
        for original in self._originals:
            if original.is_changed():
                altered.append(original.label)
                original.restore()
        for name, hooks in self._hooks.items():
            current = getattr(self._shell, name)
            if [id(hook) for hook in current] != [id(hook) for hook in hooks]:
                altered.append(f"IPython's {name}")
                current[:] = hooks
        if self._shell.custom_exceptions:
            altered.append("IPython's exception handlers")
            self._shell.set_custom_exc((), None)
        if "showtraceback" in vars(self._shell) or "run_cell" in vars(self._shell):
            altered.append("IPython's shell")
            vars(self._shell).pop("showtraceback", None)
            vars(self._shell).pop("run_cell", None)
        if sys.gettrace() is not None and _is_learners(sys.gettrace()):
            altered.append("sys.settrace")
            sys.settrace(None)
        if sys.getprofile() is not None and _is_learners(sys.getprofile()):
            altered.append("sys.setprofile")
            sys.setprofile(None)
        # A callback of a library (autoreload, matplotlib) is welcome; one of the notebook's own
        # would see the test cell before it runs.
        for name, callbacks in self._shell.events.callbacks.items():
            kept = self._callbacks.get(name, [])
            callbacks[:] = [c for c in callbacks if c in kept or not _is_learners(c)]
        return altered

    def _remove_shadows(self, code: str) -> None:
        """Take functions of the learner's out of the way that hide a builtin which the test calls.

        A variable called ``sum`` stays, and fails the test as it would anywhere.
        """
        namespace = self._shell.user_ns
        for name in _names_in(code):
            shadow = namespace.get(name)
            if callable(shadow) and hasattr(builtins, name) and _is_learners(shadow):
                del namespace[name]


def _originals(shell: InteractiveShell) -> Iterator[_Original]:
    """Yield every function and class that a verdict rests on."""
    for module_name in _MODULES:
        module = sys.modules.get(module_name)
        if module is None:
            continue
        yield from _attributes(module, module_name)
        if module_name == "forwardpass.check":
            yield from _attributes(module.Checks, "forwardpass.check.Checks")
            yield from _attributes(module.CheckFailed, "forwardpass.check.CheckFailed")
        if module_name == "unittest.case":
            yield from _attributes(module.TestCase, "unittest.TestCase")
    kernel = getattr(shell, "kernel", None)
    for subject in (shell, shell.displayhook, kernel, getattr(kernel, "session", None)):
        for kind in type(subject).__mro__ if subject is not None else ():
            if kind.__module__.startswith(_PROGRAMS):
                yield from _attributes(kind, kind.__qualname__)


def _attributes(owner: Any, label: str) -> Iterator[_Original]:
    for name, value in list(vars(owner).items()):
        full = f"{label}.{name}"
        if name.startswith("__") and owner is not builtins and not isinstance(owner, type):
            continue
        if full in _IPYTHONS_OWN or name in ("__dict__", "__weakref__", "__doc__", "__module__"):
            continue
        if callable(value) or isinstance(value, (property, staticmethod, classmethod)):
            yield _Original(owner, name, value, _code_of(value), full)


def _function_of(value: Any) -> FunctionType | None:
    value = getattr(value, "__func__", value)  # a static or class method
    value = getattr(value, "__wrapped__", value)  # numpy's dispatchers
    return value if isinstance(value, FunctionType) else None


def _code_of(value: Any) -> CodeType | None:
    function = _function_of(value)
    return None if function is None else function.__code__


def _is_learners(value: Any) -> bool:
    """Whether a function or a class was written in the notebook."""
    return getattr(value, "__module__", None) in ("__main__", None)


def _names_in(code: str) -> set[str]:
    """Return the names that a cell reads; none where it is no plain Python."""
    try:
        return set(compile(code, "<test>", "exec").co_names)
    except (SyntaxError, ValueError):
        return set()
