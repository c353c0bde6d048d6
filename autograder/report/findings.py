"""Say in sentences what an instructor should look at first."""

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.report.model import ClassRecord
from autograder.report.outputs import DEAD_KERNEL, TIMEOUT, ended_by
from autograder.report.statistics import Analysis, Item, Status

# With fewer scores than this, "nobody" and "everybody" say nothing about a test.
_FEWEST_SCORES = 3
_LONGEST_LIST = 12


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Attributes
    ----------
    urgent : bool
        Whether something is probably wrong, or needs somebody's work.
    title, text : str
    names : tuple of str
        The cells or learners that it is about.
    """

    urgent: bool
    title: str
    text: str
    names: tuple[str, ...] = ()


def findings(
    record: ClassRecord, analysis: Analysis, unreadable: Iterable[str]
) -> tuple[Finding, ...]:
    """Return what stands out, the urgent first.

    Parameters
    ----------
    record : ClassRecord
    analysis : Analysis
    unreadable : iterable of str
        One line for each autograded notebook that could not be read.
    """
    found = [
        *_about_tests(analysis.cells),
        *_about_submissions(record, analysis),
        *(Finding(True, "An autograded notebook cannot be read", line) for line in unreadable),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.urgent))


def listing(names: tuple[str, ...]) -> str:
    """Join names for a reader: a long list ends with how many more there are.

    Examples
    --------
    >>> listing(("sample01", "sample02"))
    'sample01, sample02'
    """
    if len(names) <= _LONGEST_LIST:
        return ", ".join(names)
    return f"{', '.join(names[:_LONGEST_LIST])} and {len(names) - _LONGEST_LIST} more"


def nobody_passes(item: Item) -> bool:
    """Whether enough learners were scored by a test and none got all of its points."""
    return item.automatic and item.scored >= _FEWEST_SCORES and item.passed == 0


def everybody_passes(item: Item) -> bool:
    """Whether enough learners were scored by a test and all got all of its points."""
    return item.automatic and item.scored >= _FEWEST_SCORES and item.passed == item.scored


def favours_the_weak(item: Item) -> bool:
    """Whether those who do well in the rest do worse here, by both measures."""
    both = item.discrimination, item.item_rest
    return item.automatic and all(value is not None and value < 0 for value in both)


def _about_tests(cells: Iterable[Item]) -> list[Finding]:
    cells = tuple(cells)
    texts = (
        (nobody_passes, True, "Nobody passes", "Is the exercise or the test wrong?"),
        (
            favours_the_weak,
            True,
            "The weak do better than the strong",
            "Those with more points elsewhere have fewer here: does the test expect a mistake?",
        ),
        (everybody_passes, False, "Everybody passes", "Does the test ask for enough?"),
    )
    return [
        Finding(urgent, title, text, names)
        for holds, urgent, title, text in texts
        if (names := tuple(cell.label for cell in cells if holds(cell)))
    ]


def _about_submissions(record: ClassRecord, analysis: Analysis) -> list[Finding]:
    def of(status: Status) -> tuple[str, ...]:
        return tuple(learner.id for learner in analysis.learners if learner.status == status)

    def stopped(error: str) -> tuple[str, ...]:
        found = []
        for learner in record.learners:
            if ended := ended_by(learner.failures, error):
                keys = dict.fromkeys(failure.key for failure in ended)
                names = [record.label(key) for key in keys if key in tests]
                # A cell of the learner's own, or one without points, has no name to tell.
                names += ["another cell"] if len(names) < len(keys) else []
                found.append(f"{learner.id} ({', '.join(names)})")
        return tuple(found)

    tests = {cell.key for cell in record.cells}
    refusals = {x.id: f"{x.id} ({x.refusal})" for x in record.learners if x.refusal}

    manual = tuple(learner.id for learner in analysis.learners if learner.needs_manual)
    found = (
        Finding(
            True,
            "Kernels died",
            "Memory used up, or a crash in compiled code? A test in which the kernel died has no "
            "points; the others were graded.",
            stopped(DEAD_KERNEL),
        ),
        Finding(
            True, "Cells timed out", "An endless loop, or a budget too small?", stopped(TIMEOUT)
        ),
        Finding(
            True,
            "Submitted, not graded",
            "`autograder grade` gave no grade, for the reason beside the learner, or has not run "
            "since these were handed in.",
            tuple(refusals.get(name) or name for name in of(Status.NOT_GRADED)),
        ),
        Finding(
            True,
            "Waiting for manual grading",
            "These scores are provisional: an answer without a score counts 0 until somebody "
            "grades it.",
            manual,
        ),
        Finding(False, "No submission", "Nothing was handed in.", of(Status.MISSING)),
    )
    return [finding for finding in found if finding.names]
