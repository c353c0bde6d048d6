"""How the kernel of a notebook is started: which one, where, and who speaks with it."""

import socket
import time
from dataclasses import asdict, dataclass
from queue import Empty

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError

from autograder.kernels import spawned
from autograder.kernels.client import KernelClient
from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.limits import Limits
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.server import Address

START_SECONDS = 60
# Not one of Jupyter's own: those get arguments for IPython, whatever they are.
_KERNEL_NAME = "forwardpass"


@dataclass(frozen=True)
class KernelChoice:
    """How the kernels of an assignment are started.

    Attributes
    ----------
    address : Address
        The fork server.
    limits : Limits
    program : tuple of str
        The command of a kernel of another language; empty for the warm Python kernel.
    modules : tuple of str
        What a kernel imports itself where none can be forked.
    """

    address: Address
    limits: Limits
    program: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class OneSpec(KernelSpecManager):
    """Knows a single kernel specification, whatever name it is asked for."""

    def __init__(self, spec: KernelSpec) -> None:
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return it; called by Jupyter."""
        return self._spec


class OtherClient(KernelClient):
    """The client of a kernel of another language, with the channels that grading uses."""

    def start_channels(self, *_: bool) -> None:
        """Start those for requests and outputs; called by nbclient."""
        super().start_channels(stdin=False, hb=False)


class WarmClient(OtherClient):
    """The client of a warm kernel, which says itself when its outputs arrive."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for ipykernel's welcome, Jupyter's protocol 5.4; called by nbclient."""
        deadline = time.monotonic() + (timeout or START_SECONDS)
        while time.monotonic() < deadline:
            try:
                message = await self.iopub_channel.get_msg(timeout=1)
            except Empty:
                continue
            if message["msg_type"] == "iopub_welcome":
                return
        raise DeadKernelError("the kernel does not answer")

    def ask_to_serve(self) -> str:
        """Let the kernel serve a judge until that ends its test; return the request's id."""
        request = self.session.msg("serve_request", {})
        self.shell_channel.send(request)
        return request["header"]["msg_id"]

    async def serve_reply(self, request: str, seconds: float) -> dict[str, object] | None:
        """Return the content of the reply to :meth:`ask_to_serve`; None if it does not come."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await self.shell_channel.get_msg(timeout=left)
            except Empty:
                return None
            # Whatever a learner's code may have sent there.
            parent, content = message["parent_header"], message["content"]
            if isinstance(parent, dict) and parent.get("msg_id") == request:
                return content if isinstance(content, dict) else {}
        return None


def kernel_manager(
    choice: KernelChoice, guard: GuardSettings, boundary: socket.socket | None
) -> AsyncKernelManager:
    """Return the manager of a kernel that is not started yet.

    Parameters
    ----------
    choice : KernelChoice
    guard : GuardSettings
    boundary : socket.socket or None
        The kernel's end of a connection to a judge.
    """
    spec = KernelSpec(argv=list(choice.program) or spawned.command(), language="python")
    manager = AsyncKernelManager(kernel_spec_manager=OneSpec(spec), kernel_name=_KERNEL_NAME)
    manager.client_factory = OtherClient if choice.program else WarmClient
    manager.provisioner = WarmProvisioner(
        parent=manager,
        kernel_spec=spec,
        server=str(choice.address.folder),
        modules=list(choice.modules),
        sandbox=str(choice.address.sandbox),
        limits=asdict(choice.limits),
        guard=guard.to_json(),
        program=list(choice.program),
        boundary=boundary,
    )
    return manager
