"""The sample class of the demo: right, partly right, wrong, untouched, crashing and endless."""

from pathlib import Path

import pytest

from autograder import demo
from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.demo import sample_class, solutions_of
from autograder.errors import InputError
from autograder.notebooks import read_notebook
from autograder.syllabus import load_syllabus

ROOT = Path(__file__).parents[2]


@pytest.fixture
def learners(small_course: Path) -> list[dict[str, str]]:
    main(["build", "--course-dir", str(small_course)])
    source = read_notebook(small_course / "source/w90_tiny/w90_assignment.ipynb")
    solutions = solutions_of(source)
    return sample_class(solutions, parse_mistakes(small_course / "course/w90_tiny/mistakes.py"))


def test_there_are_at_least_a_dozen_and_the_first_is_the_reference(
    learners: list[dict[str, str]],
) -> None:
    assert len(learners) >= 12
    assert "return np.asarray(x) * 2" in learners[0]["double"]
    assert not any("###" in code for answers in learners for code in answers.values())


def test_every_kind_of_learner_is_there(learners: list[dict[str, str]]) -> None:
    assert {} in learners  # untouched
    assert any("os._exit" in answers.get("double", "") for answers in learners)
    assert any("while True" in answers.get("halve", "") for answers in learners)
    assert any("return x + x" in answers.get("double", "") for answers in learners)  # unusual
    assert any(answers.keys() == {"double"} for answers in learners)  # half done
    wrong = [a for a in learners if "** 2" in a.get("double", "") or "+ 2" in a.get("double", "")]
    assert wrong


def test_the_pages_that_it_points_at_show_what_it_says() -> None:
    week = load_syllabus(ROOT).select([demo.UNIT])[0]
    solutions = solutions_of(read_notebook(ROOT / "source" / week.id / week.assignment_name))
    variants = parse_mistakes(ROOT / "course" / week.id / "mistakes.py", solutions)
    learners = sample_class(solutions, variants)
    endless, mistaken = (int(name.removeprefix("sample")) - 1 for name in demo.WORTH_A_LOOK)
    never_ends = [variant.code for variant in variants if variant.kind == "endless"]
    assert set(never_ends) & set(learners[endless].values())
    wrong = [name for name, code in learners[mistaken].items() if code != learners[0][name]]
    assert len(wrong) > 1
    lines = demo.where_to_look(week)
    for name in demo.WORTH_A_LOOK:
        assert f"demo/feedback/{name}/{week.id}/w05_assignment.html" in lines
    assert "http://localhost:8888/formgrader" in lines


def test_without_a_sandbox_it_says_why_it_goes_on_and_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_works(wish: str) -> None:
        raise InputError("there is no sandbox")

    monkeypatch.setattr(demo, "choose", none_works)
    assert demo._sandbox() == ["--sandbox", "none"]
    said = capsys.readouterr().out
    assert "--sandbox none" in said
    assert "make sandbox" in said
    monkeypatch.setattr(demo, "choose", lambda wish: wish)
    assert demo._sandbox() == []
    assert capsys.readouterr().out == ""


def test_outside_a_course_the_demo_says_so_and_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    assert demo.main() == 2
    assert "syllabus.yml: there is no such file" in capsys.readouterr().err
    assert (tmp_path / "demo/mine.txt").is_file()
