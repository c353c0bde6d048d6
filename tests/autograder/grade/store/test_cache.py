"""What a kept grade is known by: named values, each of which counts, and nothing else."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from autograder.grade.archive import Archive
from autograder.grade.model import PriorGrades
from autograder.grade.store.cache import GradeCache, fingerprint

ARCHIVE = Archive(b"content")
PRIOR = PriorGrades(
    manual={("p", "a"): 1.0, ("p", "b"): 2.0},
    extra={("p", "a"): 0.5},
    comments={("p", "a"): "well done"},
    due=datetime(2031, 5, 2),
    submitted_at=datetime(2031, 5, 1),
)


@pytest.fixture
def cache(tmp_path: Path) -> GradeCache:
    return GradeCache(tmp_path, "ps1", {"limit": 5})


@pytest.mark.parametrize(
    "other",
    [
        {"manual": {("p", "a"): 1.0}},
        {"extra": {}},
        {"comments": {("p", "a"): "see me"}},
        {"due": None},
    ],
)
def test_what_the_page_shows_of_the_gradebook_counts(
    cache: GradeCache, other: dict[str, object]
) -> None:
    assert cache.grade_key(ARCHIVE, replace(PRIOR, **other)) != cache.grade_key(ARCHIVE, PRIOR)


def test_scores_count_under_their_own_name(cache: GradeCache) -> None:
    one, other = PriorGrades(manual={("p", "a"): 1.0}), PriorGrades(extra={("p", "a"): 1.0})
    assert cache.grade_key(ARCHIVE, one) != cache.grade_key(ARCHIVE, other)


def test_neither_the_order_nor_the_time_of_handing_in_counts(cache: GradeCache) -> None:
    turned = dict(reversed(PRIOR.manual.items()))
    same = replace(PRIOR, manual=turned, submitted_at=None)
    assert cache.grade_key(ARCHIVE, same) == cache.grade_key(ARCHIVE, PRIOR)


def test_the_submission_its_notes_and_the_conditions_count(
    cache: GradeCache, tmp_path: Path
) -> None:
    key = cache.grade_key(ARCHIVE, PRIOR)
    assert cache.grade_key(Archive(b"other"), PRIOR) != key
    assert cache.grade_key(Archive(b"content", ("a note",)), PRIOR) != key
    assert GradeCache(tmp_path, "ps1", {"limit": 6}).grade_key(ARCHIVE, PRIOR) != key
    assert GradeCache(tmp_path, "ps1", {"limit": 5}).grade_key(ARCHIVE, PRIOR) == key


def test_a_copy_of_a_course_keeps_its_grades(tmp_path: Path) -> None:
    keys = {
        GradeCache(root, "ps1", {"gradebook": f"{root}/gradebook.db"}).submission_key(ARCHIVE)
        for root in (tmp_path / "one", tmp_path / "two")
    }
    assert len(keys) == 1


def test_a_fingerprint_tells_the_fields_of_a_value_by_name() -> None:
    assert "due" in fingerprint(PRIOR)
    assert fingerprint(PRIOR) == fingerprint(replace(PRIOR))
