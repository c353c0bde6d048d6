"""Execute a notebook whose tests a judge runs, in another process.

The kernel never sees a hidden test. It runs the learner's notebook, and while the judge runs a test
it answers calls.
"""

import asyncio
import socket
import time
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import replace
from typing import Any

import nbformat
from jupyter_core.utils import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets.config import Config

from autograder.grade.execute.executor import NotebookExecutor, error_output, is_test
from autograder.grade.execute.judging import Judging, is_there
from autograder.grade.execute.kernel import KernelChoice
from autograder.grade.execute.visible import read_elsewhere
from autograder.grade.model import FATAL, CellRun, CellStatus, Execution
from autograder.judge.client import JudgeFailed
from autograder.judge.protocol import TestRun
from autograder.kernels.server import KernelFailed

_LOOK_SECONDS = 1.0  # between looks at whether the kernel lives
_END_SECONDS = 5.0  # in which the end of a kernel is known, and why it came
_STATUS = {
    "ok": CellStatus.FINISHED,
    "error": CellStatus.ERROR,
    "garbage": CellStatus.ERROR,
    "timeout": CellStatus.TIMEOUT,
    "memory": CellStatus.MEMORY,
}


class JudgedExecutor(NotebookExecutor):
    """Executes a notebook beside a judge.

    What learners see of a test runs in the kernel, too, but only where another cell reads a name
    that it binds. What the cell shows is what the judge has shown.

    Parameters
    ----------
    judging : Judging
    choice, config, notebook, *arguments, **options
        See :class:`~autograder.grade.execute.executor.NotebookExecutor`.
    """

    def __init__(
        self,
        judging: Judging,
        choice: KernelChoice,
        config: Config,
        notebook: NotebookNode,
        *arguments: Any,
        **options: Any,
    ) -> None:
        self._judging = judging
        super().__init__(choice, config, notebook, *arguments, **options)
        visible = {
            index: judging.visible(cell)
            for index, cell in enumerate(notebook.cells)
            if judging.concerns(cell)
        }
        needed = read_elsewhere(notebook.cells, visible)
        self._shared = {index: visible[index] for index in needed}
        self._has_failed = False  # a judge, in the cell that runs now

    def run(self) -> Execution:
        """Execute the notebook, once; its cells are changed in place.

        Raises
        ------
        autograder.kernels.server.KernelFailed
            If no kernel, or no judge, can be started.
        """
        with self._judging:
            return super().run()

    def _boundary(self) -> socket.socket | None:
        return self._judging.connect()

    def _is_watched(self, cell: NotebookNode) -> bool:
        return is_test(cell) and not self._judging.concerns(cell)

    def _again(self, cell: NotebookNode, index: int) -> CellRun | None:
        """Run a cell on a kernel that takes another one's place; nothing is judged twice."""
        if not self._judging.concerns(cell):
            return super()._again(cell, index)
        return self._run_visible(cell, index) if index in self._shared else None

    def _attempt(self, cell: NotebookNode, index: int) -> CellRun:
        """Run one cell on the kernel that there is; afterwards there may be none."""
        if not self._judging.concerns(cell):
            return super()._attempt(cell, index)
        if index in self._shared:
            run = self._run_visible(cell, index)
            if run.status in FATAL:
                return run
        self._ended_before = False
        cell.outputs, cell.execution_count = [], None
        try:
            run = self._judge(cell, index)
        except JudgeFailed as error:  # whatever has ended it, the learner may have had a part in it
            if self._has_failed:
                raise KernelFailed(f"{cell.metadata.nbgrader['grade_id']}: {error}") from None
            self._has_failed = True
            self._stop()
            self._judging.renew()
            if not self._restore(index):
                return self._not_run(cell)
            return self._attempt(cell, index)
        self._has_failed = False
        return run

    def _run_visible(self, cell: NotebookNode, index: int) -> CellRun:
        """Run in the kernel what learners see of a test."""
        copied = deepcopy(cell)
        copied.source = self._shared[index]
        run = super()._attempt(copied, index)
        self.nb.cells[index] = cell
        cell.outputs = copied.outputs
        return run

    def _judge(self, cell: NotebookNode, index: int) -> CellRun:
        """Let the judge run a test while the kernel serves it."""
        self._provisioner.begin_waiting()
        request = self.kc.ask_to_serve()
        timeout = self._get_timeout(cell)
        found = self._found(self._judging.run(cell, timeout), timeout)
        cell.outputs = [nbformat.from_dict(output) for output in found.outputs]
        if found.status == "died":
            self._await_end()
            return replace(self._after_death(cell), judged=found)
        reply = self._served(request, is_late=found.status == "timeout")
        if found.status == "timeout":
            cell.outputs.append(
                new_output("error", **self.error_on_timeout)
                if reply is not None
                else error_output("CellTimeoutError", self._timeout_text(cell))
            )
        if reply is None:
            self._stop()
        else:
            self._last = index
            count = reply.get("execution_count")  # which learners' code could have set
            cell.execution_count = count if type(count) is int and count >= 0 else None
        return CellRun(_STATUS[found.status], error=found.error, judged=found)

    def _found(self, test: Future[TestRun], timeout: float) -> TestRun:
        """Wait for the end of a test, whose learner's code may take so many seconds.

        Raises
        ------
        JudgeFailed
        """
        allowed = float(timeout)
        while not is_there(test, _LOOK_SECONDS):
            if (late := self._judging.is_late()) is not None:
                granted = self._granted(allowed, timeout)
                allowed += granted
                late.set_result(granted)
            if self._provisioner_status() is not None:
                # Something that the kernel has started may keep the connection open.
                self._judging.disconnect()
        return test.result()

    _granted = run_sync(NotebookExecutor._async_granted)

    async def _async_provisioner_status(self) -> int | None:
        return await self._provisioner.poll()

    _provisioner_status = run_sync(_async_provisioner_status)

    async def _async_await_end(self) -> None:
        """Wait until it is known how a kernel has ended; one that has not, but hung up, is left."""
        deadline = time.monotonic() + _END_SECONDS
        while await self._provisioner.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS / 100)

    _await_end = run_sync(_async_await_end)

    async def _async_served(self, request: str, *, is_late: bool) -> dict[str, Any] | None:
        """Return the kernel's reply at the end of a test; None if it does not obey.

        What the learner's function does after the test's end is of no use: it is interrupted.
        """
        if not is_late:
            reply = await self.kc.serve_reply(request, self.iopub_timeout)
            if reply is not None:
                return reply
        await self.km.interrupt_kernel()
        return await self.kc.serve_reply(request, self.iopub_timeout)

    _served = run_sync(_async_served)
