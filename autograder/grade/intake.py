"""Read what a learner handed in: any folder, any file, without trusting any of it."""

import os
import re
import stat
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from autograder.grade.align import Alignment, align
from autograder.grade.handed_in import UnreadableError, parse_notebook
from autograder.grade.skeleton import Skeleton

# A notebook of this course is 0.1 MiB, with plots some MiB; what films and data sets blow up more
# than this would take its tenfold in memory.
MAX_NOTEBOOK_BYTES = 64 * 2**20
# A learner has a handful of copies; more of them would only take time.
MAX_CANDIDATES = 12
# Files to copy beside the notebook: a learner's modules and data, not an environment of packages.
MAX_FILES = 2_000
MAX_FILE_BYTES = 128 * 2**20
MAX_TOTAL_BYTES = 512 * 2**20
# How far a folder is looked through at all, whatever is in it.
MAX_ENTRIES = 20_000
MAX_DEPTH = 8
MAX_NOTES = 20

# What operating systems and Jupyter leave behind: never anyone's answer.
_CLUTTER = ("__MACOSX", "._*", ".DS_Store", ".ipynb_checkpoints", "__pycache__")
_EXACT, _COPY, _OTHER = range(3)


@dataclass(frozen=True)
class Handin:
    """What a submission's folder holds.

    Attributes
    ----------
    notebooks : mapping of str to nbformat.NotebookNode
        The readable notebooks by the skeleton's name, without outputs.
    missing : mapping of str to str
        Why there is none for a skeleton, in one line.
    files : mapping of str to pathlib.Path
        Other regular files by their relative POSIX path, to be copied beside the notebook.
    notes : tuple of str
        What was unusual, one plain sentence each, for the learner.
    """

    notebooks: Mapping[str, NotebookNode]
    missing: Mapping[str, str]
    files: Mapping[str, Path]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    path: Path
    name: str  # relative to the submission's folder
    size: int
    modified: float

    @property
    def base(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def depth(self) -> int:
        return self.name.count("/")


@dataclass
class _Listing:
    """All that was seen in a folder: regular files, and what cannot be read by name."""

    files: list[_File] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    """A readable notebook that may be the one that a skeleton asks for."""

    file: _File
    rank: int
    notebook: NotebookNode
    aligned: Alignment
    notes: tuple[str, ...]

    @property
    def belongs(self) -> bool:
        """Whether it holds most of the skeleton's cells; a lesson holds none."""
        return 2 * len(self.aligned.found) > len(self.aligned.wanted)

    @property
    def merit(self) -> tuple[object, ...]:
        """Sorts an untouched original behind an answered copy, and any copy behind the original."""
        answered = self.aligned.answered
        newest = self.file.modified, self.file.name
        return answered > 0, self.belongs, -self.rank, answered, *newest


def read_submission(
    folder: Path, skeletons: Sequence[Skeleton], ignore: Sequence[str] = ()
) -> Handin:
    """Read a submission's folder; nothing outside it is read, and nothing in it raises.

    Parameters
    ----------
    folder : pathlib.Path
        ``submitted/<learner>/<assignment>``, which the instructor's own tools made.
    skeletons : sequence of Skeleton
        The notebooks that the assignment asks for.
    ignore : sequence of str
        File names and globs of nbgrader's ``CourseDirectory.ignore``.
    """
    names = [f"{skeleton.name}.ipynb" for skeleton in skeletons]
    try:
        listing = _list(folder, [*_CLUTTER, *ignore], names)
    except OSError as error:
        reason = f"the folder cannot be read ({error.strerror or type(error).__name__})"
        return Handin({}, {skeleton.name: reason for skeleton in skeletons}, {}, ())

    notebooks: dict[str, NotebookNode] = {}
    missing: dict[str, str] = {}
    notes: list[str] = []
    served: set[str] = set()
    for skeleton in skeletons:
        ranked = _ranked(skeleton, skeletons, [f for f in listing.files if f.name not in served])
        candidates, problems = _read_all(skeleton, ranked)
        eligible = [found for found in candidates if found.rank < _OTHER or found.belongs]
        served.update(file.name for rank, file in ranked if rank < _OTHER and _is_named(file))
        if not eligible:
            missing[skeleton.name] = _reason(skeleton.name, listing, problems)
            continue
        chosen = max(eligible, key=lambda candidate: candidate.merit)
        served.add(chosen.file.name)
        notebooks[skeleton.name] = chosen.notebook
        notes += _choice_notes(skeleton.name, chosen, eligible, ranked, problems)
        notes += [f"{_shown(chosen.file.name)} {note}" for note in chosen.notes]
    files, left_out = _others(listing.files, served, names)
    return Handin(notebooks, missing, files, tuple(notes + _shortened(listing.notes + left_out)))


def _list(folder: Path, ignore: Sequence[str], names: Sequence[str]) -> _Listing:
    """List a folder, the uppermost files first.

    Raises
    ------
    OSError
        If the folder itself cannot be read.
    """
    listing = _Listing()
    pending: deque[tuple[Path, str]] = deque([(folder, "")])
    seen = 0
    while pending:
        current, prefix = pending.popleft()
        try:
            with os.scandir(current) as entries:
                inside = []
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        break
                    inside.append(entry)
        except OSError:
            if not prefix:
                raise
            listing.notes.append(f"The folder {_shown(prefix)} cannot be read and was left out.")
            continue
        for entry in sorted(inside, key=lambda entry: entry.name):
            name = prefix + entry.name
            if (prefix or entry.name not in names) and _is_ignored(entry.name, ignore):
                continue
            kind = _kind(entry)
            if kind == "file":
                status = entry.stat(follow_symlinks=False)
                path = current / entry.name
                listing.files.append(_File(path, name, status.st_size, status.st_mtime))
            elif kind == "folder":
                if prefix.count("/") < MAX_DEPTH and _is_text(entry.name):
                    pending.append((current / entry.name, f"{name}/"))
                else:
                    listing.notes.append(f"The folder {_shown(name)} was left out.")
                listing.refused[name] = "is a folder"
            else:
                listing.refused[name] = kind
                listing.notes.append(f"{_shown(name)} {kind} and was left out.")
        if seen > MAX_ENTRIES:
            listing.notes.append(f"There are more than {MAX_ENTRIES} files; the rest was left out.")
            break
    return listing


def _kind(entry: os.DirEntry[str]) -> str:
    """Return "file" or "folder", or what an entry is that is neither."""
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return "cannot be read"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "is a symbolic link" if stat.S_ISLNK(mode) else "is no ordinary file"


def _is_ignored(name: str, patterns: Sequence[str]) -> bool:
    """Whether nbgrader would ignore a name: a glob means no hidden file unless it says so."""
    return any(
        fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")
        for pattern in patterns
    )


def _is_text(name: str) -> bool:
    """Whether a file name is text: bytes that are no UTF-8 reach Python as lone surrogates."""
    return not re.search(r"[\ud800-\udfff]", name)


def _ranked(
    skeleton: Skeleton, skeletons: Sequence[Skeleton], files: Sequence[_File]
) -> list[tuple[int, _File]]:
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
        elif file.depth > 1 or stem in others:
            continue
        elif _contains(stem, own) and (is_notebook or stem == own):
            longer = any(len(other) > len(own) and _contains(stem, other) for other in others)
            ranked.append((_OTHER if longer else _COPY, file))
        elif is_notebook:
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


def _is_named(file: _File) -> bool:
    return _stem(file.base)[1]


def _read_all(
    skeleton: Skeleton, ranked: Sequence[tuple[int, _File]]
) -> tuple[list[_Candidate], dict[str, str]]:
    """Read candidates until an answered original is found; return also why some are unreadable."""
    candidates = []
    problems = {}
    size = 0
    for rank, file in ranked:
        size += file.size
        try:
            if candidates and size > 2 * MAX_NOTEBOOK_BYTES:
                raise UnreadableError("is one of too many large notebooks")
            notebook, notes = parse_notebook(_bytes(file))
        except UnreadableError as error:
            if rank < _OTHER and _is_named(file):
                problems[file.name] = str(error)
            continue
        candidate = _Candidate(file, rank, notebook, align(skeleton, notebook), notes)
        candidates.append(candidate)
        if rank == _EXACT and candidate.aligned.answered:
            break
    return candidates, problems


def _bytes(file: _File) -> bytes:
    """Read a file that was a regular one when it was listed.

    Raises
    ------
    UnreadableError
        If it is too large, or cannot be read.
    """
    limit = f"{MAX_NOTEBOOK_BYTES // 2**20} MiB"
    if file.size > MAX_NOTEBOOK_BYTES:
        raise UnreadableError(f"is too large ({file.size // 2**20} MiB; the limit is {limit})")
    try:
        # Not blocking, should it have become a FIFO since.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(file.path, flags), "rb") as stream:
            data = stream.read(MAX_NOTEBOOK_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})") from None
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise UnreadableError(f"is too large (the limit is {limit})")
    return data


