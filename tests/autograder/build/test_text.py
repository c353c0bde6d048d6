"""How a text is read: as every editor writes it, with fences as Markdown and jupytext have them."""

import re
from pathlib import Path

import pytest

from autograder.build.text import TextCell, read_text
from autograder.check.mistakes import parse_mistakes
from autograder.cli import main
from autograder.errors import InputError
from autograder.files import read_utf8
from autograder.notebooks import read_notebook

BOM = b"\xef\xbb\xbf"
WINDOWS_FILES = ("syllabus.yml", "w90_tiny/lesson.md", "w90_tiny/assignment.md")


def cells(folder: Path, text: str) -> list[TextCell]:
    path = folder / "lesson.md"
    path.write_text(text, encoding="utf-8")
    return read_text(path)


def refusal(folder: Path, text: str) -> InputError:
    with pytest.raises(InputError) as refused:
        cells(folder, text)
    return refused.value


class TestEditors:
    @pytest.mark.parametrize("name", WINDOWS_FILES)
    def test_a_windows_editor_changes_nothing_in_what_is_built(
        self, name: str, small_course: Path
    ) -> None:
        build = ["build", "--course-dir", str(small_course)]
        assert main(build) == 0
        path = small_course / "course" / name
        path.write_bytes(BOM + path.read_bytes().replace(b"\n", b"\r\n"))
        assert main([*build, "--check"]) == 0

    def test_it_loses_no_block_of_the_mistakes(self, small_course: Path) -> None:
        path = small_course / "course/w90_tiny/mistakes.py"
        cells = dict.fromkeys(("double", "halve", "quiz"), "")
        expected = parse_mistakes(path, cells)
        path.write_bytes(BOM + path.read_bytes().replace(b"\n", b"\r\n"))
        assert parse_mistakes(path, cells) == expected

    def test_a_notebook_with_a_byte_order_mark_is_read(self, small_course: Path) -> None:
        main(["build", "--course-dir", str(small_course)])
        path = small_course / "release/w90_tiny/w90_lesson.ipynb"
        expected = read_notebook(path)
        path.write_bytes(BOM + path.read_bytes())
        assert read_notebook(path) == expected

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    @pytest.mark.parametrize("name", WINDOWS_FILES)
    def test_utf_16_is_one_line_that_names_the_file(
        self, name: str, encoding: str, small_course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = small_course / "course" / name
        path.write_bytes(path.read_text().encode(encoding))
        assert main(["build", "--course-dir", str(small_course)]) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert line.startswith(f"autograder build: {path}: this is UTF-16")
        assert "save it as UTF-8" in line

    def test_another_encoding_names_the_byte(self, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_bytes("naïve".encode("latin-1"))
        with pytest.raises(InputError, match=r"a\.md: this is not a UTF-8 text \(byte 2\)"):
            read_utf8(tmp_path / "a.md")


class TestFences:
    @pytest.mark.parametrize("closing", ["````", "`````", "````  "])
    def test_a_longer_fence_holds_backticks(self, closing: str, tmp_path: Path) -> None:
        code = 'text = """\n```\nfoo\n```\n"""\nprint(text)'
        found = cells(tmp_path, f"# A\n\n````python\n{code}\n{closing}\n\n```python\na = 10\n```\n")
        assert [(cell.kind, cell.source) for cell in found] == [
            ("markdown", "# A"),
            ("code", code),
            ("code", "a = 10"),
        ]
        assert [cell.line for cell in found] == [0, 4, 13]

    def test_empty_lines_at_the_top_of_a_cell_do_not_move_its_lines(self, tmp_path: Path) -> None:
        (cell,) = cells(tmp_path, "```python\n\n\na = 1\n```\n")
        assert (cell.source, cell.line) == ("a = 1", 4)
        assert refusal(tmp_path, "```python\n\na = 1\na = = 2\n```\n").line == 4

    def test_a_longer_fence_closes_a_shorter_one(self, tmp_path: Path) -> None:
        found = cells(tmp_path, "```python\na = 1\n````\n\ntext\n")
        assert [cell.source for cell in found] == ["a = 1", "text"]

    @pytest.mark.parametrize("closing", ["", "```\n", "~~~~\n"])
    def test_a_fence_that_is_never_closed_names_its_own_line(
        self, closing: str, tmp_path: Path
    ) -> None:
        error = refusal(tmp_path, f"# A\n\n````python\na = 1\n{closing}")
        assert error.line == 3
        assert "this fence is never closed: write ```` below it" in str(error)

    def test_a_string_that_the_fence_would_cut_is_refused_with_the_way_to_write_it(
        self, tmp_path: Path
    ) -> None:
        error = refusal(tmp_path, '```python\na = """\n```\n"""\n```\n')
        assert error.line == 3
        assert "with one backtick more, ````python" in str(error)

    def test_text_between_tildes_stays_prose(self, tmp_path: Path) -> None:
        text = "~~~~python\na = 1\n~~~\nb = 2\n~~~~"
        assert cells(tmp_path, text) == [TextCell("markdown", text, {}, 0)]

    @pytest.mark.parametrize("line", ["```python", '<!-- #region manual="a" points=1 -->'])
    def test_what_would_begin_a_cell_between_tildes_is_refused(
        self, line: str, tmp_path: Path
    ) -> None:
        error = refusal(tmp_path, f"~~~text\n{line}\na = 1\n```\n~~~\n")
        assert error.line == 2
        assert "put a space before it" in str(error)

    @pytest.mark.parametrize("opening", ["~~~", "~~~~text", "```", "```text"])
    def test_prose_that_is_never_closed_is_named(self, opening: str, tmp_path: Path) -> None:
        error = refusal(tmp_path, f"# A\n\n{opening}\nwords\n")
        assert error.line == 3
        marks = re.match("[`~]+", opening)[0]
        assert f"never closed: write {marks} below it" in str(error)

    def test_a_longer_fence_of_prose_would_hide_the_next_cell(self, tmp_path: Path) -> None:
        error = refusal(tmp_path, "````text\nwords\n````\n\n```python\na = 1\n```\n")
        assert error.line == 1
        assert "only to be read with ~~~" in str(error)
