"""The client of a kernel whose shell channel may send while it waits for a reply."""

from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type


class ShellChannel(AsyncZMQSocketChannel):
    """Sends through asyncio's own socket.

    jupyter_client bypasses it. A reply that has just arrived then wakes no one, since ZeroMQ tells
    of new messages once, and the waiting client notices it only when its time is up. nbclient sends
    in the middle of a cell wherever an output widget is in use.
    """

    def send(self, msg: dict[str, Any]) -> None:
        """Send a message without buffers; called by jupyter_client and nbclient."""
        self.socket.send_multipart(self.session.serialize(msg))


class KernelClient(AsyncKernelClient):
    """jupyter_client's asynchronous client with this shell channel."""

    shell_channel_class = Type(ShellChannel)
