"""A week with every fault at once, and one without any."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from autograder.check.course import ReferenceServers
from autograder.check.runner import RunnerFailed
from autograder.check.unit import load_unit
from autograder.cli import main
from autograder.syllabus import load_syllabus

SYLLABUS = """\
title: Faulty course
repository: https://github.com/example/faulty
branch: main
parts: [Only part]
weeks:
  - id: w91_faulty
    part: 1
    title: Faulty
    objectives: [Break every promise]
    prerequisites: []
    points: 10
    packages: [numpy]
    data: []
    minutes: {lesson: 1, assignment: 1}
    budget: {lesson: 30, assignment: 0.001}
    builds: what breaks
"""
LESSON = """\
# A lesson

```python tags=["parameters"]
PROFILE = "quick"
SEED = 0
```
"""
ASSIGNMENT = '''\
# An assignment

```python tags=["parameters"]
PROFILE = "quick"
SEED = 0
```

```python exercise="bounded"
def bounded(x, low, high):
    """Return x, or the bound that it exceeds."""
    ### BEGIN SOLUTION
    if x < low:
        return low * 1.0
    total = x + 0
    return min(total, high)
    ### END SOLUTION
```

```python tests="bounded" points=2
assert bounded(1, 2, 5) == 2
assert bounded(7, 2, 5) == 5
```

```python tests="bounded" part="middle" points=1
### BEGIN HIDDEN TESTS
assert bounded(3, 2, 5) == 3
assert type(bounded(4, 2, 5)) is int
### END HIDDEN TESTS
```

```python
bounded_three = bounded(3, 2, 5)
assert bounded(30, 2, 5) == 5
```

```python
print(bounded_three)
```

```python exercise="chance"
def chance():
    """Return whether the seed is even."""
    ### BEGIN SOLUTION
    return SEED % 2 == 0
    ### END SOLUTION
```

```python tests="chance" points=2
result = chance()
assert result
```

```python tests="chance" part="free" points=1
assert chance
```

```python exercise="quiz"
answer_1 = ...
answer_2 = ...
### BEGIN SOLUTION
answer_1 = "b"
answer_2 = "d"
### END SOLUTION
```

```python tests="quiz" part="1" points=2
if answer_1 is ...:
    raise NotImplementedError
### BEGIN HIDDEN TESTS
assert answer_1 == "b"
### END HIDDEN TESTS
```

```python tests="quiz" part="2" points=2
if answer_2 is ...:
    raise NotImplementedError
### BEGIN HIDDEN TESTS
assert answer_2 == "d"
### END HIDDEN TESTS
```
'''
MISTAKES = """\
# %% mistake: bounded | no lower bound
# hint: what becomes of a very small x?
def bounded(x, low, high):
    return min(x, high)


# %% mistake: bounded | rounds, which no test sees
def bounded(x, low, high):
    return int(max(low, min(x, high)))


# %% endless: bounded | forgets to return
def bounded(x, low, high):
    while True:
        pass


# %% crash: bounded | takes the process along
def bounded(x, low, high):
    import os

    os.abort()


# %% alternative: bounded | with both functions
def bounded(x, low, high):
    return max(low, min(x, high))


# %% alternative: bounded | for small numbers only, which the payoff shows
def bounded(x, low, high):
    if x == 30:
        raise ValueError("thirty")
    return max(low, min(x, high))


# %% alternative: bounded | as a fraction
def bounded(x, low, high):
    return float(max(low, min(x, high)))


# %% equivalent: bounded | on the bound, both branches give the bound
if x <= low: ...


# %% equivalent: bounded | there is no such line
if x <= high: ...


# %% equivalent: bounded | a test sees it
pass  # if x < low: ...


