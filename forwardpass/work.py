"""Bring new and changed notebooks from ``release/`` into ``work/``, the learner's own folder.

``forwardpass lab`` does this in the folder that holds ``release/``, before it opens JupyterLab. A
learner writes in ``work/`` alone, so ``release/`` stays as it was published and an update of the
course meets nothing in its way.

What a learner wrote is never replaced. A file that they did not change follows the course. Where
they changed theirs, the new version comes beside it, once. What they deleted or renamed does not
come back. A unit that left the course, or got another name in it, stays where it is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from forwardpass.errors import InputError
from forwardpass.files import counted, read_utf8, write_bytes, write_text
from forwardpass.published import digest, normalised, read_manifest

# What the course gave of each file when it last brought one: a digest by path.
RECORD = ".forwardpass.json"


@dataclass(frozen=True)
class Arrival:
    """One thing that an update did, or left to the learner.

    Attributes
    ----------
    kind : {"new", "updated", "beside", "left"}
        A file that was not there; one that the learner had not changed; a new version beside the
        learner's own; a file that is no longer part of the course and stays.
    path : str
        The file, relative to ``work/``.
    original : str
        For ``"beside"``, the learner's file, else the same as `path`.
    """

    kind: str
    path: str
    original: str


def update(release: Path, work: Path) -> list[Arrival]:
    """Bring ``work/`` up to date, whole files at a time, and return what happened.

    It may be stopped at any moment: the next call goes on from there.

    Parameters
    ----------
    release : pathlib.Path
        A folder that `autograder build` wrote.
    work : pathlib.Path
        The learner's folder; made where there is none.

    Raises
    ------
    InputError
        If there is no course in `release`, or a file cannot be read or written.
    """
    published = read_manifest(release)
    if not published:
        raise InputError(
            "there is no course here: run this in the folder that holds release/", release
        )
    arrivals = []
    try:
        record = _read_record(work)
        try:
            for path in sorted(published):
                arrivals += _bring(path, published[path], release, work, record)
        finally:
            for path in sorted(record.keys() - published.keys()):
                del record[path]
                if (work / path).exists():
                    arrivals.append(Arrival("left", path, path))
            write_text(work / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        raise InputError(
            f"cannot be read or written ({error.strerror}): nothing of yours was changed; put it "
            "right and run the command again",
            Path(error.filename) if error.filename else work,
        ) from None
    return arrivals


def _bring(
    path: str, current: str, release: Path, work: Path, record: dict[str, str]
) -> Iterator[Arrival]:
    """Bring one file of the course, and note its digest in the record."""
    given = record.get(path)
    if given == current or not (release / path).is_file():
        return
    target = work / path
    if not _is_there(target):
        if given is None:
            # Where a learner worked in release/ itself, this is their work. Since the record has
            # the published version's digest, it counts as changed from now on.
            write_bytes(target, (release / path).read_bytes())
            yield Arrival("new", path, path)
    elif not _holds(release / path, current):
        return  # someone worked in release/: what the course published is not to be found there
    elif _holds(target, given):
        write_bytes(target, (release / path).read_bytes())
        yield Arrival("updated", path, path)
    elif not _holds(target, current):
        beside = _free_name(path, current, work)
        if not _is_there(work / beside):
            write_bytes(work / beside, (release / path).read_bytes())
        yield Arrival("beside", beside, path)
    record[path] = current


def _is_there(target: Path) -> bool:
    """Say whether a name is taken, be it by a link that leads nowhere."""
    return target.exists() or target.is_symlink()


def _holds(target: Path, wanted: str | None) -> bool:
    """Say whether a file holds what a digest stands for, opened in an editor or not."""
    if target.is_symlink() or not target.is_file():
        return False  # a learner's own link or folder is theirs, whatever it leads to
    content = target.read_bytes()
    return wanted in (digest(content), digest(normalised(target.name, content)))


def _free_name(path: str, current: str, work: Path) -> str:
    """Return the name for a new version: one that is free, or already holds this very version."""
    pure = PurePosixPath(path)
    number = 1
    while True:
        ending = "" if number == 1 else f"_{number}"
        name = str(pure.with_name(f"{pure.stem}_new_version{ending}{pure.suffix}"))
        if not _is_there(work / name) or _holds(work / name, current):
            return name
        number += 1


def _read_record(work: Path) -> dict[str, str]:
    """Return the record of the last update; an empty one where it is missing or damaged.

    Without one every file that differs counts as the learner's: a new version comes beside it.
    """
    try:
        record = json.loads(read_utf8(work / RECORD))
    except (FileNotFoundError, ValueError, InputError):
        return {}
    return record if isinstance(record, dict) else {}


def sentences(arrivals: list[Arrival], work: Path) -> Iterator[str]:
    """Yield what a learner is told about an update."""
    for kind, said in (("new", "new"), ("updated", "brought up to date")):
        paths = [arrival.path for arrival in arrivals if arrival.kind == kind]
        folders = sorted({path.split("/")[0] for path in paths if "/" in path})
        if paths:
            where = f": {', '.join(folders)}" if folders else ""
            yield f"{counted(len(paths), 'file')} {said} in {work}/{where}"
    for arrival in arrivals:
        if arrival.kind == "beside":
            yield (
                f"{work / arrival.original}: you changed this, so it stays as it is; the course's "
                f"new version is beside it, {PurePosixPath(arrival.path).name}"
            )
        elif arrival.kind == "left":
            yield f"{work / arrival.path}: no longer part of the course; yours stays"
