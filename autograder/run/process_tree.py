"""What runs below a process: how much memory it takes, and that nothing of it stays behind."""

import asyncio
import contextlib

import psutil

POLL_SECONDS = 0.1


class ProcessTree:
    """The processes below one process, the kernel and what it starts among them.

    Parameters
    ----------
    pid : int
        Number of the process at the top, which itself is not counted.
    """

    def __init__(self, pid: int) -> None:
        self._top = psutil.Process(pid)
        self._seen: set[psutil.Process] = set()
        self.peak_bytes = 0

    async def poll(self) -> None:
        """Look at the processes ten times a second, until cancelled.

        Memory is resident memory, summed: pages that processes share are counted in each, so the
        sum is never too low for what the polls see.
        """
        while True:
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident, self._look())))
            await asyncio.sleep(POLL_SECONDS)

    def kill(self) -> None:
        """Kill every process that was ever seen below the top one, its orphans included."""
        self._look()
        for process in self._seen:
            with contextlib.suppress(psutil.Error):  # psutil never kills a new owner of the number
                process.kill()

    def _look(self) -> list[psutil.Process]:
        try:
            below = self._top.children(recursive=True)
        except psutil.Error:
            return []
        self._seen.update(below)
        return below


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
