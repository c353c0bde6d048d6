"""Read what a learner handed in: any folder, any file, without trusting any of it."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.grade.intake.align import Alignment, align
from autograder.grade.intake.limits import Bounds
from autograder.grade.intake.listing import File, Listing, is_text, list_folder, shown_name
from autograder.grade.intake.outputs import read_without_outputs
from autograder.grade.intake.parse import UnreadableError, parse_notebook
from autograder.grade.skeleton import Skeleton

# A learner has a handful of copies; more of them would only take time.
MAX_CANDIDATES = 12
MAX_NOTES = 20

_EXACT, _COPY, _OTHER = range(3)


@dataclass(frozen=True)
class SubmissionFiles:
    """What a submission's folder holds.

    Attributes
    ----------
    notebooks : mapping of str to nbformat.NotebookNode
        The readable notebooks by the skeleton's name, without outputs.
    alignments : mapping of str to Alignment
        Which of their cells are which of the skeleton's, likewise.
    missing : mapping of str to str
        Why there is none for a skeleton, in one line.
    files : mapping of str to pathlib.Path
        Other regular files by their relative POSIX path, to be copied beside the notebook.
    notes : tuple of str
        What was unusual, one plain sentence each, for the learner.
    """

    notebooks: Mapping[str, NotebookNode]
    alignments: Mapping[str, Alignment]
    missing: Mapping[str, str]
    files: Mapping[str, Path]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Candidate:
    """A readable notebook that may be the one that a skeleton asks for."""

    file: File
    rank: int
    notebook: NotebookNode
    aligned: Alignment
    notes: tuple[str, ...]

    @property
    def belongs(self) -> bool:
        """Whether it holds most of the skeleton's cells; a lesson holds none."""
        return 2 * len(self.aligned.found) > len(self.aligned.expected)

    @property
    def merit(self) -> tuple[object, ...]:
        """Sorts an untouched original behind an answered copy, and any copy behind the original."""
        answered = self.aligned.answered
        newest = self.file.modified, self.file.name
        return answered > 0, self.belongs, -self.rank, answered, *newest


def read_submission(
    folder: Path,
    skeletons: Sequence[Skeleton],
    ignore: Sequence[str] = (),
    bounds: Bounds | None = None,
) -> SubmissionFiles:
    """Read a submission's folder; nothing outside it is read, and nothing in it raises.

    Parameters
    ----------
    folder : pathlib.Path
        ``submitted/<learner>/<assignment>``, which the instructor's own tools made.
    skeletons : sequence of Skeleton
        The notebooks that the assignment asks for.
    ignore : sequence of str
        File names and globs of nbgrader's ``CourseDirectory.ignore``.
    bounds : Bounds or None
        How large a notebook may be; None: the defaults.
    """
    bounds = bounds or Bounds()
    names = [f"{skeleton.name}.ipynb" for skeleton in skeletons]
    try:
        listing = list_folder(folder, ignore, names)
    except OSError as error:
        reason = f"the folder cannot be read ({error.strerror or type(error).__name__})"
        return SubmissionFiles({}, {}, {skeleton.name: reason for skeleton in skeletons}, {}, ())

    notebooks: dict[str, NotebookNode] = {}
    alignments: dict[str, Alignment] = {}
    missing: dict[str, str] = {}
    notes: list[str] = []
    served: set[str] = set()
    homes: set[str] = set()
    for skeleton in skeletons:
        ranked = _ranked(skeleton, skeletons, [f for f in listing.files if f.name not in served])
        candidates, problems = _read_all(skeleton, ranked, bounds.notebook)
        eligible = [found for found in candidates if found.rank < _OTHER or found.belongs]
        served.update(file.name for rank, file in ranked if rank < _OTHER and _is_named(file))
        if not eligible:
            missing[skeleton.name] = _reason(skeleton.name, listing, problems)
            continue
        chosen = max(eligible, key=lambda candidate: candidate.merit)
        served.add(chosen.file.name)
        homes.add(chosen.file.home)
        notebooks[skeleton.name] = chosen.notebook
        alignments[skeleton.name] = chosen.aligned
        notes += _choice_notes(skeleton.name, chosen, eligible, ranked, problems)
        notes += [f"{shown_name(chosen.file.name)} {note}" for note in chosen.notes]
    files, left_out = _others(listing.files, served, names, homes)
    notes += _shortened(listing.notes + left_out)
    return SubmissionFiles(notebooks, alignments, missing, files, tuple(notes))


def _ranked(
    skeleton: Skeleton, skeletons: Sequence[Skeleton], files: Sequence[File]
) -> list[tuple[int, File]]:
    """Return the files that may be a skeleton's notebook, the likeliest first."""
    own = _plain(skeleton.name)
    # "problem1_extra" contains "problem1": the longest name that fits is the one that is meant.
    others = [_plain(other.name) for other in skeletons if other is not skeleton]
    ranked = []
    for file in files:
        stem, is_notebook = _stem(file.base)
        if file.depth == 0 and unicodedata.normalize("NFC", file.name) == unicodedata.normalize(
            "NFC", f"{skeleton.name}.ipynb"
        ):
            ranked.append((_EXACT, file))
        elif stem in others:
            continue
        elif _contains(stem, own) and (is_notebook or stem == own):
            longer = any(len(other) > len(own) and _contains(stem, other) for other in others)
            ranked.append((_OTHER if longer else _COPY, file))
        elif is_notebook and file.depth <= 1:
            ranked.append((_OTHER, file))
    ranked.sort(key=lambda pair: (pair[0], -pair[1].modified, pair[1].name))
    return ranked[:MAX_CANDIDATES]


