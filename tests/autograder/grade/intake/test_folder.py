"""What intake promises: the right notebook out of any folder, and never an exception."""

import copy
import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grade.intake import folder as intake
from autograder.grade.intake import listing
from autograder.grade.intake.folder import SubmissionFiles, read_submission
from autograder.grade.intake.parse import MAX_CELLS, MAX_CODE, UnreadableError, parse_notebook
from autograder.grade.skeleton import Skeleton, SkeletonCell


def skeleton_of(name: str, *exercises: str) -> Skeleton:
    cells = []
    for exercise in exercises:
        stub = f"def {exercise}(x):\n    raise NotImplementedError()"
        test = f"assert {exercise}(1) == 1, '{exercise} of one'"
        cells += [
            SkeletonCell(exercise, "code", stub, False, True, False, False, None, ""),
            SkeletonCell(f"{exercise}_tests", "code", test, True, False, False, True, 1.0, ""),
        ]
    return Skeleton(name, tuple(cells), None)


HOMEWORK = skeleton_of("w05_assignment", "double", "halve")
LESSON = new_notebook(cells=[new_markdown_cell("# Lesson"), new_code_cell("def double(x): ...")])


def notebook_of(skeleton: Skeleton = HOMEWORK, *, answers: int = 1) -> NotebookNode:
    """Return a release notebook with some exercises answered."""
    cells = []
    for cell in skeleton.cells:
        source = cell.source
        if cell.solution and answers > 0:
            source = source.replace("raise NotImplementedError()", "return x")
            answers -= 1
        marks = {"nbgrader": cell.nbgrader}
        cells.append(new_code_cell(source, id=cell.grade_id, metadata=marks))
    return new_notebook(cells=cells)


def write(path: Path, notebook: NotebookNode | bytes | str, age: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, NotebookNode):
        notebook = json.dumps(notebook)
    path.write_bytes(notebook.encode() if isinstance(notebook, str) else notebook)
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def read(folder: Path, *skeletons: Skeleton, ignore: tuple[str, ...] = ()) -> SubmissionFiles:
    found = read_submission(folder, skeletons or (HOMEWORK,), ignore)
    for notebook in found.notebooks.values():
        nbformat.validate(notebook)
    names = {skeleton.name for skeleton in skeletons or (HOMEWORK,)}
    assert found.notebooks.keys() | found.missing.keys() == names
    assert not found.notebooks.keys() & found.missing.keys()
    for line in [*found.missing.values(), *found.notes]:
        assert line.isprintable()
    return found


def answers_in(found: SubmissionFiles, name: str = "w05_assignment") -> int:
    return sum("return x" in cell.source for cell in found.notebooks[name].cells)


