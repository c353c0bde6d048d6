"""The promise that every mistake has a hint which a learner can be shown."""

import re
from collections.abc import Iterator

from autograder.check.plan import UnitUnderTest
from autograder.check.report import Fault
from autograder.regions import MARKERS, inside, without_whitespace

LONGEST = 90  # characters: with `# hint: `, a line of 100 holds it
# A line of a solution that a hint may contain by chance: shorter than this, spaces aside, or words
# alone, such as `return costs`.
_TELLING_LENGTH = 6
_WORDS = re.compile(r"[\w\s]*:?")


def hint_faults(tested: UnitUnderTest) -> Iterator[Fault]:
    """Yield the mistakes whose hint is missing, too long, or a part of the solution."""
    for block in tested.variants:
        if block.kind != "mistake":
            continue
        messages = []
        if not block.hint:
            messages.append(
                "this mistake has no hint: write one directly below its heading, # hint: what to "
                "look at"
            )
        elif len(block.hint) > LONGEST:
            messages.append(
                f"this hint has {len(block.hint)} characters, {LONGEST} are allowed: make it "
                "shorter"
            )
        messages += [
            f"this hint contains a line of the solution, `{line}`: say what to look at"
            for line in _solution_lines(tested, block.exercise)
            if without_whitespace(line) in without_whitespace(block.hint)
        ]
        for message in messages:
            yield Fault(tested.mistakes_path, block.line, block.exercise, message)


def _solution_lines(tested: UnitUnderTest, exercise: str) -> list[str]:
    """Return the lines of a solution that tell something, without indentation."""
    cell = tested.assignment.cells[tested.assignment.position(exercise)].code
    lines = cell.split("\n")
    solution = [lines[index].strip() for index in inside(cell, MARKERS["solution"])]
    return [
        line
        for line in solution
        if len(without_whitespace(line)) >= _TELLING_LENGTH and not _WORDS.fullmatch(line)
    ]
