"""nbgrader's preprocessors and the course's own, in the order of nbgrader's settings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import HasTraits
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.errors import InputError
from autograder.grade.execute.verdict import revised, shown_scores
from autograder.grade.model import Verdict

# What the rebuilding, the engine's own execution and the gradebook's one writer do instead.
_REPLACED = (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)


@dataclass(frozen=True)
class Preprocessors:
    """What works on a notebook beside the engine, by when it does.

    Each is what nbconvert takes for a preprocessor: a class or a function.

    Attributes
    ----------
    before : tuple
        Before the notebook is executed.
    scoring : tuple
        After that, as long as scores can change.
    after : tuple
        Once the scores are fixed.
    penalises : bool
        Whether lateness costs points by the plugin that the course's settings name.
    """

    before: tuple[Any, ...]
    scoring: tuple[Any, ...]
    after: tuple[Any, ...]
    penalises: bool


def read_preprocessors(config: Config) -> Preprocessors:
    """Read from a course's settings which preprocessors there are.

    Raises
    ------
    InputError
        If one is a subclass of what this engine does itself.
    """
    settings = Autograde(config=config)
    sanitising = list(_imported(settings.sanitize_preprocessors))
    grading = list(_imported(settings.autograde_preprocessors))
    executed = grading.index(Execute) if Execute in grading else 0
    saved = grading.index(SaveAutoGrades) if SaveAutoGrades in grading else len(grading)
    return Preprocessors(
        before=_others([*sanitising, *grading[:executed]]),
        scoring=_others(grading[executed:saved]),
        after=_others(grading[saved:]),
        penalises=AssignLatePenalties in grading,
    )


class Conversion:
    """One notebook's way through preprocessors, which hand resources on to one another.

    Parameters
    ----------
    exporter : nbconvert.exporters.NotebookExporter
        Which nbgrader's preprocessors expect as their parent.
    resources : dict
        As nbgrader begins with.
    """

    def __init__(self, exporter: NotebookExporter, resources: dict[str, Any]) -> None:
        self._exporter = exporter
        self._resources = resources

    def through(self, preprocessors: Iterable[Any], notebook: NotebookNode) -> NotebookNode:
        """Return what preprocessors make of a notebook, one after the other."""
        for preprocessor in preprocessors:
            if isinstance(preprocessor, type):
                is_configured = issubclass(preprocessor, HasTraits)
                preprocessor = (
                    preprocessor(parent=self._exporter) if is_configured else preprocessor()
                )
            notebook, self._resources = preprocessor(notebook, self._resources)
        return notebook

    def scored(
        self,
        preprocessors: Iterable[Any],
        notebook: NotebookNode,
        verdicts: Mapping[str, Verdict],
    ) -> tuple[NotebookNode, Mapping[str, Verdict]]:
        """Do so, and return the verdicts as those of the course's own want them."""
        for preprocessor in preprocessors:
            before = shown_scores(notebook)
            notebook = self.through([preprocessor], notebook)
            if not preprocessor.__module__.startswith(("nbgrader.", "nbconvert.")):
                verdicts = revised(verdicts, before, shown_scores(notebook))
        return notebook, verdicts


def _imported(named: Iterable[Any]) -> Iterator[Any]:
    """Yield what nbgrader's exporter takes for a preprocessor: classes, functions, names."""
    for preprocessor in named:
        if isinstance(preprocessor, str):
            preprocessor = import_item(preprocessor)
        mine = set(getattr(preprocessor, "__mro__", ())).intersection(_REPLACED)
        if mine and preprocessor not in mine:
            raise InputError(
                f"the course's own {preprocessor.__name__} cannot be used: this engine "
                f"does itself what nbgrader's {mine.pop().__name__} does"
            )
        yield preprocessor


def _others(preprocessors: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(one for one in preprocessors if one not in _REPLACED)
