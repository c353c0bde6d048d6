"""Put built weeks together into the two folders, and hold the leak gate before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.build.header import colab_badge
from autograder.build.leaks import Leak, find_leaks, secrets_of
from autograder.build.tree import Tree
from autograder.build.week import BuiltWeek
from autograder.notebooks import notebook_text
from autograder.syllabus import Syllabus


@dataclass(frozen=True)
class Course:
    """What a build would write, and why it must not.

    Attributes
    ----------
    trees : tuple of Tree
        ``source/`` and ``release/``.
    leaks : tuple of Leak
        Secrets found in what would be published; empty when all is well.
    """

    trees: tuple[Tree, ...]
    leaks: tuple[Leak, ...]


def assemble(root: Path, built: Sequence[BuiltWeek], syllabus: Syllabus) -> Course:
    """Lay out the files of the built weeks and search the published ones for secrets.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``source/`` and ``release/``.
    built : sequence of BuiltWeek
    syllabus : Syllabus
        All weeks, for the index that learners see first.
    """
    source: dict[str, bytes] = {}
    release: dict[str, bytes] = {"README.md": _index(syllabus).encode()}
    for item in built:
        week = item.week
        source[f"{week.id}/{week.assignment_name}"] = notebook_text(item.source).encode()
        release[f"{week.id}/{week.lesson_name}"] = notebook_text(item.lesson).encode()
        release[f"{week.id}/{week.assignment_name}"] = notebook_text(item.release).encode()
        for path, content in item.public_files.items():
            source[f"{week.id}/{path}"] = content  # nbgrader puts it beside every submission
            release[f"{week.id}/{path}"] = content
    secrets = [secret for item in built for secret in secrets_of(item.source, item.week.id)]
    published = {f"release/{path}": content for path, content in release.items()}
    # Of weeks that are not built now, what was published before is searched too.
    for path in sorted((root / "release").glob("*/*.ipynb")):
        published.setdefault(path.relative_to(root).as_posix(), path.read_bytes())
    weeks = frozenset(item.week.id for item in built)
    return Course(
        trees=(Tree(root / "source", source, weeks), Tree(root / "release", release, weeks)),
        leaks=tuple(find_leaks(published, secrets)),
    )


def _index(syllabus: Syllabus) -> str:
    """Return the learner's table of contents, in Markdown."""
    lines = [
        f"# {syllabus.title}",
        "",
        "Each week has a lesson to read and an assignment to write. Open them in JupyterLab,",
        f"after `pip install jupyterlab git+{syllabus.repository}@{syllabus.branch}`, or in Colab.",
    ]
    for number, part in enumerate(syllabus.parts, start=1):
        weeks = [week for week in syllabus.weeks if week.part == number]
        if not weeks:
            continue
        lines += [
            "",
            f"## {part}",
            "",
            "| week | lesson | assignment | points |",
            "|---|---|---|---|",
        ]
        for week in weeks:
            lesson, assignment = (
                f"[{label}]({week.id}/{name}) {colab_badge(syllabus, week, name)}"
                for label, name in (
                    (f"{week.title}", week.lesson_name),
                    ("assignment", week.assignment_name),
                )
            )
            lines.append(f"| {week.number} | {lesson} | {assignment} | {week.points:g} |")
    return "\n".join([*lines, ""])
