"""Time `nbgrader autograde` against `autograder grade` on the same submissions, in turns.

python benchmarks/grading.py trivial frameworks w05
python benchmarks/grading.py --judge trivial w05 w06 w07
python benchmarks/grading.py many
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from autograder.cli import main as autograder
from autograder.files import write_text
from autograder.notebooks import notebook_text, read_notebook
from autograder.samples import complete_submission, solutions_of

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
POLL_SECONDS = 0.2

FRAMEWORKS = {
    "network": "def network(x):\n    return torch.relu(x).sum()",
    "layer": "def layer(x):\n    return tf.nn.relu(x)",
}


@dataclass(frozen=True)
class Case:
    """A course to be graded.

    Attributes
    ----------
    assignment : str
    prepare : callable
        Takes an empty folder and makes a course of it, with the assignment in ``source/``, and
        returns the notebook that every learner hands in.
    submissions : int
        By default.
    """

    assignment: str
    prepare: Callable[[Path], nbformat.NotebookNode]
    submissions: int


@dataclass(frozen=True)
class Run:
    """One grading of a class: wall time in seconds, peak memory in bytes."""

    seconds: float
    memory: int


def small_course(
    imports: str, exercises: Mapping[str, tuple[str, str]]
) -> Callable[[Path], nbformat.NotebookNode]:
    """Return what makes a course of one notebook.

    Parameters
    ----------
    imports : str
        The first cell.
    exercises : mapping of str to (str, str)
        Solution and test by name.
    """

    def prepare(folder: Path) -> nbformat.NotebookNode:
        cells = [new_code_cell(imports, id="imports")]
        answers = [new_code_cell(imports, id="imports")]
        for name, (solution, test) in exercises.items():
            marked = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
            for target, source in ((cells, marked), (answers, solution)):
                target.append(_graded(name, source, solution=True))
                target.append(_graded(f"{name}_tests", test, solution=False))
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        source = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        write_text(folder / "source" / "case" / "case.ipynb", notebook_text(source))
        return new_notebook(cells=answers, metadata={"kernelspec": kernel})

    return prepare


def week(unit: str) -> Callable[[Path], nbformat.NotebookNode]:
    """Return what builds the course and returns the notebook of a learner who solved a week."""

    def prepare(folder: Path) -> nbformat.NotebookNode:
        shutil.copytree(ROOT / "course", folder / "course")
        autograder(["build", "--course-dir", str(folder), unit])
        name = f"{unit}/{unit.split('_')[0]}_assignment.ipynb"
        source = read_notebook(folder / "source" / name)
        release = read_notebook(folder / "release" / name)
        return complete_submission(release, solutions_of(source))

    return prepare


def _graded(name: str, source: str, *, solution: bool) -> nbformat.NotebookNode:
    marks = {"grade_id": name, "schema_version": 3, "task": False, "solution": solution}
    marks |= {"grade": not solution, "locked": not solution, "cell_type": "code"}
    if not solution:
        marks["points"] = 1
    return new_code_cell(source, id=name.replace("_", "-"), metadata={"nbgrader": marks})


TRIVIAL = {
    "double": ("def double(x):\n    return x + x", "assert double(3) == 6"),
    "halve": ("def halve(x):\n    return x / 2", "assert halve(3) == 1.5"),
    "square": ("def square(x):\n    return x * x", "assert square(3) == 9"),
}
CASES = {
    "trivial": Case("case", small_course("import math", TRIVIAL), 40),
    "frameworks": Case(
        "case",
        small_course(
            "import tensorflow as tf\nimport torch",
            {
                "network": (FRAMEWORKS["network"], "assert network(torch.ones(3)) == 3"),
                "layer": (FRAMEWORKS["layer"], "assert float(layer(tf.ones(3))[0]) == 1"),
            },
        ),
        20,
    ),
    **{
        unit.split("_")[0]: Case(unit, week(unit), 8)
        for unit in (
            "w05_neural_networks",
            "w06_training_deep_networks",
            "w07_pytorch_and_tensorflow",
        )
    },
}
GRADE = ("autograder", "grade")
AGAINST_NBGRADER = {"nbgrader autograde": ("nbgrader", "autograde"), "autograder grade": GRADE}
# The learner's code and the tests in one process, and in two.
WITH_JUDGE = {f"grade --judge {judge}": (*GRADE, "--judge", judge) for judge in ("never", "auto")}


def prepare(case: Case, folder: Path, submissions: int) -> None:
    """Make a course with its submissions, registered in the gradebook."""
    folder.mkdir()
    handed_in = notebook_text(case.prepare(folder))
    name = next((folder / "source" / case.assignment).glob("*.ipynb")).name
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 120\n")
    for number in range(1, submissions + 1):
        learner = folder / "submitted" / f"sample{number:04}" / case.assignment
        write_text(learner / name, handed_in)
    command = ["nbgrader", "generate_assignment", case.assignment, "--force"]
    subprocess.run(command, cwd=folder, env=_environment(), check=True, capture_output=True)


def measure(command: Sequence[str], folder: Path) -> Run:
    """Run a command in a course directory, and watch its memory."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [PROGRAMS / command[0], *command[1:]],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = MemoryWatch(process.pid)
    _, errors = process.communicate()
    seconds = time.monotonic() - begin
    watch.stop()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} fails:\n{errors[-2000:]}")
    return Run(seconds, watch.peak)


