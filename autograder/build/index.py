"""The two tables of contents: the learner's in ``release/``, the whole course's in ``course/``.

Texts of the syllabus are plain text, with code between backticks: whatever else means something in
Markdown, HTML or Mermaid is shown as it is written.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from autograder.build.header import colab_badge
from autograder.errors import InputError
from autograder.files import counted
from autograder.syllabus import Syllabus, Unit

# A piece of code, which stays as it is, or one character that means something. Code with a pipe
# does not count: the pipe would still end a table's cell.
_CODE_OR_SPECIAL = re.compile(r"`[^`|]+`|[\\`*_\[\]|~$#<>&]")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
# Mermaid reads Markdown and HTML even between quotes; only its own numbered entities are inert.
_SPECIAL_IN_MERMAID = re.compile(r"[^\w\s.,:()-]|_")


_PROJECTS = (
    "A project is one larger assignment that builds on several weeks. Tests grade a part of it, a "
    "person the rest."
)
_APPENDICES = "Beside the weeks there are [appendices](appendix/README.md)."


@dataclass(frozen=True)
class _Part:
    """One part of the course that has weeks."""

    number: int
    title: str
    units: tuple[Unit, ...]


def learner_index(syllabus: Syllabus, *, has_appendices: bool) -> str:
    """Return ``release/README.md``: every unit's notebooks, and how to open them.

    Parameters
    ----------
    syllabus : Syllabus
    has_appendices : bool
        Whether ``appendix/README.md`` lies beside it.

    Raises
    ------
    InputError
        If a week is in a part that does not exist.
    """
    lines = [
        f"# {_markdown(syllabus.title)}",
        "",
        "Each week has a lesson to read and an assignment to write. Open them in Colab by their",
        "badges, or in JupyterLab, after",
        "",
        "```bash",
        f'pip install "forwardpass[learner,cpu] @ {syllabus.package_address}"',
        "```",
    ]
    if has_appendices:
        lines += ["", _APPENDICES]
    for part in _parts(syllabus):
        lines += ["", f"## {_markdown(part.title)}", "", *_learner_table(syllabus, part.units)]
    if projects := _of_kind(syllabus, "project"):
        lines += ["", "## Projects", "", _PROJECTS, "", *_learner_table(syllabus, projects)]
    return "\n".join([*lines, ""])


def course_index(syllabus: Syllabus, *, open_lab: str, has_appendices: bool) -> str:
    """Return ``course/README.md``: what the course holds, in which order, and what it takes.

    Parameters
    ----------
    syllabus : Syllabus
    open_lab : str
        The command that opens JupyterLab on the units' folders.
    has_appendices : bool
        Whether ``course/appendix/README.md`` is there to be linked.

    Returns
    -------
    str
        Markdown, with the prerequisites as a Mermaid graph.

    Raises
    ------
    InputError
        If a week is in a part that does not exist, or a unit needs one that does not.
    """
    parts = _parts(syllabus)
    projects = _of_kind(syllabus, "project")
    lines = [
        f"# {_markdown(syllabus.title)}: the course at a glance",
        "",
        "Each week has a lesson to read and run, and an assignment to write, which is graded.",
        "The links show the notebooks as they are in this repository. To work with one, open it",
        f"in Colab by its badge, or in JupyterLab: `{open_lab}` shows a folder for each week"
        f"{' and project' if projects else ''}.",
        "",
        "| part | weeks | lessons | assignments | time | points |",
        "|---|---:|---:|---:|---:|---:|",
        *(_row([f"{part.number}. {_markdown(part.title)}", *_sums(part.units)]) for part in parts),
        *([_row([counted(len(projects), "project"), *_sums(projects)])] if projects else ()),
        _row([f"**{cell}**" for cell in ("whole course", *_sums(syllabus.units))]),
    ]
    if has_appendices:
        lines += ["", _APPENDICES]
    lines += [
        "",
        "## What builds on what",
        "",
        "An arrow leads from a week to what needs it, and with it whatever leads there.",
        "",
        "```mermaid",
        *_graph(syllabus, parts, projects),
        "```",
    ]
    for part in parts:
        heading = f"## Part {part.number}: {_markdown(part.title)}"
        lines += ["", heading, "", *_course_table(syllabus, part.units)]
    if projects:
        lines += ["", "## Projects", "", _PROJECTS, "", *_course_table(syllabus, projects)]
    return "\n".join([*lines, ""])


def _of_kind(syllabus: Syllabus, kind: str) -> tuple[Unit, ...]:
    return tuple(unit for unit in syllabus.units if unit.kind == kind)


def _parts(syllabus: Syllabus) -> list[_Part]:
    """Return the parts that have weeks: a course that is being written has others, too."""
    count = len(syllabus.parts)
    weeks = _of_kind(syllabus, "week")
    for week in weeks:
        if week.part not in range(1, count + 1):
            raise InputError(
                f"{week.id} is in part {week.part}, but course/syllabus.yml has "
                f"{counted(count, 'part')}: "
                "add the part, or correct the unit's number"
            )
    parts = (
        _Part(number, title, tuple(week for week in weeks if week.part == number))
        for number, title in enumerate(syllabus.parts, start=1)
    )
    return [part for part in parts if part.units]


def _sums(units: tuple[Unit, ...]) -> list[str]:
    """Return the number of weeks, the time of lessons, assignments and both, the points."""
    weeks = sum(unit.kind == "week" for unit in units)
    minutes = Counter()
    for notebook in (notebook for unit in units for notebook in unit.notebooks):
        minutes[notebook.kind] += notebook.minutes
    times = (minutes["lesson"], minutes["assignment"], minutes.total())
    points = sum(unit.points for unit in units)
    return [str(weeks) if weeks else "–", *map(_duration, times), f"{points:g}"]


def _duration(minutes: int) -> str:
    """Return minutes as ``"2 h 30 min"``, leaving out what is zero."""
    if not minutes:
        return "–"
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"


def _graph(syllabus: Syllabus, parts: list[_Part], projects: tuple[Unit, ...]) -> list[str]:
    """Return the units and what they need as a Mermaid flowchart."""
    # Numbers, because a unit's name can hold what Mermaid does not take, or be one of its words.
    nodes = {unit.id: f"unit{number}" for number, unit in enumerate(syllabus.units, start=1)}
    groups = [
        (f"part{part.number}", f"Part {part.number}: {part.title}", part.units) for part in parts
    ]
    if projects:
        groups.append(("projects", "Projects", projects))
    lines = ["flowchart TD"]
    for name, title, units in groups:
        lines.append(f'  subgraph {name}["{_mermaid(title)}"]')
        lines += [
            f'    {nodes[unit.id]}["{_mermaid(unit.number)}<br/>{_mermaid(unit.title)}"]'
            for unit in units
        ]
        lines.append("  end")
    needs = {unit.id: [needed.id for needed in _needed(syllabus, unit)] for unit in syllabus.units}
    return lines + [
        f"  {nodes[needed]} --> {nodes[unit]}"
        for unit, direct in needs.items()
        for needed in direct
        # An arrow that two others make is left out, or a long course is a tangle of them.
        if not any(needed in _all_needs(other, needs) for other in direct if other != needed)
    ]


def _all_needs(unit: str, needs: Mapping[str, Sequence[str]]) -> set[str]:
    """Return what a unit needs, and what that needs, and so on."""
    found: set[str] = set()
    ahead = [unit]
    while ahead:
        new = set(needs[ahead.pop()]) - found
        found |= new
        ahead += new
    return found


def _needed(syllabus: Syllabus, unit: Unit) -> list[Unit]:
    """Return the units that a unit names as its prerequisites."""
    return [needed for name in unit.prerequisites for needed in syllabus.select([name])]


def _course_table(syllabus: Syllabus, units: tuple[Unit, ...]) -> list[str]:
    """Return units of one kind as the rows of a table in the course's index."""
    notebooks = [notebook.kind for notebook in units[0].notebooks]
    return [
        _row([units[0].kind, "what you build and learn", *notebooks, "points"]),
        f"|{'---|' * (2 + len(notebooks))}---:|",
        *(_row(_course_cells(syllabus, unit)) for unit in units),
    ]


