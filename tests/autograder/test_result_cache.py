"""Results in the cache folder: found by their key, few, and never a reason to fail."""

import os
from pathlib import Path

import pytest

from autograder import result_cache
from autograder.result_cache import ResultCache, content_of, key_of


def test_a_result_is_found_by_kind_unit_and_key() -> None:
    ResultCache("check").keep("w05", "abc", {"points": [1.5, None]})
    assert ResultCache("check").find("w05", "abc").content == {"points": [1.5, None]}
    assert ResultCache("lesson").find("w05", "abc") is None
    assert ResultCache("check").find("w06", "abc") is None
    assert ResultCache("check").find("w05", "abd") is None


def test_only_the_newest_results_of_a_unit_are_kept() -> None:
    cache = ResultCache("check")
    cache.keep("w06", "other", 0)
    for number in range(12):
        cache.keep("w05", f"{number}", number)
        (newest,) = result_cache.cache_folder().rglob(f"w05-{number}.json")
        os.utime(newest, (number, number))  # the clock of a file system may be coarse
    found = [number for number in range(12) if cache.find("w05", f"{number}")]
    assert found == list(range(4, 12))
    assert cache.find("w06", "other") is not None


@pytest.mark.parametrize("text", ["", "[]", '{"content": 1}', '{"obtained": 3, "content": 1}'])
def test_a_damaged_result_is_no_result(text: str) -> None:
    cache = ResultCache("check")
    cache.keep("w05", "abc", 1)
    (path,) = result_cache.cache_folder().rglob("*.json")
    path.write_text(text)
    assert cache.find("w05", "abc") is None


def test_a_key_changes_with_every_part_and_every_name() -> None:
    keys = {
        key_of(a=1, b="x"),
        key_of(a=2, b="x"),
        key_of(a=1, b="y"),
        key_of(a=1, c="x"),
        key_of(a=b"1", b="x1"),
        key_of(a=1),
    }
    assert len(keys) == 6
    assert key_of(a=1, b="x") == key_of(b="x", a=1)


def test_the_content_of_a_folder_is_that_of_its_files_without_what_python_compiled(
    tmp_path: Path,
) -> None:
    (tmp_path / "room" / "__pycache__").mkdir(parents=True)
    (tmp_path / "room" / "one.py").write_text("1")
    (tmp_path / "top.py").write_text("2")
    before = content_of([tmp_path / "room", tmp_path / "top.py"], tmp_path)
    assert list(before) == ["room/one.py", "top.py"]
    (tmp_path / "room" / "__pycache__" / "one.pyc").write_text("compiled")
    assert content_of([tmp_path / "room", tmp_path / "top.py"], tmp_path) == before
    (tmp_path / "room" / "one.py").write_text("3")
    assert content_of([tmp_path / "room", tmp_path / "top.py"], tmp_path) != before
