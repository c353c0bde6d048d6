"""Links in a text lead to what learners will have, or the build says where they do not."""

from pathlib import Path

import pytest

from autograder.build.links import require_links
from autograder.cli import main
from autograder.errors import InputError

PUBLISHED = {"README.md", "w01_a/w01_lesson.ipynb", "w01_a/a figure.png", "w02_b/w02_lesson.ipynb"}


def check(text: str) -> None:
    require_links(text, Path("lesson.md"), "w01_a", PUBLISHED)


@pytest.mark.parametrize(
    "text",
    [
        "[here](w01_lesson.ipynb) and [there](../w02_b/w02_lesson.ipynb#Part-2)",
        "[all](../README.md), [a folder](../w02_b/), ![drawn](a%20figure.png)",
        "<https://example.org> [mail](mailto:a@example.org) [web](http://example.org/x.ipynb)",
        "# The `loss` at 0\n\n[up](#The-loss-at-0)",
        "## 1. What, why?\n\n[up](#1-what-why)",
        '<a id="proof"></a>\n\n[up](#proof)',
        "In $W[i](x)$ and\n\n$$\nb[1](2)\n$$\n\nnothing is linked.",
        "```python\nsteps[0](1)\n```\n\n~~~\n[a](b)\n~~~\n\n`[a](b)`",
    ],
)
def test_what_is_there_is_accepted(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# A\n\na\nb [c](w02_lesson.ipynb)", 4, "no release/w01_a/w02_lesson.ipynb"),
        ("![a](b.png)", 1, "no release/w01_a/b.png"),
        ("a\n\n![a](attachment:b.png)", 3, "a text has no attachments"),
        ("[a](../../docs/tutorial.md)", 1, "no release/../docs/tutorial.md"),
        ("| a |\n|---|\n| [b](c.csv) |", 3, "no release/w01_a/c.csv"),
        ("[a][b]\n\n[b]: c.csv", 1, "no release/w01_a/c.csv"),
        ("# A b\n\n[c](#A-c)", 3, "no such heading"),
    ],
)
def test_what_is_not_there_is_named_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        check(text)
    assert refused.value.line == line


@pytest.mark.parametrize("name", ["lesson.md", "assignment.md"])
def test_the_build_refuses_a_link_that_leads_nowhere(
    name: str, small_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small_course / "course/w90_tiny" / name
    text = path.read_text()
    path.write_text(f"{text}\nSee the [assignment](w90_assignment.ipynb).\n")
    assert main(["build", "--course-dir", str(small_course)]) == 0
    path.write_text(f"{text}\nSee [that](w91_assignment.ipynb).\n")
    assert main(["build", "--course-dir", str(small_course)]) == 2
    line = len(text.splitlines()) + 2
    assert f"{path}:{line}: the link 'w91_assignment.ipynb'" in capsys.readouterr().err
