"""Short ways to write an instructor's notebook for a judge."""

from autograder.judge.cells import InstructorCell
from autograder.judge.needs import plan
from autograder.judge.plan import JudgePlan


def ordinary(source: str) -> InstructorCell:
    return InstructorCell(source, "ordinary")


def exercise(solution: str, above: str = "", name: str = "f") -> InstructorCell:
    """Return an exercise; its solution stands between markers, what learners see above it."""
    source = f"{above}### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    return InstructorCell(source, "exercise", name)


def graded(source: str, *, in_process: bool = False) -> InstructorCell:
    return InstructorCell(source, "test", "tests", in_process)


def reason(*cells: InstructorCell) -> str | None:
    """Return why the last test is not judged; None if it is."""
    last = max(index for index, cell in enumerate(cells) if cell.kind == "test")
    return plan(cells).reasons.get(last)


def run(made: JudgePlan) -> str:
    """Return what a judge runs of ordinary cells and exercises, without empty lines."""
    sources = [cell.source for cell in made.cells if cell.kind in ("ordinary", "exercise")]
    return "\n".join(line for source in sources for line in source.split("\n") if line)
