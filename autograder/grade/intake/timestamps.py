"""Read when something was handed in, as whoever wrote the time meant it."""

import codecs
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import dateutil.parser
from dateutil.tz import gettz, tzoffset
from nbgrader.exchange.abc import Exchange
from traitlets.config import Config

_FILE = "timestamp.txt"
_LONGEST = 400  # bytes; a time has some 30 characters, twice as many bytes in UTF-16
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Where an abbreviation has several meanings all over the world, RFC 2822 (4.3) has settled these.
_RFC_2822 = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
# What strftime writes for %Z: letters, or an offset where a zone has no letters of its own.
_ZONE_AT_END = re.compile(r"\s*([A-Za-z]+|[+-]\d{2}(?:\d{2})?)$")
# "UTC+2" is two hours ahead for all who write it; dateutil reads it the other way round, as POSIX.
_AHEAD = re.compile(r"\b(?:UTC|GMT)\s*(?=[+-]\d)")
# A time that lacks a part gets it from these; if that makes a difference, it is not a time.
_DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2)


def submitted_at(folder: Path, config: Config) -> tuple[datetime | None, str | None]:
    """Return when a submission was handed in, and a note where its file does not say it.

    Parameters
    ----------
    folder : pathlib.Path
        The submission's, with nbgrader's ``timestamp.txt`` in it, or none.
    config : traitlets.config.Config
        The course's settings; ``Exchange.timezone`` and ``Exchange.timestamp_format`` count.

    Returns
    -------
    time : datetime or None
        In UTC, without a time zone, as the gradebook keeps it.
    note : str or None

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    path = folder / _FILE
    if path.is_symlink() or not path.is_file():
        return None, None
    with path.open("rb") as stream:
        text = _text(stream.read(_LONGEST))
    if not text:
        return None, None
    exchange = Exchange(config=config)
    try:
        return read_time(text, exchange.timezone, exchange.timestamp_format), None
    except (ValueError, OverflowError):
        note = f"{_FILE} holds no time that can be read ({text[:40]!r}); it was taken for none."
        return None, note


def read_time(text: str, zone: str = "UTC", form: str = "") -> datetime:
    """Return the time that a text tells, in UTC, without a time zone.

    nbgrader's own reading takes ``CEST`` for UTC, and ``+0200`` for 200 seconds.

    Parameters
    ----------
    text : str
        Such as ``2031-05-02 13:59:00.000000 CEST``.
    zone : str, default "UTC"
        The zone of a time that names none, and of an abbreviation with several meanings.
    form : str, default ""
        The form that the course writes times in, tried first.

    Raises
    ------
    ValueError, OverflowError
        If it tells no time, or none for certain.

    Examples
    --------
    >>> read_time("2031-05-02 13:59:00 +0200")
    datetime.datetime(2031, 5, 2, 11, 59)
    """
    plain, name = _by_form(text, form) or _parsed(_AHEAD.sub("", text))
    if plain.tzinfo is None:
        tz = _zone(name, plain, zone) if name else gettz(zone) or UTC
        plain = plain.replace(tzinfo=tz)
    return plain.astimezone(UTC).replace(tzinfo=None)


def _text(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    if encoding == "utf-16":
        data = data[: len(data) // 2 * 2]
    return data.decode(encoding, errors="replace").strip("\0 \t\r\n")


def _by_form(text: str, form: str) -> tuple[datetime, str | None] | None:
    """Return a time in the course's own form and its zone's name; None if it has another form."""
    name = None
    if form.endswith("%Z"):  # strptime knows the names of this machine's own zone only
        found = _ZONE_AT_END.search(text)
        if found is None:
            return None
        form, text, name = form.removesuffix("%Z").rstrip(), text[: found.start()], found[1]
        if not name.isalpha():
            form, text, name = f"{form} %z", f"{text} {name:0<5}", None
    try:
        return datetime.strptime(text, form), name
    except ValueError:
        return None


def _parsed(text: str) -> tuple[datetime, str | None]:
    """Return a time in any usual form, and its zone's name if it has one instead of an offset."""
    names: list[str | None] = []

    def zone(name: str | None, offset: int | None) -> tzinfo | None:
        names.append(name)
        return None if offset is None or (name and not offset) else tzoffset(None, offset)

    first, second = (
        dateutil.parser.parse(text, default=default, tzinfos=zone) for default in _DEFAULTS
    )
    if first != second:
        raise ValueError("the date is not complete")
    return first, names[0]


def _zone(name: str, plain: datetime, home: str) -> tzinfo:
    """Return the zone that a name means at some time.

    Raises
    ------
    ValueError
        If it is unknown, or could be several.
    """
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    own = gettz(home)
    for fold in (0, 1):
        local = plain.replace(tzinfo=own, fold=fold)
        if own is not None and local.tzname() == name:
            return tzoffset(name, local.utcoffset())
    offsets = _offsets(name, plain)
    if len(offsets) == 1:
        return tzoffset(name, *offsets)
    if name in _RFC_2822:
        return tzoffset(name, 3600 * _RFC_2822[name])
    raise ValueError(f"the time zone {name!r} is unknown, or could be several")


@lru_cache(maxsize=1024)
def _offsets(name: str, plain: datetime) -> frozenset[timedelta]:
    """Return how far from UTC the zones are that go by an abbreviation at some time."""
    found = set()
    for zone in _zones():
        for fold in (0, 1):
            local = plain.replace(tzinfo=zone, fold=fold)
            if local.tzname() == name:
                found.add(local.utcoffset())
    return frozenset(found)


@lru_cache(maxsize=1)
def _zones() -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in available_timezones())
