"""A report is kept until something changes that it depends on."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.check.kept import KeptReports
from autograder.check.plan import UnitUnderTest
from autograder.check.report import ExerciseReport, Fault, Tried, UnitReport
from autograder.check.unit import load_unit
from autograder.result_cache import ResultCache
from autograder.syllabus import load_syllabus


def load(course: Path, most_mutants: int | None = None) -> UnitUnderTest:
    syllabus = load_syllabus(course)
    return load_unit(course, syllabus.units[0], syllabus, most_mutants)


def report_on(tested: UnitUnderTest, *faults: Fault) -> UnitReport:
    tried = (Tried("mistake", "slip", 3, "points lost"), Tried("mutant", "x", None, "died", True))
    return UnitReport(tested.unit, 1.5, (ExerciseReport("double", 4.0, 4.0, 0.1, tried),), faults)


@pytest.fixture
def kept(small_course) -> KeptReports:
    """Return what keeps a report on the small course's unit as it is."""
    reports = KeptReports(ResultCache("check"))
    tested = load(small_course)
    reports.keep(tested, report_on(tested))
    return reports


def test_a_report_comes_back_as_it_was_with_its_moment(small_course, kept):
    tested = load(small_course)
    found = kept.find(tested)
    assert found.result_of is not None
    assert replace(found, result_of=None) == report_on(tested)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("w90_tiny/assignment.md", "## Double", "```python\nmore = 1\n```\n\n## Double"),
        ("w90_tiny/mistakes.py", "mistake: double | ", "mistake: double | again, "),
        ("w90_tiny/extra.txt", "", "new"),
        ("syllabus.yml", "assignment: 20}", "assignment: 19}"),
    ],
)
def test_what_has_changed_is_not_found(small_course, kept, name, old, new):
    path = small_course / "course" / name
    text = path.read_text() if path.exists() else ""
    path.write_text(text.replace(old, new, 1))
    assert path.read_text() != text
    assert kept.find(load(small_course)) is None


@pytest.mark.parametrize("what", ["_tools", "environment"])
def test_with_other_tools_or_packages_nothing_is_found(small_course, kept, what, monkeypatch):
    monkeypatch.setattr(f"autograder.check.kept.{what}", lambda: {"another": "version"})
    assert kept.find(load(small_course)) is None


def test_a_change_of_the_lesson_alone_changes_nothing(small_course, kept):
    path = small_course / "course" / "w90_tiny" / "lesson.md"
    path.write_text(f"{path.read_text()}\nMore.\n")
    assert kept.find(load(small_course)) is not None


def test_a_report_with_a_fault_is_never_kept(small_course):
    tested = load(small_course)
    reports = KeptReports(ResultCache("check"))
    reports.keep(tested, report_on(tested, Fault(Path("a.md"), 1, "double", "broken")))
    assert reports.find(tested) is None


def test_a_report_on_all_mutants_serves_for_some_of_them(small_course, kept):
    assert kept.find(load(small_course, most_mutants=1)).most_mutants is None


def test_a_report_on_some_mutants_serves_for_no_other_number(small_course):
    reports = KeptReports(ResultCache("check"))
    tested = load(small_course, most_mutants=1)
    reports.keep(tested, report_on(tested))
    assert reports.find(tested).most_mutants == 1
    assert reports.find(load(small_course, most_mutants=2)) is None
    assert reports.find(load(small_course)) is None
