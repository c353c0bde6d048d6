"""Watch, in a kernel's process, over what the verdict on a test cell rests on.

A learner's code and the tests run in one process, so nothing here is out of a determined learner's
reach: code that rewrites memory, or imitates the kernel's own frames, gets past it. What it gives
is evidence: the reply to a test cell is signed with a key that no attribute leads to, and names
what had been replaced. Without a valid signature there are no points. What may be meant honestly, a
helper called ``check`` or a patch that a library makes, is restored before a test without a word;
what the instructor's own tests replace stays replaced.
"""

import gc
import sys
import threading
from _hashlib import hmac_digest  # what hmac itself calls; hmac's names a notebook could replace
from collections.abc import Callable, Container, Generator
from functools import partial
from secrets import token_bytes
from types import FrameType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from autograder.kernels.guard.origin import is_learners
from autograder.kernels.guard.settings import GuardSettings, Replaced, digest
from autograder.kernels.guard.snapshot import PROGRAMS, Snapshot

REPORT = "forwardpass"  # where a reply has the guard's report, and the first one its key
_TRACING = ("sys.settrace", "sys.setprofile")


def signature_of(key: bytes, report: dict[str, Any]) -> str:
    """Return the signature of a report, which only the kernel's guard and its grader can make."""
    return hmac_digest(key, repr(sorted(report.items())).encode(), "sha256").hex()


class Guard:
    """Takes a snapshot of a fresh kernel, and compares with it around every test cell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    settings : GuardSettings
    """

    def __init__(self, shell: InteractiveShell, settings: GuardSettings) -> None:
        private: list[Any] = []
        snapshot = Snapshot(shell, settings.exercise_names)
        watch = _watching(shell, settings, snapshot, private)
        private.append(watch)
        next(watch)
        self._ask = watch.send
        gc.freeze()  # gc.get_objects() does not return what is frozen

    def tell_key(self) -> str | None:
        """Return the key of the signatures, as hexadecimal digits: once, before any cell runs."""
        return self._ask(("key", None))

    def concerns(self, code: str) -> bool:
        """Whether this is a test cell; called with every cell before it runs."""
        return self._ask(("concerns", code))

    def begin(self, code: str) -> None:
        """Restore everything to what it was, before a test cell runs.

        What the instructor's own notebook has replaced above this test stays so.
        """
        self._ask(("begin", code))

    def note_hooked(self) -> None:
        """Remember that a value was shown, or would have been were it not None."""
        self._ask(("hooked", None))

    def note_shown(self, text: str, caller: FrameType) -> None:
        """Remember a value that the running test cell shows; a function that it calls may not."""
        self._ask(("shown", text))

    def is_silenced(self) -> bool | None:
        """Whether the running test cell ends with a semicolon; None if none is running."""
        return self._ask(("silenced", None))

    def end(self, status: str, error: str) -> dict[str, Any]:
        """Return the signed report on the test cell that has just run.

        Parameters
        ----------
        status : str
            ``"ok"`` or ``"error"``.
        error : str
            The name of the error, or nothing.

        Returns
        -------
        dict
            ``shown`` are the values that the cell showed; ``before`` and ``during`` name what was
            replaced before it and while it ran: ``"numpy.allclose"``. In a learner's notebook that
            is what the instructor's does not replace there.
        """
        return self._ask(("end", (status, error)))


