"""How much of a submission is read, and how a course moves these limits."""

from dataclasses import dataclass

from traitlets import Integer
from traitlets.config import Configurable

_MIB = 2**20


@dataclass(frozen=True)
class Bounds:
    """What is read of a submission; see :class:`SubmissionLimits`.

    Attributes
    ----------
    notebook : int
        Bytes of a notebook without its outputs.
    files : int
        Files, notebooks among them.
    file, total : int
        Bytes of a file that is not a notebook, and of all files together.
    """

    notebook: int = 64 * _MIB
    files: int = 2000
    file: int = 128 * _MIB
    total: int = 256 * _MIB


class SubmissionLimits(Configurable):
    """A course's limits, from its ``nbgrader_config.py``: ``c.SubmissionLimits.files = 5000``."""

    notebook_mib = Integer(
        Bounds.notebook // _MIB, help="A notebook without its outputs, in MiB"
    ).tag(config=True)
    files = Integer(Bounds.files, help="Files, notebooks among them").tag(config=True)
    file_mib = Integer(Bounds.file // _MIB, help="The largest other file, in MiB").tag(config=True)
    total_mib = Integer(Bounds.total // _MIB, help="All files together, in MiB").tag(config=True)

    def values(self) -> Bounds:
        """Return the limits in bytes."""
        return Bounds(
            notebook=self.notebook_mib * _MIB,
            files=self.files,
            file=self.file_mib * _MIB,
            total=self.total_mib * _MIB,
        )
