"""The promises that every mistake has a hint, and that the hints which learners get are of now."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from autograder.check.plan import UnitUnderTest
from autograder.check.report import Fault
from autograder.regions import MARKERS, inside, without_whitespace
from forwardpass.hints import FILE, sealed

LONGEST = 90  # characters: with `# hint: `, a line of 100 holds it
# A line of a solution that a hint may contain by chance: shorter than this, spaces aside, or words
# alone, such as `return costs`.
_TELLING_LENGTH = 6
_WORDS = re.compile(r"[\w\s]*:?")


def hints_text(tested: UnitUnderTest, hints: Mapping[bytes, Iterable[str]]) -> str:
    """Return the file of a unit's hints, see `forwardpass.hints`, and of what they were made."""
    content = {"made_from": _made_from(tested), "hints": sealed(hints)}
    return json.dumps(content, indent=1) + "\n"


def _made_from(tested: UnitUnderTest) -> str:
    """Return a hash of all that decides what a visible test says about a mistake, and its hint."""
    cells = tested.assignment.cells
    solutions = [cell.code for cell in cells if cell.role == "exercise"]
    # But for what the build adds, which depends on whether there are hints.
    written = [
        code for cell, code in zip(cells, tested.assignment.release, strict=True) if cell.line
    ]
    mistakes = [
        [block.exercise, block.code, block.hint]
        for block in tested.variants
        if block.kind == "mistake"
    ]
    content = json.dumps([solutions, written, mistakes])
    return hashlib.sha256(content.encode()).hexdigest()


def hint_faults(tested: UnitUnderTest) -> Iterator[Fault]:
    """Yield the mistakes whose hint is missing, too long, or a part of the solution.

    Where the unit has a file of hints for learners, it must have been made from these mistakes.
    """
    if FILE in tested.files and _made_from(tested).encode() not in tested.files[FILE]:
        yield Fault(
            *(tested.folder / FILE, None, ""),
            f"these hints were made from other mistakes or tests: run autograder hints "
            f"{tested.unit.id}, then autograder build",
        )
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
