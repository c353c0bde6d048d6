"""What the demo says and where it points."""

from pathlib import Path

import pytest

from autograder import demo
from autograder.check.mistakes import parse_mistakes
from autograder.errors import InputError
from autograder.notebooks import exercise_cells, read_notebook
from autograder.samples import sample_class, solutions_of
from autograder.syllabus import load_syllabus

ROOT = Path(__file__).parents[2]


def test_the_pages_that_it_points_at_show_what_it_says() -> None:
    week = load_syllabus(ROOT).select([demo.UNIT])[0]
    source = read_notebook(ROOT / "source" / week.id / week.assignment_name)
    variants = parse_mistakes(ROOT / "course" / week.id / "mistakes.py", exercise_cells(source))
    learners = sample_class(solutions_of(source), variants)
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
