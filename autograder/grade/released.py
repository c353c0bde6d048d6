"""What learners got, where the course directory still has it.

The gradebook has today's cells and settings. A learner's notebook is one of the day when it was
handed out, and what the course itself has changed since must not be told as the learner's doing.
The tags of cells are in no gradebook at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from autograder.course import Course
from autograder.errors import InputError
from autograder.grade.skeleton import Skeleton
from autograder.notebooks import read_notebook
from autograder.regions import without_whitespace

# nbclient and papermill obey these, and the tag that `Execute.skip_cells_with_tag` names: they are
# the course's to set, not a learner's.
_STEERING = ("raises-exception", "injected-parameters")
_SETTINGS = ("grade", "solution", "task", "locked", "points")


@dataclass(frozen=True)
class Released:
    """One notebook of an assignment as the course made it.

    Attributes
    ----------
    order : tuple of str
        Grade ids of the release version; empty where there is none to compare with.
    texts, settings : mapping
        Its squeezed sources and nbgrader settings, by grade id.
    tags : mapping of str to frozenset of str
        The steering tags of the course's cells, by what a cell is known by.
    steering : frozenset of str
        The tags that decide how a cell is executed.
    """

    order: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    steering: frozenset[str] = frozenset({*_STEERING, "skip-execution"})

    def tags_of(self, grade_id: str | None, cell_id: str, squeezed: str) -> frozenset[str]:
        """Return the steering tags that the course's own version of a cell has."""
        found = (self.tags.get(key) for key in _keys(grade_id, cell_id, squeezed))
        return frozenset().union(*(tags for tags in found if tags))

    def is_new(self, grade_id: str) -> bool:
        """Whether the course has added a cell since."""
        return bool(self.order) and grade_id not in self.texts

    def has_text(self, grade_id: str, squeezed: str) -> bool:
        """Whether a cell had this source when learners got it."""
        return self.texts.get(grade_id) == squeezed

    def has_settings(self, grade_id: str, marks: Mapping[str, Any]) -> bool:
        """Whether a cell had these nbgrader settings when learners got it."""
        return self.settings.get(grade_id) == _settings(marks)


def read_released(
    course: Course, skeletons: Sequence[Skeleton], assignment: str
) -> dict[str, Released]:
    """Read what learners got of an assignment's notebooks, by the notebooks' names.

    Without a release version, the tags are those of ``source/``.
    """
    skipping = Execute(config=course.config).skip_cells_with_tag
    found = {}
    for skeleton in skeletons:
        release, source = (
            _cells(course, step, assignment, skeleton.name)
            for step in ("release_directory", "source_directory")
        )
        marked = {grade_id: cell for cell in release if (grade_id := _marks(cell).get("grade_id"))}
        steering = frozenset({*_STEERING, skipping})
        found[skeleton.name] = Released(
            order=tuple(marked),
            texts={grade_id: without_whitespace(cell.source) for grade_id, cell in marked.items()},
            settings={grade_id: _settings(_marks(cell)) for grade_id, cell in marked.items()},
            tags=_tags([*release, *source], steering),
            steering=steering,
        )
    return found


def _cells(course: Course, step: str, assignment: str, name: str) -> list[NotebookNode]:
    try:
        return read_notebook(course.folder(step, assignment) / f"{name}.ipynb").cells
    except (InputError, OSError):
        return []


def _tags(cells: Iterable[NotebookNode], steering: frozenset[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for cell in cells:
        if tags := steering.intersection(cell.metadata.get("tags", ())):
            for key in _keys(
                _marks(cell).get("grade_id"), cell.get("id", ""), without_whitespace(cell.source)
            ):
                found[key] = found.get(key, frozenset()) | tags
    return found


def _keys(grade_id: str | None, cell_id: str, squeezed: str) -> list[str]:
    """Return what a cell is known by: nbgrader's cells by their mark, others by id and text."""
    if grade_id:
        return [f"grade id {grade_id}"]
    return [f"{kind} {value}" for kind, value in (("id", cell_id), ("text", squeezed)) if value]


def _marks(cell: NotebookNode) -> Mapping[str, Any]:
    return cell.metadata.get("nbgrader", {})


def _settings(marks: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(marks.get(name) for name in _SETTINGS)
