"""When something was handed in: read as whoever wrote the time meant it."""

from datetime import datetime
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.grade.intake.timestamps import read_time, submitted_at

NOON = datetime(2031, 5, 2, 11, 59)


@pytest.mark.parametrize(
    "text",
    [
        "2031-05-02 11:59:00.000000 UTC",
        "2031-05-02 11:59:00",
        "2031-05-02T11:59:00Z",
        "2031-05-02 13:59:00.000000 CEST",
        "2031-05-02 12:59:00.000000 BST",
        "2031-05-02 07:59:00.000000 EDT",
        "2031-05-02 08:59:00.000000 -03",
        "2031-05-02 13:59:00 +0200",
        "2031-05-02T17:29:00+05:30",
        "2031-05-02 13:59 UTC+2",
        "Fri May  2 13:59:00 CEST 2031",
    ],
)
def test_a_time_is_read_with_its_zone(text: str) -> None:
    assert read_time(text) == NOON


@pytest.mark.parametrize(
    ("text", "zone", "form"),
    [
        ("2031-05-02 13:59:00", "Europe/Berlin", ""),
        ("02.05.2031 13:59", "Europe/Berlin", "%d.%m.%Y %H:%M"),
        ("02.05.2031 13:59 CEST", "Europe/Berlin", "%d.%m.%Y %H:%M %Z"),
        ("02.05.2031 08:59 -03", "America/Sao_Paulo", "%d.%m.%Y %H:%M %Z"),
        ("2031-05-02 17:29:00 IST", "Asia/Kolkata", ""),
    ],
)
def test_the_courses_own_zone_and_form_hold(text: str, zone: str, form: str) -> None:
    assert read_time(text, zone, form) == NOON


def test_the_hour_that_the_clock_repeats_is_told_by_the_zones_name() -> None:
    first = read_time("2031-10-26 02:30:00 CEST", "Europe/Berlin")
    second = read_time("2031-10-26 02:30:00 CET", "Europe/Berlin")
    assert (first.hour, second.hour) == (0, 1)


@pytest.mark.parametrize(
    "text", ["handed in last Tuesday", "Tuesday", "12", "2031-05-02 13:59 IST", "1.2.99999999999"]
)
def test_no_time_is_made_up(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_time(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_a_windows_editor_is_read(encoding: str, tmp_path: Path) -> None:
    data = "2031-05-02 13:59:00 CEST\r\n".encode(encoding)
    (tmp_path / "timestamp.txt").write_bytes(data)
    assert submitted_at(tmp_path, Config()) == (NOON, None)


def test_the_settings_of_the_exchange_are_used(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("02.05.2031 13:59")
    config = Config()
    config.Exchange.timezone = "Europe/Berlin"
    config.Exchange.timestamp_format = "%d.%m.%Y %H:%M"
    assert submitted_at(tmp_path, config) == (NOON, None)


def test_an_unreadable_time_is_noted_and_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("some time ago")
    time, note = submitted_at(tmp_path, Config())
    assert time is None
    assert note == (
        "timestamp.txt holds no time that can be read ('some time ago'); it was taken for none."
    )


@pytest.mark.parametrize("content", [None, b"", b"\xef\xbb\xbf\r\n"])
def test_no_file_or_an_empty_one_needs_no_words(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "timestamp.txt").write_bytes(content)
    assert submitted_at(tmp_path, Config()) == (None, None)
