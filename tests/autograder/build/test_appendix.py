"""Appendices reach learners, with links that hold where learners read them."""

from pathlib import Path

import nbformat
import pytest

from autograder.cli import main

PAGE = """\
# Words

[The lesson](../../release/w90_tiny/w90_lesson.ipynb), [the other page](README.md), [again][w90].

[w90]: ../../release/w90_tiny/w90_lesson.ipynb
"""


def build(root: Path) -> Path:
    assert main(["build", "--course-dir", str(root)]) == 0
    return root / "release"


@pytest.fixture
def course(small_course: Path) -> Path:
    folder = small_course / "course" / "appendix"
    folder.mkdir()
    (folder / "README.md").write_text("# Appendices\n\n[Words](words.md)\n")
    (folder / "words.md").write_text(PAGE)
    (folder / "figure.png").write_bytes(b"../../release/ in a picture")
    return small_course


def test_their_links_lead_to_the_notebooks_beside_them(course: Path) -> None:
    folder = build(course) / "appendix"
    text = (folder / "words.md").read_text()
    assert text == PAGE.replace("../../release/", "../")
    assert (folder / "../w90_tiny/w90_lesson.ipynb").is_file()
    assert (folder / "figure.png").read_bytes() == b"../../release/ in a picture"


def test_every_notebook_and_the_index_lead_to_them(course: Path) -> None:
    release = build(course)
    for path in (release / "w90_tiny").glob("*.ipynb"):
        assert "[Appendices](../appendix/README.md)" in nbformat.read(path, 4).cells[0].source
    assert "(appendix/README.md)" in (release / "README.md").read_text()


def test_a_text_may_link_them(course: Path) -> None:
    path = course / "course" / "w90_tiny" / "lesson.md"
    path.write_text(path.read_text() + "\n[Words](../appendix/words.md)\n")
    build(course)


def test_a_page_that_was_removed_goes(course: Path) -> None:
    release = build(course)
    (course / "course" / "appendix" / "words.md").unlink()
    build(course)
    assert sorted(path.name for path in (release / "appendix").iterdir()) == [
        "README.md",
        "figure.png",
    ]


def test_a_course_without_them_has_no_link_to_them(small_course: Path) -> None:
    release = build(small_course)
    assert not (release / "appendix").exists()
    header = nbformat.read(release / "w90_tiny" / "w90_lesson.ipynb", 4).cells[0].source
    assert header.endswith("[All weeks](../README.md)")
    assert "appendix" not in (release / "README.md").read_text()
