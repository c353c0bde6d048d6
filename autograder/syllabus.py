"""Read ``course/syllabus.yml``, the single index of the course."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from autograder.errors import InputError
from autograder.files import read_utf8

_TEXT = {"type": "string", "pattern": r"\S"}
_TEXTS = {"type": "array", "items": _TEXT}
_MINUTES = {"type": "integer", "minimum": 0}
_SECONDS = {"type": "number", "exclusiveMinimum": 0}
# The one list of the notebooks that a unit has. Each is built from the text of that name, and is
# a file of that name: `lesson.md` becomes `w05_lesson.ipynb`. A project's brief is its assignment.
_NOTEBOOKS = {"week": ("lesson", "assignment"), "project": ("assignment",)}


def _entries(optional: Sequence[str] = (), **entries: Any) -> dict[str, Any]:
    """Return the schema of named entries, all of them needed but for the optional ones."""
    return {
        "type": "object",
        "properties": entries,
        "required": [name for name in entries if name not in optional],
        "additionalProperties": False,
    }


def _units(kind: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a list of units of a kind, with what only this kind has."""
    return {
        "type": "array",
        "items": _entries(
            id={"type": "string", "pattern": r"^[^/\\+]+$"},  # a folder; nbgrader takes no plus
            **more,
            title=_TEXT,
            builds=_TEXT,
            points={"type": "number", "minimum": 0},
            objectives=_TEXTS,
            prerequisites=_TEXTS,
            packages=_TEXTS,
            data=_TEXTS,
            minutes=_entries(**dict.fromkeys(_NOTEBOOKS[kind], _MINUTES)),
            budget=_entries(**dict.fromkeys(_NOTEBOOKS[kind], _SECONDS)),
            colab=_TEXTS,
            optional=["colab"],
        ),
    }


_SCHEMA = _entries(
    title=_TEXT,
    repository=_TEXT,
    branch=_TEXT,
    package=_TEXT,
    parts=_TEXTS,
    weeks=_units("week", part={"type": "integer"}),
    projects=_units("project"),
    optional=["package", "projects"],
)
_FORMS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "array": "a list",
    "object": "named entries below it",
}


@dataclass(frozen=True)
class UnitNotebook:
    """One notebook of a unit, and what it takes.

    Attributes
    ----------
    kind : {"lesson", "assignment"}
    name : str
        Its file, ``"w05_lesson.ipynb"``.
    minutes : int
        Time that a learner should plan.
    budget : float
        Seconds that a run may take in the quick profile on two cores.
    """

    kind: str
    name: str
    minutes: int
    budget: float


@dataclass(frozen=True)
class Unit:
    """One unit of the course, a week or a project: what the syllabus promises about it.

    Attributes
    ----------
    kind : {"week", "project"}
    id : str
        Folder and assignment name, ``"w05_neural_networks"``.
    part : int or None
        Number of the part that a week belongs to, counted from 1; a project belongs to none.
    builds : str
        What a learner builds, in one line.
    points : float
        Sum of the points of the assignment.
    packages, data, objectives : tuple of str
    prerequisites : tuple of str
        The units that it builds on.
    notebooks : tuple of UnitNotebook
        In the order in which a learner opens them; the assignment is the last.
    colab : tuple of str
        Packages that Colab does not have, installed there by the notebooks.
    points_line : int or None
        The line of the syllabus that promises the points.
    """

    kind: str
    id: str
    part: int | None
    title: str
    builds: str
    points: float
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    packages: tuple[str, ...]
    data: tuple[str, ...]
    notebooks: tuple[UnitNotebook, ...]
    colab: tuple[str, ...] = ()
    points_line: int | None = None

    @property
    def number(self) -> str:
        """The short name, ``"w05"``."""
        return _number(self.id)

    @property
    def assignment_name(self) -> str:
        """File name of the assignment's notebook."""
        return self.notebooks[-1].name

    @property
    def assignment_budget(self) -> float:
        """Seconds that a run of the assignment may take in the quick profile on two cores."""
        return self.notebooks[-1].budget


@dataclass(frozen=True)
class Syllabus:
    """The whole course: its units in order, and where it is published.

    Attributes
    ----------
    title, repository, branch : str
    parts : tuple of str
        Their titles.
    units : tuple of Unit
        The weeks, then the projects.
    package : str or None
        Where pip finds the package ``forwardpass``; None where it is the repository itself.
    """

    title: str
    repository: str
    branch: str
    parts: tuple[str, ...]
    units: tuple[Unit, ...]
    package: str | None = None

    @property
    def package_address(self) -> str:
        """What pip installs to get ``forwardpass``."""
        return self.package or f"git+{self.repository}@{self.branch}"

    def select(self, names: list[str]) -> tuple[Unit, ...]:
        """Return the units of these names (``w05`` or ``w05_neural_networks``), or all for none.

        Raises
        ------
        InputError
            If a name is not that of a unit of the course.
        """
        if not names:
            return self.units
        wanted = {self._find(name).id for name in names}
        return tuple(unit for unit in self.units if unit.id in wanted)

    def _find(self, name: str) -> Unit:
        for unit in self.units:
            if name in (unit.id, unit.number):
                return unit
        known = [unit.id for unit in self.units]
        close = difflib.get_close_matches(name, [*known, *(w.number for w in self.units)], n=1)
        suggestion = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
        raise InputError(f"there is no unit {name!r} in course/syllabus.yml: {suggestion}")


