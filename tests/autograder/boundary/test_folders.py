"""Files that a test or the learner's code writes are seen by both."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from autograder.boundary import folders, trees
from autograder.boundary.connection import Malformed
from autograder.boundary.exceptions import Failure

SOURCE = """
import os, tempfile
from pathlib import Path
import numpy as np

# A notebook has a folder for temporary files, and a working folder, of its own.
own = tempfile.mkdtemp()
tempfile.tempdir = own
os.makedirs(os.path.join(own, "work"))
os.chdir(os.path.join(own, "work"))

def save(array, path):
    np.save(path, array)

def load(path):
    return np.load(path)

def text(path):
    return Path(path).read_text()

def write(path, text):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def remove(path):
    os.remove(path)

def listed(path):
    return sorted(os.listdir(path))

def place(path):
    return path, isinstance(path, (str, Path)) and str(path).startswith(own)

def left():
    return sorted(str(p.relative_to(own)) for p in Path(own).rglob("*"))
"""


@pytest.fixture
def here(notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return notebook(SOURCE)


@pytest.mark.parametrize("kind", [str, Path])
def test_what_the_learner_saves_a_test_can_load_and_the_other_way_round(here, kind: type) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = kind(Path(folder, "a.npy"))
        here["save"](np.arange(3), path)
        assert np.load(path).tolist() == [0, 1, 2]
        np.save(path, np.ones(2))
        assert here["load"](path).tolist() == [1, 1]
    here.another_test()
    assert here["left"]() == ["work"]


def test_a_path_is_the_same_place_in_both_and_comes_back_as_it_was(here) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in (folder, Path(folder), f"{folder}/a/b.txt", Path(folder, "c")):
            back, is_own = here["place"](path)
            assert back == path
            assert type(back) is type(path)
            assert is_own
        assert here["place"]([{"a": folder}])[0] == [{"a": folder}]


def test_folders_in_folders_changes_and_deletions(here) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in/deep").mkdir(parents=True)
        Path(folder, "in/deep/a.txt").write_text("a")
        Path(folder, "b.txt").write_text("b")
        assert here["text"](Path(folder, "in/deep/a.txt")) == "a"
        assert here["listed"](folder) == ["b.txt", "in"]
        here["write"](Path(folder, "new/c.txt"), "c")
        here["write"](Path(folder, "b.txt"), "B")
        here["remove"](Path(folder, "in/deep/a.txt"))
        assert Path(folder, "new/c.txt").read_text() == "c"
        assert Path(folder, "b.txt").read_text() == "B"
        assert os.listdir(Path(folder, "in/deep")) == []
        Path(folder, "b.txt").unlink()
        assert here["listed"](folder) == ["in", "new"]


def test_a_callback_sees_what_was_written_and_the_learner_what_it_writes(notebook, here) -> None:
    source = """
        from pathlib import Path
        def f(save, path):
            Path(path, "a.txt").write_text("a")
            save(path)
            return Path(path, "b.txt").read_text()
    """
    other = notebook(source)

    def save(path: str) -> None:
        Path(path, "b.txt").write_text(Path(path, "a.txt").read_text() + "b")

    with tempfile.TemporaryDirectory() as folder:
        assert other["f"](save, folder) == "ab"


def test_files_come_with_an_error(here) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with pytest.raises(FileNotFoundError):
            here["text"](Path(folder, "missing.txt"))
        here["write"](Path(folder, "a.txt"), "a")
        with pytest.raises(TypeError):
            here["write"](Path(folder, "b.txt"), 3)
        assert Path(folder, "a.txt").read_text() == "a"


def test_a_relative_name_is_a_file_of_the_working_folder(here) -> None:
    here["save"](np.arange(3), "a.npy")
    assert np.load("a.npy").tolist() == [0, 1, 2]
    Path("out").mkdir()
    Path("out/b.txt").write_text("b")
    assert here["text"](Path("out/b.txt")) == "b"
    here.another_test()
    assert here["left"]() == ["work"] or here["left"]() == ["work", "work/out"]


def test_what_the_learner_writes_in_a_test_is_gone_after_it(here) -> None:
    here["write"](Path("other.md"), "x")
    assert Path("other.md").read_text() == "x"
    here.another_test()
    assert here["left"]() == ["work"]


def test_a_notebook_s_own_file_of_that_name_is_kept(notebook, here, tmp_path) -> None:
    source = """
        import os, tempfile
        from pathlib import Path
        os.chdir(tempfile.mkdtemp())
        Path("kept.txt").write_text("the learner's")
        def read(path):
            return Path(path).read_text()
        def own():
            return Path("kept" + ".txt").read_text()
    """
    other = notebook(source)
    Path("kept.txt").write_text("the test's")
    assert other["own"]() == "the learner's"
    assert other["read"]("kept.txt") == "the test's"
    assert other["own"]() == "the test's"
    other.another_test()
    assert other["own"]() == "the learner's"
    assert Path("kept.txt").read_text() == "the test's"


def test_other_text_is_text(here) -> None:
    for text in ("/etc/passwd", "a/b", "3.14", "..", "../x.txt", "https://a.b/c.d", "/", ""):
        assert here["place"](text) == (text, False)


def test_links_are_not_followed_on_the_way_back(here, tmp_path) -> None:
    source = tmp_path / "secret.txt"
    source.write_text("secret")
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(source, Path(folder, "link"))
        os.symlink(tmp_path, Path(folder, "elsewhere"))
        assert here["listed"](folder) == []
        with pytest.raises(Failure):
            here["write"](Path(folder, "elsewhere/secret.txt"), "changed")
        assert source.read_text() == "secret"


@pytest.mark.parametrize(
    "news",
    [
        ["temporary", "shared", [], [], [[["..", "a"], 0]]],
        ["temporary", "shared", [], [], [[["/etc/x"], 0]]],
        ["temporary", "shared", [], [], [[["a/../../b"], 0]]],
        ["temporary", "shared", [], [], [[[""], 0]]],
        ["temporary", "shared", [], [], [[["a\0b"], 0]]],
        ["temporary", "shared", [], [], [[["a" * 300], 0]]],
        ["temporary", "shared", [], [], [[["a"] * 30, 0]]],
        ["temporary", "shared", [], [], [[["link", "a"], 0]]],
        ["temporary", "shared", [], [], [[["a"], 7]]],
        ["temporary", "shared", [[".."]], [], []],
        ["temporary", "shared", [], [["..", "x"]], []],
        ["temporary", "other", [], [], [[["a"], 0]]],
        ["temporary", "..", [], [], [[["a"], 0]]],
        ["working", "a.txt", [], [], [[[], 0]]],
        ["elsewhere", "shared", [], [], [[["a"], 0]]],
        [3],
        [["a"], "shared", [], [], []],
    ],
    ids=str,
)
def test_the_judge_writes_nowhere_else(news: list, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    shared = tmp_path / "temporary" / "shared"
    shared.mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, shared / "link")
    monkeypatch.chdir(outside)

    class Decoder:
        def buffer(self, number: int) -> bytes:
            return [b"x"][number]

    judge = folders.Folders(is_judge=True)
    judge.encode_text(str(shared))
    with pytest.raises((Malformed, OSError, TypeError, ValueError, IndexError)):
        judge.learn([news], Decoder())
    assert sorted(os.listdir(tmp_path)) == ["outside", "temporary"]
    assert os.listdir(outside) == []
    assert os.listdir(tmp_path / "temporary") == ["shared"]
    assert os.listdir(shared) == ["link"]


def test_a_place_around_the_judge_is_not_shared(notebook, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "judges" / "1").mkdir(parents=True)
    (tmp_path / "judges" / "secret.txt").write_text("secret")
    monkeypatch.chdir(tmp_path / "judges" / "1")
    source = "import os\ndef f(path):\n    return os.path.exists(path)"
    # The notebook sees this process's files here, so what counts is what is sent.
    here = notebook(source)
    for path in (
        str(tmp_path / "judges"),
        tmp_path / "judges",
        Path("."),
        Path(".."),
        "helpers.py",
    ):
        here["f"](path)
    assert here.judge.folders._known == {}


def test_a_folder_that_is_too_much_is_an_error_of_its_own(here, monkeypatch) -> None:
    monkeypatch.setattr(trees, "_MOST_ENTRIES", 10)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            Path(folder, str(number)).touch()
        with pytest.raises(TypeError, match="too many files"):
            here["listed"](folder)


def test_files_without_end_cost_the_test(here, monkeypatch) -> None:
    monkeypatch.setattr(folders, "_MOST_BYTES", 1000)
    with tempfile.TemporaryDirectory() as folder, pytest.raises(Failure):
        here["write"](Path(folder, "a.txt"), "a" * 2000)


def test_the_judge_s_objects_write_for_the_learner_only_where_both_see(notebook, tmp_path) -> None:
    class Model:
        def save(self, path: str) -> None:
            Path(path).write_text("weights")

    Model.__module__ = "library"
    source = """
        def f(model, path):
            model.save(path)
        def g(model, path):
            model.save(str(path) + "/../../escaped.txt")
        def h(model):
            model.save("/tmp/escaped.txt")
        def i(model):
            model.save("numpy.py")
    """
    here = notebook(source)
    with tempfile.TemporaryDirectory() as folder:
        here["f"](Model(), Path(folder, "weights.txt"))
        assert Path(folder, "weights.txt").read_text() == "weights"
        for name, arguments in (("g", [folder]), ("h", []), ("i", [])):
            with pytest.raises(PermissionError):
                here[name](Model(), *arguments)