def _reason(name: str, listing: _Listing, problems: Mapping[str, str]) -> str:
    """Say in one line why there is no notebook."""
    wanted = f"{name}.ipynb"
    if problems:
        file, problem = next(iter(problems.items()))  # the likeliest candidate's
        return f"{_shown(file)} {problem}"
    if wanted in listing.refused:
        return f"{_shown(wanted)} {listing.refused[wanted]}"
    if not listing.files:
        return f"there is no {wanted}: the folder is empty"
    return f"there is no {wanted}, only {_enumerated([file.name for file in listing.files])}"


def _choice_notes(
    name: str,
    chosen: _Candidate,
    eligible: Sequence[_Candidate],
    ranked: Sequence[tuple[int, _File]],
    problems: Mapping[str, str],
) -> Iterator[str]:
    """Say which file was taken, wherever a learner could have meant another."""
    wanted = f"{name}.ipynb"
    taken = _shown(chosen.file.name)
    if chosen.rank != _EXACT:
        original = [file.name for rank, file in ranked if rank == _EXACT]
        if not original:
            yield f"Your file is called {taken}; it was graded as {wanted}."
        elif original[0] in problems:
            yield f"{wanted} {problems[original[0]]}; {taken} was graded instead."
        else:
            yield f"{wanted} has no answers; {taken} was graded instead."
    besides = {file.name for rank, file in ranked if rank == _COPY and _is_named(file)}
    besides |= {candidate.file.name for candidate in eligible if candidate.rank == _OTHER}
    besides -= {chosen.file.name}
    if besides:
        verb = "is" if len(besides) == 1 else "are"
        yield f"There {verb} also {_enumerated(sorted(besides))}; {taken} was graded."


