"""Find out which tests of an assignment a judge runs, apart from learners' code."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from nbgrader.preprocessors import ClearSolutions

from autograder.course import Course
from autograder.grade.execute.visible import hidden_names_read
from autograder.grade.model import JudgedTests
from autograder.grade.skeleton import Skeleton, SkeletonCell
from autograder.judge.cells import cells_of
from autograder.judge.needs import plan
from autograder.kernels.provisioner import can_fork
from autograder.notebooks import read_notebook


def judged_tests(
    course: Course,
    assignment: str,
    skeletons: Sequence[Skeleton],
    programs: Collection[str],
) -> dict[str, JudgedTests]:
    """Return what is judged of an assignment, by notebook; those without any such test are missing.

    Parameters
    ----------
    course : Course
    assignment : str
    skeletons : sequence of Skeleton
    programs : collection of str
        The notebooks whose kernel is not the warm one.

    Raises
    ------
    InputError
        If a notebook of the instructor's cannot be read.
    """
    if not can_fork():
        return {}
    solutions = ClearSolutions(config=course.config)
    markers = solutions.begin_solution_delimeter, solutions.end_solution_delimeter
    found = {}
    for skeleton in skeletons:
        path = course.folder("source_directory", assignment) / f"{skeleton.name}.ipynb"
        if skeleton.name in programs or not path.is_file():
            continue
        notebook = read_notebook(path)
        cells = cells_of(notebook)
        planned = plan(cells, markers).cells
        known = {cell.grade_id: skeleton.visible(cell) for cell in tests_of(skeleton)}
        visible = {
            index: known[cell.grade_id]
            for index, (cell, judged) in enumerate(zip(cells, planned, strict=True))
            if judged.kind == "test" and cell.grade_id in known
        }
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        needed = hidden_names_read(code, visible)
        tests = {cells[index].grade_id: index for index in visible if index not in needed}
        if tests:
            found[skeleton.name] = JudgedTests(planned, tests)
    return found


def unjudged(skeletons: Iterable[Skeleton], programs: Collection[str]) -> list[str]:
    """Return, in a line each, why tests are not judged whatever they are like."""
    if not can_fork():
        return ["No test is judged apart from learners' code: this system cannot fork a judge."]
    return [
        f"{skeleton.name}.ipynb has a kernel of its own: no test of it is judged apart from "
        "learners' code."
        for skeleton in skeletons
        if skeleton.name in programs
    ]


def tests_of(skeleton: Skeleton) -> list[SkeletonCell]:
    """Return the cells of a notebook that are graded by running them."""
    return [
        cell
        for cell in skeleton.cells
        if cell.grade and not cell.solution and cell.cell_type == "code"
    ]


def points_judged(
    skeletons: Iterable[Skeleton],
    judged: Mapping[str, JudgedTests],
    in_kernel: Mapping[str, Collection[str]],
) -> tuple[float, float]:
    """Return for how many points tests are judged, and for how many there are tests."""
    tests = [(skeleton.name, cell) for skeleton in skeletons for cell in tests_of(skeleton)]
    apart = [
        cell
        for name, cell in tests
        if name in judged
        and cell.grade_id in judged[name].tests
        and cell.grade_id not in in_kernel.get(name, ())
    ]
    return sum(cell.points for cell in apart), sum(cell.points for _, cell in tests)
