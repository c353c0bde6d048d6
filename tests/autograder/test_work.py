"""What `make lab` promises: new versions arrive in work/, nothing of a learner's is lost."""

import json
import os
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from forwardpass.cli import main as learners_main
from forwardpass.errors import InputError
from forwardpass.work import RECORD, update

LESSON = "w90_tiny/w90_lesson.ipynb"
ASSIGNMENT = "w90_tiny/w90_assignment.ipynb"
BESIDE = "w90_tiny/w90_assignment_new_version.ipynb"
DATA = "w90_tiny/data.csv"


class Course:
    """The small course, as its author changes it and a learner works in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        (root / "course" / DATA).write_text("1,2\n")
        self.publish()

    def publish(self) -> None:
        assert main(["build", "--course-dir", str(self.root)]) == 0

    def change(self, name: str, number: int = 1) -> None:
        """Publish another version of one of the texts, or of the data."""
        path = self.root / "course/w90_tiny" / name
        text = path.read_text()
        path.write_text(f"{text}\nVersion {number}.\n")
        self.publish()

    def update(self) -> list[tuple[str, str]]:
        return [(one.kind, one.path) for one in update(self.root / "release", self.work)]

    def answer(self, name: str = ASSIGNMENT, text: str = "my answer") -> bytes:
        """Write into a notebook as a learner does, and return what it holds then."""
        path = self.work / name
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source = text
        path.write_text(nbformat.writes(notebook) + "\n")
        return path.read_bytes()

    def holds(self, name: str, published: str | None = None) -> bool:
        release = self.root / "release" / (published or name)
        return (self.work / name).read_bytes() == release.read_bytes()


@pytest.fixture
def course(small_course: Path) -> Course:
    return Course(small_course)


def test_at_first_all_of_the_course_arrives(course: Course) -> None:
    arrived = course.update()
    assert arrived == [("new", "README.md"), *(("new", n) for n in (DATA, ASSIGNMENT, LESSON))]
    assert all(course.holds(name) for _, name in arrived)
    assert course.update() == []


def test_an_untouched_file_follows_the_course(course: Course) -> None:
    course.update()
    course.change("lesson.md")
    course.change("data.csv")
    assert course.update() == [("updated", DATA), ("updated", LESSON)]
    assert course.holds(LESSON)
    assert course.holds(DATA)


def test_a_notebook_that_was_merely_opened_follows_too(course: Course) -> None:
    course.update()
    path = course.work / LESSON
    path.write_text(path.read_text().replace('"version": "3.11.7"', '"version": "3.11.99"'))
    course.change("lesson.md")
    assert course.update() == [("updated", LESSON)]
    assert course.holds(LESSON)


def test_a_changed_notebook_stays_and_the_new_version_comes_beside_it_once(course: Course) -> None:
    course.update()
    mine = course.answer()
    course.change("assignment.md")
    assert course.update() == [("beside", BESIDE)]
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    assert course.holds(BESIDE, ASSIGNMENT)
    (course.work / BESIDE).unlink()
    assert course.update() == []
    assert not (course.work / BESIDE).exists()


def test_a_new_version_in_which_a_learner_wrote_is_not_replaced_by_the_next(
    course: Course,
) -> None:
    course.update()
    course.answer()
    course.change("assignment.md", 1)
    course.update()
    mine = course.answer(BESIDE)
    course.change("assignment.md", 2)
    second = BESIDE.replace(".ipynb", "_2.ipynb")
    assert course.update() == [("beside", second)]
    assert (course.work / BESIDE).read_bytes() == mine
    assert course.holds(second, ASSIGNMENT)


def test_outputs_are_a_learners_work(course: Course) -> None:
    course.update()
    path = course.work / LESSON
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="my figure")]
    path.write_text(nbformat.writes(notebook) + "\n")
    course.change("lesson.md")
    assert [kind for kind, _ in course.update()] == ["beside"]
    assert "my figure" in path.read_text()


def test_what_was_deleted_stays_deleted(course: Course) -> None:
    course.update()
    (course.work / LESSON).unlink()
    assert course.update() == []
    course.change("lesson.md")
    assert course.update() == []
    assert not (course.work / LESSON).exists()


def test_a_learners_own_file_of_that_name_stays(course: Course) -> None:
    course.update()
    (course.work / "w90_tiny/more.csv").write_text("mine")
    (course.root / "course/w90_tiny/more.csv").write_text("the course's")
    course.publish()
    assert course.update() == [("beside", "w90_tiny/more_new_version.csv")]
    assert (course.work / "w90_tiny/more.csv").read_text() == "mine"
    assert (course.work / "w90_tiny/more_new_version.csv").read_text() == "the course's"


@pytest.mark.parametrize("kind", ["a folder", "a link", "a broken link"])
def test_what_is_no_file_is_not_written_through(kind: str, course: Course) -> None:
    course.update()
    path, elsewhere = course.work / DATA, course.root / "elsewhere.csv"
    path.unlink()
    if kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to(elsewhere)
    if kind == "a link":
        elsewhere.write_text("1,2\n")
    course.change("data.csv")
    assert course.update() == [("beside", "w90_tiny/data_new_version.csv")]
    assert path.is_dir() == (kind == "a folder")
    assert elsewhere.exists() == (kind == "a link")
    assert kind != "a link" or elsewhere.read_text() == "1,2\n"


def test_a_unit_with_another_name_arrives_and_the_old_one_stays(course: Course) -> None:
    course.update()
    mine = course.answer()
    (course.root / "course/w90_tiny").rename(course.root / "course/w90_small")
    syllabus = course.root / "course/syllabus.yml"
    syllabus.write_text(syllabus.read_text().replace("w90_tiny", "w90_small"))
    manifest = course.root / "release/manifest.json"
    for folder in ("release", "source"):  # the author removes what was built under the old name
        record = json.loads((course.root / folder / "manifest.json").read_text())
        kept = {path: found for path, found in record.items() if "w90_tiny" not in path}
        (course.root / folder / "manifest.json").write_text(json.dumps(kept))
    course.publish()
    assert "w90_tiny" not in manifest.read_text()
    arrived = course.update()
    assert ("new", "w90_small/w90_assignment.ipynb") in arrived
    assert ("left", ASSIGNMENT) in arrived
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    assert course.update() == []


def test_work_that_was_done_in_release_comes_along_and_is_never_replaced(course: Course) -> None:
    release = course.root / "release" / ASSIGNMENT
    published = release.read_bytes()
    release.write_text(release.read_text().replace("half of twice", "my half of twice"))
    mine = release.read_bytes()
    course.update()
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    release.write_bytes(published)
    assert course.update() == []
    course.change("assignment.md")
    assert course.update() == [("beside", BESIDE)]
    assert (course.work / ASSIGNMENT).read_bytes() == mine


def test_what_someone_wrote_into_release_does_not_reach_an_untouched_file(course: Course) -> None:
    course.update()
    before = (course.work / LESSON).read_bytes()
    course.change("lesson.md")
    release = course.root / "release" / LESSON
    published = release.read_bytes()
    release.write_text(release.read_text().replace("A tiny", "My tiny"))
    assert course.update() == []
    assert (course.work / LESSON).read_bytes() == before
    release.write_bytes(published)
    assert course.update() == [("updated", LESSON)]


@pytest.mark.parametrize("content", [None, "{", "[]", "\x00"])
def test_without_its_record_nothing_of_a_learners_is_lost(
    content: str | None, course: Course
) -> None:
    course.update()
    mine = course.answer()
    record = course.work / RECORD
    record.unlink() if content is None else record.write_text(content)
    assert course.update() == [("beside", BESIDE)]
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    assert course.update() == []


@pytest.mark.parametrize("at", range(4))
def test_stopped_at_any_file_it_leaves_whole_files_and_goes_on_from_there(
    at: int, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.update()
    mine = course.answer()
    for name in ("lesson.md", "assignment.md", "data.csv"):
        course.change(name)
    replace, calls = os.replace, []

    def stop(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == at + 1:
            raise KeyboardInterrupt
        replace(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            course.update()
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    course.update()
    assert course.holds(LESSON)
    assert course.holds(DATA)
    assert course.holds(BESIDE, ASSIGNMENT)
    assert (course.work / ASSIGNMENT).read_bytes() == mine
    names = sorted(p.name for p in (course.work / "w90_tiny").iterdir())
    assert names == sorted(Path(n).name for n in (DATA, ASSIGNMENT, BESIDE, LESSON))


def test_without_a_course_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no course here"):
        update(tmp_path / "release", tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_a_file_in_the_way_is_one_line(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course.work.mkdir()
    (course.work / "w90_tiny").write_text("mine")
    monkeypatch.chdir(course.root)
    assert learners_main(["work"]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("forwardpass work: work/w90_tiny")
    assert (course.work / "w90_tiny").read_text() == "mine"


def test_it_says_what_arrived_and_what_stays(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course.root)
    capsys.readouterr()
    assert learners_main(["work"]) == 0
    assert capsys.readouterr().out == "4 files new in work/: w90_tiny\n"
    course.answer()
    course.change("assignment.md")
    course.change("lesson.md")
    capsys.readouterr()
    assert learners_main(["work"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 file brought up to date in work/: w90_tiny",
        f"work/{ASSIGNMENT}: you changed this, so it stays as it is; the course's new version is "
        "beside it, w90_assignment_new_version.ipynb",
    ]
    assert learners_main(["work"]) == 0
    assert capsys.readouterr().out == ""
