"""A course's secret seed: made once, kept, and read by nobody else."""

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from autograder.errors import InputError
from autograder.judge.seed import FILE, course_seed


def test_a_seed_is_made_once_and_stays(tmp_path: Path) -> None:
    first = course_seed(tmp_path)
    assert course_seed(tmp_path) == first
    assert len(first.value) == 16
    assert course_seed(_other(tmp_path)) != first


def _other(folder: Path) -> Path:
    other = folder / "other"
    other.mkdir()
    return other


def test_it_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    course_seed(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_it_outlives_the_cache(tmp_path: Path) -> None:
    first = course_seed(tmp_path)
    assert not (tmp_path / FILE).is_relative_to(tmp_path / ".autograder")
    for path in (tmp_path / ".autograder").iterdir():
        path.unlink()
    assert course_seed(tmp_path) == first


def test_runs_that_start_together_agree(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        seeds = set(pool.map(course_seed, [tmp_path] * 16))
    assert len(seeds) == 1
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, ".autograder"}


def test_neither_its_digest_nor_its_text_tells_it(tmp_path: Path) -> None:
    seed = course_seed(tmp_path)
    for text in (repr(seed), str(seed), seed.digest):
        assert seed.value.hex() not in text
        assert repr(seed.value) not in text
    assert course_seed(tmp_path).digest == seed.digest
    assert course_seed(_other(tmp_path)).digest != seed.digest


@pytest.mark.parametrize("content", ["", "abc", "0" * 30, "z" * 32, "ü"])
def test_a_file_that_is_no_seed_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=f"{FILE}: this is no seed"):
        course_seed(tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == content


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(InputError, match=rf"{FILE}: the seed of the tests cannot be read \(Is a"):
        course_seed(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / ".autograder").write_text("in the way")
    with pytest.raises(InputError, match=f"{FILE}: the seed of the tests cannot be written"):
        course_seed(tmp_path)
