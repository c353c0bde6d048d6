"""Record what a test shows, as a notebook's outputs."""

import base64
import io
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from autograder.boundary.proxies import reference_of
from autograder.kernels.limits import Limits
from autograder.kernels.output_limit import OutputLimit, Taken


class Recording:
    """What is shown while the ``with`` block runs, up to a kernel's limits.

    Parameters
    ----------
    shell : InteractiveShell
        Whose publisher and display hook are replaced meanwhile.
    source : str
        The code that runs, where it is one cell: one that ends with a semicolon shows no value.
    limits : Limits

    Attributes
    ----------
    outputs : list of dict
        As a notebook has them.
    shown : list of str
        The text of each value.
    """

    def __init__(self, shell: InteractiveShell, source: str, limits: Limits) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.shown: list[str] = []
        self._shell = shell
        self._source = source
        self._limit = OutputLimit(limits)

    def __enter__(self) -> "Recording":
        self._before = self._shell.display_pub, self._shell.displayhook
        self._redirected = ExitStack()
        self._redirected.enter_context(redirect_stdout(_Stream(self, "stdout")))
        self._redirected.enter_context(redirect_stderr(_Stream(self, "stderr")))
        self._shell.display_pub = _Publisher(self, self._shell)
        hook = _Hook(self, self._source, self._shell)
        self._shell.displayhook = self._shell.display_trap.hook = hook
        return self

    def __exit__(self, *_: object) -> None:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        self._shell.display_pub, self._shell.displayhook = self._before
        self._shell.display_trap.hook = self._shell.displayhook
        self._redirected.close()

    def add(self, output_type: str, **content: Any) -> None:
        """Record one output."""
        match self._limit.take(content):
            case Taken.LAST:
                self.outputs.append(dict(self._limit.notice()))
            case Taken.WHOLE:
                last = self.outputs[-1] if self.outputs else {}
                if output_type == "stream" and last.get("name") == content["name"]:
                    last["text"] += content["text"]
                else:
                    self.outputs.append({"output_type": output_type, **content})


class _Stream(io.TextIOBase):
    """Standard output or standard error of a test."""

    encoding = "utf-8"

    def __init__(self, recording: Recording, name: str) -> None:
        self._recording = recording
        self._name = name

    def writable(self) -> bool:
        """Say that it can be written to; called by libraries."""
        return True

    def write(self, text: str) -> int:
        """Record what is printed."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._recording.add("stream", name=self._name, text=text)
        return len(text)


class _Publisher(DisplayPublisher):
    """Records what is displayed; to clear and to update outputs means nothing here."""

    def __init__(self, recording: Recording, shell: InteractiveShell) -> None:
        super().__init__(parent=shell, shell=shell)
        self._recording = recording

    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        """Record a display; called by IPython."""
        self._recording.add("display_data", data=_plain(data), metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        """Keep what is recorded; called by IPython."""


class _Hook(DisplayHook):
    """Records the values of expressions."""

    def __init__(self, recording: Recording, source: str, shell: InteractiveShell) -> None:
        super().__init__(parent=shell, shell=shell, cache_size=0)
        self._recording = recording
        self._is_quiet = self.semicolon_at_end_of_expression(source)

    def __call__(self, result: Any = None) -> None:
        """Record a value; called by the interpreter."""
        # What the learner's process holds is not the test's to show, and never its verdict.
        if result is None or self._is_quiet or reference_of(result) is not None:
            return
        data, metadata = self.compute_format_data(result)
        if "text/plain" in data:
            # A notebook may register another representation of plain numbers.
            is_number = type(result) in (bool, int, float)
            self._recording.shown.append(repr(result) if is_number else data["text/plain"])
        if data:
            self._recording.add(
                "execute_result", data=_plain(data), metadata=metadata, execution_count=None
            )


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return representations as a notebook's file has them, images in base64."""
    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for kind, value in data.items()
    }