def _course_cells(syllabus: Syllabus, unit: Unit) -> list[str]:
    """Return a unit as the cells of its row in the course's index."""
    name = [f"**{_markdown(unit.number)}**", _markdown(unit.title)]
    if unit.kind == "project":
        needed = ", ".join(_markdown(needed.number) for needed in _needed(syllabus, unit))
        name += [f"after {needed}"] if needed else []
    return [
        _lines(name),
        _lines(
            [
                f"**You build** {_markdown(unit.builds)}",
                *(f"• {_markdown(objective)}" for objective in unit.objectives),
            ]
        ),
        *(
            _lines([link, _duration(notebook.minutes), badge])
            for notebook in unit.notebooks
            for link, badge in [
                _links(syllabus, unit, notebook.name, label=notebook.kind, release="../release/")
            ]
        ),
        f"{unit.points:g}",
    ]


def _learner_table(syllabus: Syllabus, units: tuple[Unit, ...]) -> list[str]:
    """Return units of one kind as the rows of a table in the learner's index."""
    notebooks = [notebook.kind for notebook in units[0].notebooks]
    return [
        _row([units[0].kind, *notebooks, "what you build", "points"]),
        f"|{'---|' * (3 + len(notebooks))}",
        *(_row(_learner_cells(syllabus, unit)) for unit in units),
    ]


def _learner_cells(syllabus: Syllabus, unit: Unit) -> list[str]:
    """Return a unit as the cells of its row in the learner's index."""
    labels = [unit.title, *(notebook.kind for notebook in unit.notebooks[1:])]
    return [
        _markdown(unit.number),
        *(
            " ".join(_links(syllabus, unit, notebook.name, label=label))
            for notebook, label in zip(unit.notebooks, labels, strict=True)
        ),
        _markdown(unit.builds),
        f"{unit.points:g}",
    ]


def _links(
    syllabus: Syllabus, unit: Unit, name: str, *, label: str, release: str = ""
) -> tuple[str, str]:
    """Return the link to a release notebook and the badge that opens it in Colab."""
    link = f"[{_markdown(label)}]({release}{quote(f'{unit.id}/{name}')})"
    return link, colab_badge(syllabus, unit, name)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(texts: Iterable[str]) -> str:
    """Put texts below one another in a cell of a table, where Markdown has no way to do so."""
    return "<br>".join(texts)


def _markdown(text: str) -> str:
    """Escape a plain text for Markdown: paragraph, heading, link and cell of a table alike."""

    def escape(match: re.Match[str]) -> str:
        found = match[0]
        return found if len(found) > 1 else _HTML.get(found, f"\\{found}")

    return _CODE_OR_SPECIAL.sub(escape, " ".join(text.split()))


def _mermaid(text: str) -> str:
    """Escape a plain text for a label in Mermaid's double quotes."""
    return _SPECIAL_IN_MERMAID.sub(lambda match: f"#{ord(match[0])};", " ".join(text.split()))
