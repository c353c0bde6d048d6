"""What a computation depends on beside its arguments: error states, random states, modes.

It goes along with a call, and comes back with the answer as far as it belongs to the program as a
whole: random states do, while NumPy's error state is the caller's.
"""

import random
import sys
from typing import Any, Protocol


class Setting(Protocol):
    """One setting of the process.

    Attributes
    ----------
    name : str
    comes_back : bool
        Whether what a call makes of it holds for the caller, too.
    """

    name: str
    comes_back: bool

    def read(self) -> Any:
        """Return it as plain data."""

    def write(self, value: Any) -> None:
        """Set it; a wrong value may raise anything."""


class _PythonRandom:
    name, comes_back = "random", True

    def read(self) -> Any:
        return random.getstate()

    def write(self, value: Any) -> None:
        random.setstate(value)


class _NumpyErrors:
    name, comes_back = "numpy.errstate", False

    def read(self) -> Any:
        return sys.modules["numpy"].geterr()

    def write(self, value: Any) -> None:
        sys.modules["numpy"].seterr(**value)


class _NumpyRandom:
    name, comes_back = "numpy.random", True

    def read(self) -> Any:
        _, words, *rest = sys.modules["numpy"].random.get_state()
        return (words.tobytes(), *rest)

    def write(self, value: Any) -> None:
        numpy = sys.modules["numpy"]
        content, *rest = value
        words = numpy.frombuffer(content, numpy.uint32)
        numpy.random.set_state(("MT19937", words, *rest))


_BY_LIBRARY: dict[str, list[Setting]] = {
    "random": [_PythonRandom()],
    "numpy": [_NumpyErrors(), _NumpyRandom()],
}


def add_settings(library: str, settings: list[Setting]) -> None:
    """Let settings of a library go along with calls, once it is loaded."""
    _BY_LIBRARY[library] = settings


class Ambient:
    """The settings of this process as the other knows them."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def news(self, *, is_answer: bool) -> dict[str, Any]:
        """Return the settings that the other process does not know yet.

        Parameters
        ----------
        is_answer : bool
            Whether they go back with an answer.
        """
        news = {}
        for setting in _settings():
            if is_answer and not setting.comes_back:
                continue
            value = setting.read()
            if self._known.get(setting.name) != value:
                news[setting.name] = self._known[setting.name] = value
        return news

    def learn(self, news: dict[str, Any], *, is_answer: bool) -> None:
        """Take over the other process's settings."""
        for setting in _settings():
            if setting.name in news and (setting.comes_back or not is_answer):
                setting.write(news[setting.name])
                self._known[setting.name] = setting.read()

    def keep(self) -> dict[str, Any]:
        """Return what :meth:`restore` needs to undo what a test has set for good."""
        return {one.name: one.read() for one in _settings() if not one.comes_back}

    def restore(self, kept: dict[str, Any]) -> None:
        """Set what does not come back to what it was."""
        for setting in _settings():
            if setting.name in kept:
                setting.write(kept[setting.name])


def _settings() -> list[Setting]:
    return [
        setting
        for library, settings in _BY_LIBRARY.items()
        if library in sys.modules
        for setting in settings
    ]