def load_syllabus(root: Path) -> Syllabus:
    """Read the syllabus of the course in ``root``.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``course/``.

    Raises
    ------
    InputError
        If the file is missing, is not YAML, lacks an entry, or has one that is unknown or of the
        wrong form; the error names the line.
    """
    path = root / "course" / "syllabus.yml"
    try:
        loader = yaml.SafeLoader(read_utf8(path))
        node = loader.get_single_node()
        content = loader.construct_document(node) if node else None
    except FileNotFoundError:
        raise InputError(
            "there is no such file: run autograder in the folder that holds course/, or name that "
            "folder with --course-dir",
            path,
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"this is not valid YAML: {error.problem}", path, line) from None
    except (yaml.YAMLError, ValueError) as error:  # a control character; a date that is none
        raise InputError(f"this is not valid YAML: {error}".splitlines()[0], path) from None
    _require_schema(content, node, path)
    units = tuple(
        _unit(kind, entry, _line(node, (name, index, "points")))
        for kind, name in (("week", "weeks"), ("project", "projects"))
        for index, entry in enumerate(content.get(name, ()))
    )
    for name, count in Counter(unit.number for unit in units).items():
        if count > 1:
            raise InputError(f"there are {count} units {name}: give each its own number", path)
    return Syllabus(
        title=content["title"],
        repository=content["repository"].rstrip("/"),
        branch=content["branch"],
        parts=tuple(content["parts"]),
        units=units,
        package=content.get("package"),
    )


def _require_schema(content: Any, node: yaml.Node | None, path: Path) -> None:
    """Refuse the first entry that stands twice, is missing, unknown or of the wrong form."""
    for key in _repeated(node):
        raise InputError(f"{key.value!r} stands twice here", path, key.start_mark.line + 1)
    errors = list(Draft202012Validator(_SCHEMA).iter_errors(content))
    if errors:
        # An unknown entry first: a misspelled name is missing under its right one, too.
        first = min(errors, key=lambda error: (error.validator == "required", _place(node, error)))
        raise InputError(_problem(first), path, _place(node, first))


def _problem(error: ValidationError) -> str:
    """Return what is wrong with an entry, and what to write instead."""
    where = ".".join(str(one) for one in error.absolute_path if isinstance(one, str))
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"the entry {missing!r} is missing" + (f" in {where!r}" if where else "")
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = _unknown(error)
        close = difflib.get_close_matches(str(unknown), known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"the entries are {', '.join(known)}"
        return f"the entry {unknown!r} is unknown: {hint}"
    if error.validator == "type":
        wanted = _FORMS[error.validator_value]
    elif error.validator == "pattern":
        wanted = _FORMS["string"] if error.validator_value == r"\S" else "a name without / \\ +"
    else:
        least = "more than" if error.validator == "exclusiveMinimum" else "at least"
        wanted = f"a number, {least} {error.validator_value}"
    found = "empty" if error.instance is None else repr(error.instance)
    return f"{repr(where) if where else 'the file'} is {found}: write {wanted}"


def _unknown(error: ValidationError) -> Any:
    return next(name for name in error.instance if name not in error.schema["properties"])


def _place(node: yaml.Node | None, error: ValidationError) -> int:
    """Return the line, from 1, of what an error is about."""
    names = list(error.absolute_path)
    if error.validator == "additionalProperties":
        names.append(_unknown(error))
    return _line(node, names)


def _line(node: yaml.Node | None, names: Iterable[str | int]) -> int:
    """Return the line, from 1, of the entry of these names, or of the last that is there."""
    line = 1
    for name in names:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[name]
            line = node.start_mark.line + 1
        else:
            found = [(key, value) for key, value in node.value if key.value == name]
            if not found:  # it comes from a merged mapping
                break
            key, node = found[-1]
            line = key.start_mark.line + 1
    return line


def _repeated(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Yield the keys that stand twice in a mapping: YAML would take the last without a word."""
    if isinstance(node, yaml.MappingNode):
        counts = Counter(key.value for key, _ in node.value if isinstance(key.value, str))
        yield from (key for key, _ in reversed(node.value) if counts[key.value] > 1)
        for _, value in node.value:
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


def _unit(kind: str, entry: dict[str, Any], points_line: int) -> Unit:
    minutes, budget = entry["minutes"], entry["budget"]
    return Unit(
        kind=kind,
        id=entry["id"],
        part=entry.get("part"),
        title=entry["title"],
        builds=entry["builds"],
        points=float(entry["points"]),
        objectives=tuple(entry["objectives"]),
        prerequisites=tuple(entry["prerequisites"]),
        packages=tuple(entry["packages"]),
        data=tuple(entry["data"]),
        notebooks=tuple(
            UnitNotebook(
                name, f"{_number(entry['id'])}_{name}.ipynb", minutes[name], float(budget[name])
            )
            for name in _NOTEBOOKS[kind]
        ),
        colab=tuple(entry.get("colab", ())),
        points_line=points_line,
    )


def _number(unit: str) -> str:
    return unit.split("_")[0]