def _stem(base: str) -> tuple[str, bool]:
    """Return a file name without its endings, made plain, and whether it calls itself .ipynb."""
    name = base.casefold()
    stem = re.sub(r"\.ipynb\b|\.(json|txt)$", " ", name)
    return _plain(stem), re.search(r"\.ipynb\b", name) is not None


def _plain(name: str) -> str:
    """Return a name without case, and with one space for what people and browsers put between."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()


def _contains(stem: str, name: str) -> bool:
    return f" {name} " in f" {stem} "


def _is_named(file: File) -> bool:
    return _stem(file.base)[1]


def _read_all(
    skeleton: Skeleton, ranked: Sequence[tuple[int, File]], limit: int
) -> tuple[list[_Candidate], dict[str, str]]:
    """Read candidates until an answered original is found; return also why some are unreadable."""
    candidates = []
    problems = {}
    size = 0
    for rank, file in ranked:
        size += file.size
        try:
            if candidates and size > 2 * limit:
                raise UnreadableError("is one of too many large notebooks")
            notebook, notes = parse_notebook(_bytes(file, limit))
        except UnreadableError as error:
            if rank < _OTHER and _is_named(file):
                problems[file.name] = str(error)
            continue
        candidate = _Candidate(file, rank, notebook, align(skeleton, notebook), notes)
        candidates.append(candidate)
        if rank == _EXACT and candidate.aligned.answered:
            break
    return candidates, problems


def _bytes(file: File, limit: int) -> bytes:
    """Read a file that was a regular one when it was listed.

    Raises
    ------
    UnreadableError
        If it is too large, outputs aside, or cannot be read.
    """
    try:
        # Not blocking, should it have become a FIFO since.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(file.path, flags), "rb") as stream:
            data = stream.read(limit + 1) if file.size <= limit else None
        if data is None or len(data) > limit:
            data = read_without_outputs(file.path, limit)
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})") from None
    if data is None:
        raise UnreadableError(
            f"is too large ({file.size // 2**20} MiB; the limit is {limit // 2**20} MiB without "
            "the outputs, c.SubmissionLimits.notebook_mib)"
        )
    return data


def _reason(name: str, listing: Listing, problems: Mapping[str, str]) -> str:
    """Say in one line why there is no notebook."""
    asked = f"{name}.ipynb"
    if problems:
        file, problem = next(iter(problems.items()))  # the likeliest candidate's
        return f"{shown_name(file)} {problem}"
    if asked in listing.refused:
        return f"{shown_name(asked)} {listing.refused[asked]}"
    if not listing.files:
        return f"there is no {asked}: the folder is empty"
    return f"there is no {asked}, only {_enumerated([file.name for file in listing.files])}"


def _choice_notes(
    name: str,
    chosen: _Candidate,
    eligible: Sequence[_Candidate],
    ranked: Sequence[tuple[int, File]],
    problems: Mapping[str, str],
) -> Iterator[str]:
    """Say which file was taken, wherever a learner could have meant another."""
    asked = f"{name}.ipynb"
    taken = shown_name(chosen.file.name)
    if chosen.rank != _EXACT:
        original = [file.name for rank, file in ranked if rank == _EXACT]
        if not original:
            yield f"Your file is called {taken}; it was graded as {asked}."
        elif original[0] in problems:
            yield f"{asked} {problems[original[0]]}; {taken} was graded instead."
        else:
            yield f"{asked} has no answers; {taken} was graded instead."
    besides = {file.name for rank, file in ranked if rank == _COPY and _is_named(file)}
    besides |= {candidate.file.name for candidate in eligible if candidate.rank == _OTHER}
    besides -= {chosen.file.name}
    if besides:
        verb = "is" if len(besides) == 1 else "are"
        yield f"There {verb} also {_enumerated(sorted(besides))}; {taken} was graded."


def _others(
    files: Sequence[File], served: set[str], names: Sequence[str], homes: set[str]
) -> tuple[dict[str, Path], list[str]]:
    """Return the files to copy beside the notebooks, and notes on what is left out."""
    taken: dict[str, Path] = {}
    notes = []
    reserved = {name.casefold() for name in names}
    for file in files:
        if file.name in served or file.name.split("/")[0].casefold() in reserved:
            continue
        if is_text(file.name):
            taken[file.name] = file.path
        else:
            notes.append(f"{shown_name(file.name)} has a name that is not text and was left out.")
    # What lay beside a notebook in a folder within the folder lies beside it still.
    for name, path in list(taken.items()):
        for home in homes:
            beside = name.removeprefix(home)
            if home and beside != name and beside.split("/")[0].casefold() not in reserved:
                taken.setdefault(beside, path)
    return taken, notes


def _shortened(notes: list[str]) -> list[str]:
    left = len(notes) - MAX_NOTES
    return notes if left <= 0 else [*notes[:MAX_NOTES], f"{left} more were left out."]


def _enumerated(names: Sequence[str]) -> str:
    shown = [shown_name(name) for name in names[:3]]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