# %% mistake: quiz | first letter
# hint: read the first question again
answer_1 = "a"
answer_2 = "d"
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Return the report on the faulty week, as JSON content, with the command's exit code."""
    root = tmp_path_factory.mktemp("faulty")
    folder = root / "course" / "w91_faulty"
    folder.mkdir(parents=True)
    (root / "course" / "syllabus.yml").write_text(SYLLABUS)
    (folder / "lesson.md").write_text(LESSON)
    (folder / "assignment.md").write_text(ASSIGNMENT)
    (folder / "mistakes.py").write_text(MISTAKES)
    code = main(["check", "w91", "--course-dir", str(root), "--json", str(root / "report.json")])
    (week,) = json.loads((root / "report.json").read_text())["units"]
    return code, week


@pytest.fixture
def faults(faulty):
    """Return the faults as (file, exercise or cell, line's text, message)."""
    _, week = faulty
    texts = {"assignment.md": ASSIGNMENT.splitlines(), "mistakes.py": MISTAKES.splitlines()}
    found = []
    for fault in week["faults"]:
        name = Path(fault["path"]).name
        text = texts[name][fault["line"] - 1].strip() if fault["line"] else ""
        found.append((name, fault["exercise"], text, fault["message"]))
    return found


def the_fault(faults, *, message: str, exercise: str = "") -> tuple[str, str, str, str]:
    """Return the only fault with this in its message."""
    (fault,) = [f for f in faults if message in f[3] and exercise in f[1]]
    return fault


def exercise_of(faulty, name: str) -> dict:
    return next(e for e in faulty[1]["exercises"] if e["exercise"] == name)


def test_a_week_with_faults_ends_with_1(faulty):
    code, week = faulty
    assert (code, week["kept"]) == (1, False)


def test_a_reference_that_fails_with_another_seed_is_named(faults):
    fault = the_fault(faults, message="the reference fails with seed 1: AssertionError")
    assert fault[:3] == ("assignment.md", "chance_tests", "result = chance()")
    assert not [f for f in faults if "with seed 2" in f[3]]


def test_points_for_an_untouched_notebook_are_named(faults):
    fault = the_fault(faults, message="the untouched notebook earns")
    assert fault[:3] == ("assignment.md", "chance_tests_free", "assert chance")
    assert "1 of 1 points" in fault[3]


def test_another_error_in_an_untouched_notebook_is_named_once(faults):
    fault = the_fault(faults, message="the untouched notebook fails with NameError")
    assert fault[:3] == ("assignment.md", "", "print(bounded_three)")


def test_a_mistake_that_keeps_full_marks_is_named(faults):
    fault = the_fault(faults, message="this mistake keeps full marks")
    assert fault[1:3] == ("bounded", "# %% mistake: bounded | rounds, which no test sees")


def test_an_alternative_that_loses_points_is_named_with_the_test(faults):
    fault = the_fault(faults, message="this alternative is right but loses (as a fraction)")
    assert fault[1:3] == ("bounded", "# %% alternative: bounded | as a fraction")
    line = ASSIGNMENT.splitlines().index("assert bounded(3, 2, 5) == 3")
    assert f"bounded_tests_middle in assignment.md:{line}: AssertionError" in fault[3]


def test_an_alternative_that_breaks_the_rest_of_the_notebook_is_named(faults):
    fault = the_fault(faults, message="this alternative is right but loses (for small numbers")
    line = ASSIGNMENT.splitlines().index("bounded_three = bounded(3, 2, 5)") + 1
    assert f"assignment.md:{line}: ValueError: thirty" in fault[3]


def test_too_few_blocks_are_counted(faults):
    the_fault(faults, message="2 of at least 3 mistakes: write 1 more", exercise="bounded")
    the_fault(faults, message="0 of at least 3 mistakes: write 3 more", exercise="chance")
    the_fault(faults, message="0 of at least 1 alternative: write 1 more", exercise="chance")


def test_every_question_of_a_quiz_needs_a_mistake(faults):
    fault = the_fault(faults, message="no mistake answers")
    assert fault[1] == "quiz_tests_2"
    assert not [f for f in faults if f[1] == "quiz"]


