"""Tell the learner's code, and nobody else, that some packages do not answer."""

import builtins
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache
from types import FrameType, ModuleType
from typing import Any, NoReturn

_set_class = object.__dict__["__class__"].__set__  # a module's own way to set attributes may refuse


class Absence:
    """Which packages are absent, and for whose code: what asks is told from the frame it runs in.

    Parameters
    ----------
    packages : tuple of str
    undo : contextlib.ExitStack
        Gets what puts everything back.
    """

    def __init__(self, packages: tuple[str, ...], undo: ExitStack) -> None:
        self.spaces: dict[int, dict[str, Any]] = {}  # names of the learner's code, by their id
        self._packages = packages
        self._undo = undo
        self._kinds: dict[tuple[type, str], type] = {}
        loaded = {  # by id: some modules have several names
            id(module): (module, package)
            for name, module in list(sys.modules.items())
            if (package := self.package_of(name)) and issubclass(type(module), ModuleType)
        }
        self.modules = list(loaded.values())
        undo.callback(self.spaces.clear)  # a stand-in that outlives the block answers again

    def begin(self) -> None:
        """Hide the modules that are loaded, and refuse to import them or others."""
        changed: list[tuple[ModuleType, type]] = []
        self._undo.callback(_give_back, changed)
        for module, package in self.modules:
            kind = type(module)
            try:
                _set_class(module, self._asking(kind, package))
            except TypeError:  # a library's own kind of module may have to keep its class
                continue
            changed.append((module, kind))
        self._undo.callback(setattr, builtins, "__import__", builtins.__import__)
        builtins.__import__ = self._importing(builtins.__import__)

    def package_of(self, module: str | None) -> str | None:
        """Return which of the packages a module belongs to, by its full name."""
        return None if module is None else _package_of(module, self._packages)

    def concerns(self, frame: FrameType) -> bool:
        """Whether it is the learner's code that runs in a frame."""
        return id(frame.f_globals) in self.spaces

    def refuse(self, package: str) -> NoReturn:
        """Say why a package does not answer."""
        *others, last = self._packages
        all_of_them = f"{', '.join(others)} and {last}" if others else last
        raise ImportError(
            f"this exercise is to be solved without {all_of_them}: {package} does not answer while "
            "it is tested",
            name=package,
        )

    def _asking(self, kind: type, package: str) -> type:
        """Return a class for modules like another one, but that asks who wants an attribute."""
        if found := self._kinds.get((kind, package)):
            return found
        plain = kind.__getattribute__

        def ask(module: ModuleType, name: str) -> Any:
            # Python itself reads __spec__, __path__ and the like for whoever imports.
            if not name.startswith("__") and self.concerns(sys._getframe(1)):
                self.refuse(package)
            return plain(module, name)

        made = type(kind.__name__, (kind,), {"__getattribute__": ask})
        self._kinds[kind, package] = made
        return made

    def _importing(self, plain: Any) -> Any:
        def import_module(
            name: str,
            globals: dict[str, Any] | None = None,
            locals: dict[str, Any] | None = None,
            fromlist: Iterable[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            if level == 0 and self.concerns(sys._getframe(1)):
                for wanted in (name, *(f"{name}.{part}" for part in fromlist or ())):
                    if package := self.package_of(wanted):
                        self.refuse(package)
            return plain(name, globals, locals, fromlist, level)

        return import_module


@cache
def _package_of(module: str, packages: tuple[str, ...]) -> str | None:
    return next((one for one in packages if f"{module}.".startswith(f"{one}.")), None)


def _give_back(changed: list[tuple[ModuleType, type]]) -> None:
    for module, kind in changed:
        _set_class(module, kind)
