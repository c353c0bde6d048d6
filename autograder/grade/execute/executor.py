"""Execute a rebuilt notebook on a kernel of the fork server, and record what became of each cell.

What a cell is worth is not decided here; see :mod:`autograder.grade.execute.verdict`.
"""

import socket
import time
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets.config import Config

from autograder.grade.execute.kernel import START_SECONDS, KernelChoice, kernel_manager
from autograder.grade.model import FATAL, CellRun, CellStatus, Execution
from autograder.kernels.guard.guard import REPORT, signature_of
from autograder.kernels.guard.settings import GuardSettings, Replaced, digest
from autograder.kernels.output_limit import OutputLimit, Taken

# A cell's time is what it took of the machine, or slept: it does not count while others had the
# processor, since a grade must not depend on what else the machine had to do. At the latest its
# time is up after so many times as long.
_PATIENCE = 4
_NEARLY = 0.9  # without others a cell has always waited for a moment, too
_KERNEL_DIED = {
    None: "the Python process ended while this cell ran",
    "memory": "the memory limit was reached while this cell ran",
    "processes": "too many processes were running while this cell ran",
    "time": "the time for the whole notebook ran out while this cell ran",
}


class NotebookExecutor(Execute):
    """nbgrader's own execution, on a kernel that is restored when it dies.

    A cell that kills the kernel, or makes it ignore interrupts, costs itself alone: a new kernel
    runs the cells above it again, without the fatal ones, and goes on below.

    Parameters
    ----------
    choice : KernelChoice
    config : traitlets.config.Config
        nbgrader's settings: ``Execute.timeout`` and the like.
    notebook : nbformat.NotebookNode
        It is changed in place.
    workplace : pathlib.Path
        Its working directory, with the files that lie beside it.
    exercise_names : collection of str
        The names that the exercises define.
    replaced : mapping of str to Replaced, optional
        What the instructor's own notebook replaces, by the grade id of the test.
    is_instructors : bool
        Whether this is the instructor's own notebook.
    """

    def __init__(
        self,
        choice: KernelChoice,
        config: Config,
        notebook: NotebookNode,
        workplace: Path,
        exercise_names: Collection[str] = (),
        replaced: Mapping[str, Replaced] | None = None,
        *,
        is_instructors: bool = False,
    ) -> None:
        super().__init__(config=config)
        self.nb = notebook
        self.resources = {"metadata": {"path": str(workplace)}}
        self._choice = choice
        self._guard = GuardSettings(
            _by_digest(filter(self._is_watched, notebook.cells), replaced or {}),
            frozenset(exercise_names),
            is_instructors,
        )
        self._key = b""  # that the kernel signs with
        self._fatal: set[int] = set()  # the cells that ended a kernel
        self._starts = 0
        self._reply: dict[str, Any] | None = None
        self._last: int | None = None  # the cell that this kernel ran last
        self._runs: list[CellRun | None] = []

    def run(self) -> Execution:
        """Execute the notebook, once; its cells are changed in place.

        Raises
        ------
        autograder.kernels.server.KernelFailed
            If no kernel can be started.
        """
        self._deadline = time.monotonic() + self._choice.limits.seconds
        try:
            for index, cell in enumerate(self.nb.cells):
                self._runs.append(self._run_cell(cell, index))
        finally:
            self._stop()
        return Execution(
            self.nb, tuple(self._runs), not self._choice.program, max(0, self._starts - 1)
        )

    def _run_cell(self, cell: NotebookNode, index: int) -> CellRun | None:
        if cell.cell_type != "code":
            return None
        if not cell.source.strip():
            return CellRun(CellStatus.NOT_RUN if is_test(cell) else CellStatus.FINISHED)
        if self._is_skipped(cell):
            return CellRun(CellStatus.SKIPPED)
        while True:
            if time.monotonic() > self._deadline or not self._restore(index):
                return self._not_run(cell)
            begin = time.monotonic()
            run = self._attempt(cell, index)
            seconds = time.monotonic() - begin
            if self._ended_before and self._last is not None:
                self._attribute_death(self._last)
                continue
            if run.status in FATAL:
                self._fatal.add(index)
            return replace(run, seconds=seconds)

    def _not_run(self, cell: NotebookNode) -> CellRun:
        """Return the run of a cell that no time was left for."""
        explanation = "the time for the whole notebook had run out"
        cell.outputs = [error_output("NotRunError", explanation)]
        return CellRun(CellStatus.NOT_RUN)

    def _is_skipped(self, cell: NotebookNode) -> bool:
        """Whether a tag says so: rebuilding leaves it only where the course itself has set it."""
        return self.skip_cells_with_tag in cell.metadata.get("tags", [])

    def _attribute_death(self, index: int) -> None:
        """Give the kernel's death to a cell that ended well just before it."""
        cell = self.nb.cells[index]
        cell.outputs.append(
            error_output("DeadKernelError", "the Python process ended after this cell")
        )
        self._runs[index] = replace(self._runs[index], status=CellStatus.DIED, report=None)
        self._fatal.add(index)
        self._last = None

    def _attempt(self, cell: NotebookNode, index: int) -> CellRun:
        """Run one cell on the kernel that there is; afterwards there may be none."""
        self._reply, self._ended_before = None, False
        self._shown = OutputLimit(self._choice.limits)
        try:
            self.execute_cell(cell, index, store_history=True)
        except CellTimeoutError:  # it does not even answer to the interrupt
            self._stop()
            cell.outputs.append(error_output("CellTimeoutError", self._timeout_text(cell)))
            return CellRun(CellStatus.TIMEOUT)
        except DeadKernelError:
            return self._after_death(cell)
        content = self._reply["content"]
        if self._reply.get("header") is None:  # nbclient's own reply, after the interrupt
            return CellRun(CellStatus.TIMEOUT)
        self._last = index
        end = CellStatus.FINISHED if content["status"] == "ok" else CellStatus.ERROR
        run = CellRun(end, 0.0, content.get("ename", ""), self._report(cell, self._reply))
        return _as_instructors(run) if self._guard.is_instructors else run

    def _after_death(self, cell: NotebookNode) -> CellRun:
        """Return the run of a cell in which the kernel has died, and drop that."""
        limit = self._provisioner.limit
        # The end of a kernel's loop shows only when the next cell is sent.
        self._ended_before = self._provisioner.ended_in_order
        self._stop()
        ends = {"memory": CellStatus.MEMORY, "time": CellStatus.TIMEOUT}
        names = {"memory": "OutOfMemoryError", "time": "CellTimeoutError"}
        cell.outputs.append(error_output(names.get(limit, "DeadKernelError"), _KERNEL_DIED[limit]))
        return CellRun(ends.get(limit, CellStatus.DIED))

    def _report(self, cell: NotebookNode, reply: dict[str, Any]) -> dict[str, Any] | None:
        """Return the guard's report in a reply, if it is the guard's and about this cell."""
        report = reply.get("metadata", {}).get(REPORT)
        if not isinstance(report, dict):
            return None
        report = dict(report)
        signed = report.pop("signature", None)
        if signed != signature_of(self._key, report) or report.get("cell") != digest(cell.source):
            return None
        return report

    def _restore(self, index: int) -> bool:
        """Have a kernel that has run all cells above this one, but for the fatal ones."""
        while self.kc is None:
            if time.monotonic() > self._deadline:
                return False
            self._start()
            self._replay(index)
        return True

    def _replay(self, end: int) -> None:
        """Run the cells above again, on copies: their outputs are known already."""
        notebook, self.nb = self.nb, deepcopy(self.nb) if self._starts > 1 else self.nb
        try:
            for index, cell in enumerate(self.nb.cells[:end]):
                if cell.cell_type != "code" or not cell.source.strip() or index in self._fatal:
                    continue
                if self._is_skipped(cell):
                    continue
                run = self._again(cell, index)
                if run is not None and run.status in FATAL:
                    self._fatal.add(index)
                if self.kc is None:
                    return
        finally:
            self.nb = notebook

    def _again(self, cell: NotebookNode, index: int) -> CellRun | None:
        """Run a cell on a kernel that takes another one's place."""
        return self._attempt(cell, index)

    def _is_watched(self, cell: NotebookNode) -> bool:
        """Whether the guard in the kernel watches over a cell: over every test."""
        return is_test(cell)

    def create_kernel_manager(self) -> AsyncKernelManager:
        """Return a manager whose kernel comes from the fork server; nbclient's own hook."""
        self.km = kernel_manager(self._choice, self._guard, self._boundary())
        self._provisioner = self.km.provisioner
        return self.km

    def _boundary(self) -> socket.socket | None:
        """Return what connects a new kernel to a judge: here, nothing does."""
        return None

    async def _async_start(self) -> None:
        """Get a kernel, and its key before any cell runs: only then the guard tells it."""
        self._starts += 1
        self.create_kernel_manager()
        await self.async_start_new_kernel()
        client = await self.async_start_new_kernel_client()
        info = (await client.kernel_info(reply=True, timeout=START_SECONDS))["content"]
        self._key = bytes.fromhex(info.get(REPORT, ""))
        self.nb.metadata["language_info"] = info["language_info"]

    _start = run_sync(_async_start)

    async def _async_stop(self) -> None:
        """Drop the kernel that there is."""
        if self.kc is not None:
            self.kc.stop_channels()
            self.kc = None
        if self.km is not None:
            await self.km.shutdown_kernel(now=True)
            self.km = None

    _stop = run_sync(_async_stop)

    async def _async_handle_timeout(
        self, timeout: int, cell: NotebookNode | None = None
    ) -> dict[str, Any] | None:
        """Give a cell more time that got little of a busy machine; called by nbclient."""
        if await self._async_granted(time.monotonic() - self._began, timeout):
            return None
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_granted(self, elapsed: float, timeout: float) -> float:
        """Return the seconds that a cell gets beyond its time, since others had the processor."""
        used = elapsed - await self._provisioner.waited()
        latest = min(_PATIENCE * timeout, self._choice.limits.seconds)
        return timeout - used if used < _NEARLY * timeout and elapsed < latest else 0.0

    def on_cell_execute(self, **_: Any) -> None:
        """Take the time before a cell runs; called by nbclient."""
        self._began = time.monotonic()
        self._provisioner.begin_waiting()

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Keep the reply to a cell; called by nbclient."""
        self._reply = kwargs["execute_reply"]
        super().on_cell_executed(**kwargs)

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        """Return a cell's time, or what is left for the notebook; called by nbclient."""
        timeout = super()._get_timeout(cell)
        left = max(1, int(self._deadline - time.monotonic()))
        return left if timeout is None else min(timeout, left)

    def _timeout_text(self, cell: NotebookNode) -> str:
        return f"did not finish within {self._get_timeout(cell)} s and ignored the interrupt"

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str, cell_index: int
    ) -> NotebookNode | None:
        """Take in one output, up to the limit; called by nbclient."""
        match self._shown.take(msg["content"]):
            case Taken.LAST:
                outs.append(self._shown.notice())
                return outs[-1]
            case Taken.NOT:
                return None
        return super().output(outs, msg, display_id, cell_index)


def _as_instructors(run: CellRun) -> CellRun:
    """Return the run of a cell of the instructor's own, which may replace anything."""
    if run.report is None:
        return run
    replaced = Replaced(frozenset(run.report["before"]), frozenset(run.report["during"]))
    return replace(run, report={**run.report, "before": [], "during": []}, replaced=replaced)


def _by_digest(
    tests: Iterable[NotebookNode], replaced: Mapping[str, Replaced]
) -> dict[str, Replaced]:
    """Return what is replaced by each test, by the digest that a kernel knows the test by."""
    found: dict[str, Replaced] = {}
    for cell in tests:
        one = replaced.get(cell.metadata.nbgrader["grade_id"], Replaced())
        name = digest(cell.source)
        found[name] = one | found.get(name, Replaced())  # two tests can have the same text
    return found


def is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(is_grade(cell))


def error_output(name: str, explanation: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=explanation, traceback=[f"{name}: {explanation}"])