class TestChoosing:
    def test_the_exact_name_needs_no_words(self, tmp_path: Path) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        write(tmp_path / "w05_lesson.ipynb", LESSON)
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert found.notes == ()
        assert set(found.files) == {"w05_lesson.ipynb"}

    @pytest.mark.parametrize(
        "name",
        [
            "w05_assignment (1).ipynb",
            "Copy of w05_assignment.ipynb",
            "Kopie von w05_assignment.ipynb",
            "w05_assignment 的副本.ipynb",
            "w05_assignment-Copy1.ipynb",
            "w05_assignment_final.ipynb",
            "w05_assignment.ipynb.ipynb",
            "W05_Assignment.IPYNB",
            "w05 assignment.ipynb",
            "w05_assignment.ipynb.txt",
            "w05_assignment.ipynb.json",
            "w05_assignment.json",
            "w05_assignment.ipynb (2).json",
            "my answers.ipynb",
            "w05_neural_networks/w05_assignment.ipynb",
            "homework/mine.ipynb",
        ],
    )
    def test_a_copy_under_another_name_is_found_and_named(self, name: str, tmp_path: Path) -> None:
        write(tmp_path / name, notebook_of())
        write(tmp_path / "w05_lesson.ipynb", LESSON)
        found = read(tmp_path)
        assert answers_in(found) == 1
        shown = name if name.isascii() and " " not in name else repr(name)
        note = f"Your file is called {shown}; it was graded as w05_assignment.ipynb."
        assert found.notes == (note,)
        assert set(found.files) == {"w05_lesson.ipynb"}

    @pytest.mark.parametrize("stripped", [False, True])
    def test_neither_a_lesson_nor_another_week_is_taken(
        self, stripped: bool, tmp_path: Path
    ) -> None:
        write(tmp_path / "w05_lesson.ipynb", LESSON)
        other = notebook_of(skeleton_of("w06_assignment", "relu", "sigmoid", "double"), answers=3)
        write(tmp_path / "w06_assignment.ipynb", other)
        found = read(tmp_path)
        assert found.missing == {
            "w05_assignment": "there is no w05_assignment.ipynb, only w05_lesson.ipynb and "
            "w06_assignment.ipynb"
        }

    def test_a_notebook_in_folders_within_folders_has_its_files_beside_it(
        self, tmp_path: Path
    ) -> None:
        inner = tmp_path / "ann/ps1/w05_assignment"
        write(inner / "w05_assignment.ipynb", notebook_of())
        write(inner / "data/a.csv", b"1")
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert found.files["data/a.csv"] == inner / "data/a.csv"
        name = "ann/ps1/w05_assignment/w05_assignment.ipynb"
        assert found.notes == (
            f"Your file is called {name}; it was graded as w05_assignment.ipynb.",
        )

    def test_the_copy_with_most_answers_is_taken_then_the_newest(self, tmp_path: Path) -> None:
        write(tmp_path / "w05_assignment (1).ipynb", notebook_of(answers=1))
        write(tmp_path / "w05_assignment (2).ipynb", notebook_of(answers=2), age=200)
        write(tmp_path / "w05_assignment (3).ipynb", notebook_of(answers=2), age=100)
        found = read(tmp_path)
        assert answers_in(found) == 2
        assert "Your file is called 'w05_assignment (3).ipynb'" in found.notes[0]
        assert "There are also 'w05_assignment (1).ipynb' and" in found.notes[1]
        assert found.files == {}

    def test_the_exact_name_wins_over_a_copy_with_more_answers(self, tmp_path: Path) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of(answers=1))
        write(tmp_path / "w05_assignment-Copy1.ipynb", notebook_of(answers=2))
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert found.notes == (
            "There is also w05_assignment-Copy1.ipynb; w05_assignment.ipynb was graded.",
        )

    @pytest.mark.parametrize(
        ("original", "why"),
        [
            ("{broken", "is broken: no JSON (line 1, column 2: Expecting"),
            (b"", "is empty"),
            ("{}", "is not a notebook: it has no list of cells"),
            (notebook_of(answers=0), "has no answers"),
        ],
    )
    def test_a_copy_stands_in_for_an_original_that_is_worth_nothing(
        self, original: Any, why: str, tmp_path: Path
    ) -> None:
        write(tmp_path / "w05_assignment.ipynb", original)
        write(tmp_path / "w05_assignment (1).ipynb", notebook_of())
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert found.notes[0].startswith(f"w05_assignment.ipynb {why}")
        assert found.notes[0].endswith("; 'w05_assignment (1).ipynb' was graded instead.")
        assert found.files == {}

    def test_a_notebook_without_metadata_is_known_by_its_content(self, tmp_path: Path) -> None:
        notebook = notebook_of(answers=2)
        for number, cell in enumerate(notebook.cells):
            cell.metadata, cell.id = NotebookNode(), f"x{number}"
        write(tmp_path / "untitled.ipynb", notebook)
        assert answers_in(read(tmp_path)) == 2

    def test_each_of_two_notebooks_gets_its_own_file(self, tmp_path: Path) -> None:
        short, long = skeleton_of("problem1", "double"), skeleton_of("problem1_extra", "halve")
        write(tmp_path / "Copy of problem1.ipynb", notebook_of(short))
        write(tmp_path / "Copy of problem1_extra.ipynb", notebook_of(long))
        found = read(tmp_path, short, long)
        assert found.notebooks["problem1"].cells[0].id == "double"
        assert found.notebooks["problem1_extra"].cells[0].id == "halve"

    def test_one_missing_of_two_does_not_take_the_other_ones_file(self, tmp_path: Path) -> None:
        first, second = skeleton_of("ps1", "double"), skeleton_of("ps2", "double")
        write(tmp_path / "ps2.ipynb", notebook_of(second))
        found = read(tmp_path, first, second)
        assert found.missing == {"ps1": "there is no ps1.ipynb, only ps2.ipynb"}
        assert set(found.notebooks) == {"ps2"}


