"""Print the JUnit report of `autograder run` as Markdown, for a step's summary or an issue.

Usage: ``python tools/junit_to_markdown.py runs/junit.xml``. It needs nothing but Python.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

# GitHub takes 65,536 characters in the text of an issue; the rest is in the executed notebooks.
_DETAIL_CHARACTERS = 1000


def markdown(report: ElementTree.Element) -> str:
    """Return the failures with cell and error, then the time of every notebook, folded."""
    cases = list(report.iter("testcase"))
    failures = [(case, failure) for case in cases for failure in case.iter("failure")]
    lines = [f"**{len(cases)} notebooks run, {len(failures)} with a fault.**", ""]
    for case, failure in failures:
        lines += [
            f"- `{case.get('classname')}/{case.get('name')}` ({failure.get('type')}): "
            f"{_code(failure.get('message', ''))}",
            *_indented_block((failure.text or "")[:_DETAIL_CHARACTERS]),
        ]
    lines += ["", "<details><summary>All notebooks</summary>", ""]
    lines += ["| notebook | status | seconds |", "|---|---|---:|"]
    for case in cases:
        failure = case.find("failure")
        status = "ok" if failure is None else failure.get("type")
        lines.append(f"| {case.get('name')} | {status} | {float(case.get('time', 0)):.1f} |")
    return "\n".join([*lines, "", "</details>", ""])


def _code(text: str) -> str:
    """Return an error as code, so that nothing in it is taken for Markdown or a mention."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _indented_block(text: str) -> list[str]:
    """Return a block of code that belongs to a list item; none for no text."""
    if not text.strip():
        return []
    return ["", "  ~~~text", *(f"  {line}" for line in text.splitlines()), "  ~~~", ""]


if __name__ == "__main__":
    print(markdown(ElementTree.parse(Path(sys.argv[1])).getroot()))
