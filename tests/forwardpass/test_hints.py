"""Hints that only the message of a mistake opens."""

import base64
import json
from pathlib import Path

import pytest

from forwardpass.hints import FILE, find_hints, key_of, sealed

KEY = key_of("softmax", "values", "CheckFailed", "softmax(Z) is 0.5, expected 1: divide")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    hints = {
        KEY: ["each row?", "the exponential?", "each row?"],
        b"three": ["one", "two", "three"],
        b"one": ["which axis?"],
    }
    path = tmp_path / FILE
    path.write_text(json.dumps({"made_from": "", "hints": sealed(hints)}))
    return path


def test_a_message_opens_the_hints_of_the_mistakes_that_end_in_it(file: Path) -> None:
    assert find_hints(file, KEY) == ["each row?", "the exponential?"]
    assert find_hints(file, b"one") == ["which axis?"]


def test_another_message_opens_nothing(file: Path) -> None:
    assert find_hints(file, key_of("softmax", "", "CheckFailed", "softmax(Z) is 0.5")) == []


def test_a_message_of_too_many_mistakes_tells_nothing(file: Path) -> None:
    assert find_hints(file, b"three") == []


def test_the_file_gives_no_hint_away(file: Path) -> None:
    kept = [text for texts in json.loads(file.read_text())["hints"].values() for text in texts]
    assert len(kept) == 3
    words = b"".join(base64.b64decode(text) for text in kept)
    assert not any(word in words for word in (b"row", b"axis", b"exponential"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x is 0.333333, expected 1", "x is 0.333331, expected 1"),  # the last digits
        ("x is 0.1125, expected 1", "x is 0.112499999, expected 1"),  # halfway between two
        ("x is 1.2e-17, expected 1", "x is -3.1e-16, expected 1"),  # what is left of zero
        ("x is off by a relative 2.31e-05", "x is off by a relative 2.312e-05"),
        ("<f at 0x7f00aa>", "<f at 0x7f11bb>"),  # an address
        ("first line\nsecond", "first line\nanother"),
    ],
)
def test_machines_agree_about_a_message(one: str, other: str) -> None:
    assert key_of("f", "", "E", one) == key_of("f", "", "E", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x is 0.333, expected 1", "x is 0.334, expected 1"),
        ("x differs in 3 of 10 elements", "x differs in 4 of 10 elements"),
        ("x is 0.5", "x is -0.5"),
        ("x is 1.5e-05", "x is 1.5e-06"),
    ],
)
def test_other_values_are_another_message(one: str, other: str) -> None:
    assert key_of("f", "", "E", one) != key_of("f", "", "E", other)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"hints": 3}', '{"hints": {"%s": 3}}'])
def test_a_damaged_file_is_a_file_without_hints(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / FILE
    if content is not None:
        name = next(iter(sealed({KEY: ["a"]})))
        path.write_text(content.replace("%s", name))
    assert find_hints(path, KEY) == []