def _watching(
    shell: InteractiveShell,
    settings: GuardSettings,
    snapshot: Snapshot,
    private: list[Any],
) -> Generator[Any, tuple[str, Any], None]:
    """Do the guard's work: a generator, since what it knows is in no attribute of anything.

    It obeys the kernel alone, which it knows by the frames above its own.
    """
    # All names are local, since those of a module could be replaced.
    key, is_told = token_bytes(32), False
    tests, is_instructors = settings.tests, settings.is_instructors
    everything = _AllButPrograms()
    frame_of, digest_of, sign, is_own_value = sys._getframe, digest, signature_of, _is_own_value
    allows = _allows
    restore, restore_names = snapshot.restore, snapshot.restore_names
    give_back = snapshot.give_back
    ends_silenced = shell.displayhook.semicolon_at_end_of_expression
    bindings, rebound = snapshot.bindings, snapshot.rebound
    counts_now, changed = snapshot.counts_now, snapshot.changed
    note_imports, facts_of = snapshot.note_imports, snapshot.facts_of
    doors = {Guard.begin.__code__, Guard.end.__code__}
    kernels_own = type(shell.kernel).do_execute.__code__
    tells_hooked = "note_hooked" in type(shell.displayhook).__call__.__code__.co_names
    heard: list[str] = []
    tried = partial(_tried, heard)
    sys.addaudithook(partial(_audit, snapshot.labels, private, heard, vars(shell.user_module)))
    is_silenced = False
    removed: dict[str, Any] = {}
    cell, is_open, is_hooked, wants_hook = "", False, False, False
    shown: list[str] = []
    before: list[str] = []
    names: dict[str, Any] = {}
    counts: list[int] = []
    answer: Any = None
    while True:
        what, value = yield answer
        answer = None
        if what == "key":
            answer, is_told = None if is_told else key.hex(), True
            continue
        if what == "concerns":
            is_told = True
            tried(note_imports)
            answer = digest_of(value) in tests
            continue
        if what == "silenced":
            answer = is_silenced if is_open else None
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
            cell = digest_of(value)
            kept = everything if is_instructors else tests[cell].before
            # A trace function that was set and taken off again sees nothing of the test.
            heard[:] = [label for label in heard if label not in _TRACING]
            before = [*(tried(restore, False, kept) or ()), *heard]
            heard.clear()
            read, wants_hook = tried(facts_of, value) or (set(), False)
            removed = tried(restore_names, read) or {}
            shown, is_open, is_hooked = [], True, False
            is_silenced = bool(tried(ends_silenced, value))
            names, counts = bindings(read), counts_now()
        else:
            kept = everything if is_instructors else tests[cell].during if cell else ()
            during = [*changed(counts), *rebound(names), *(tried(restore, True, kept) or ())]
            if not is_open:
                during.append("the guard")
            if tells_hooked and wants_hook and value[0] == "ok" and not is_hooked:
                during.append("sys.displayhook")
            tried(give_back, removed)
            during += heard
            heard.clear()
            report = {"cell": cell, "status": value[0], "error": value[1], "shown": shown}
            if not is_instructors and cell:
                before = [label for label in before if label not in tests[cell].before]
                during = [label for label in during if not allows(tests[cell], label, value[0])]
            report |= {"before": sorted(set(before)), "during": sorted(set(during))}
            cell, is_open, before, removed = "", False, [], {}
            answer = {**report, "signature": sign(key, report)}


def _allows(instructors: Replaced, label: str, status: str) -> bool:
    """Whether it is the instructor's test itself that replaces this while it runs.

    A test that fails may stop between replacing something and restoring it. Then it may have
    replaced any name of that module, and there are no points that could be forged.
    """
    return label in instructors.during or (
        status != "ok" and any(label.startswith(f"{one}.") for one in instructors.during)
    )


class _AllButPrograms(Container[str]):
    """What the instructor's notebook may replace for good: all except what runs the notebook."""

    def __contains__(self, label: object) -> bool:
        return not str(label).startswith(PROGRAMS)


def _tried(heard: list[str], act: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns; None if it raises, which is heard and goes no further.

    A learner's object may raise anything when it is looked at. That must neither end the guard nor
    leave the grader without a reply.
    """
    try:
        return act(*arguments)
    except BaseException:
        heard.append("the guard")
        return None


def _audit(
    labels: dict[int, str],
    private: list[Any],
    heard: list[str],
    namespace: dict[str, Any],
    event: str,
    arguments: tuple[Any, ...],
) -> None:
    """Hear from Python itself of what leaves no trace once it is undone, PEP 578."""
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
    elif event in _TRACING and sys._getframe(1).f_globals is namespace:
        # A debugger that gets no answer raises, and Python itself removes it in the frame where it
        # has stopped.
        active = (sys.gettrace if event == "sys.settrace" else sys.getprofile)()
        if active is None or is_learners(active, namespace):
            heard.append(event)


def _is_own_value(caller: FrameType, shell: InteractiveShell) -> bool:
    """Whether the running test cell itself, and nothing that it calls, shows a value."""
    frame: FrameType | None = caller
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(PROGRAMS):
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
