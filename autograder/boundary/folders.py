"""Paths on their way to the other process, and the files that lie there.

A path that a test hands over, as a path or as text, may be for the learner's code to write to or to
read from. So what lies there crosses, too: if it is in the judge's folder for temporary files, all
that lies in the folder that the test has made there; if it is relative, the file or folder of that
name in the working folder. Each message tells what has changed there since the last one, in either
direction. Places are told by their names below these two folders, of which each process has its
own.

The judge alone chooses such places. After the test they are gone in the notebook's process, and
what its own working folder had there is back.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from autograder.boundary import trees
from autograder.boundary.codec import Cannot
from autograder.boundary.connection import Malformed

if TYPE_CHECKING:
    from autograder.boundary.codec import Decoder, Encoder

_TEMPORARY, _WORKING = "temporary", "working"
_MOST_PLACES = 50
_MOST_BYTES = 2**29  # that the learner's code may write in a test
# Text that may well be the name of a file.
_FILE_NAME = re.compile(r"[\w .-]+(/[\w .-]+)*\.\w{1,10}|[\w.-]+(/[\w.-]+)+")
_PROGRAMS = (".py", ".pyc", ".pth", ".so")  # which the judge might import

_Key = tuple[str, str]  # in which of the two folders, and the name there


class Folders:
    """The places whose files both processes see, in one test.

    Parameters
    ----------
    is_judge : bool

    Attributes
    ----------
    prefix : str
        What the text of a path in the folder for temporary files begins with.
    """

    def __init__(self, *, is_judge: bool) -> None:
        self._is_judge = is_judge
        self._temporary = os.path.realpath(tempfile.gettempdir())
        self.prefix = tempfile.gettempdir() + "/"
        try:
            self._working = os.getcwd()
        except FileNotFoundError:
            self._working = self._temporary
        self._known: dict[_Key, trees.Tree] = {}
        self._told: set[_Key] = set()
        self._before: dict[_Key, Path | None] = {}  # what the working folder had, as a copy
        self._written = 0

    def encode(self, value: PurePath) -> list[Any]:
        """Return an encoded path."""
        return ["p", *self._place_of(str(value), is_path=True)]

    def encode_text(self, value: str) -> Any:
        """Return encoded text, which may be a path."""
        key, rest = self._place_of(value, is_path=False)
        return value if key is None else ["pt", key, rest]

    def decode(self, content: list[Any]) -> str:
        """Return the text of a path.

        Raises
        ------
        Malformed
        """
        _, name, rest = content
        if type(rest) is not str or (name is not None and type(name) is not str):
            raise Malformed("a path that is none")
        if name is None:
            return rest
        if (_TEMPORARY, name) not in self._known and self._is_judge:
            raise Malformed("a path that is not shared")
        return os.path.join(self.prefix, *trees.checked([name])) + rest

    def require_shared(self, text: str) -> None:
        """Raise unless a path is where the notebook may have files of the judge's read or written.

        Raises
        ------
        PermissionError
        """
        if ".." not in Path(text).parts and any(
            Path(text).is_relative_to(self._place(key)) or text == key[1] for key in self._known
        ):
            return
        raise PermissionError(f"{text!r} is not shared with this notebook")

    def news(self, encoder: "Encoder") -> list[Any]:
        """Return what the other process does not know yet.

        Raises
        ------
        Cannot
            If it is too much.
        """
        news = []
        for key, known in self._known.items():
            place = self._place(key)
            now = trees.scan(place)
            if now == known and key in self._told:
                continue
            gone = [parts for parts in known if parts not in now]
            folders = [parts for parts, mark in now.items() if mark is None and parts not in known]
            files = [
                parts
                for parts, mark in now.items()
                if mark is not None and known.get(parts) != mark
            ]
            contents = map(encoder.buffer, trees.read(place, files))
            news.append([*key, gone, folders, list(zip(files, contents, strict=True))])
            self._known[key] = now
            self._told.add(key)
        return news

    def take_back(self, news: list[Any]) -> None:
        """Undo what :meth:`news` has noted for a message that is not sent."""
        for folder, name, *_ in news:
            self._known[folder, name] = {}
            self._told.discard((folder, name))

    def learn(self, news: list[Any], decoder: "Decoder") -> None:
        """Lay down what has changed in the other process.

        Raises
        ------
        Malformed, OSError
        """
        for folder, name, gone, folders, files in news:
            key = folder, name
            if key not in self._known:
                self._begin(key)
            place, known = self._place(key), self._known[key]
            for parts in sorted(map(trees.checked, gone), key=len, reverse=True):
                trees.remove(place, parts)
                known.pop(parts, None)
            for parts in sorted(map(trees.checked, folders), key=len):
                trees.make(place, parts)
                known[parts] = None
            for wanted, number in files:
                content, parts = decoder.buffer(number), trees.checked(wanted)
                self._count(len(content))
                known[parts] = trees.write(place, parts, content)

    def clear(self) -> None:
        """Let the notebook's process be as if the places had never been there."""
        if self._is_judge:
            return
        for key in self._known:
            place = self._place(key)
            _remove_all(place)
            if (before := self._before.get(key)) is not None:
                shutil.move(before, place)
                _remove_all(before.parent)

    def _place_of(self, text: str, *, is_path: bool) -> tuple[str | None, str]:
        """Return a name in the folder for temporary files, if there is one, and what follows it."""
        if text.startswith(self.prefix):
            name, slash, rest = text[len(self.prefix) :].partition("/")
            key = _TEMPORARY, name
            if self._can_share(key):
                return name, slash + rest
        elif self._is_judge and (is_path or _FILE_NAME.fullmatch(text)):
            self._can_share((_WORKING, text))
        return None, text

    def _can_share(self, key: _Key) -> bool:
        """Whether a place is shared, from now on or already."""
        if key in self._known:
            return True
        folder, name = key
        place = Path(self._place(key))
        if (
            not self._is_judge
            or name in ("", ".", "..")
            or name.startswith("/")
            or ".." in place.parts
            or (folder == _WORKING and name.endswith(_PROGRAMS))
            or Path(self._working).is_relative_to(place)
            or place.is_symlink()
        ):
            return False
        if len(self._known) >= _MOST_PLACES:
            raise Cannot("there are too many paths in one test")
        self._known[key] = {}
        return True

    def _begin(self, key: _Key) -> None:
        """Begin to share a place of the judge's."""
        if self._is_judge:
            raise Malformed("a folder that is not shared")
        place = self._place(key)
        self._known[key] = {}
        if key[0] == _TEMPORARY or not os.path.lexists(place):
            return
        kept = Path(tempfile.mkdtemp(), place.name)
        if place.is_dir():
            shutil.copytree(place, kept, symlinks=True)
        else:
            shutil.copy2(place, kept, follow_symlinks=False)
        self._before[key] = kept

    def _place(self, key: _Key) -> Path:
        folder, name = key
        return Path(self._temporary if folder == _TEMPORARY else self._working, name)

    def _count(self, size: int) -> None:
        self._written += size
        if self._is_judge and self._written > _MOST_BYTES:
            raise Malformed("files that are too large")


def _remove_all(place: Path) -> None:
    with suppress(OSError):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink()
