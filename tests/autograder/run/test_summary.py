"""Promises of the summary: what a run says about itself, on a page and to a CI system."""

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from autograder.run.result import NotebookRun, RunStatus
from autograder.run.summary import duration, html_summary, junit_summary, memory

GOOD = NotebookRun(
    unit="w90_tiny",
    notebook="w90_lesson.ipynb",
    status=RunStatus.OK,
    seconds=2.5,
    budget=30.0,
    peak_memory_bytes=300 * 2**20,
    files=("w90_tiny/w90_lesson.ipynb", "w90_tiny/w90_lesson.html"),
)
FAILED = NotebookRun(
    unit="w91_next",
    notebook="w91_assignment.ipynb",
    status=RunStatus.FAILED,
    seconds=4.0,
    budget=20.0,
    failing_cell=7,
    error="ValueError: \x1b[31mshapes\x1b[0m differ: 3 < 4 & \x004\nsecond line",
    source='print("<b>")',
)
SLOW = NotebookRun(
    unit="w91_next",
    notebook="w91_lesson.ipynb",
    status=RunStatus.OVER_BUDGET,
    seconds=31.0,
    budget=30.0,
)


def page_of(*runs: NotebookRun, planned: int | None = None) -> str:
    return html_summary(
        runs,
        title="Tiny <course>",
        profile="quick",
        moment="today",
        planned=len(runs) if planned is None else planned,
    )


def test_the_junit_report_counts_by_week_and_names_cell_and_error() -> None:
    report = ElementTree.fromstring(junit_summary([GOOD, FAILED, SLOW]).encode())
    assert (report.get("tests"), report.get("failures")) == ("3", "2")
    suites = {suite.get("name"): suite for suite in report}
    assert [suite.get("failures") for suite in suites.values()] == ["0", "2"]
    case = suites["w91_next"].find("testcase")
    assert (case.get("name"), float(case.get("time"))) == ("w91_assignment.ipynb", 4.0)
    failure = case.find("failure")
    assert failure.get("type") == "failed"
    assert failure.get("message") == "cell 7: ValueError: shapes differ: 3 < 4 & 4"
    assert 'print("<b>")' in failure.text


def test_the_junit_report_tells_memory_and_budget() -> None:
    report = ElementTree.fromstring(junit_summary([GOOD]).encode())
    properties = {entry.get("name"): entry.get("value") for entry in report.iter("property")}
    assert float(properties["peak_memory_bytes"]) == 300 * 2**20
    assert float(properties["budget_seconds"]) == 30.0


def test_a_notebook_over_its_budget_is_a_failure_that_says_by_how_much() -> None:
    report = ElementTree.fromstring(junit_summary([SLOW]).encode())
    assert report.find(".//failure").get("message") == "31.0 s, the budget is 30 s"


def test_the_page_says_what_is_to_be_fixed_and_links_to_what_was_executed() -> None:
    page = page_of(GOOD, FAILED, SLOW)
    assert "2 of 3 notebooks do not run as they should" in page
    assert "cell 7: ValueError: shapes differ" in page
    assert 'href="w90_tiny/w90_lesson.ipynb"' in page
    assert 'href="w90_tiny/w90_lesson.html"' in page


def test_the_page_shows_markup_in_titles_and_sources_as_text() -> None:
    page = page_of(FAILED)
    assert "Tiny &lt;course&gt;" in page
    assert "<b>" not in page


def test_the_page_needs_nothing_from_elsewhere() -> None:
    addresses: list[str] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            assert tag not in {"script", "link", "img", "iframe"}
            addresses.extend(value or "" for name, value in attributes if name in {"src", "href"})

    Collector().feed(page_of(GOOD, FAILED))
    assert addresses
    assert not any("//" in address for address in addresses)


def test_the_page_of_a_stopped_run_says_that_something_is_missing() -> None:
    assert "stopped before 5 more had run" in page_of(GOOD, planned=6)
    assert "stopped" not in page_of(GOOD)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(8.34, "8.3 s"), (99.94, "99.9 s"), (125.0, "2 min 05 s"), (3720.0, "1 h 02 min")],
)
def test_a_time_is_told_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_memory_is_told_in_the_unit_that_fits() -> None:
    assert (memory(310 * 2**20), memory(5 * 2**29)) == ("310 MiB", "2.5 GiB")