def test_a_surviving_mutant_is_named_with_its_line(faults):
    survivors = [f for f in faults if "no test notices" in f[3] and f[1] == "bounded"]
    assert [f[2] for f in survivors] == ["total = x + 0"]
    assert "`total = x + 0` -> `total = x - 0`" in survivors[0][3]


def test_an_equivalent_block_excuses_its_mutant(faulty):
    exercise = exercise_of(faulty, "bounded")
    excused = [t["what"] for t in exercise["tried"] if t["excused"]]
    assert excused == ["if x <= low: ..."]
    mutants = exercise["mutants"]
    assert mutants["excused"] == 1
    assert mutants["all"] - mutants["killed"] == 1
    assert exercise["score"] == mutants["killed"] / mutants["all"]


def test_a_stale_equivalent_block_is_named(faults):
    fault = the_fault(faults, message="stale, no mutant reads `if x <= high: ...`")
    assert fault[2] == "# %% equivalent: bounded | there is no such line"
    fault = the_fault(faults, message="stale, that mutant dies")
    assert fault[2] == "# %% equivalent: bounded | a test sees it"


def test_a_week_over_its_budget_is_named(faults):
    the_fault(faults, message="the syllabus allows 0.001 s")


def test_every_block_is_reported_with_its_outcome(faulty):
    outcomes = {
        (t["kind"], t["what"]): t["outcome"]
        for t in exercise_of(faulty, "bounded")["tried"]
        if t["kind"] != "mutant"
    }
    assert outcomes == {
        ("mistake", "no lower bound"): "points lost",
        ("mistake", "rounds, which no test sees"): "full marks",
        ("endless", "forgets to return"): "timed out",
        ("crash", "takes the process along"): "died",
        ("alternative", "with both functions"): "full marks",
        ("alternative", "as a fraction"): "points lost",
        ("alternative", "for small numbers only, which the payoff shows"): "points lost",
    }
    assert exercise_of(faulty, "bounded")["mistakes"] == {"caught": 3, "all": 4}
    assert exercise_of(faulty, "bounded")["alternatives"] == {"kept": 1, "all": 3}


def test_a_mistake_without_a_hint_is_named(faults):
    fault = the_fault(faults, message="this mistake has no hint: write one directly below")
    assert fault[2] == "# %% mistake: bounded | rounds, which no test sees"


def test_nothing_else_is_a_fault(faults):
    assert len(faults) == 17


def test_a_week_that_keeps_its_promises_ends_with_0(small_course, capsys):
    assert main(["check", "--course-dir", str(small_course)]) == 0
    output = capsys.readouterr().out
    assert "w90_tiny: all promises are kept" in output
    rows = {line.split()[0]: line.split()[1:6] for line in output.splitlines() if line.strip()}
    assert rows["double"] == ["4", "4/4", "1/1", "2/2", "–"]
    assert rows["quiz"][:3] == ["2", "1/1", "–"]


def test_variants_are_not_tried_on_a_reference_that_fails(small_course, capsys):
    assignment = small_course / "course" / "w90_tiny" / "assignment.md"
    assignment.write_text(assignment.read_text().replace("np.asarray(x) / 2", "np.asarray(x) / 3"))
    assert main(["check", "--course-dir", str(small_course), "--json"]) == 1
    (week,) = json.loads(capsys.readouterr().out)["units"]
    assert week["exercises"] == []
    messages = [fault["message"] for fault in week["faults"]]
    assert (
        "mistakes, alternatives and mutants were not tried: correct the reference first" in messages
    )
    assert [m for m in messages if m.startswith("the reference fails with seed 0: CheckFailed")]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("# %% slip: double | what\npass\n", "mistakes.py:1: 'slip' is not a kind of block"),
        ("# %% mistake: triple | what\npass\n", "mistakes.py:1: the assignment has no exercise"),
        ("\n# %% mistake: double | what\ny = = 1\n", "mistakes.py:3: the code of this block"),
    ],
)
def test_a_broken_mistakes_file_ends_with_2(small_course, capsys, block, message):
    (small_course / "course" / "w90_tiny" / "mistakes.py").write_text(block)
    assert main(["check", "--course-dir", str(small_course)]) == 2
    assert message in capsys.readouterr().err


