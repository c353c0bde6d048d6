"""Reports that are kept while nothing that they depend on has changed."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import autograder
import forwardpass
from autograder.check.plan import UnitUnderTest
from autograder.check.report import ExerciseReport, Tried, UnitReport
from autograder.result_cache import ResultCache, content_of, environment, key_of

_TOOLS = Path(autograder.__file__).parent
# Of autograder, what a check runs: other rooms may change without a change of its results.
_ROOMS = ("boundary", "build", "check", "judge", "kernels/absent.py", "kernels/importing.py")


class KeptReports:
    """Keeps the reports of units without a fault; one with a fault is always made anew."""

    def __init__(self, cache: ResultCache) -> None:
        self._cache = cache

    def find(self, tested: UnitUnderTest) -> UnitReport | None:
        """Return the report on a unit, if nothing has changed since it was made."""
        # A report on all mutants is one on some of them, too.
        for most in dict.fromkeys([None, tested.most_mutants]):
            if kept := self._cache.find(tested.unit.id, _key(tested, most)):
                exercises = tuple(_exercise(content) for content in kept.content["exercises"])
                seconds = kept.content["seconds"]
                return UnitReport(tested.unit, seconds, exercises, (), kept.obtained, most)
        return None

    def keep(self, tested: UnitUnderTest, report: UnitReport) -> None:
        """Keep a report for the next time, unless it has a fault."""
        if not report.faults:
            exercises = [asdict(exercise) for exercise in report.exercises]
            content = {"seconds": report.seconds, "exercises": exercises}
            self._cache.keep(tested.unit.id, _key(tested, tested.most_mutants), content)


def _exercise(content: dict[str, Any]) -> ExerciseReport:
    tried = tuple(Tried(**one) for one in content.pop("tried"))
    return ExerciseReport(**content, tried=tried)


def _key(tested: UnitUnderTest, most_mutants: int | None) -> str:
    assignment = tested.assignment
    return key_of(
        unit=asdict(tested.unit),
        cells=[asdict(cell) for cell in assignment.cells],
        stub=assignment.stub,
        release=assignment.release,
        variants=[asdict(variant) for variant in tested.variants],
        files=tested.files,
        most_mutants=most_mutants,
        tools=_tools(),
        environment=environment(),
    )


@cache
def _tools() -> dict[str, str]:
    library = Path(forwardpass.__file__).parent
    return content_of([library], library.parent) | content_of(
        [*_TOOLS.glob("*.py"), *(_TOOLS / room for room in _ROOMS)], _TOOLS.parent
    )
