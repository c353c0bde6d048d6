"""The course: what is committed is what its text gives; every unit keeps its promises."""

import re
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.syllabus import Syllabus, Unit

ROOT = Path(__file__).parents[2]


def test_source_and_release_are_what_the_text_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", "--course-dir", str(ROOT)]) == 0, capsys.readouterr().out


def test_the_tests_of_a_unit_keep_their_promises(unit: Unit, faults: dict[str, list[str]]) -> None:
    assert faults[unit.id] == []


def test_the_lesson_of_a_unit_runs_in_the_quick_profile(
    unit: Unit, lesson_runs: dict[str, str]
) -> None:
    if unit.kind == "project":
        pytest.skip("a project has no lesson")
    assert lesson_runs[unit.id] == ""


def test_right_answers_get_full_marks_when_graded(unit: Unit, graded: dict[str, str]) -> None:
    assert graded[unit.id] == ""


def test_prerequisites_come_earlier(syllabus: Syllabus) -> None:
    seen: set[str] = set()
    for unit in syllabus.units:
        assert set(unit.prerequisites) <= seen, unit.id
        seen.add(unit.id)


def test_every_folder_of_the_course_is_in_the_syllabus(syllabus: Syllabus) -> None:
    folders = {path.name for path in (ROOT / "course").iterdir() if path.is_dir()}
    assert folders - {"appendix"} == {unit.id for unit in syllabus.units}


def test_every_link_between_units_leads_somewhere() -> None:
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
