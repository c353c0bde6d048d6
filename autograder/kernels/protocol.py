"""What a fork server, its kernels and its clients agree on."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.kernels.guard.settings import GuardSettings
from autograder.kernels.limits import Limits

# In the folder that a fork server shares with its clients.
SOCKET = "forkserver"
IMPORTED = "imported.json"  # written when the server is ready: {"failed": {module: why}}

# In a sandbox, as a kernel and its supervisor see them.
HOME = Path("/home/learner")  # a file system of its own, of limited size
WORK = HOME / "work"
SOCKETS = Path("/run/kernel")
SHARED = Path("/run/forkserver")  # that folder; from a kernel it is hidden

# The exit status of a kernel whose loop has ended in order, which none of its cells has noticed.
ENDED_IN_ORDER = 77


@dataclass(frozen=True)
class KernelRequest:
    """One kernel to be started.

    Attributes
    ----------
    number : int
        Of this kernel; its folder has this name in the shared one. It holds ``sockets/``, and
        in a sandbox ``files/``, which are copied for the kernel.
    connection : dict
        The connection file's content, without the folder of the sockets.
    limits : Limits
    guard : GuardSettings
    workplace : str
        The working directory, as the kernel sees it.
    program : list of str or None
        Another kernel to be started as a program, with ``{connection_file}`` in its arguments;
        None for the warm one.
    """

    number: int
    connection: dict[str, Any]
    limits: Limits
    guard: GuardSettings
    workplace: str
    program: list[str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries, lists and strings."""
        return {**vars(self), "limits": asdict(self.limits), "guard": self.guard.to_json()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "KernelRequest":
        """Return what :meth:`to_json` was called on."""
        values = {
            "limits": Limits(**content["limits"]),
            "guard": GuardSettings.from_json(content["guard"]),
        }
        return cls(**{**content, **values})
