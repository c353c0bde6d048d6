from pathlib import Path

import pytest

from autograder.check.mistakes import parse_mistakes
from autograder.errors import InputError

BLOCKS = '''\
"""What is above the first block is not looked at."""

# %% mistake: double | adds two
def double(x):
    return x + 2


# %%alternative:double|adds it to itself, x + x | twice

def double(x):
    return x + x
# %% equivalent: double | one is neutral
pass  # x = x * 1
'''


def write(folder: Path, text: str) -> Path:
    path = folder / "mistakes.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_block_knows_its_kind_exercise_title_code_and_line(tmp_path):
    variants = parse_mistakes(write(tmp_path, BLOCKS))
    assert [(v.kind, v.exercise, v.title, v.line) for v in variants] == [
        ("mistake", "double", "adds two", 3),
        ("alternative", "double", "adds it to itself, x + x | twice", 8),
        ("equivalent", "double", "one is neutral", 12),
    ]
    assert variants[0].code == "def double(x):\n    return x + 2"
    assert variants[2].code == "pass  # x = x * 1"


def test_a_file_without_blocks_is_empty_not_wrong(tmp_path):
    assert parse_mistakes(write(tmp_path, '"""Nothing yet."""\n')) == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\n# %% mystery: double | what\npass\n", 2, "'mystery' is not a kind"),
        ("# %% mistake: triple | what\npass\n", 1, "no exercise 'triple': it has double, quiz"),
        ("# %% mistake: double\npass\n", 1, "another form"),
        ("# %% mistake: double |  \npass\n", 1, "another form"),
        ("# %% mistake: double | a\n\n# only a comment\n", 1, "no code"),
        ("# %% mistake: double | a\npass\n# %% mistake: double | b\nx = 1\ny = (\n", 5, "Python"),
        ("# %% equivalent: double | a\nx = 1\ny = 2\n", 1, "exactly one statement"),
    ],
)
def test_a_broken_block_is_refused_with_its_line(tmp_path, text, line, message):
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as refused:
        parse_mistakes(path, ("double", "quiz"))
    assert (refused.value.path, refused.value.line) == (path, line)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        parse_mistakes(tmp_path / "mistakes.py")
