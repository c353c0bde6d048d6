"""What a learner sees of a visible test that fails, in a notebook.

A check that does not hold says so itself; where its message is the one of a known mistake, a line
tells what probably happened. Where the learner's code ends in an exception, its traceback has the
learner's own lines only, below the hint of the check that called it.
"""

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from forwardpass.check import CheckFailed
from forwardpass.hints import FILE, find_hints, key_of
from forwardpass.results import shell_of_learner, tests_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


@dataclass(frozen=True)
class _Call:
    """What a line of a test was doing: its source, and the hint of the check around it."""

    source: str
    hint: str


def show_failures() -> None:
    """Show failures of cells of tests in this way, from now on, in a notebook."""
    shell = shell_of_learner()
    if shell is None:
        return
    hints = Path.cwd() / FILE  # beside the notebook, where a kernel begins

    def show(
        shell: "InteractiveShell",
        kind: type[BaseException],
        error: BaseException,
        traceback: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        if lines := _lines(shell, error, traceback, hints):
            # IPython's own way for an exception to say how it is shown.
            error._render_traceback_ = lambda: lines
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)

    shell.set_custom_exc((Exception,), show)


def _lines(
    shell: "InteractiveShell", error: BaseException, traceback: TracebackType, hints: Path
) -> list[str]:
    """Return what is shown of an error; nothing where it has not come from a cell of tests."""
    entries = [entry for entry in _entries(traceback) if entry.tb_frame.f_globals is shell.user_ns]
    title = tests_of(_source(entries[0].tb_frame)) if entries else None
    if title is None:
        return []
    known = find_hints(hints, key_of(*title, type(error).__name__, str(error)))
    known = [hint for hint in known if hint not in str(error)]
    if isinstance(error, CheckFailed):
        return [f"✗ {error}", *_told(known)]
    tests = entries[0].tb_frame.f_code.co_filename
    own = [entry for entry in entries if entry.tb_frame.f_code.co_filename != tests]
    call = _call_of(entries[0])
    if isinstance(error, NotImplementedError) and own and own[-1].tb_next is None:
        return [f"○ {own[-1].tb_frame.f_code.co_name} is to be written: {call.source} needs it."]
    shown = shell.InteractiveTB.structured_traceback(
        type(error), error, _chained(own or entries[:1]), tb_offset=0
    )
    hint = f": {call.hint}" if call.hint else "."
    return [f"✗ {call.source} ends in {type(error).__name__}{hint}", *_told(known), *shown]


def _told(hints: list[str]) -> list[str]:
    if not hints:
        return []
    return [f"  A known mistake gives just this: {' – or: '.join(hints)}"]


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _chained(entries: list[TracebackType]) -> TracebackType | None:
    """Return a traceback of these entries alone."""
    following = None
    for entry in reversed(entries):
        following = TracebackType(following, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return following


def _source(frame: FrameType) -> str:
    return "".join(linecache.getlines(frame.f_code.co_filename))


def _call_of(entry: TracebackType) -> _Call:
    """Return what an entry was executing, with the hint of the check that was to get the result."""
    source = _source(entry.tb_frame)
    line, end_line, column, end_column = list(entry.tb_frame.f_code.co_positions())[
        entry.tb_lasti // 2
    ]
    statements = ast.parse(source).body
    inside = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and node.lineno <= line <= node.end_lineno
    ]
    exact = [
        node
        for node in inside
        if (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
        == (line, end_line, column, end_column)
    ]
    text = ast.get_source_segment(source, exact[0]) if exact else source.split("\n")[line - 1]
    checks = [node for node in inside if _is_check(node)]
    if not checks:  # the result gets a name: the next check that uses it has the hint
        current = next(s for s in statements if s.lineno <= line <= s.end_lineno)
        names = {
            node.id
            for node in ast.walk(current)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        checks = [
            node
            for statement in statements
            if statement.lineno > line
            for node in ast.walk(statement)
            if _is_check(node) and names & {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        ]
    hint = _hint_of(checks[0], entry.tb_frame.f_globals) if checks else ""
    return _Call(" ".join(text.split()), hint)


def _is_check(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "check"
    )


def _hint_of(check: ast.Call, names: Mapping[str, Any]) -> str:
    """Return the hint of a check, which is a text or the name of one."""
    for keyword in check.keywords:
        if keyword.arg == "hint":
            value = keyword.value
            hint = value.value if isinstance(value, ast.Constant) else None
            hint = names.get(value.id) if isinstance(value, ast.Name) else hint
            return hint if isinstance(hint, str) else ""
    return ""
