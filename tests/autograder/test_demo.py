"""The sample class of the demo: right, partly right, wrong, untouched, crashing and endless."""

from pathlib import Path

import pytest

from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.demo import sample_class, solutions_of
from autograder.notebooks import read_notebook


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


def test_outside_a_course_the_demo_says_so_and_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder import demo

    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    assert demo.main() == 2
    assert "syllabus.yml: there is no such file" in capsys.readouterr().err
    assert (tmp_path / "demo/mine.txt").is_file()
