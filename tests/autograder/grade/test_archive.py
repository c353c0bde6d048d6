"""What is taken of a folder: the notebook first, and links for what they lead to."""

import json
import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from autograder.grade import archive
from autograder.grade.archive import Archive, pack
from autograder.grade.intake import parse
from autograder.grade.intake.limits import Bounds, SubmissionLimits
from autograder.grade.intake.outputs import without_outputs
from autograder.grade.intake.parse import UnreadableError, parse_notebook


def write(path: Path, content: bytes = b"1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def unpacked(made: Archive, folder: Path) -> dict[str, bytes]:
    made.unpack(folder)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def shown(*texts: str) -> bytes:
    """Return a notebook whose cell has shown these texts."""
    outputs = [new_output("stream", text=text) for text in texts]
    source = 'print("\\"outputs\\": [")'
    cell = new_code_cell(source, outputs=outputs, metadata={"outputs": [1]}, id="a")
    return json.dumps(new_notebook(cells=[cell, new_code_cell("2", id="b")])).encode()


class TestLimits:
    def test_many_files_leave_the_notebook_and_are_said_in_one_line(self, tmp_path: Path) -> None:
        for number in range(9):
            write(tmp_path / f"a/{number}.png")
        write(tmp_path / "ps1.ipynb")
        write(tmp_path / "a/old.ipynb")
        made = pack(tmp_path, (), Bounds(files=4), ["ps1.ipynb"])
        files = unpacked(made, tmp_path / "out")
        assert set(files) == {"ps1.ipynb", "a/old.ipynb", "a/0.png", "a/1.png"}
        assert made.notes == (
            "'a/2.png' and 6 more were left out: more than 4 files (c.SubmissionLimits.files).",
        )

    def test_a_large_notebook_of_another_name_does_not_crowd_out_the_right_one(
        self, tmp_path: Path
    ) -> None:
        write(tmp_path / "a.ipynb", b"1" * 90)
        write(tmp_path / "ps1.ipynb", b"1" * 90)
        made = pack(tmp_path, (), Bounds(total=100), ["ps1.ipynb"])
        assert set(unpacked(made, tmp_path / "out")) == {"ps1.ipynb"}
        assert "'a.ipynb' was left out: more than 0 MiB in all" in made.notes[0]

    def test_a_large_file_is_left_out_and_the_setting_named(self, tmp_path: Path) -> None:
        write(tmp_path / "film.mp4", b"1" * (2**20 + 1))
        write(tmp_path / "small.csv")
        made = pack(tmp_path, (), Bounds(file=2**20))
        assert set(unpacked(made, tmp_path / "out")) == {"small.csv"}
        assert made.notes == (
            "'film.mp4' was left out: larger than 1 MiB (c.SubmissionLimits.file_mib).",
        )

    def test_the_settings_move_the_limits(self) -> None:
        config = Config()
        config.SubmissionLimits.files = 7
        config.SubmissionLimits.notebook_mib = 1
        found = SubmissionLimits(config=config).values()
        assert found == Bounds(files=7, notebook=2**20)
        assert SubmissionLimits().values() == Bounds()

    def test_what_cannot_be_read_is_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = Path.read_bytes

        def refuse(path: Path) -> bytes:
            if path.name == "secret.csv":
                raise PermissionError(13, "Permission denied")  # root may read everything
            return read(path)

        write(tmp_path / "ps1.ipynb")
        write(tmp_path / "secret.csv")
        monkeypatch.setattr(Path, "read_bytes", refuse)
        made = pack(tmp_path, (), Bounds())
        assert made.notes == ("'secret.csv' was left out: cannot be read (Permission denied).",)
        with pytest.raises(PermissionError):
            pack(tmp_path)

    def test_a_folder_without_end_is_looked_through_in_part(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(20):
            write(tmp_path / f"many/{number}")
        write(tmp_path / "ps1.ipynb")
        monkeypatch.setattr(archive, "_MOST_ENTRIES", 10)
        made = pack(tmp_path, (), Bounds())
        assert "ps1.ipynb" in unpacked(made, tmp_path / "out")
        assert "more than 10 files and folders" in made.notes[0]


class TestOutputs:
    def test_they_go_and_all_else_stays_to_the_byte(self) -> None:
        whole, bare = shown("x" * 1000, '"outputs": [', "]}\\"), shown()
        assert without_outputs(whole, 10**6) == bare
        assert without_outputs(bare, 10**6) == bare
        assert without_outputs(whole, len(bare) - 1) is None

    @pytest.mark.parametrize("data", [b"", b"{", b'"outputs', b"]]]]"])
    def test_what_is_no_notebook_stays(self, data: bytes) -> None:
        assert without_outputs(data, 100) == data

    def test_a_file_that_breaks_off_is_broken_still(self) -> None:
        broken = b'{"cells": [{"outputs": [{'
        assert without_outputs(broken, 100) == b'{"cells": [{"outputs": ['

    def test_they_do_not_count_towards_a_notebooks_size(self, tmp_path: Path) -> None:
        write(tmp_path / "ps1.ipynb", shown("x" * 5000))
        made = pack(tmp_path, (), Bounds(notebook=2000))
        assert unpacked(made, tmp_path / "out") == {"ps1.ipynb": shown()}
        assert made.notes == ()

    def test_a_notebook_that_is_too_large_without_them_is_said(self, tmp_path: Path) -> None:
        write(tmp_path / "ps1.ipynb", shown())
        made = pack(tmp_path, (), Bounds(notebook=200))
        assert unpacked(made, tmp_path / "out") == {}
        assert "without the outputs (c.SubmissionLimits.notebook_mib)" in made.notes[0]

    def test_the_values_of_a_plot_do_not_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parse, "MAX_VALUES", 100)
        notebook, _ = parse_notebook(shown(",,," * 100))
        assert notebook.cells[1].source == "2"
        with pytest.raises(UnreadableError):
            parse_notebook(shown() + b"," * 100)


class TestLinks:
    def test_those_that_stay_inside_are_what_they_lead_to(self, tmp_path: Path) -> None:
        inside = tmp_path / "in"
        write(inside / "real/data.csv", b"data")
        (inside / "ps1.ipynb").symlink_to("real/data.csv")
        (inside / "folder").symlink_to("real")
        made = pack(inside, (), Bounds())
        files = unpacked(made, tmp_path / "out")
        assert files == dict.fromkeys(["ps1.ipynb", "folder/data.csv", "real/data.csv"], b"data")
        assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
        assert made.notes == ()

    def test_those_that_lead_out_or_nowhere_or_in_circles_are_left_out(
        self, tmp_path: Path
    ) -> None:
        inside = tmp_path / "in"
        write(tmp_path / "secret/key")
        write(inside / "a/x")
        (inside / "file").symlink_to(tmp_path / "secret/key")
        (inside / "folder").symlink_to(tmp_path / "secret")
        (inside / "over").symlink_to("folder/key")
        (inside / "gone").symlink_to("nowhere")
        (inside / "self").symlink_to("self")
        (inside / "a/up").symlink_to("..")
        made = pack(inside, (), Bounds())
        assert set(unpacked(made, tmp_path / "out")) == {"a/x"}
        assert set(made.notes) == {
            "'file' and 2 more were left out: a link that leads out of the submission.",
            "'gone' and 1 more were left out: a link that leads nowhere.",
            "'a/up' was left out: a link to a folder that it lies in.",
        }

    def test_the_instructors_own_may_lead_anywhere(self, tmp_path: Path) -> None:
        write(tmp_path / "data/big.csv", b"data")
        (tmp_path / "source").mkdir()
        (tmp_path / "source/data").symlink_to(tmp_path / "data")
        made = pack(tmp_path / "source")
        assert unpacked(made, tmp_path / "out") == {"data/big.csv": b"data"}

    def test_a_pipe_is_left_out(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        made = pack(tmp_path, (), Bounds())
        assert made.notes == ("'pipe' was left out: no ordinary file.",)