def test_a_system_without_fork_is_told_so(small_course, capsys, monkeypatch):
    monkeypatch.delattr("os.fork")
    assert main(["check", "--course-dir", str(small_course)]) == 2
    assert "run it on Linux or macOS" in capsys.readouterr().err


def test_what_has_not_changed_is_checked_again_only_without_the_cache(small_course, capsys):
    def check(*options: str) -> str:
        assert main(["check", "--course-dir", str(small_course), *options]) == 0
        return capsys.readouterr().out

    assert "nothing has changed since" not in check()
    output = check()
    assert "all promises are kept" in output
    assert "nothing has changed since" in output
    rows = {line.split()[0]: line.split()[1:6] for line in output.splitlines() if line.strip()}
    assert rows["double"] == ["4", "4/4", "1/1", "2/2", "–"]
    (unit,) = json.loads(check("--json"))["units"]
    assert datetime.fromisoformat(unit["result_of"]) <= datetime.now().astimezone()
    (unit,) = json.loads(check("--no-cache", "--json"))["units"]
    assert unit["result_of"] is None


def test_units_are_checked_side_by_side_and_reported_in_their_order(small_course, capsys):
    course = small_course / "course"
    shutil.copytree(course / "w90_tiny", course / "w89_other")
    syllabus = course / "syllabus.yml"
    head, unit = syllabus.read_text().split("weeks:\n")
    other = unit.replace("w90_tiny", "w89_other")
    syllabus.write_text(f"{head}weeks:\n{unit}{other}")
    options = ["--course-dir", str(small_course), "--jobs", "2", "--no-cache", "--json"]
    assert main(["check", *options]) == 0
    units = json.loads(capsys.readouterr().out)["units"]
    assert [unit["unit"] for unit in units] == ["w90_tiny", "w89_other"]


def test_as_many_mutants_are_tried_as_were_asked_for(small_course, capsys):
    options = ["--course-dir", str(small_course), "--no-cache"]
    assert main(["check", *options, "--json"]) == 0
    (unit,) = json.loads(capsys.readouterr().out)["units"]
    assert unit["exercises"][0]["mutants"]["all"] > 1
    assert main(["check", *options, "--mutants", "1", "--json"]) == 0
    (unit,) = json.loads(capsys.readouterr().out)["units"]
    assert unit["most_mutants"] == 1
    assert {exercise["mutants"]["all"] for exercise in unit["exercises"]} <= {0, 1}
    assert main(["check", *options, "--mutants", "1"]) == 0
    assert "of mutants at most 1 of each exercise" in capsys.readouterr().out


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_number_of_jobs_below_1_ends_with_2(small_course, capsys, jobs):
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--course-dir", str(small_course), "--jobs", jobs])
    assert stopped.value.code == 2
    assert "is not a number from 1" in capsys.readouterr().err


def test_a_server_ends_with_the_last_unit_that_needs_it(small_course):
    syllabus = load_syllabus(small_course)
    tested = load_unit(small_course, syllabus.units[0], syllabus)
    servers = ReferenceServers([tested, tested])
    with servers.server_of(tested) as first:
        pass
    with servers.server_of(tested) as second:
        assert second is first
        assert psutil.pid_exists(second.pid)
    assert not psutil.pid_exists(second.pid)


def test_no_server_is_started_for_a_check_that_was_stopped(small_course):
    syllabus = load_syllabus(small_course)
    tested = load_unit(small_course, syllabus.units[0], syllabus)
    servers = ReferenceServers([tested])
    servers.close()
    with pytest.raises(RunnerFailed, match="stopped"), servers.server_of(tested):
        pass
