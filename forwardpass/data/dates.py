"""Dates as people write them, beside the same dates as ISO 8601 writes them: a small translation.

Since the dates are generated, it is known which characters of the source tell which character of
the target: what attention finds can be compared with the truth.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

Part = Literal["train", "test"]

_FIRST, _LAST = date(1950, 1, 1), date(2049, 12, 31)  # so two digits of a year tell its century
_TEST = 0.1  # fraction of all days that only the test part has

_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GERMAN_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
_ENGLISH_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_GERMAN_DAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]

# Fields stand between braces. No form leaves open which number is the day and which the month.
DATE_FORMS = (
    "{d} {month} {yyyy}",
    "{d} {mon} {yyyy}",
    "{d} {mon} {yy}",
    "{month} {d}, {yyyy}",
    "{mon} {dth}, {yyyy}",
    "the {dth} of {month} {yyyy}",
    "{weekday}, {d} {month} {yyyy}",
    "{weekday}, {month} {d}, {yyyy}",
    "{wday} {d} {mon} {yy}",
    "{yyyy} {mon} {dd}",
    "{d}.{m}.{yyyy}",
    "{dd}.{mm}.{yy}",
    "{d}. {monat} {yyyy}",
    "{wochentag}, den {d}. {monat} {yyyy}",
)


@dataclass(frozen=True)
class Dates:
    """Dates in many forms, each with its ISO form and with what tells what.

    Attributes
    ----------
    sources : tuple of str
        As people write them, in lower case: ``"saturday, 9 may 1998"``.
    targets : tuple of str
        The same dates as ``"1998-05-09"``, ten characters each.
    alignments : tuple of numpy.ndarray of bool, each of shape (10, len(source))
        True where a character of the source tells a character of the target. A row of digits has
        the characters of its field: a year's digits one another's, month and day as a whole, and
        the century of a two-digit year both its digits. The rows of the hyphens are all False.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    alignments: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        """Return the number of dates."""
        return len(self.sources)


def dates(m: int, part: Part = "train", *, seed: int = 0) -> Dates:
    """Return dates from 1950 to 2049 in fourteen English and German forms.

    Parameters
    ----------
    m : int
        Number of dates.
    part : {"train", "test"}
        No day of the one part is in the other, in whatever form.
    seed : int
        Seed of the days and of their forms.

    Returns
    -------
    Dates

    Raises
    ------
    ValueError
        If the part is unknown.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part is {part!r}: it is "train" or "test".')
    count = (_LAST - _FIRST).days + 1
    # The split is the same for every seed.
    days = np.random.default_rng(12).permutation(count)
    tested = round(_TEST * count)
    days = days[tested:] if part == "train" else days[:tested]
    rng = np.random.default_rng([seed, part == "test"])
    made = []
    for day, form in zip(
        rng.choice(days, size=m), rng.integers(len(DATE_FORMS), size=m), strict=True
    ):
        when = _FIRST + timedelta(days=int(day))
        source, spans = _written(when, DATE_FORMS[form])
        made.append((source, when.isoformat(), _alignment(len(source), spans)))
    sources, targets, alignments = zip(*made, strict=True) if made else ((), (), ())
    return Dates(sources, targets, alignments)


def _written(when: date, form: str) -> tuple[str, dict[str, range]]:
    """Return a date in some form, and where in it the year, the month and the day stand."""
    day, month = when.day, when.month - 1
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    fields = {
        "d": ("day", f"{day}"),
        "dd": ("day", f"{day:02d}"),
        "dth": ("day", f"{day}{ending}"),
        "m": ("month", f"{month + 1}"),
        "mm": ("month", f"{month + 1:02d}"),
        "mon": ("month", _ENGLISH_MONTHS[month][:3]),
        "month": ("month", _ENGLISH_MONTHS[month]),
        "monat": ("month", _GERMAN_MONTHS[month]),
        "yy": ("year", f"{when.year % 100:02d}"),
        "yyyy": ("year", f"{when.year}"),
        "wday": ("weekday", _ENGLISH_DAYS[when.weekday()][:3]),
        "weekday": ("weekday", _ENGLISH_DAYS[when.weekday()]),
        "wochentag": ("weekday", _GERMAN_DAYS[when.weekday()]),
    }
    text, spans = "", {}
    for number, piece in enumerate(re.split(r"[{}]", form)):
        if number % 2 == 0:  # what stands between two fields
            text += piece
            continue
        what, written = fields[piece]
        spans[what] = range(len(text), len(text) + len(written))
        text += written
    return text.lower(), spans


def _alignment(length: int, spans: dict[str, range]) -> np.ndarray:
    """Return which source characters tell each of the ten characters YYYY-MM-DD."""
    table = np.zeros((10, length), dtype=bool)
    table[5:7, list(spans["month"])] = True
    table[8:10, list(spans["day"])] = True
    year = list(spans["year"])
    for row, column in zip((2, 3), year[-2:], strict=True):
        table[row, column] = True
    if len(year) == 4:
        for row in (0, 1):
            table[row, year[row]] = True
    else:
        table[0:2, year] = True
    return table
