"""What a computation depends on beside its arguments: error states, random states, modes.

It goes along with a call. Some of it belongs to the program as a whole, as random states do, and
comes back with the answer. The rest is the caller's: NumPy's error state holds in the other process
for the time of a call, and what was in force there before is in force again afterwards.
"""

import ctypes
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Protocol


class Setting(Protocol):
    """A setting of the whole program.

    Attributes
    ----------
    name : str
    """

    name: str

    def read(self) -> Any:
        """Return it as plain data."""

    def write(self, value: Any) -> None:
        """Set it; a wrong value may raise anything."""


class CallersSetting(Protocol):
    """A setting that the caller has made for what it calls.

    Attributes
    ----------
    name : str
    outlives_a_call : bool
        Whether what the called function sets and leaves so holds for the caller, too. Such a
        setting has a method ``write``, as a `Setting` has.
    """

    name: str
    outlives_a_call: bool

    def read(self) -> Any:
        """Return it as plain data."""

    def holding(self, value: Any) -> AbstractContextManager[Any]:
        """Return a context manager in which it has a value, and after which it is as before."""


class _PythonRandom:
    name = "random"

    def __init__(self) -> None:
        self._last: Any = (3, (), None)

    def read(self) -> Any:
        # Whatever draws or seeds changes the place, the last word, or many of the others.
        state, last = random.getstate(), self._last
        if state[1][::48] != last[1][::48] or state[2] != last[2]:
            self._last = state
        return self._last

    def write(self, value: Any) -> None:
        random.setstate(value)


class _NumpyErrors:
    name, outlives_a_call = "numpy.errstate", False

    def read(self) -> Any:
        return sys.modules["numpy"].geterr()

    def holding(self, value: Any) -> AbstractContextManager[Any]:
        return sys.modules["numpy"].errstate(**value)


class _NumpyRandom:
    name = "numpy.random"

    def __init__(self) -> None:
        self._generator: Any = None
        self._memory: Any = None  # the generator's own
        self._seen = b""  # what it held
        self._last: Any = None

    def read(self) -> Any:
        numpy_random = sys.modules["numpy"].random
        if (generator := numpy_random.get_bit_generator()) is not self._generator:
            address = generator.ctypes.state_address
            self._memory = (ctypes.c_char * _STATE_BYTES).from_address(address)
            self._generator, self._last = generator, None
        # To ask for the state takes longer than a whole call. If a second normal number is kept,
        # it can be used up without a trace in the generator's memory.
        seen = self._memory.raw
        if self._last is None or seen != self._seen or self._last[2]:
            _, words, *rest = numpy_random.get_state()
            self._seen, self._last = seen, (words.tobytes(), *rest)
        return self._last

    def write(self, value: Any) -> None:
        numpy = sys.modules["numpy"]
        content, *rest = value
        words = numpy.frombuffer(content, numpy.uint32)
        if not 0 <= rest[0] <= len(words):  # NumPy itself takes any place, and would read there
            raise ValueError("a generator in a wrong state")
        numpy.random.set_state(("MT19937", words, *rest))


_NOTHING = nullcontext()
_LEFT = "left: "  # before the name of a setting that a function has left so
_STATE_BYTES = 4 * 624 + 4  # of the Mersenne Twister: its words, and its place in them
_SETTINGS: dict[str, list[Setting]] = {"random": [_PythonRandom()], "numpy": [_NumpyRandom()]}
_CALLERS: dict[str, list[CallersSetting]] = {"numpy": [_NumpyErrors()]}


def add_settings(
    library: str, settings: list[Setting], callers: Sequence[CallersSetting] = ()
) -> None:
    """Let settings of a library go along with calls, once it is loaded."""
    _SETTINGS[library] = settings
    _CALLERS[library] = list(callers)


class Ambient:
    """The settings of this process as the other knows them, and the other way round."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}  # to the other process
        self._callers: dict[str, Any] = {}  # the other process's
        self._left: dict[str, Any] = {}  # what a function has set for its caller, too

    def forget(self) -> None:
        """Take for granted no longer that the other process knows anything."""
        self._known.clear()

    def news(self, *, is_answer: bool) -> dict[str, Any]:
        """Return the settings that the other process does not know yet.

        Parameters
        ----------
        is_answer : bool
            Whether they go back with an answer.
        """
        news = {}
        for setting in _loaded(_SETTINGS) + ([] if is_answer else _loaded(_CALLERS)):
            value, known = setting.read(), self._known.get(setting.name)
            if value is not known and value != known:
                news[setting.name] = self._known[setting.name] = value
        if is_answer and self._left:
            self._callers |= self._left
            news |= {f"{_LEFT}{name}": value for name, value in self._left.items()}
            self._left = {}
        return news

    def learn(self, news: dict[str, Any]) -> None:
        """Take over the other process's settings."""
        for setting in _loaded(_SETTINGS):
            if setting.name in news:
                setting.write(news[setting.name])
                self._known[setting.name] = setting.read()
        for setting in _loaded(_CALLERS):
            if setting.name in news:
                with setting.holding(news[setting.name]):  # a wrong one is the other's fault
                    self._callers[setting.name] = news[setting.name]
            if setting.outlives_a_call and f"{_LEFT}{setting.name}" in news:
                setting.write(news[f"{_LEFT}{setting.name}"])
                self._known[setting.name] = setting.read()

    def of_the_caller(self) -> AbstractContextManager[Any]:
        """Return a context manager in which the settings hold that the other process has made."""
        held, settings = self._callers, _loaded(_CALLERS)
        others = [
            setting.holding(held[setting.name])
            for setting in settings
            if setting.name in held and setting.read() != held[setting.name]
        ]
        if lasting := [setting for setting in settings if setting.outlives_a_call]:
            others.append(self._noting_what_is_left(lasting))
        return _all_of(others) if others else _NOTHING

    @contextmanager
    def _noting_what_is_left(self, settings: list[Any]) -> Iterator[None]:
        before = [setting.read() for setting in settings]
        try:
            yield
        finally:
            for setting, value in zip(settings, before, strict=True):
                if (now := setting.read()) != value:
                    self._left[setting.name] = now
                    setting.write(value)


@contextmanager
def _all_of(contexts: list[AbstractContextManager[Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for context in contexts:
            stack.enter_context(context)
        yield


def _loaded(by_library: dict[str, list[Any]]) -> list[Any]:
    return [
        setting
        for library, settings in by_library.items()
        if library in sys.modules
        for setting in settings
    ]
