"""What was graded already, recognised by its content, so that a second run grades what changed.

The cache lies in ``.autograder/<assignment>/<learner>.json`` of the course directory. An entry is
written last, after gradebook, executed notebook and feedback page: whatever a kill interrupts has
no entry, or an old one, and is graded again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from traitlets.config.loader import LazyConfigValue

from autograder.course import CACHE_FOLDER, REFUSALS
from autograder.files import write_text
from autograder.grade.archive import Archive
from autograder.grade.feedback.restoring import page_digest
from autograder.grade.model import Graded, PriorGrades, Submission
from autograder.result_cache import environment, key_of

_NEEDED = {"key", "score", "points", "notes", "notebooks"}
_VERSION = 3  # of an entry, and of how submissions are graded


class GradeCache:
    """The entries of one assignment.

    Parameters
    ----------
    root : pathlib.Path
        The course directory.
    assignment : str
    conditions : mapping of str to object
        What decides about grades beside the submission, by name: tests, settings, limits, sandbox.
        Where the course lies has no part in a grade: a copy of it keeps its grades.
    """

    def __init__(self, root: Path, assignment: str, conditions: Mapping[str, object]) -> None:
        self._folder = root / CACHE_FOLDER / assignment
        named = {**conditions, "environment": environment(), "version": _VERSION}
        text = fingerprint(named).replace(str(root), "")
        self._conditions = hashlib.sha256(text.encode()).hexdigest()

    def submission_key(self, archive: Archive) -> str:
        """Return what a submission is known by, under these conditions."""
        return key_of(conditions=self._conditions, submission=archive.digest)

    def grade_key(self, archive: Archive, prior: PriorGrades) -> str:
        """Return what a grade is known by: the submission, and what else its page shows.

        That is from the gradebook. When it was handed in has no part in it, since grading itself
        writes that.
        """
        return key_of(
            conditions=self._conditions,
            submission=archive.digest,
            manual=sorted(prior.manual.items()),
            extra=sorted(prior.extra.items()),
            comments=sorted(prior.comments.items()),
            due=None if prior.due is None else prior.due.isoformat(),
        )

    def entry(self, learner: str) -> dict[str, Any] | None:
        """Return a learner's entry, or None if there is no readable one."""
        try:
            entry = json.loads(self._path(learner).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        is_complete = isinstance(entry, dict) and entry.keys() >= _NEEDED
        return entry if is_complete else None

    def write(
        self, submission: Submission, graded: Graded, sandbox: str, score: float, points: float
    ) -> None:
        """Enter a graded submission."""
        notebooks = graded.notebooks.values()
        entry = {
            "key": self.grade_key(submission.archive, submission.prior),
            "submission": self.submission_key(submission.archive),
            "sandbox": sandbox,
            "score": score,
            "points": points,
            "seconds": round(graded.seconds, 3),
            "computing": round(sum(notebook.seconds for notebook in notebooks), 3),
            "restarts": sum(notebook.restarts for notebook in notebooks),
            "notes": list(graded.notes),
            "notebooks": {
                name: {
                    "page": page_digest(notebook.feedback),
                    "repairs": list(notebook.repairs),
                    "tests": {
                        grade_id: {
                            "outcome": str(found.outcome),
                            "score": found.score,
                            "points": found.points,
                        }
                        for grade_id, found in notebook.verdicts.items()
                    },
                }
                for name, notebook in graded.notebooks.items()
            },
        }
        (self._folder / REFUSALS / f"{graded.learner}.json").unlink(missing_ok=True)
        write_text(self._path(graded.learner), json.dumps(entry, indent=1) + "\n")

    def refuse(self, learner: str, reason: str) -> None:
        """Write down, apart from the entries, why a submission has no grade."""
        text = json.dumps({"reason": reason}, indent=1) + "\n"
        write_text(self._folder / REFUSALS / f"{learner}.json", text)

    def remove(self, learner: str) -> None:
        """Forget a learner's entry: what it tells is about to change."""
        self._path(learner).unlink(missing_ok=True)

    def _path(self, learner: str) -> Path:
        return self._folder / f"{learner}.json"


def agrees(entry: Mapping[str, Any], scores: Mapping[str, Mapping[str, float | None]]) -> bool:
    """Whether the gradebook still has the scores of an entry: no other program has graded since."""
    return all(
        scores.get(name, {}).get(grade_id, -1.0) == test["score"]
        for name, notebook in entry["notebooks"].items()
        for grade_id, test in notebook["tests"].items()
    )


def fingerprint(value: object) -> str:
    """Return a text that is the same in every process for equal values, and for equal code.

    A pickle is not: a class of the course's settings gets a random mark in it, and a set its own
    order.
    """
    match value:
        case LazyConfigValue():
            return fingerprint(value.to_dict())
        case Mapping():
            return fingerprint([(str(key), value[key]) for key in sorted(value, key=str)])
        case set() | frozenset():
            return f"set {sorted(map(fingerprint, value))}"
        case list() | tuple():
            return f"[{', '.join(map(fingerprint, value))}]"
        case type():
            own = {name: part for name, part in vars(value).items() if callable(part)}
            return f"{value.__module__}.{value.__qualname__} {fingerprint(own)}"
        case FunctionType():
            return fingerprint(value.__code__)
        case CodeType():
            return fingerprint([value.co_code, value.co_names, value.co_consts])
        case None | str() | bytes() | int() | float():
            return repr(value)
        case _ if is_dataclass(value):
            return fingerprint({field.name: getattr(value, field.name) for field in fields(value)})
        case _:
            return f"{type(value).__module__}.{type(value).__qualname__}"
