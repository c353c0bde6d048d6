"""The leak gate: nothing in what learners get may tell an answer or a hidden test.

What is refused, in whatever file of ``release/``, place and unit:

- a line of a solution that computes something or calls a function of the notebook's own. Later
  units may have it where another exercise's solution has it too, or any program that trains
  something: ``w = w - learning_rate * dw``. The unit itself and earlier ones may not;
- neighbouring lines of one solution: two idioms with the same names; with whatever names two lines
  of which one computes, or four idioms; the answers to a quiz;
- a line of a hidden test that computes something, chooses its data or says what it checks, unless
  the code of its own assignment shows it openly; whatever their names, a check with its message,
  and three lines that compute;
- a line of a model answer or of a mark scheme.

What is not refused: the shape of a program (``for i in range(n):``, ``return Z``,
``optimizer.step()``), and idioms, which call a library with plain arguments:
``self.drop = nn.Dropout(p=dropout)``, ``loss = criterion(model(images), labels)``.

White space, line ends, comments and quotes make no difference. A lesson that is refused shows the
idea on another function, on one example instead of a batch, or in other steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.build.lexing import Code, code_of, codes_of
from autograder.build.published import texts
from autograder.build.secrets import Secret

# Secrets are looked up by their first words, by as many of these numbers as they have. The
# shortest have three: `answer_1 = c`.
_KEY_SIZES = (3, 8)
_Words = tuple[str, ...]


@dataclass(frozen=True)
class Leak:
    """A secret and where it was found, as a place that a reader can open."""

    secret: Secret
    path: str
    place: str

    def __str__(self) -> str:
        secret = self.secret
        lines = [line.strip() for line in secret.code.splitlines() if line.strip()]
        what = "neighbouring lines" if secret.is_run else "a line"
        names = ", perhaps with other names" if secret.any_names else ""
        return (
            f"{self.path}{self.place}: gives away {what} of the {secret.kind} of "
            f"{secret.grade_id!r} in {secret.unit}{names}: {' / '.join(lines)}"
        )


def find_leaks(
    files: Mapping[str, bytes], secrets: Iterable[Secret], units: Sequence[str] = ()
) -> list[Leak]:
    """Search files that are about to be published for secrets.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path, ``release/w05_topic/…``. Of a notebook, every string counts: sources,
        outputs, metadata, attachments.
    secrets : iterable of Secret
        Of all units, as a line that several solutions have is not secret in later units.
    units : sequence of str
        The ids of the units in the order of the course. A file of no unit is searched as if it
        came before all.

    Returns
    -------
    list of Leak
        In the order of the files, for each place one of every cell that is given away there.
    """
    index = _Index(secrets)
    order = {unit: number for number, unit in enumerate(units)}
    leaks: dict[tuple[str, ...], Leak] = {}
    for path, content in files.items():
        here = max(order.get(part, -1) for part in Path(path).parts)
        for place, text in texts(path, content):
            for code in codes_of(text):
                for secret, start in index.found_in(code):
                    is_later = here > order.get(secret.unit, here)
                    if is_later and (secret.is_common or index.is_shared(secret)):
                        continue
                    at = place.format(line=code.line(start))
                    leaks.setdefault(
                        (path, at, secret.kind, secret.unit, secret.grade_id),
                        Leak(secret, path, at),
                    )
    return list(leaks.values())


class _Index:
    """Secrets by their first words, so that each text is walked once, however many there are."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        keys = [(any_names, size) for any_names in (False, True) for size in _KEY_SIZES]
        self._tables: dict[tuple[bool, int], dict[_Words, list[tuple[Secret, Code]]]] = {
            key: defaultdict(list) for key in keys
        }
        self._owners: dict[_Words, set[tuple[str, str]]] = defaultdict(set)
        for secret in secrets:
            code = code_of(secret.code)
            words = code.shapes if secret.any_names else code.words
            size = max((size for size in _KEY_SIZES if size <= len(words)), default=0)
            if size:
                self._tables[secret.any_names, size][tuple(words[:size])].append((secret, code))
            if secret.kind == "solution":
                self._owners[tuple(code.words)].add((secret.unit, secret.grade_id))

    def is_shared(self, secret: Secret) -> bool:
        """Say whether this is a line that several exercises' solutions have."""
        if secret.kind == "hidden test" or secret.is_run:
            return False
        return len(self._owners[tuple(code_of(secret.code).words)]) > 1

    def found_in(self, code: Code) -> Iterator[tuple[Secret, int]]:
        """Yield every secret in some code and the index of its first word there."""
        for (any_names, size), table in self._tables.items():
            words = code.shapes if any_names else code.words
            shifted = (words[offset:] for offset in range(size))
            for start, key in enumerate(zip(*shifted, strict=False)):
                for secret, wanted in table.get(key, ()):
                    if _stands(wanted, code, start, any_names):
                        yield secret, start


def _stands(wanted: Code, code: Code, start: int, any_names: bool) -> bool:
    """Say whether code goes on with these words, or with one other name for each name."""
    end = start + len(wanted.words)
    if not any_names:
        return code.words[start:end] == wanted.words
    return code.shapes[start:end] == wanted.shapes and code.pattern(start, end) == wanted.pattern()
