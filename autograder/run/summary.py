"""Render a run as an HTML page and as JUnit XML."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from autograder.run.result import NotebookRun

# What XML 1.0 cannot hold, not even escaped; errors in notebooks are full of ANSI colours.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ANSI = re.compile("\x1b\\[[0-9;]*[A-Za-z]")


def html_summary(
    runs: Sequence[NotebookRun], *, title: str, profile: str, moment: str, planned: int
) -> str:
    """Return a self-contained page that shows every run, worst things first.

    Parameters
    ----------
    runs : sequence of NotebookRun
    title : str
        Name of the course.
    profile : {"quick", "full"}
    moment : str
        When the run began, to be read by a person.
    planned : int
        How many notebooks there were to run; more than ``runs`` when the run was stopped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("autograder.run"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("summary.html.j2").render(
        runs=runs,
        faults=[run for run in runs if not run.ok],
        title=title,
        profile=profile,
        moment=moment,
        planned=planned,
        duration=duration,
        memory=memory,
        clean=clean,
    )


def junit_summary(runs: Sequence[NotebookRun]) -> str:
    """Return a JUnit report: a unit is a test suite, a notebook a test case.

    Budget and peak memory are properties of the test case.
    """
    report = ElementTree.Element("testsuites", name="autograder run", **_counts(runs))
    for unit in dict.fromkeys(run.unit for run in runs):
        of_unit = [run for run in runs if run.unit == unit]
        suite = ElementTree.SubElement(report, "testsuite", name=unit, **_counts(of_unit))
        for run in of_unit:
            _add_case(suite, run)
    ElementTree.indent(report)
    return ElementTree.tostring(report, encoding="unicode", xml_declaration=True) + "\n"


def clean(text: str) -> str:
    """Return a text without ANSI colours and what XML cannot hold."""
    return _NOT_XML.sub("", _ANSI.sub("", text))


def duration(seconds: float) -> str:
    """Return a time to be read: ``"8.3 s"``, ``"2 min 05 s"``."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def memory(size: int) -> str:
    """Return an amount of memory to be read: ``"310 MiB"``, ``"2.4 GiB"``."""
    mebibytes = size / 2**20
    return f"{mebibytes / 1024:.1f} GiB" if mebibytes >= 1000 else f"{mebibytes:.0f} MiB"


def _counts(runs: Sequence[NotebookRun]) -> dict[str, str]:
    return {
        "tests": str(len(runs)),
        "failures": str(sum(not run.ok for run in runs)),
        "errors": "0",
        "time": f"{sum(run.seconds for run in runs):.3f}",
    }


def _add_case(suite: ElementTree.Element, run: NotebookRun) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=run.unit, name=run.notebook, time=f"{run.seconds:.3f}"
    )
    properties = ElementTree.SubElement(case, "properties")
    values = {"peak_memory_bytes": run.peak_memory_bytes, "budget_seconds": run.budget}
    for name, value in values.items():
        if value is not None:
            ElementTree.SubElement(properties, "property", name=name, value=f"{value}")
    if not run.ok:
        failure = ElementTree.SubElement(
            case, "failure", type=run.status.value, message=clean(run.fault)
        )
        failure.text = clean("\n\n".join(part for part in (run.error, run.source) if part))