class TestMissing:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "is empty"),
            (b"PK\x03\x04", "is a zip archive, not a notebook"),
            ("<!DOCTYPE html>", "is a web page, not a notebook"),
            ("[1, 2]", "is not a notebook: it has no list of cells"),
            ('{"cells": []}', "has no cells"),
            ('{"cells": [', "is broken: no JSON (line 1, column 12: Expecting value)"),
            ("[" * 100_000, "is nested too deeply to be read"),
            ('{"cells": ' + '{"a":' * 50_000, "is nested too deeply to be read"),
            ('{"n": ' + "1" * 5000 + "}", "is broken: a number in it is too long"),
            ("[" + "[]," * 2_000_000, "holds too many values to be read"),
            (json.dumps({"cells": [{}] * (MAX_CELLS + 1)}), "has 5001 cells; the limit is 5000"),
        ],
        ids=lambda value: value if isinstance(value, str) and len(value) < 70 else "",
    )
    def test_an_unreadable_file_has_a_reason(
        self, content: bytes | str, why: str, tmp_path: Path
    ) -> None:
        write(tmp_path / "w05_assignment.ipynb", content)
        assert read(tmp_path).missing == {"w05_assignment": f"w05_assignment.ipynb {why}"}

    def test_a_file_too_large_is_not_even_read(self, tmp_path: Path) -> None:
        with open(tmp_path / "w05_assignment.ipynb", "wb") as stream:
            stream.truncate(2**40)
        reason = read(tmp_path).missing["w05_assignment"]
        assert "is too large (1048576 MiB; the limit is 64 MiB without the outputs" in reason

    def test_a_symbolic_link_is_not_followed(self, tmp_path: Path) -> None:
        write(tmp_path / "secret.ipynb", notebook_of())
        (tmp_path / "in").mkdir()
        (tmp_path / "in/w05_assignment.ipynb").symlink_to(tmp_path / "secret.ipynb")
        (tmp_path / "in/folder").symlink_to(tmp_path)
        found = read(tmp_path / "in")
        assert found.missing == {"w05_assignment": "w05_assignment.ipynb is a symbolic link"}
        assert found.files == {}
        assert "folder is a symbolic link and was left out." in found.notes

    def test_a_pipe_or_a_folder_is_no_notebook(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "w05_assignment.ipynb")
        reason = "w05_assignment.ipynb is not an ordinary file"
        assert read(tmp_path).missing == {"w05_assignment": reason}
        os.unlink(tmp_path / "w05_assignment.ipynb")
        write(tmp_path / "w05_assignment.ipynb/x.csv", b"1")
        found = read(tmp_path)
        assert found.missing == {"w05_assignment": "w05_assignment.ipynb is a folder"}
        assert found.files == {}  # the graded notebook is written there

    def test_no_folder_or_an_empty_one(self, tmp_path: Path) -> None:
        reason = read(tmp_path / "nowhere").missing["w05_assignment"]
        assert reason == "the folder cannot be read (No such file or directory)"
        assert "the folder is empty" in read(tmp_path).missing["w05_assignment"]

    def test_a_folder_or_file_without_permission(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        monkeypatch.setattr(os, "open", refuse)  # root may read everything
        reason = "w05_assignment.ipynb cannot be read (Permission denied)"
        assert read(tmp_path).missing == {"w05_assignment": reason}
        monkeypatch.setattr(os, "scandir", refuse)
        reason = "the folder cannot be read (Permission denied)"
        assert read(tmp_path).missing == {"w05_assignment": reason}


class TestFiles:
    def test_other_files_are_listed_but_what_is_ignored(self, tmp_path: Path) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        for name in ("a.csv", "data/b.csv", "timestamp.txt", "feedback/page.html", "x.pyc"):
            write(tmp_path / name, b"1")
        for name in (".ipynb_checkpoints/w05_assignment-checkpoint.ipynb", "__MACOSX/._a.csv"):
            write(tmp_path / name, b"1")
        found = read(tmp_path, ignore=("*.pyc", "feedback"))
        assert set(found.files) == {"a.csv", "data/b.csv", "timestamp.txt"}
        assert found.files["data/b.csv"] == tmp_path / "data/b.csv"
        assert found.notes == ()

    def test_a_pattern_that_ignores_notebooks_does_not_lose_the_submission(
        self, tmp_path: Path
    ) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        assert answers_in(read(tmp_path, ignore=("*.ipynb", "*"))) == 1

    def test_links_pipes_and_sockets_are_left_out(self, tmp_path: Path) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        (tmp_path / "data.csv").symlink_to("/etc/passwd")
        (tmp_path / "broken").symlink_to("nowhere")
        os.mkfifo(tmp_path / "pipe")
        os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
        found = read(tmp_path)
        assert found.files == {}
        assert "data.csv is a symbolic link and was left out." in found.notes
        assert "pipe is not an ordinary file and was left out." in found.notes

    def test_a_folder_without_end_is_looked_through_in_part(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path / "w05_assignment.ipynb", notebook_of())
        write(tmp_path / "/".join(["deep"] * 40) / "x", b"1")
        for number in range(100):
            write(tmp_path / f"many/{number}", b"")
            (tmp_path / f"link{number}").symlink_to("x")
        monkeypatch.setattr(listing, "MAX_ENTRIES", 150)
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert len(found.files) < 60
        assert len(found.notes) == intake.MAX_NOTES + 1

    @pytest.mark.parametrize(
        "name",
        [
            b"-rf",
            b"new\nline",
            b"\x1b[31mred",
            b"\xff\xfe bytes",
            "\u202efdp.exe".encode(),
            "日本語.csv".encode(),
            b"x" * 255,
            b"\xff/w05_assignment.ipynb",
            b"\xffw05_assignment.ipynb",
            b"w05_assignment\n.ipynb",
        ],
    )
    def test_odd_names_break_nothing(self, name: bytes, tmp_path: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        write(path, notebook_of())
        write(tmp_path / "w05_assignment (1).ipynb", notebook_of())
        found = read(tmp_path)
        assert answers_in(found) == 1
        assert all(key.encode() for key in found.files)


class TestParsing:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
    def test_any_encoding_and_line_end_of_a_file(self, encoding: str) -> None:
        text = json.dumps(notebook_of(), indent=1, ensure_ascii=False).replace("\n", "\r\n")
        notebook, notes = parse_notebook(text.replace("return x", "return 'é'").encode(encoding))
        assert "return 'é'" in notebook.cells[0].source
        assert notes == ()

    def test_an_old_code_page_is_read_and_noted(self) -> None:
        data = json.dumps({"cells": [{"cell_type": "code", "source": "é"}]}, ensure_ascii=False)
        notebook, notes = parse_notebook(data.encode("cp1252"))
        assert notebook.cells[0].source == "é"
        assert "is not saved as UTF-8" in notes[0]

    @pytest.mark.parametrize(
        "version", [(2, 0), (3, 0), (4, 0), (4, 4), (4, 99), (5, 0), ("x", None)]
    )
    def test_any_version(self, version: tuple[Any, Any]) -> None:
        major, minor = version
        code = {"cell_type": "code", "metadata": {}, "outputs": [{}], "source": ["a = 1\n", "b"]}
        prose = {"cell_type": "heading", "level": 2, "source": "Title"}
        raw: dict[str, Any] = {"nbformat": major, "nbformat_minor": minor, "metadata": {}}
        if major in (2, 3):
            code["input"] = code.pop("source")
            raw["worksheets"] = [{"cells": [code]}, {"cells": [prose, 5]}, 7]
        else:
            raw["cells"] = [code, {**prose, "cell_type": "markdown", "source": "## Title"}]
        data = json.dumps(raw).encode()
        notebook, _ = parse_notebook(data)
        nbformat.validate(notebook)
        assert [cell.source for cell in notebook.cells] == ["a = 1\nb", "## Title"]
        assert parse_notebook(data)[0] == notebook  # not random in any id

    @pytest.mark.parametrize(
        ("cell", "source", "cell_type"),
        [
            ({"cell_type": "code"}, "", "code"),
            ({"cell_type": "code", "source": None, "metadata": None}, "", "code"),
            ({"cell_type": "code", "source": ["a", 1, None, "b"]}, "ab", "code"),
            ({"cell_type": "code", "source": "a\r\nb\rc"}, "a\nb\nc", "code"),
            ({"cell_type": "code", "source": "a\0b\ud800"}, "ab\ufffd", "code"),
            ({"cell_type": "sql", "source": "a"}, "a", "raw"),
            ({"cell_type": ["code"], "source": "a", "execution_count": 3}, "a", "code"),
            ({"cell_type": "heading", "source": "a"}, "a", "markdown"),
            ({"cell_type": "code", "source": "a", "id": "!"}, "a", "code"),
            ({"cell_type": "code", "source": "a", "id": 5, "outputs": 5, "x": 5}, "a", "code"),
            ({"cell_type": "raw", "source": "a", "attachments": {"b": 5}}, "a", "raw"),
            ({"cell_type": "code", "metadata": {"tags": "a", "nbgrader": [1]}}, "", "code"),
            ({"cell_type": "code", "metadata": {"nbgrader": {"grade_id": {}}}}, "", "code"),
        ],
    )
    def test_an_invalid_cell_is_mended(
        self, cell: dict[str, Any], source: str, cell_type: str
    ) -> None:
        data = json.dumps({"cells": [cell, cell, 5, None, []], "nbformat": 4})
        notebook, notes = parse_notebook(data.encode())
        nbformat.validate(notebook)
        assert [(c.source, c.cell_type) for c in notebook.cells] == [(source, cell_type)] * 2
        assert notes == ("had entries that are not cells; they were left out.",)

    def test_cell_ids_are_made_unique_and_colabs_are_found(self) -> None:
        cells = [{"id": "a"}, {"id": "a"}, {}, {"metadata": {"id": "colab"}}, {"id": "cell-3"}]
        notebook, _ = parse_notebook(json.dumps({"cells": cells}).encode())
        ids = [cell.id for cell in notebook.cells]
        assert (ids[0], ids[3], ids[4]) == ("a", "colab", "cell-3")
        assert len(set(ids)) == 5

    def test_outputs_go_and_attachments_and_marks_stay(self) -> None:
        notebook = notebook_of()
        notebook.cells[0].outputs = [new_output("stream", text="x" * 10)]
        notebook.cells[0].metadata.update(tags=["a"], collapsed=True, scrolled=False)
        image = {"a.png": {"image/png": "AAAA"}}
        notebook.cells.append(new_markdown_cell("x", attachments=image))
        before = copy.deepcopy(notebook)
        parsed, _ = parse_notebook(json.dumps(notebook).encode())
        assert parsed.cells[0].outputs == []
        assert parsed.cells[-1].attachments == image
        del before.cells[0].metadata["scrolled"]
        assert parsed.cells[0].metadata == before.cells[0].metadata

    def test_a_cell_that_is_far_too_long_is_cut_and_noted(self) -> None:
        notebook = new_notebook(cells=[new_code_cell("#" * (MAX_CODE + 1)), new_code_cell("1")])
        parsed, notes = parse_notebook(json.dumps(notebook).encode())
        assert [len(cell.source) for cell in parsed.cells] == [MAX_CODE, 1]
        assert notes == ("has 1 cells that are far too long; they were cut off.",)

    def test_metadata_that_steer_other_programs_go(self) -> None:
        cell = {"trusted": True, "execution": {"a": 1}, "mine": {"a": [None, 1.5]}, "jupyter": 5}
        whole = {"widgets": {}, "jupytext": {"formats": "../x//py"}, "kernelspec": 5, "mine": 1}
        raw = {"cells": [{"cell_type": "code", "source": "", "metadata": cell}], "metadata": whole}
        notebook, _ = parse_notebook(json.dumps(raw).encode())
        nbformat.validate(notebook)
        assert notebook.metadata == {"mine": 1}
        assert notebook.cells[0].metadata == {"mine": {"a": [None, 1.5]}}

    @pytest.mark.parametrize(
        "metadata",
        [
            {"name": "a\nb", "format": 5, "collapsed": "yes", "tags": 5},
            {"jupyter": {"source_hidden": 1, "outputs_hidden": True}, "x": "\ud800"},
            {"name": "", "title": 5, "authors": {}, "x": float("nan")},
        ],
    )
    def test_metadata_are_valid_afterwards(self, metadata: dict[str, Any]) -> None:
        cell = {"cell_type": "code", "source": "", "metadata": metadata}
        raw = {"cells": [cell], "metadata": metadata}
        notebook, _ = parse_notebook(json.dumps(raw).encode())
        nbformat.validate(notebook)
        assert nbformat.writes(notebook).encode()

    def test_deep_metadata_go_no_further(self) -> None:
        deep: Any = 0
        for _ in range(300):
            deep = [deep]
        marks = {"grade_id": "double", "points": deep, "x": {"y": deep}}
        cell = {"cell_type": "code", "source": "", "metadata": {"nbgrader": marks, "z": deep}}
        notebook, _ = parse_notebook(json.dumps({"cells": [cell], "metadata": deep}).encode())
        assert notebook.cells[0].metadata == {"nbgrader": {"grade_id": "double"}}

    def test_bytes_that_are_anything_are_read_or_refused_in_a_moment(self) -> None:
        good = json.dumps(notebook_of()).encode()
        begin = time.monotonic()
        for index in range(0, len(good), 3):
            for data in (good[:index], good[:index] + b"\xff\x00" + good[index + 2 :]):
                try:
                    nbformat.validate(parse_notebook(data)[0])
                except UnreadableError:
                    continue
        assert time.monotonic() - begin < 30
