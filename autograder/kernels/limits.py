"""What one notebook may use, and how the operating system is told so."""

from contextlib import suppress
from dataclasses import dataclass

from traitlets import Integer
from traitlets.config import Configurable

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

_MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one kernel, with all that it starts, may use.

    Attributes
    ----------
    memory : int
        Bytes beyond what the packages themselves take.
    processes : int
        Processes and threads.
    seconds : int
        Wall time of the whole notebook, and processor time of each of its processes.
    file : int
        Bytes of the largest file.
    scratch : int
        Bytes of all files together.
    output, images : int
        Bytes of text, and of images, that one cell may show; what goes beyond is cut off.
    """

    memory: int = 2048 * _MIB
    processes: int = 128
    seconds: int = 900
    file: int = 256 * _MIB
    scratch: int = 512 * _MIB
    output: int = _MIB
    images: int = 8 * _MIB


class KernelLimits(Configurable):
    """A course's limits, from its ``nbgrader_config.py``: ``c.KernelLimits.memory_mib = 4096``."""

    memory_mib = Integer(2048, help="Memory beyond that of the packages, in MiB").tag(config=True)
    processes = Integer(128, help="Processes and threads").tag(config=True)
    seconds = Integer(900, help="Wall time of a whole notebook").tag(config=True)
    file_mib = Integer(256, help="The largest file, in MiB").tag(config=True)
    scratch_mib = Integer(512, help="All files together, in MiB").tag(config=True)
    output_kib = Integer(1024, help="Text that one cell may show, in KiB").tag(config=True)
    images_kib = Integer(8192, help="Images that one cell may show, in KiB").tag(config=True)

    def values(self) -> Limits:
        """Return the limits in bytes and seconds."""
        return Limits(
            memory=self.memory_mib * _MIB,
            processes=self.processes,
            seconds=self.seconds,
            file=self.file_mib * _MIB,
            scratch=self.scratch_mib * _MIB,
            output=self.output_kib * 1024,
            images=self.images_kib * 1024,
        )


def apply_limits(limits: Limits) -> None:
    """Limit this process and all that it will start; there is no way back."""
    if resource is None:
        return
    # RLIMIT_DATA counts private writable memory (Linux 4.7, setrlimit(2)). RLIMIT_AS would count
    # what torch and tensorflow only reserve, which is far more than they use.
    _limit(resource.RLIMIT_DATA, _data_bytes() + limits.memory)
    _limit(resource.RLIMIT_NPROC, limits.processes)
    _limit(resource.RLIMIT_CPU, limits.seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, amount: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    with suppress(ValueError, OSError):  # macOS refuses some; the supervisor watches there, too
        resource.setrlimit(what, (amount, amount))


def _data_bytes() -> int:
    """Return how much private writable memory this process has already."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0