class MemoryWatch(threading.Thread):
    """Watches the memory of a process and of all below it; shared pages count once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.course: list[tuple[float, int]] = []
        self._begin = time.monotonic()
        self._process = psutil.Process(pid)
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        """Poll until told to stop."""
        while not self._ended.wait(POLL_SECONDS):
            now = _proportional_memory(self._process)
            self.course.append((time.monotonic() - self._begin, now))
            self.peak = max(self.peak, now)

    def stop(self) -> None:
        """Stop polling."""
        self._ended.set()
        self.join()


def _proportional_memory(top: psutil.Process) -> int:
    total = 0
    try:
        processes = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def compare(
    name: str,
    case: Case,
    commands: Mapping[str, Sequence[str]],
    submissions: int,
    rounds: int,
    folder: Path,
) -> None:
    """Grade with two commands, in turns, and print the comparison."""
    runs: dict[str, list[Run]] = {who: [] for who in commands}
    computing = 0.0
    for number in range(rounds):
        for who, command in commands.items():
            place = folder / f"{name}-{number}-{who.replace(' ', '')}"
            prepare(case, place, submissions)
            runs[who].append(measure([*command, case.assignment], place))
            computing = _computing(place, case.assignment) or computing
            shutil.rmtree(place)
    print(f"\n{name}: {submissions} submissions, {rounds} rounds, {_cores()} cores")
    seconds = {who: statistics.median(run.seconds for run in them) for who, them in runs.items()}
    for who, them in runs.items():
        memory = max(run.memory for run in them) / 2**20
        each = seconds[who] / submissions
        print(f"  {who:20} {seconds[who]:8.1f} s   {each:7.2f} s each   {memory:6.0f} MiB")
    theirs, ours = seconds.values()
    busy = ours * min(_cores(), submissions)
    print(f"  {theirs / ours:.1f} times as fast")
    print(f"  cells computed {computing:.1f} s; all else took {busy / computing - 1:.0%} of that")


def _computing(course: Path, assignment: str) -> float:
    """Return what the cells of all submissions took, from the grade cache."""
    entries = (course / ".autograder" / assignment).glob("*.json")
    return sum(json.loads(path.read_text())["computing"] for path in entries)


def many(submissions: int, folder: Path) -> None:
    """Grade a large class with the engine alone, and print how memory went."""
    course = folder / "many"
    prepare(CASES["trivial"], course, submissions)
    begin = time.monotonic()
    process = subprocess.Popen(
        [PROGRAMS / "autograder", "grade", "case"],
        cwd=course,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watch = MemoryWatch(process.pid)
    code = process.wait()
    seconds = time.monotonic() - begin
    watch.stop()
    graded = len(list((course / ".autograder" / "case").glob("*.json")))
    print(f"\n{submissions} submissions: {seconds:.0f} s, {seconds / submissions:.2f} s each,")
    print(f"  {graded} graded, exit code {code}")
    for part in range(1, 11):
        slot = [m for t, m in watch.course if (part - 1) / 10 * seconds < t <= part / 10 * seconds]
        print(f"  {part * 10:3} % of the time: at most {max(slot, default=0) / 2**20:.0f} MiB")


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"}


def main() -> None:
    """Run the benchmarks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=[*CASES, "many"], metavar="NAME")
    parser.add_argument("--submissions", type=int, help="how many (default: as fits the case)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (default: 3)")
    parser.add_argument(
        "--judge", action="store_true", help="compare grading with a judge and without one"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for name in arguments.names:
            if name == "many":
                many(arguments.submissions or 1000, Path(folder))
            else:
                case = CASES[name]
                submissions = arguments.submissions or case.submissions
                commands = WITH_JUDGE if arguments.judge else AGAINST_NBGRADER
                compare(name, case, commands, submissions, arguments.rounds, Path(folder))


if __name__ == "__main__":
    main()
