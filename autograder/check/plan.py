"""What has to be run to know whether a unit keeps its promises.

A *run* is a fork of the process that executes the reference, cell by cell. It leaves at its
checkpoint, the index of a cell that the reference has not executed yet, and executes cells of its
own from there.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from IPython.core.inputtransformer2 import TransformerManager

from autograder.check.mistakes import Variant
from autograder.check.mutants import Mutant
from autograder.check.script import Cell, Script

SEEDS = (0, 1, 2)
# TensorFlow's thread pools do not survive a fork: once it has run an operation, the child waits for
# ever for threads that only its parent has. Keras runs operations of TensorFlow.
_UNFORKABLE = frozenset({"tensorflow", "keras"})


@dataclass(frozen=True)
class Run:
    """What a forked process does.

    Attributes
    ----------
    checkpoint : int
        The cell before which it leaves the reference.
    steps : tuple of (int, str)
        The cells that it executes: their index, for the report, and their code.
    limit : float
        Seconds after which it is killed.
    seed : int
        The seed of the tests.
    watched : tuple of int
        Test cells of which the first that loses points ends the run: more need not be known of a
        mutant or a mistake.
    """

    checkpoint: int
    steps: tuple[tuple[int, str], ...]
    limit: float
    seed: int = 0
    watched: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A run and why it is made.

    Attributes
    ----------
    kind : str
        ``"reference"``, ``"stub"``, ``"release"``, ``"control"`` (the reference, run like a
        mistake: what must not make a difference), ``"mutant"``, ``"ensemble"`` (alternatives in
        all exercises), or a kind of `Variant`.
    exercise : str
        Empty where the run concerns the whole notebook.
    subject : Variant, Mutant, tuple of Variant or None
    run : Run
    """

    kind: str
    exercise: str
    subject: Variant | Mutant | tuple[Variant, ...] | None
    run: Run


def reference_trial(script: Script, seed: int, limit: float) -> Trial:
    """Return the whole reference with a seed for the notebook and for its tests."""
    steps = tuple(
        (index, f"{cell.code}\nSEED = {seed}" if cell.role == "parameters" else cell.code)
        for index, cell in enumerate(script.cells)
    )
    return Trial("reference", "", None, Run(0, steps, limit, seed))


def untouched_trials(script: Script, limit: float) -> tuple[Trial, Trial]:
    """Return the untouched notebook as a grader and as a learner runs it."""
    return (
        Trial("stub", "", None, Run(0, tuple(enumerate(script.stub)), limit)),
        Trial("release", "", None, Run(0, tuple(enumerate(script.release)), limit)),
    )


def exercise_trials(
    script: Script,
    exercise: str,
    changed: Iterable[Variant | Mutant],
    seconds: Sequence[float],
) -> list[Trial]:
    """Return the runs of an exercise's variants and mutants through its own tests.

    Parameters
    ----------
    script : Script
    exercise : str
    changed : iterable of Variant or Mutant
        What stands in place of the solution; no ``equivalent`` block.
    seconds : sequence of float
        What each cell of the reference takes.
    """
    start, own = script.position(exercise), script.tests(exercise)
    roles = [cell.role for cell in script.cells]
    checkpoint = _checkpoint(script, start)
    if script.is_quiz(exercise):
        # Letters need nothing that comes before, and every question must be answered wrongly once.
        cells, watched = [start, *own], ()
    else:
        # Tests of other exercises leave nothing that is needed: the untouched notebook shows it.
        cells = [i for i in range(checkpoint, own[-1] + 1) if i in own or roles[i] != "tests"]
        watched = own

    def trial(kind: str, subject: Variant | Mutant | None) -> Trial:
        replaced = {start: subject.code} if subject else {}
        run = _run(script, checkpoint, cells, replaced, seconds)
        if kind in ("mutant", "mistake"):
            run = replace(run, watched=watched)
        return Trial(kind, exercise, subject, run)

    trials = [trial("mutant" if isinstance(item, Mutant) else item.kind, item) for item in changed]
    return [trial("control", None), *trials]


def ensemble_trials(
    script: Script,
    alternatives: Iterable[Variant],
    seconds: Sequence[float],
) -> list[Trial]:
    """Return runs of the whole notebook with an alternative in every exercise that has one.

    Every alternative is in one of them. Together they show in a few runs, where each alone would
    train every payoff's model again, that the rest of the notebook works with all of them.
    """
    by_exercise = [[a for a in alternatives if a.exercise == name] for name in script.exercises]
    ensembles = [tuple(filter(None, members)) for members in zip_longest(*by_exercise)]
    return [
        Trial("ensemble", "", members, _whole_run(script, members, seconds))
        for members in ensembles
    ]


def alone_trial(script: Script, alternative: Variant, seconds: Sequence[float]) -> Trial:
    """Return a run from one alternative to the end of the notebook."""
    run = _whole_run(script, (alternative,), seconds)
    return Trial("alternative", alternative.exercise, alternative, run)


def time_limit(seconds: Iterable[float]) -> float:
    """Return how long a run may take whose cells take the reference so long."""
    return 2 + 10 * sum(seconds)


def _run(
    script: Script,
    checkpoint: int,
    cells: Sequence[int],
    replaced: Mapping[int, str],
    seconds: Sequence[float],
) -> Run:
    """Return a run of some cells of the reference, with other code in some of them."""
    steps = tuple((index, replaced.get(index, script.cells[index].code)) for index in cells)
    return Run(checkpoint, steps, time_limit(seconds[index] for index in cells))


def _whole_run(
    script: Script,
    members: tuple[Variant, ...],
    seconds: Sequence[float],
) -> Run:
    replaced = {script.position(member.exercise): member.code for member in members}
    checkpoint = _checkpoint(script, min(replaced))
    return _run(script, checkpoint, range(checkpoint, len(script.cells)), replaced, seconds)


def _checkpoint(script: Script, start: int) -> int:
    """Return where a run that changes the cell ``start`` leaves the reference.

    Where the reference cannot be forked so late, the run repeats it up to that cell.
    """
    if _UNFORKABLE & _imported(script.cells):
        return min(start, _last_checkpoint(script.cells))
    return start


def _imported(cells: Iterable[Cell]) -> set[str]:
    """Return the packages that cells import, at any depth."""
    found = set()
    for cell in cells:
        for node in ast.walk(_parsed(cell.code)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


def _last_checkpoint(cells: Sequence[Cell]) -> int:
    """Return the index of the first cell that may do more than import and set parameters."""
    for index, cell in enumerate(cells):
        if cell.role in ("exercise", "tests"):
            return index
        if cell.role == "ordinary" and not _imports(cell.code):
            return index
    return len(cells)


def _imports(code: str) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in _parsed(code).body)


def _parsed(code: str) -> ast.Module:
    return ast.parse(TransformerManager().transform_cell(code))
