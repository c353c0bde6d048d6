"""The syllabus is the single index: what is wrong in it is said in one line, with its place."""

from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import InputError
from autograder.syllabus import Syllabus, UnitNotebook, load_syllabus

WRONG = {
    "points in words": ("points: 10", "points: ten", 11, "'weeks.points' is 'ten': write a number"),
    "negative points": ("points: 10", "points: -1", 11, "write a number, at least 0"),
    "no points": ("    points: 10\n", "", 6, "the entry 'points' is missing in 'weeks'"),
    "a misspelled entry": ("points: 10", "pionts: 10", 11, "'pionts' is unknown: did you mean poi"),
    "a part in words": ("part: 1", "part: one", 7, "write a whole number"),
    "a truth value": ("part: 1", "part: yes", 7, "'weeks.part' is True: write a whole number"),
    "a list as title": ("title: Tiny\n", "title: [a]\n", 8, "is ['a']: write a text"),
    "a text as list": ("[Double and halve numbers]", "doubling", 9, "'doubling': write a list"),
    "numbers in a list": ("prerequisites: []", "prerequisites: [1]", 10, "is 1: write a text"),
    "packages": ("packages: [numpy]", "packages: {numpy: 1}", 12, "{'numpy': 1}: write a list"),
    "data": ("data: []", "data:", 13, "'weeks.data' is empty: write a list"),
    "one number of minutes": ("{lesson: 1, assignment: 1}", "3", 14, "3: write named entries"),
    "half a budget": ("{lesson: 30, assignment: 20}", "{lesson: 30}", 15, "'assignment' is miss"),
    "no time": ("lesson: 30", "lesson: 0", 15, "write a number, more than 0"),
    "an id with a slash": ("id: w90_tiny", "id: w90/tiny", 6, "write a name without / \\ +"),
    "a number as branch": ("branch: main", "branch: 1.0", 3, "'branch' is 1.0: write a text"),
    "a blank repository": ("https://github.com/example/tiny", "' '", 2, "is ' ': write a text"),
    "an empty list": ("parts: [Only part]", "parts:", 4, "'parts' is empty: write a list"),
    "an entry twice": ("branch: main", "branch: main\nbranch: dev", 4, "'branch' stands twice"),
    "weeks by name": ("weeks:\n  - id", "weeks:\n    id", 5, "'weeks' is {"),
    "nothing that is built": (
        "    builds: two functions that undo each other\n",
        "",
        6,
        "'builds' is",
    ),
    "a project with a lesson": (
        "\nweeks:",
        "\nprojects:\n  - minutes: {lesson: 1, assignment: 1}\nweeks:",
        6,
        "the entry 'lesson' is unknown: the entries are assignment",
    ),
    "a project in a part": ("\nweeks:", "\nprojects:\n  - part: 1\nweeks:", 6, "'part' is unknown"),
    "an unknown entry": ("branch: main", "branch: main\nzzz: 1", 4, "the entries are title, repo"),
}


def syllabus(folder: Path, old: str, new: str) -> Syllabus:
    path = folder / "course/syllabus.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return load_syllabus(folder)


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_one_line_with_its_place(
    case: str, small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, line, message = WRONG[case]
    with pytest.raises(InputError) as refused:
        syllabus(small_course, old, new)
    assert message in str(refused.value)
    assert refused.value.line == line
    assert main(["build", "--course-dir", str(small_course)]) == 2
    assert capsys.readouterr().err == f"autograder build: {refused.value}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty: write named entries"),
        ("just words", "the file is 'just words': write named entries"),
        ("title: 2024-13-45", "this is not valid YAML: month"),
        ("title: \x07", "this is not valid YAML: unacceptable character"),
        ("title: !!python/object:os.system x", "this is not valid YAML: could not determine"),
    ],
)
def test_a_file_that_is_no_syllabus_is_one_line(
    content: str, message: str, small_course: Path
) -> None:
    path = small_course / "course/syllabus.yml"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as refused:
        load_syllabus(small_course)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("part: 1", "part: 2", "w90_tiny is in part 2, but course/syllabus.yml has 1 part: add"),
        ("prerequisites: []", "prerequisites: [w09_tiny]", "there is no unit 'w09_tiny'"),
    ],
)
def test_a_part_or_a_week_that_there_is_not_stops_the_build(
    old: str, new: str, message: str, small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    syllabus(small_course, old, new)
    assert main(["build", "--course-dir", str(small_course)]) == 2
    assert message in capsys.readouterr().err


PROJECT = """\
projects:
  - id: p90_whole
    title: The whole thing
    builds: a service that doubles
    objectives: [Put it all together]
    prerequisites: [w90_tiny]
    points: 30
    packages: [numpy]
    data: [numbers]
    minutes: {assignment: 600}
    budget: {assignment: 120}
weeks:
"""


def test_a_project_stands_behind_the_weeks_and_has_an_assignment_alone(small_course: Path) -> None:
    week, project = syllabus(small_course, "weeks:\n", PROJECT).units
    assert (week.kind, week.id, week.part) == ("week", "w90_tiny", 1)
    assert [one.name for one in week.notebooks] == ["w90_lesson.ipynb", "w90_assignment.ipynb"]
    assert (project.kind, project.id, project.part) == ("project", "p90_whole", None)
    assert project.notebooks == (UnitNotebook("assignment", "p90_assignment.ipynb", 600, 120.0),)
    assert (project.assignment_name, project.assignment_budget) == ("p90_assignment.ipynb", 120.0)
    assert project.points_line == 11


@pytest.mark.parametrize("name", ["p90", "p90_whole"])
def test_a_project_is_selected_as_a_week_is(name: str, small_course: Path) -> None:
    course = syllabus(small_course, "weeks:\n", PROJECT)
    assert [unit.id for unit in course.select([name])] == ["p90_whole"]
    assert [unit.id for unit in course.select([])] == ["w90_tiny", "p90_whole"]


def test_a_week_and_a_project_of_one_number_are_refused(small_course: Path) -> None:
    with pytest.raises(InputError, match="there are 2 units w90"):
        syllabus(small_course, "weeks:\n", PROJECT.replace("p90_whole", "w90_whole"))


def test_two_weeks_of_one_number_are_refused(small_course: Path) -> None:
    text = (small_course / "course/syllabus.yml").read_text()
    week = text[text.index("  - id") :]
    with pytest.raises(InputError, match="there are 2 units w90"):
        syllabus(small_course, week, week + week.replace("w90_tiny", "w90_other"))


def test_a_course_without_the_package_says_where_it_is(small_course: Path) -> None:
    address = "git+https://github.com/example/library@main"
    course = syllabus(small_course, "branch: main", f"branch: main\npackage: {address}")
    assert course.package_address == address
    assert main(["build", "--course-dir", str(small_course)]) == 0
    lesson = (small_course / "release/w90_tiny/w90_lesson.ipynb").read_text()
    assert f'%pip install --quiet \\"{address}\\"' in lesson
    readme = (small_course / "release/README.md").read_text()
    assert f'pip install "forwardpass[learner,cpu] @ {address}"' in readme


def test_points_that_do_not_add_up_name_the_line_that_promises_them(
    small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    syllabus(small_course, "points: 10", "points: 11")
    assert main(["build", "--course-dir", str(small_course)]) == 2
    assert "add up to 10, course/syllabus.yml:11 promises 11" in capsys.readouterr().err