def _others(
    files: Sequence[_File], served: set[str], names: Sequence[str]
) -> tuple[dict[str, Path], list[str]]:
    """Return the files to copy beside the notebooks, and notes on what is left out."""
    taken: dict[str, Path] = {}
    notes = []
    total = 0
    reserved = {name.casefold() for name in names}
    for file in files:
        if file.name in served or file.name.split("/")[0].casefold() in reserved:
            continue
        if not _is_text(file.name):
            notes.append(f"{_shown(file.name)} has a name that is no text and was left out.")
        elif file.size > MAX_FILE_BYTES or total + file.size > MAX_TOTAL_BYTES:
            notes.append(f"{_shown(file.name)} is too large and was left out.")
        elif len(taken) >= MAX_FILES:
            notes.append(f"{_shown(file.name)} was left out: there are too many files.")
        else:
            taken[file.name] = file.path
            total += file.size
    return taken, notes


def _shortened(notes: list[str]) -> list[str]:
    left = len(notes) - MAX_NOTES
    return notes if left <= 0 else [*notes[:MAX_NOTES], f"{left} more were left out."]


def _enumerated(names: Sequence[str]) -> str:
    shown = [_shown(name) for name in names[:3]]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _shown(name: str) -> str:
    """Return a file name for a sentence: quoted and escaped, unless it is an ordinary word."""
    short = name if len(name) <= 100 else f"{name[:60]}…{name[-30:]}"
    return short if re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9_./-]*", short) else repr(short)
