"""The learners' repository: complete for learners, and without what decides their marks."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from autograder.cli import main
from forwardpass.published import read_manifest

ROOT = Path(__file__).parents[3]


def publish(course: Path, folder: Path) -> int:
    return main(["publish", str(folder), "--course-dir", str(course)])


def names(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".git/" not in path.as_posix()
    }


@pytest.fixture
def own_package(small_course: Path) -> Path:
    """Return the small course with the learner's package and a licence beside it."""
    ignored = shutil.ignore_patterns("__pycache__", "files")
    shutil.copytree(ROOT / "forwardpass", small_course / "forwardpass", ignore=ignored)
    (small_course / "forwardpass" / "__pycache__").mkdir()
    (small_course / "forwardpass" / "__pycache__" / "check.pyc").write_bytes(b"compiled")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copyfile(ROOT / name, small_course / name)
    return small_course


class TestWhatItHolds:
    def test_learners_get_their_notebooks_and_how_to_begin(
        self, small_course: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "learners"
        assert publish(small_course, folder) == 0
        assert names(folder) == {
            ".gitignore",
            "README.md",
            "environment.yml",
            "manifest.json",
            "release/README.md",
            "release/manifest.json",
            "release/w90_tiny/w90_assignment.ipynb",
            "release/w90_tiny/w90_lesson.ipynb",
        }
        text = (folder / "README.md").read_text()
        assert text.startswith("# Tiny course\n")
        assert "forwardpass[learner,cpu] @ git+https://" in text

    def test_no_solution_and_no_hidden_test_is_in_it(
        self, own_package: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "learners"
        assert publish(own_package, folder) == 0
        texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        assert not any(b"np.asarray(x) * 2" in text for text in texts)
        assert not any(b"two halves are the whole" in text for text in texts)
        assert not {"course", "source", "autograder", "tests"} & {
            path.name for path in folder.iterdir()
        }

    def test_a_leak_keeps_everything_back(
        self, small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lesson = small_course / "course" / "w90_tiny" / "lesson.md"
        lesson.write_text(
            lesson.read_text() + "\n```python\ndef twice(x):\n    return np.asarray(x) * 2\n```\n"
        )
        assert publish(small_course, tmp_path / "learners") == 1
        assert "gives away" in capsys.readouterr().err
        assert not (tmp_path / "learners").exists()

    def test_links_of_its_readme_lead_somewhere(self, own_package: Path, tmp_path: Path) -> None:
        folder = tmp_path / "learners"
        assert publish(own_package, folder) == 0
        links = re.findall(r"\]\(([^)#]+)\)", (folder / "README.md").read_text())
        assert {"release/README.md", "LICENSE"} <= set(links)
        assert all((folder / link).exists() for link in links)


class TestThePackage:
    @pytest.fixture
    def folder(self, own_package: Path, tmp_path: Path) -> Path:
        assert publish(own_package, tmp_path / "learners") == 0
        return tmp_path / "learners"

    def test_it_needs_what_the_project_says_learners_need(self, folder: Path) -> None:
        ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        theirs = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        assert theirs["dependencies"] == ours["dependencies"]
        assert set(theirs["optional-dependencies"]) == {"learner", "cpu", "gpu"}
        for name, members in theirs["optional-dependencies"].items():
            assert members == ours["optional-dependencies"][name]
        assert theirs["scripts"] == {"forwardpass": ours["scripts"]["forwardpass"]}
        recipe = yaml.safe_load((folder / "environment.yml").read_text())
        assert recipe["dependencies"][-1] == {"pip": [".[learner,cpu]"]}

    def test_learners_bring_their_notebooks_with_it(self, folder: Path) -> None:
        assert "forwardpass/__pycache__/check.pyc" not in names(folder)
        ran = subprocess.run(
            [sys.executable, "-c", "from forwardpass.cli import main; main(['work'])"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        assert ran.stderr == ""
        assert ran.stdout == "3 files new in work/: w90_tiny\n"


class TestAgain:
    def test_it_says_when_nothing_changed(
        self, small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "learners"
        publish(small_course, folder)
        capsys.readouterr()
        assert publish(small_course, folder) == 0
        assert capsys.readouterr().out == f"0 files changed in {folder}, no leaks.\n"

    def test_what_left_the_course_goes_and_what_is_not_ours_stays(
        self, small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "learners"
        (small_course / "course" / "w90_tiny" / "data.csv").write_text("1\n")
        publish(small_course, folder)
        assert (folder / "release" / "w90_tiny" / "data.csv").is_file()
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        (folder / "CONTRIBUTING.md").write_text("mine")
        (small_course / "course" / "w90_tiny" / "data.csv").unlink()
        capsys.readouterr()
        assert publish(small_course, folder) == 0
        assert not (folder / "release" / "w90_tiny" / "data.csv").exists()
        assert (folder / "CONTRIBUTING.md").read_text() == "mine"
        assert "Publish it: git -C" in capsys.readouterr().out

    def test_a_file_of_other_origin_in_the_way_stops_everything(
        self, small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "learners"
        folder.mkdir()
        (folder / "README.md").write_text("what somebody wrote")
        assert publish(small_course, folder) == 2
        assert "README.md" in capsys.readouterr().err
        assert names(folder) == {"README.md"}

    def test_the_courses_own_folder_is_refused(
        self, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert publish(small_course, small_course) == 2
        assert publish(small_course, small_course.parent) == 2
        assert "holds the course itself" in capsys.readouterr().err
        assert not (small_course / "README.md").exists()


def test_the_record_in_release_is_the_one_that_a_build_writes(
    small_course: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "learners"
    publish(small_course, folder)
    assert main(["build", "--course-dir", str(small_course)]) == 0
    assert read_manifest(folder / "release") == read_manifest(small_course / "release")
    assert json.loads((folder / "manifest.json").read_text())["release/manifest.json"]
