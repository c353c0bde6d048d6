from pathlib import Path

import pytest

from autograder.check.mistakes import parse_mistakes
from autograder.errors import InputError

BLOCKS = '''\
"""What is above the first block is not looked at."""

# %% mistake: double | adds two
# hint: what becomes of 5?
def double(x):
    return x + 2


# %%alternative:double|adds it to itself, x + x | twice

def double(x):
    return x + x
# %% equivalent: double | one is neutral
pass  # x = x * 1
'''

CELLS = {
    "double": "def double(x):\n    ### BEGIN SOLUTION\n    return x * 2\n    ### END SOLUTION",
    "quiz": "answer_1 = ...",
}


def write(folder: Path, text: str) -> Path:
    path = folder / "mistakes.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_block_knows_its_kind_exercise_title_code_and_line(tmp_path):
    variants = parse_mistakes(write(tmp_path, BLOCKS), CELLS)
    assert [(v.kind, v.exercise, v.title, v.line) for v in variants] == [
        ("mistake", "double", "adds two", 3),
        ("alternative", "double", "adds it to itself, x + x | twice", 9),
        ("equivalent", "double", "one is neutral", 13),
    ]
    assert variants[0].code == "def double(x):\n    return x + 2"
    assert variants[2].code == "pass  # x = x * 1"
    assert [v.hint for v in variants] == ["what becomes of 5?", "", ""]


def test_a_hint_stands_above_replacements_and_directly_below_the_heading(tmp_path):
    calls = "# %% mistake: double | a\n#hint: at 5\nreplace('x * 2', 'x')\n"
    (variant,) = parse_mistakes(write(tmp_path, calls), CELLS)
    assert (variant.hint, variant.code) == ("at 5", "def double(x):\n    return x")


def test_a_file_without_blocks_is_empty_not_wrong(tmp_path):
    assert parse_mistakes(write(tmp_path, '"""Nothing yet."""\n'), CELLS) == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\n# %% mystery: double | what\npass\n", 2, "'mystery' is not a kind"),
        ("# %% mistake: triple | what\npass\n", 1, "no exercise 'triple': it has double, quiz"),
        ("# %% mistake: double\npass\n", 1, "another form"),
        ("# %% mistake: double |  \npass\n", 1, "another form"),
        ("# %% mistake: double | a\n\n# only a comment\n", 1, "no code"),
        ("# %% mistake: double | a\npass\n# %% mistake: double | b\nx = 1\ny = (\n", 5, "Python"),
        ("# %% mistake: double | a\n# hint: b\nx = (\n", 3, "Python"),
        ("# %% mistake: double | a\n# hint: b\n", 1, "no code"),
        ("# %% mistake: double | a\n\n# hint: b\nx = 1\n", 3, "directly below its heading"),
        ("# %% mistake: double | a\n# hint: b\n# hint: c\nx = 1\n", 3, "a hint is one line"),
        ("# %% equivalent: double | a\nx = 1\ny = 2\n", 1, "exactly one statement"),
    ],
)
def test_a_broken_block_is_refused_with_its_line(tmp_path, text, line, message):
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as refused:
        parse_mistakes(path, CELLS)
    assert (refused.value.path, refused.value.line) == (path, line)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        parse_mistakes(tmp_path / "mistakes.py", CELLS)
