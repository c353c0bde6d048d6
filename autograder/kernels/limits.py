"""What one notebook may use, and how the operating system enforces it."""

from contextlib import suppress
from dataclasses import dataclass

from traitlets import Integer
from traitlets.config import Configurable

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

_KIB, _MIB = 2**10, 2**20


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
        Bytes of text, and of images, that one cell may show; the rest is cut off.
    """

    memory: int = 2048 * _MIB
    processes: int = 128
    seconds: int = 900
    file: int = 256 * _MIB
    scratch: int = 512 * _MIB
    output: int = _MIB
    images: int = 8 * _MIB


def _setting(default: int, text: str) -> Integer:
    return Integer(default, help=text).tag(config=True)


class KernelLimits(Configurable):
    """A course's limits, from its ``nbgrader_config.py``: ``c.KernelLimits.memory_mib = 4096``."""

    memory_mib = _setting(Limits.memory // _MIB, "Memory beyond that of the packages, in MiB")
    processes = _setting(Limits.processes, "Processes and threads")
    seconds = _setting(Limits.seconds, "Wall time of a whole notebook")
    file_mib = _setting(Limits.file // _MIB, "The largest file, in MiB")
    scratch_mib = _setting(Limits.scratch // _MIB, "All files together, in MiB")
    output_kib = _setting(Limits.output // _KIB, "Text that one cell may show, in KiB")
    images_kib = _setting(Limits.images // _KIB, "Images that one cell may show, in KiB")

    def values(self) -> Limits:
        """Return the limits in bytes and seconds."""
        return Limits(
            memory=self.memory_mib * _MIB,
            processes=self.processes,
            seconds=self.seconds,
            file=self.file_mib * _MIB,
            scratch=self.scratch_mib * _MIB,
            output=self.output_kib * _KIB,
            images=self.images_kib * _KIB,
        )


def apply_limits(limits: Limits) -> None:
    """Limit this process and all that it will start; this cannot be undone."""
    if resource is None:
        return
    # RLIMIT_DATA counts private writable memory (Linux 4.7, setrlimit(2)). RLIMIT_AS would count
    # what torch and tensorflow only reserve, which is far more than they use.
    _limit(resource.RLIMIT_DATA, _data_bytes() + limits.memory)
    _limit(resource.RLIMIT_NPROC, limits.processes)
    # First comes SIGXCPU, which tells why a process ends; one that ignores it has a second more.
    _limit(resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1)
    _limit(resource.RLIMIT_FSIZE, limits.file)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    before = resource.getrlimit(what)[1]
    if before != resource.RLIM_INFINITY:
        soft, hard = min(soft, before), min(hard, before)
    with suppress(ValueError, OSError):  # macOS refuses some; the supervisor watches there, too
        resource.setrlimit(what, (soft, hard))


def _data_bytes() -> int:
    """Return how much private writable memory this process has already."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * _KIB
    return 0
