"""The tutorial in docs/ does what it says: its files are written, its commands run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main

TUTORIAL = (Path(__file__).parents[1] / "docs" / "tutorial.md").read_text()
FILES = re.findall(r"^\*\*`(\S+)`\*\*\n\n````\w+\n(.*?)^````$", TUTORIAL, re.DOTALL | re.MULTILINE)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_has_the_four_files_of_a_week() -> None:
    assert [Path(name).name for name, _ in FILES] == [
        "syllabus.yml",
        "lesson.md",
        "assignment.md",
        "mistakes.py",
    ]


def test_a_reader_who_follows_it_sees_what_it_says(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ignored,) = re.findall(r"```bash\n(cat > \.gitignore.*?)```", TUTORIAL, re.DOTALL)
    subprocess.run(["bash", "-ec", f"git init --quiet\n{ignored}"], check=True)

    assert main(["build"]) == 0
    built = capsys.readouterr().out
    assert built in TUTORIAL.replace("$ autograder build\n", "")

    assert main(["check"]) == 0
    assert main(["hints"]) == 0
    assert main(["build"]) == 0
    assert (course / "release/w01_scaling/hints.json").is_file()
    capsys.readouterr()

    (hand_in,) = re.findall(r"```bash\n(mkdir -p submitted.*?)```", TUTORIAL, re.DOTALL)
    subprocess.run(["bash", "-ec", hand_in], check=True)
    assert main(["grade", "w01"]) == 1
    output = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "sample01 10 / 10 graded" in output
    assert "sample02 0 / 10 graded" in output
    assert "sample03 – no grade" in output

    assert main(["report", "w01"]) == 0
    for name in ("index.html", "scores.csv", "cells.csv"):
        assert (course / "reports/w01_scaling" / name).is_file()

    assert main(["run", "--profile", "quick"]) == 0
    assert (course / "runs" / "index.html").is_file()

    subprocess.run(["git", "add", "--all"], check=True)
    kept = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    assert {Path(name).parts[0] for name in kept.splitlines()} == {
        ".gitignore",
        "course",
        "source",
        "release",
    }


def test_the_broken_build_says_what_the_tutorial_shows(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course / "course/w01_scaling/assignment.md"
    path.write_text(path.read_text().replace("    ### END SOLUTION\n", "", 1))
    assert main(["build"]) == 2
    assert capsys.readouterr().err.strip() in TUTORIAL


def test_a_line_of_the_solution_in_the_lesson_is_refused(course: Path) -> None:
    lesson = course / "course/w01_scaling/lesson.md"
    lesson.write_text(
        lesson.read_text().replace("people =", "centred = X - X.mean(axis=0)\npeople =")
    )
    assert main(["build"]) == 1


def test_the_commands_that_it_names_exist() -> None:
    for command in re.findall(r"^\$ autograder (\w+)", TUTORIAL, re.MULTILINE):
        result = subprocess.run(
            [sys.executable, "-m", "autograder", command, "--help"], capture_output=True
        )
        assert result.returncode == 0, command
