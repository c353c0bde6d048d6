"""Compare what learners wrote, by the fingerprints of code that MOSS uses (Schleimer, 2003).

The package copydetect finds them; what the release text gave is no part of anyone's code. The
instructor's own solution is compared like a submission, under a name that no learner has.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydetect import CopyDetector
from nbformat import NotebookNode

from autograder.course import Course
from autograder.errors import InputError
from autograder.files import TemporaryFolder
from autograder.notebooks import read_notebook

SOLUTION = "(the instructor's solution)"
_TOKENS = 25  # a run of so many characters, without names and blanks, is a match


@dataclass(frozen=True)
class Pair:
    """Two submissions.

    Attributes
    ----------
    names : tuple of str
        Two learners, or one and the solution; who shares the larger part comes first.
    shares : tuple of float
        What part of the one's own code the other has, too; and the other way round.
    tokens : int
        Characters in common, after names, comments and blanks are left out.
    """

    names: tuple[str, str]
    shares: tuple[float, float]
    tokens: int


def read_answers(course: Course, assignment: str) -> tuple[str, dict[str, str]]:
    """Return the code that an assignment gives, and by learner what stands in its exercises.

    Raises
    ------
    InputError
        If fewer than two submissions have been graded.
    """
    answers = {}
    for folders in course.submissions(assignment, course.learners(), course.assignments()):
        if notebooks := sorted(folders.autograded.glob("*.ipynb")):
            answers[folders.learner] = _code(notebooks)
    if len(answers) < 2:
        count = len(answers)
        raise InputError(
            f"{count} of the submissions of {assignment} has been graded, and it takes two: run "
            f"`autograder grade {assignment}` first"
        )
    given, solution = (
        _code(sorted(course.folder(step, assignment).glob("*.ipynb")))
        for step in ("release_directory", "source_directory")
    )
    return given, answers | ({SOLUTION: solution} if solution else {})


def compare(given: str, answers: Mapping[str, str], share: float) -> tuple[list[Pair], str]:
    """Compare everyone with everyone.

    Parameters
    ----------
    given : str
        Code that all have from the assignment.
    answers : mapping of str to str
        Code by learner.
    share : float
        From 0 to 1: pairs below it are left out.

    Returns
    -------
    pairs : list of Pair
        The largest share first.
    page : str
        HTML, with the code of each pair side by side.
    """
    with TemporaryFolder() as folder:
        code, boilerplate = folder / "code", folder / "given"
        for place in (code, boilerplate):
            place.mkdir()
        (boilerplate / "given.py").write_text(given, encoding="utf-8")
        names = {}
        for number, (name, text) in enumerate(answers.items()):
            # A learner's name may hold what no file's or page's may.
            safe = "".join(c if c.isalnum() or c in " .-_()'" else "_" for c in name)
            path = code / f"{number:05} {safe}.py"
            path.write_text(text, encoding="utf-8")
            names[str(path)] = name
        detector = CopyDetector(
            test_dirs=[str(code)],
            boilerplate_dirs=[str(boilerplate)],
            extensions=["py"],
            noise_t=_TOKENS,
            guarantee_t=_TOKENS,
            display_t=share,
            autoopen=False,
            silent=True,
            force_language="python",
        )
        detector.run()
        found = detector.get_copied_code_list()
        page = detector.generate_html_report(output_mode="return")
    pairs = []
    for one_share, other_share, one, other, *_, tokens in found:
        sides = sorted(
            [(float(one_share), names[str(one)]), (float(other_share), names[str(other)])]
        )
        (less, second), (more, first) = sides
        pairs.append(Pair((first, second), (more, less), int(tokens)))
    return sorted(pairs, key=lambda pair: (-pair.shares[0], -pair.shares[1], pair.names)), page


def pairs_csv(pairs: Sequence[Pair]) -> str:
    """Return one row for each pair."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["one", "other", "share_of_one", "share_of_other", "tokens"])
    for pair in pairs:
        writer.writerow([*pair.names, *(f"{share:.4f}" for share in pair.shares), pair.tokens])
    return stream.getvalue()


def _code(notebooks: Sequence[Path]) -> str:
    """Return what stands in the exercises of some notebooks."""
    cells = [cell for path in notebooks for cell in read_notebook(path).cells]
    return "\n\n".join(cell.source for cell in cells if _is_exercise(cell)) + "\n"


def _is_exercise(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))
