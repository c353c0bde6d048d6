"""What can stand between a learner's code and the machine."""

from enum import StrEnum


class Level(StrEnum):
    """A kind of sandbox, or none."""

    BWRAP = "bwrap"
    DOCKER = "docker"
    PODMAN = "podman"
    NONE = "none"

    @property
    def is_container(self) -> bool:
        """Whether it is a container engine."""
        return self in (Level.DOCKER, Level.PODMAN)


LEVELS = ("auto", *Level)  # what may be wished for
