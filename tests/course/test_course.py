"""The course: what is committed is what its text gives; every week keeps its promises."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from nbgrader.api import Gradebook

from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.notebooks import notebook_text, read_notebook, write_text
from autograder.samples import complete_submission, solutions_of
from autograder.syllabus import Unit, load_syllabus

ROOT = Path(__file__).parents[2]
SYLLABUS = load_syllabus(ROOT)
each_unit = pytest.mark.parametrize("unit", SYLLABUS.units, ids=lambda unit: unit.number)


@pytest.fixture(scope="module")
def unhurried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the course with budgets that a busy machine keeps, too.

    How long a week takes is measured by `autograder check` and `autograder run`, not by a test.
    """
    root = tmp_path_factory.mktemp("course")
    for folder in ("course", "source", "release"):
        shutil.copytree(ROOT / folder, root / folder)
    path = root / "course" / "syllabus.yml"
    syllabus = yaml.safe_load(path.read_text())
    for unit in syllabus["weeks"]:
        unit["budget"] = {name: 10 * seconds for name, seconds in unit["budget"].items()}
    path.write_text(yaml.safe_dump(syllabus))
    return root


def test_source_and_release_are_what_the_text_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", "--course-dir", str(ROOT)]) == 0, capsys.readouterr().out


@each_unit
def test_the_tests_of_a_week_keep_their_promises(
    unit: Unit, unhurried: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", unit.id, "--course-dir", str(unhurried)]) == 0, capsys.readouterr().out


@each_unit
def test_the_notebooks_of_a_week_run_in_the_quick_profile(
    unit: Unit, unhurried: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--profile", "quick", "--output", str(tmp_path), "--course-dir", str(unhurried)]
    assert main(["run", unit.id, *arguments]) == 0, capsys.readouterr().out


@each_unit
def test_right_answers_get_full_marks_when_graded(
    unit: Unit, unhurried: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = read_notebook(unhurried / "release" / unit.id / unit.assignment_name)
    source = read_notebook(unhurried / "source" / unit.id / unit.assignment_name)
    solutions = solutions_of(source)
    variants = parse_mistakes(unhurried / "course" / unit.id / "mistakes.py", solutions)
    others = {v.exercise: v.code for v in variants if v.kind == "alternative"}
    for learner, answers in (("sample01", solutions), ("sample02", solutions | others)):
        path = tmp_path / "submitted" / learner / unit.id / unit.assignment_name
        write_text(path, notebook_text(complete_submission(release, answers)))
    for folder in ("course", "source", "release"):
        (tmp_path / folder).symlink_to(unhurried / folder)
    settings = (ROOT / "nbgrader_config.py").read_text()
    (tmp_path / "nbgrader_config.py").write_text(f"{settings}c.Execute.timeout *= 10\n")
    assert main(["grade", unit.id, "--course-dir", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        scores = [found.score for found in gradebook.assignment_submissions(unit.id)]
    assert scores == [unit.points, unit.points], printed


def test_prerequisites_come_earlier() -> None:
    seen: set[str] = set()
    for unit in SYLLABUS.units:
        assert set(unit.prerequisites) <= seen, unit.id
        seen.add(unit.id)


def test_every_folder_of_the_course_is_in_the_syllabus() -> None:
    folders = {path.name for path in (ROOT / "course").glob("w*") if path.is_dir()}
    assert folders == {unit.id for unit in SYLLABUS.units}


def test_every_link_between_weeks_leads_somewhere() -> None:
    link = re.compile(r"\]\(((?:\.\./)?[^)\s:]+\.ipynb)\)")
    for path in sorted((ROOT / "release").rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for target in link.findall(cell.source) if cell.cell_type == "markdown" else ():
                assert (path.parent / target).is_file(), f"{path.name}: {target}"


def test_no_committed_notebook_has_outputs_and_none_is_large() -> None:
    for folder in ("source", "release"):
        for path in (ROOT / folder).rglob("*.ipynb"):
            text = path.read_text()
            assert '"output_type"' not in text, path
            assert len(text) < 500_000, path
