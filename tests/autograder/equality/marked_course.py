"""Small assignments: one that persons mark as well, one where we grade otherwise on purpose."""

from datetime import datetime
from pathlib import Path

from tests.autograder.equality import courses

CONFIG = """\
c = get_config()
c.Execute.timeout = 6
c.LateSubmissionPlugin.penalty_method = "zero"
"""
ON_TIME, LATE = "2031-05-01 10:00:00 UTC", "2031-05-03 10:00:00 UTC"
DUE = datetime(2031, 5, 2)
ANSWERED = {"double": "def double(x):\n    return x + x", "code": "y = 1", "why": "Therefore."}


def write(course: Path) -> Path:
    """Write a course with the assignments ps2 and ps3."""
    course.mkdir()
    (course / "nbgrader_config.py").write_text(CONFIG)
    stub = "### BEGIN SOLUTION\nNone\n### END SOLUTION"
    marked = [
        courses.solution("double", stub),
        courses.test("double_tests", 2, "assert double(2) == 4"),
        courses.answer("code", 3, stub, "code"),
        courses.answer("why", 2, stub, "markdown"),
        courses.task("essay", 4, "Draw."),
    ]
    second = [courses.task("second_essay", 4, "Draw again.")]
    courses.write_source(course, "ps2", {"marked": marked, "second": second})
    otherwise = [
        courses.solution("double", stub),
        courses.test("first", 2, "assert double(2) == 4"),
        courses.test("partly", 2, "1.5\npart"),
        courses.test("last", 2, "assert double(3) == 6"),
    ]
    courses.write_source(course, "ps3", {"otherwise": otherwise})
    with courses.gradebook(course) as book:
        book.update_or_create_assignment("ps2", duedate=DUE)
    return course


def hand_in_marked(course: Path) -> None:
    for learner, time in {"mia": ON_TIME, "ned": LATE}.items():
        courses.hand_in(course, "ps2", learner, {"marked": ANSWERED}, {"timestamp.txt": time})
    courses.hand_in(course, "ps2", "oli", {"second": {}}, {"timestamp.txt": ON_TIME})


def hand_in_again(course: Path) -> None:
    """Let mia change an answer, and oli hand in what was missing; ned does nothing."""
    changed = {"marked": {**ANSWERED, "why": "On second thoughts."}}
    courses.hand_in(course, "ps2", "mia", changed, {"timestamp.txt": "2031-05-01 11:00:00 UTC"})
    courses.hand_in(course, "ps2", "oli", {**changed, "second": {}}, {"timestamp.txt": LATE})


def mark(course: Path, why: float = 1.5) -> None:
    """Do what an instructor does in formgrader."""
    with courses.gradebook(course) as book:
        for learner in ("mia", "ned"):
            for grade_id, points in {"code": 2, "why": why, "essay": 3, "double_tests": 1}.items():
                grade = book.find_grade(grade_id, "marked", "ps2", learner)
                grade.manual_score, grade.needs_manual_grade = points, False
            grade = book.find_grade("code", "marked", "ps2", learner)
            grade.extra_credit = 0.5
            book.find_comment("why", "marked", "ps2", learner).manual_comment = "Well said."
        # Extra credit on what the tests gave, and nothing else.
        book.find_grade("double_tests", "marked", "ps2", "mia").manual_score = None
        book.find_grade("double_tests", "marked", "ps2", "mia").extra_credit = 0.25
        book.db.commit()


FORGED = """\
def double(x):
    get_ipython().kernel.session.send(
        get_ipython().kernel.iopub_socket,
        "execute_result",
        {"data": {"text/plain": "2.0"}, "metadata": {}, "execution_count": 1},
        parent=get_ipython().kernel.get_parent(),
    )
    raise ValueError("no idea")"""
OTHERWISE = {
    "fine": "part = 0.5\ndef double(x):\n    return 2 * x",
    "warns": "part = 0.5\ndef double(x):\n    import sys\n    print('hm', file=sys.stderr)\n"
    "    return 2 * x",
    "shows": "from IPython.core.interactiveshell import InteractiveShell\n"
    "InteractiveShell.ast_node_interactivity = 'all'\n"
    "part = 0.5\ndef double(x):\n    return 2 * x",
    "dies": "part = 0.5\ndef double(x):\n    import os\n    return 4 if x == 2 else os._exit(1)",
    "generous": "part = 5\ndef double(x):\n    return 2 * x",
    "forges": f"part = 0.5\n{FORGED}",
}


def hand_in_otherwise(course: Path) -> None:
    for learner, source in OTHERWISE.items():
        answers = {"otherwise": {"double": source}}
        courses.hand_in(course, "ps3", learner, answers, {"timestamp.txt": ""})


def grade_by_nbgrader(course: Path) -> None:
    """Grade, mark, hand in and grade again, and what nbgrader partly refuses."""
    courses.nbgrader(course, "autograde", "ps2", "*")
    mark(course)
    hand_in_again(course)
    courses.nbgrader(course, "autograde", "ps2", "*")
    courses.nbgrader(course, "autograde", "ps3", "*", fails=True)


def grade_by_us(course: Path) -> None:
    assert courses.grade(course, "ps2") == 0
    mark(course)
    hand_in_again(course)
    assert courses.grade(course, "ps2", "--force") == 0
    assert courses.grade(course, "ps3") == 0
