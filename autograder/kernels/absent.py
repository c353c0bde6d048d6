"""Keep packages from the learner's code while an exercise is tested that is to do without them.

This says what an exercise is about. It is no wall: not seen is what reaches a package

- through an object that was made with it before (a method of a tensor, a fitted estimator), or
  through another package that hands it on;
- by other means than an attribute, an import statement or a call: ``vars(torch)``, code that
  ``exec`` runs with names of its own, ``importlib.import_module`` of what nobody had loaded;
- from a place that lies deeper in the notebook's tables and objects than is looked (`_DEPTH`).
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import _lru_cache_wrapper, partial
from types import FunctionType, MethodDescriptorType, MethodType, ModuleType
from typing import Any

from autograder.kernels.absence import Absence
from autograder.kernels.guard.origin import is_learners, is_made_here, origin_of

# How much of what a notebook holds is looked through: tables of functions, and not its data.
_DEPTH = 6
_NEAR = 3  # so deep is looked however many values there are
_ENTRIES = 100
_VALUES = 10_000
_PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes})


@contextmanager
def absent(modules: Iterable[str], namespace: dict[str, Any]) -> Iterator[None]:
    """Let packages answer everybody but the learner's code while the block runs.

    The learner's code is all that has the notebook's names, helpers in the instructor's cells
    included, and what comes from files beside the notebook. It gets an ImportError when it imports
    such a package, takes anything out of it, or calls what it took out before the block, be that a
    name of the notebook or kept in a table, a partial, a default, a closure, an object or a class,
    also one that is derived from a class of the package. Data and exceptions are left alone.
    Libraries use the packages as ever. After the block everything is as it was.

    Parameters
    ----------
    modules : iterable of str
        Packages or modules by their full names, each with all that is below it:
        ``["torch", "scipy.special"]``. For none of them, nothing is done.
    namespace : dict
        The notebook's names.

    Raises
    ------
    ImportError
        In the block, where the learner's code reaches one of the packages.

    Examples
    --------
    >>> import math
    >>> with absent(["math"], globals()):
    ...     math.sqrt(4.0)
    Traceback (most recent call last):
    ImportError: this exercise is to be solved without math: math does not answer while it is tested
    >>> math.sqrt(4.0)
    2.0
    """
    packages = tuple(modules)
    if not packages:
        yield
        return
    with ExitStack() as undo:
        absence = Absence(packages, undo)
        _Notebook(namespace, absence, undo).look_through()
        absence.begin()
        yield


class _Notebook:
    """Puts stand-ins in the place of what a notebook had taken out of absent packages.

    Parameters
    ----------
    namespace : dict
    absence : Absence
    undo : contextlib.ExitStack
        Gets what puts everything back.
    """

    def __init__(self, namespace: dict[str, Any], absence: Absence, undo: ExitStack) -> None:
        self._namespace = namespace
        self._absence = absence
        self._undo = undo
        self._seen: dict[int, tuple[Any, Any]] = {}  # a value's id: the value, what is to be found

    def look_through(self) -> None:
        """Replace what the notebook's names lead to."""
        self._enter(self._namespace, 0)

    def _enter(self, space: dict[str, Any], depth: int) -> None:
        """Look through the names of the notebook, or of a file beside it."""
        if id(space) not in self._absence.spaces:
            self._absence.spaces[id(space)] = space
            names = [name for name in space if type(name) is str and not name.startswith("__")]
            self._replace_in(space, names, depth)

    def _replace_in(self, table: Any, keys: Iterable[Any], depth: int) -> None:
        for key in keys:
            value = table[key]
            found = self._found_for(value, depth + 1)
            if found is not value:
                table[key] = found
                self._undo.callback(_put_back, table, key, found, value)

    def _found_for(self, value: Any, depth: int) -> Any:
        """Return what the learner's code is to find in the place of a value: mostly the value."""
        if type(value) in _PLAIN or depth > _DEPTH:
            return value
        if depth > _NEAR and len(self._seen) > _VALUES:
            return value
        if id(value) not in self._seen:
            self._seen[id(value)] = value, value  # it may hold itself
            self._seen[id(value)] = value, self._replaced(value, depth)
        return self._seen[id(value)][1]

    def _replaced(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if package := self._package_of(value):
            return _StandIn(value, package, self._absence)
        if kind is dict or kind is list:
            if len(value) <= _ENTRIES:
                self._replace_in(value, list(value) if kind is dict else range(len(value)), depth)
        elif kind is tuple:
            if len(value) <= _ENTRIES:
                found = tuple(self._found_for(entry, depth + 1) for entry in value)
                return found if any(map(_differ, found, value)) else value
        elif kind is partial:
            function, arguments = (self._found_for(p, depth) for p in (value.func, value.args))
            self._found_for(value.keywords, depth)
            if function is not value.func or arguments is not value.args:
                return partial(function, *arguments, **value.keywords)
        elif kind is MethodType:
            self._found_for(value.__func__, depth)
            self._found_for(value.__self__, depth + 1)
        elif kind is _lru_cache_wrapper:
            self._found_for(value.__wrapped__, depth)
        elif kind is FunctionType:
            self._look_into_function(value, depth)
        elif issubclass(kind, ModuleType):
            if is_made_here(vars(value)):
                self._enter(vars(value), depth)
        elif is_learners(value, self._namespace):
            if issubclass(kind, type):
                self._look_into_class(value, depth)
            else:
                with suppress(AttributeError):  # nothing but slots
                    self._found_for(object.__getattribute__(value, "__dict__"), depth)
        return value

    def _look_into_function(self, function: FunctionType, depth: int) -> None:
        space = function.__globals__
        if space is self._namespace or is_made_here(space):
            self._enter(space, depth)
            for cell in function.__closure__ or ():
                with suppress(ValueError):  # nothing in it yet
                    self._replace_attribute(cell, "cell_contents", depth)
            self._replace_attribute(function, "__defaults__", depth)
            self._found_for(function.__kwdefaults__, depth)
        # A decorator of a library's keeps the learner's function so.
        self._found_for(vars(function).get("__wrapped__"), depth)

    def _look_into_class(self, kind: type, depth: int) -> None:
        for name, value in list(vars(kind).items()):
            if name.startswith("__") and not callable(value):
                continue  # annotations and the like
            if type(value) is property:
                self._found_for(value.fget, depth + 1)
                continue
            wrapper = type(value) if type(value) in (staticmethod, classmethod) else None
            inner = value.__func__ if wrapper else value
            found = self._found_for(inner, depth + 1)
            if found is not inner:
                type.__setattr__(kind, name, wrapper(found) if wrapper else found)
                self._undo.callback(type.__setattr__, kind, name, value)

    def _replace_attribute(self, holder: Any, name: str, depth: int) -> None:
        value = getattr(holder, name)
        found = self._found_for(value, depth + 1)
        if found is not value:
            setattr(holder, name, found)
            self._undo.callback(setattr, holder, name, value)

    def _package_of(self, value: Any) -> str | None:
        """Return which of the packages a function or class comes from."""
        kind = type(value)
        if not callable(value) or issubclass(kind, ModuleType):
            return None
        if kind is _StandIn:  # kept from another block
            return self._package_of(value.stands_for)
        if issubclass(kind, type):
            if issubclass(value, BaseException):
                return None
            found = (self._absence.package_of(origin_of(base)) for base in value.__mro__)
            return next(filter(None, found), None)
        if (kind.__module__, kind.__name__) == ("numpy", "ufunc"):
            return self._package_of_ufunc(value)
        if kind is MethodType:
            value = value.__func__
        elif kind is MethodDescriptorType:
            value = value.__objclass__
        elif kind is _lru_cache_wrapper:
            value = value.__wrapped__
        return self._absence.package_of(origin_of(value))

    def _package_of_ufunc(self, ufunc: Any) -> str | None:
        """Look for a ufunc, which does not know where it was made, in the packages' modules."""
        if vars(sys.modules["numpy"]).get(ufunc.__name__) is ufunc:
            return None
        for module, package in self._absence.modules:
            if any(value is ufunc for value in list(vars(module).values())):
                return package
        return None


class _StandIn:
    """Stands for a function or class of an absent package.

    The learner's code may keep it beyond the block. Then it is what it stands for.
    """

    __slots__ = ("_absence", "_package", "stands_for")

    def __init__(self, value: Any, package: str, absence: Absence) -> None:
        self.stands_for, self._package, self._absence = value, package, absence

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if self._absence.spaces:
            self._absence.refuse(self._package)
        return self.stands_for(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        if self._absence.concerns(sys._getframe(1)):
            self._absence.refuse(self._package)
        return getattr(self.stands_for, name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._absence.spaces:
            self._absence.refuse(self._package)
        return (self.stands_for,)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self.stands_for)


def _differ(one: Any, other: Any) -> bool:
    return one is not other


def _put_back(table: Any, key: Any, found: Any, value: Any) -> None:
    """Put a value back, unless the learner's code has put another one in its place."""
    with suppress(LookupError):
        if table[key] is found:
            table[key] = value
