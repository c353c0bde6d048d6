"""What a kernel's guard is told, as one value that travels to wherever the kernel starts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Replaced:
    """What a test of the instructor's own notebook replaced: names such as ``"numpy.dot"``.

    Attributes
    ----------
    before : frozenset of str
        Replaced by the cells above the test, since the test before it.
    during : frozenset of str
        Replaced while the test ran.
    """

    before: frozenset[str] = frozenset()
    during: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything was replaced."""
        return bool(self.before or self.during)

    def __or__(self, other: "Replaced") -> "Replaced":
        """Return what either names."""
        return Replaced(self.before | other.before, self.during | other.during)

    def to_json(self) -> list[list[str]]:
        """Return plain lists."""
        return [sorted(self.before), sorted(self.during)]

    @classmethod
    def from_json(cls, content: list[list[str]]) -> "Replaced":
        """Return what :meth:`to_json` was called on.

        Raises
        ------
        TypeError, ValueError
            If the content is something else.
        """
        before, during = map(frozenset, content)
        return cls(before, during)


@dataclass(frozen=True)
class GuardSettings:
    """What the guard of one notebook's kernel is told.

    The key of its signatures is not part of it: the guard makes one and tells it once, before any
    cell runs, so that nothing that starts a kernel ever holds it.

    Attributes
    ----------
    tests : mapping of str to Replaced
        The digests of the cells to be watched, and what the instructor's own run of each replaced.
    exercise_names : frozenset of str
        Names that the course's exercises define: a learner's ``filter`` may be an answer.
    is_instructors : bool
        Whether the notebook is the instructor's own: then nothing is put back.
    """

    tests: Mapping[str, Replaced] = field(default_factory=dict)
    exercise_names: frozenset[str] = frozenset()
    is_instructors: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries, lists and strings."""
        return {
            "tests": {name: replaced.to_json() for name, replaced in self.tests.items()},
            "exercise_names": sorted(self.exercise_names),
            "is_instructors": self.is_instructors,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "GuardSettings":
        """Return what :meth:`to_json` was called on; what is missing has its default.

        Raises
        ------
        TypeError, ValueError
            If the content is something else.
        """
        tests = content.get("tests", {})
        return cls(
            {name: Replaced.from_json(replaced) for name, replaced in tests.items()},
            frozenset(content.get("exercise_names", ())),
            bool(content.get("is_instructors", False)),
        )


def digest(code: str) -> str:
    """Return what a test cell is known by in a kernel: its text would give the tests away."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()
