"""Check the units of a course, as many at a time as there are cores for them."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from autograder.check.kept import KeptReports
from autograder.check.plan import UnitUnderTest
from autograder.check.report import Fault, UnitReport
from autograder.check.runner import ReferenceServer, RunnerFailed
from autograder.check.unit import check_unit
from autograder.judge.forking import imported_packages

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
    reports = {tested.unit.id: kept and kept.find(tested) for tested in units}
    servers = ReferenceServers([one for one in units if reports[one.unit.id] is None])
    cores = _Cores(jobs)

    def check(tested: UnitUnderTest) -> UnitReport:
        if (report := reports[tested.unit.id]) is not None:
            return report
        try:
            with cores.shared() as at_once, servers.server_of(tested) as server:
                report = check_unit(
                    *(tested, server, at_once), lambda done, known: on_progress(tested, done, known)
                )
        except RunnerFailed as error:
            broken = Fault(tested.assignment_path, None, "", str(error))
            report = UnitReport(tested.unit, 0.0, (), (broken,))
        if kept is not None:
            kept.keep(tested, report)
        return report

    with ThreadPoolExecutor(min(jobs, len(units)) or 1) as pool:
        try:
            yield from pool.map(check, units)
        finally:
            # Whoever still waits for results is told that none will come.
            pool.shutdown(wait=False, cancel_futures=True)
            servers.close()


class ReferenceServers:
    """Servers by what they have imported: units of the same packages share one.

    A server has imported nothing that its units do not import: a fork of it copies tables of the
    memory that the packages take, and it would hide a missing import. It ends with the last unit
    that needs it.

    Parameters
    ----------
    units : iterable of UnitUnderTest
        Those that will need one.
    """

    def __init__(self, units: Iterable[UnitUnderTest]) -> None:
        self._lock = threading.Lock()
        self._servers: dict[frozenset[str], ReferenceServer] = {}
        self._is_closed = False
        self._needed = Counter(_packages_of(tested) for tested in units)

    @contextmanager
    def server_of(self, tested: UnitUnderTest) -> Iterator[ReferenceServer]:
        """Offer the server of a unit, started where there is none.

        Raises
        ------
        RunnerFailed
            If it does not start, or all servers have been ended.
        """
        packages = _packages_of(tested)
        try:
            with self._lock:
                if self._is_closed:
                    raise RunnerFailed("the check was stopped")
                if packages not in self._servers:
                    self._servers[packages] = ReferenceServer.start(packages)
                server = self._servers[packages]
            yield server
        finally:
            with self._lock:
                self._needed[packages] -= 1
                ended = None if self._needed[packages] else self._servers.pop(packages, None)
            if ended is not None:
                ended.close()

    def close(self) -> None:
        """End all servers and what they forked; none is started any more."""
        with self._lock:
            self._is_closed = True
            while self._servers:
                self._servers.popitem()[1].close()


def _packages_of(tested: UnitUnderTest) -> frozenset[str]:
    """Return the packages that an assignment imports, but for modules that lie beside it."""
    local = {name.split("/")[0].removesuffix(".py") for name in tested.files}
    packages = imported_packages(cell.code for cell in tested.assignment.cells)
    return frozenset(packages - sys.stdlib_module_names - local)


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
