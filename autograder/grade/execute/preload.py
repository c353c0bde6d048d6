"""Servers of this machine, started while grading does something else."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

from autograder.errors import InputError
from autograder.kernels.server import Address, KernelFailed, SandboxConfig, WarmServer

Server = TypeVar("Server", bound=WarmServer)


class Preloading(Generic[Server]):
    """A server on its way: importing an assignment's packages takes seconds.

    A context manager; the server ends with it.

    Parameters
    ----------
    kind : type of WarmServer
    config : SandboxConfig
    """

    def __init__(self, kind: type[Server], config: SandboxConfig) -> None:
        self._kind = kind
        self._config = config
        # Bubblewrap ends its program with the thread that has started it: this one stays.
        self._thread: ThreadPoolExecutor | None = None
        self._server: Future[Server] | None = None

    def __enter__(self) -> "Preloading[Server]":
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            with suppress(KernelFailed, OSError):
                self._server.result().close()
            self._thread.shutdown()
            self._server = self._thread = None

    def start(self) -> None:
        """Begin, if that was not done yet; does not wait."""
        if self._server is None:
            self._thread = ThreadPoolExecutor(1)
            self._server = self._thread.submit(self._kind, self._config)

    def address(self) -> Address:
        """Return where processes are forked, once that is possible.

        Raises
        ------
        InputError
            If the server cannot start.
        """
        return self._ready().address

    def import_also(self, modules: Sequence[str]) -> None:
        """Let the server import more, for the processes that are still to come.

        Raises
        ------
        InputError
            If it does not answer.
        """
        try:
            self._ready().import_also(modules)
        except KernelFailed as error:
            raise InputError(str(error)) from None

    def _ready(self) -> Server:
        self.start()
        try:
            return self._server.result()
        except KernelFailed as error:
            raise InputError(str(error)) from None
