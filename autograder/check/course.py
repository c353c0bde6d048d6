"""Check the units of a course, as many at a time as there are cores for them."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from autograder.check.kept import KeptReports
from autograder.check.plan import UnitUnderTest, imported_packages
from autograder.check.report import Fault, UnitReport
from autograder.check.runner import ReferenceServer, RunnerFailed
from autograder.check.unit import check_unit

# Called with a unit, and how many of its runs have ended, of how many.
OnProgress = Callable[[UnitUnderTest, int, int], None]


def check_units(
    units: Sequence[UnitUnderTest],
    jobs: int,
    on_progress: OnProgress,
    kept: KeptReports | None = None,
) -> Iterator[UnitReport]:
    """Check units and yield a report on each, in their order.

    Close the iterator when you stop reading early: that ends every process.

    Parameters
    ----------
    units : sequence of UnitUnderTest
    jobs : int
        How many runs are executed at a time.
    on_progress : callable
        Called from several threads.
    kept : KeptReports, optional
        Reports of earlier checks, which are not made again; new ones are kept there.
    """
    servers = _ReferenceServers()
    cores = _Cores(jobs)

    def check(tested: UnitUnderTest) -> UnitReport:
        report = kept and kept.find(tested)
        if report is None:
            report = check_anew(tested)
            if kept is not None:
                kept.keep(tested, report)
        return report

    def check_anew(tested: UnitUnderTest) -> UnitReport:
        with cores.shared() as at_once:
            try:
                server = servers.of(tested)
            except RunnerFailed as error:
                broken = Fault(tested.assignment_path, None, "", str(error))
                return UnitReport(tested.unit, 0.0, (), (broken,))
            return check_unit(
                *(tested, server, at_once), lambda done, known: on_progress(tested, done, known)
            )

    with ThreadPoolExecutor(min(jobs, len(units)) or 1) as pool:
        try:
            yield from pool.map(check, units)
        finally:
            # Whoever still waits for results is told that none will come.
            pool.shutdown(wait=False, cancel_futures=True)
            servers.close()


class _ReferenceServers:
    """Servers by what they have imported: units of the same packages share one.

    A server has imported nothing that its units do not import: a fork of it copies tables of the
    memory that the packages take, and it would hide a missing import.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._servers: dict[frozenset[str], ReferenceServer] = {}

    def of(self, tested: UnitUnderTest) -> ReferenceServer:
        """Return the server of a unit, started where there is none.

        Raises
        ------
        RunnerFailed
            If it does not start.
        """
        packages = imported_packages(tested.assignment.cells) - sys.stdlib_module_names
        packages = frozenset(packages - _local_modules(tested))
        with self._lock:
            if packages not in self._servers:
                self._servers[packages] = self._stack.enter_context(ReferenceServer(packages))
            return self._servers[packages]

    def close(self) -> None:
        """End all servers and what they forked."""
        self._stack.close()


def _local_modules(tested: UnitUnderTest) -> set[str]:
    """Return the modules that lie beside the notebook."""
    return {name.split("/")[0].removesuffix(".py") for name in tested.files}


class _Cores:
    """Shares out how many runs may be executed at a time among the units that are checked."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._units = 0
        self._lock = threading.Lock()

    @contextmanager
    def shared(self) -> Iterator[Callable[[], int]]:
        """Take part, and offer what says how many runs a unit may execute at a time by now."""
        with self._lock:
            self._units += 1
        try:
            yield lambda: -(-self._jobs // self._units)  # rounded up: no core idles
        finally:
            with self._lock:
                self._units -= 1
