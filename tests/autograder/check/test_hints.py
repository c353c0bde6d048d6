import pytest

from autograder.check.hints import hint_faults
from autograder.check.unit import load_unit
from autograder.syllabus import load_syllabus


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        ("a" * 90, ""),
        ("a" * 91, "this hint has 91 characters, 90 are allowed"),
        ("what is result=np.asarray(x)*2 of a list?", "a line of the solution"),
        ("do you return result as an array?", ""),
    ],
)
def test_a_hint_is_short_and_no_solution(small_course, hint, message):
    path = small_course / "course" / "w90_tiny" / "mistakes.py"
    assignment = path.with_name("assignment.md")
    longer = "result = np.asarray(x) * 2\n    return result"
    assignment.write_text(assignment.read_text().replace("return np.asarray(x) * 2", longer))
    path.write_text(f"\n# %% mistake: double | what\n# hint: {hint}\nreplace('* 2', '* 3')\n")
    syllabus = load_syllabus(small_course)
    found = list(hint_faults(load_unit(small_course, syllabus.units[0], syllabus)))
    assert [(fault.path, fault.line) for fault in found] == [(path, 2)] * bool(message)
    assert all(message in fault.message for fault in found)


def test_alternatives_need_no_hint(small_course):
    syllabus = load_syllabus(small_course)
    tested = load_unit(small_course, syllabus.units[0], syllabus)
    assert {block.kind for block in tested.variants} > {"alternative", "crash", "endless"}
    assert list(hint_faults(tested)) == []
