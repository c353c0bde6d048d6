"""The whole way in one go: build the course, grade a sample class of week 5, report on it.

``make demo`` runs this in the folder that holds ``course/``. Everything happens in ``demo/``, a
course directory of its own, which is made anew each time.
"""

import shutil
import sys
import time
from pathlib import Path

from autograder.check.mistakes import parse_mistakes
from autograder.cli import main as autograder
from autograder.errors import InputError
from autograder.files import write_text
from autograder.kernels.sandbox.choice import choose
from autograder.notebooks import exercise_cells, notebook_text, read_notebook
from autograder.samples import complete_submission, sample_class, solutions_of
from autograder.syllabus import Unit, load_syllabus

UNIT = "w05"
FOLDER = Path("demo")
# Of the sample class, those whose feedback shows something: the first has all points.
WORTH_A_LOOK = {
    "sample02": "a learner whose code never ends",
    "sample10": "a learner with mistakes in several exercises",
}


def main() -> int:
    """Run the demo in the current folder and return the exit code of its first failing step."""
    begin = time.monotonic()
    try:
        _prepare(Path(), FOLDER)
        if code := _say_and_run("build"):
            return code
        unit = load_syllabus(FOLDER).select([UNIT])[0]
        source = read_notebook(FOLDER / "source" / unit.id / unit.assignment_name)
        release = read_notebook(FOLDER / "release" / unit.id / unit.assignment_name)
        solutions = solutions_of(source)
        variants = parse_mistakes(
            FOLDER / "course" / unit.id / "mistakes.py", exercise_cells(source)
        )
        learners = sample_class(solutions, variants)
        for number, answers in enumerate(learners, start=1):
            folder = FOLDER / "submitted" / f"sample{number:02}" / unit.id
            notebook = complete_submission(release, answers)
            write_text(folder / unit.assignment_name, notebook_text(notebook))
    except InputError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 130
    print(f"{len(learners)} sample submissions made from course/{unit.id}/mistakes.py\n")
    for command in (("grade", unit.number, *_sandbox()), ("report", unit.number)):
        if code := _say_and_run(*command):
            return code
    print(f"\nDone in {time.monotonic() - begin:.0f} seconds. Where to look:")
    print(where_to_look(unit))
    return 0


def where_to_look(unit: Unit) -> str:
    """Return the places that are worth a look after the demo, a line for each."""
    page = Path(unit.assignment_name).with_suffix(".html")
    places = {
        f"reports/{unit.id}/index.html": "the class report",
        **{
            f"feedback/{learner}/{unit.id}/{page}": f"the page of {what}"
            for learner, what in WORTH_A_LOOK.items()
        },
        "gradebook.db": "nbgrader's gradebook",
    }
    jupyter = Path(sys.executable).with_name("jupyter")
    return "\n".join(
        [
            *(f"  {FOLDER / path}  {what}" for path, what in places.items()),
            "  http://localhost:8888/formgrader  nbgrader's own pages, to mark by hand, after",
            f"    cd {FOLDER.resolve()} && {jupyter} lab",
        ]
    )


def _sandbox() -> list[str]:
    """Return what to tell the grader where no sandbox works, and say why."""
    try:
        choose("auto")
    except InputError:
        print(
            "No sandbox works on this machine. These submissions are the course's own code, so "
            "they are\ngraded without one, --sandbox none. For a class of yours, install one "
            "first (Linux): make sandbox\n"
        )
        return ["--sandbox", "none"]
    return []


def _prepare(root: Path, folder: Path) -> None:
    """Make the demo's course directory anew, with a copy of the text and the settings."""
    load_syllabus(root)  # before anything is removed: this must be a course
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "course", folder / "course")
    shutil.copy(root / "nbgrader_config.py", folder)


def _say_and_run(command: str, *arguments: str) -> int:
    """Run one of autograder's commands, showing it as one would type it."""
    line = [command, *arguments, "--course-dir", str(FOLDER)]
    print("$ autograder", *line, flush=True)
    return autograder(line)


if __name__ == "__main__":
    sys.exit(main())
