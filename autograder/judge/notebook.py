"""Execute the instructor's notebook in the judge: its ordinary cells once, and tests when asked."""

import hashlib
import hmac
import signal
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import FrameType
from typing import TYPE_CHECKING, Any

from autograder.boundary.exceptions import Failure
from autograder.boundary.proxies import reference_of
from autograder.judge.forking import last_checkpoint
from autograder.judge.plan import JudgedCell
from autograder.judge.protocol import JudgedNotebook, TestRun
from autograder.judge.recording import Recording
from autograder.judge.shell import make_shell
from autograder.judge.tracebacks import error_name, error_output
from autograder.kernels.limits import Limits
from forwardpass.lending import lend_elsewhere
from forwardpass.numerics import draw_from

if TYPE_CHECKING:
    from autograder.boundary.judge_peer import JudgePeer

# What a test may take by the clock beside the learner's time: at least so many seconds.
_OWN_SECONDS = 60.0
_RING_AGAIN = 1.0
_PATIENCE = 4  # how much more than its time the learner's process may be granted


class Notebook:
    """An instructor's notebook that is being executed, one in a process.

    Parameters
    ----------
    notebook : JudgedNotebook

    Attributes
    ----------
    namespace : dict
        Its names.
    broken : list of str
        The ordinary cells that ended in an error, a sentence each. The tests are run all the same.
    """

    def __init__(self, notebook: JudgedNotebook) -> None:
        self.broken: list[str] = []
        self._notebook = notebook
        self._shell = make_shell()
        self._next = 0  # the first cell that has not had its turn
        self.namespace: dict[str, Any] = self._shell.user_ns
        draw_from(lambda name: _entropy(notebook.seed, name))

    def run_ahead(self) -> None:
        """Run what comes before the first test, as far as this process may be forked afterwards."""
        cells = self._notebook.cells
        kinds = [cell.kind for cell in cells]
        first = kinds.index("test") if "test" in kinds else len(cells)
        ordinary = [kind not in ("test", "skipped") for kind in kinds]
        self._run_above(last_checkpoint([cell.source for cell in cells], ordinary, first))

    def run_test(self, index: int, seconds: float, peer: "JudgePeer") -> TestRun:
        """Run a test.

        Parameters
        ----------
        index : int
            The cell.
        seconds : float
            How long the learner's process may compute for it.
        peer : JudgePeer
            The way to the learner's process.

        Raises
        ------
        ValueError
            If the cell is no test.
        """
        test = self._notebook.cells[index]
        if test.kind != "test":
            raise ValueError(f"cell {index} is no test that is judged, but {test.kind}")
        used = time.process_time()
        self._run_above(index)
        recording = Recording(self._shell, test.source, self._notebook.limits)
        alarm = _Alarm(_PATIENCE * seconds + max(seconds, _OWN_SECONDS), peer)
        error: BaseException | None = None
        begin = time.monotonic()
        try:
            peer.begin(seconds, test.without)
            with recording, alarm, lend_elsewhere(_Lender(peer, test.names)):
                self._fetch(peer, test)
                error = self._execute(test.source)
                if isinstance(error, _ENDS):
                    error = None
                if error is not None:
                    recording.add(**self._output(error, test.source))
        except _ENDS:  # raised before the test's own code, or after it
            pass
        finally:
            self._forget(test.names)
        failure = peer.end()
        status = "ok" if error is None else "error"
        if alarm.has_rung:
            status = "timeout"
        if failure is not None:
            status = failure.kind
        return TestRun(
            status=status,
            error="" if error is None else error_name(error),
            outputs=recording.outputs,
            shown=recording.shown,
            seconds=time.monotonic() - begin,
            learner_seconds=peer.seconds,
            processor_seconds=time.process_time() - used,
        )

    def _run_above(self, index: int) -> None:
        """Run what is no test above a cell and has not run yet."""
        for number in range(self._next, index):
            cell = self._notebook.cells[number]
            if cell.kind in ("ordinary", "exercise") and cell.source.strip():
                with Recording(self._shell, "", Limits(output=0, images=0)):
                    error = self._execute(cell.source)
                if error is not None:
                    told = f"{type(error).__name__}: {error}".splitlines()[0]
                    self.broken.append(f"code cell {number} cannot run in the judge ({told})")
        self._next = max(self._next, index)

    def _fetch(self, peer: "JudgePeer", test: JudgedCell) -> None:
        for name in test.names:
            try:
                self.namespace[name] = peer.fetch(name, is_class=name in test.classes)
            except NameError:
                self.namespace.pop(name, None)  # an earlier test may have bound it

    def _execute(self, source: str) -> BaseException | None:
        outcome = self._shell.run_cell(source, store_history=False)
        return outcome.error_before_exec or outcome.error_in_exec

    def _output(self, error: BaseException, source: str) -> dict[str, Any]:
        return error_output(error, source, self.namespace, self._notebook.hidden)

    def _forget(self, names: tuple[str, ...]) -> None:
        """Unbind what belongs to the learner's process: it is of no use after the test."""
        remote = [name for name, value in self.namespace.items() if reference_of(value) is not None]
        for name in {*names, *remote}:
            self.namespace.pop(name, None)


class TestTooLong(BaseException):
    """A test computes for too long, whatever the learner's process did."""

    __test__ = False  # to pytest


# What is no error of a test, but ends it.
_ENDS = (Failure, TestTooLong)


class _Alarm:
    """Interrupts the ``with`` block after some seconds, again and again.

    It waits for the end of a message, whose time is the learner's, and limited.
    """

    def __init__(self, seconds: float, peer: "JudgePeer") -> None:
        self.has_rung = False
        self._seconds = seconds
        self._peer = peer

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self._seconds, _RING_AGAIN)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not self._peer.is_talking:
            self.has_rung = True
            raise TestTooLong("this test takes too long")


class _Lender:
    """Lends names to the learner's process, but never what is under test.

    The learner's code could look for the lent answer in the place of its own.
    """

    def __init__(self, peer: "JudgePeer", tested: tuple[str, ...]) -> None:
        self._peer = peer
        self._tested = tested

    def __call__(self, names: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Return the loan, as :func:`forwardpass.lending.lend_elsewhere` asks for it."""
        for name in names:
            if name in self._tested:
                raise ValueError(f"{name} cannot be lent: this test asks for the learner's own")
        return self._peer.lend(dict(names))


def _entropy(seed: bytes, name: str) -> int:
    """Return what seeds a stream; who finds it out knows no other stream."""
    return int.from_bytes(hmac.digest(seed, name.encode(), hashlib.sha256))
