"""What can stand between a learner's code and the machine."""

from enum import StrEnum


class Level(StrEnum):
    """A kind of sandbox, or none."""

    BWRAP = "bwrap"
    NONE = "none"


LEVELS = ("auto", *(level.value for level in Level))  # what may be wished for
