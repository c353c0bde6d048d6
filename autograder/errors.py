"""The error that a user made and can correct: one class for learners' commands and for ours."""

from forwardpass.errors import InputError

__all__ = ["InputError"]
