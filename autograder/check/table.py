"""Show what was found out: a table and a list of faults for people, JSON for programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.check.report import ExerciseReport, UnitReport

_COLUMNS = (
    "exercise",
    "points",
    "mistakes",
    "alternatives",
    "mutants",
    "excused",
    "score",
    "seconds",
)


def print_report(report: UnitReport, console: Console) -> None:
    """Print a unit's table and its faults, one a line."""
    unit = report.unit
    if report.exercises:
        table = Table(
            title=f"{unit.id}: {escape(unit.title)}", title_justify="left", box=box.SIMPLE
        )
        for name in _COLUMNS:
            table.add_column(name, justify="left" if name == "exercise" else "right")
        for exercise in report.exercises:
            table.add_row(*_row(exercise))
        console.print(table)
    time = f"reference {report.seconds:.1f} of {unit.assignment_budget:g} s"
    if report.exercises:
        points = sum(exercise.points for exercise in report.exercises)
        judged = sum(exercise.judged for exercise in report.exercises)
        time += f"; {judged:g} of {points:g} points judged"
        if report.most_mutants is not None:
            time += f"; of mutants at most {report.most_mutants} of each exercise"
    if not report.faults:
        if report.result_of is not None:
            time += f"; result of {report.result_of:%Y-%m-%d %H:%M}, nothing has changed since"
        console.print(f"{unit.id}: all promises are kept ({time})", highlight=False, soft_wrap=True)
        return
    number = len(report.faults)
    console.print(f"{unit.id}: {number} fault{'s' if number > 1 else ''} ({time})", highlight=False)
    for fault in report.faults:
        # Never wrapped, so that editors and scripts find file and line.
        console.print(str(fault), markup=False, highlight=False, soft_wrap=True)


def report_json(reports: Iterable[UnitReport]) -> str:
    """Return the reports as JSON, with a final newline."""
    units = [
        {
            "unit": report.unit.id,
            "kept": not report.faults,
            "result_of": report.result_of and report.result_of.isoformat(),
            "seconds": round(report.seconds, 3),
            "budget": report.unit.assignment_budget,
            "most_mutants": report.most_mutants,
            "exercises": [_content(exercise) for exercise in report.exercises],
            "faults": [{**asdict(fault), "path": str(fault.path)} for fault in report.faults],
        }
        for report in reports
    ]
    return json.dumps({"units": units}, indent=1, ensure_ascii=False) + "\n"


def _content(exercise: ExerciseReport) -> dict[str, Any]:
    (caught, mistakes), (kept, alternatives) = exercise.mistakes, exercise.alternatives
    killed, mutants = exercise.mutants
    return {
        "exercise": exercise.exercise,
        "points": exercise.points,
        "judged": exercise.judged,
        "seconds": round(exercise.seconds, 3),
        "mistakes": {"caught": caught, "all": mistakes},
        "alternatives": {"kept": kept, "all": alternatives},
        "mutants": {"killed": killed, "all": mutants, "excused": exercise.excused},
        "score": exercise.score,
        "tried": [asdict(tried) for tried in exercise.tried],
    }


def _row(exercise: ExerciseReport) -> tuple[str, ...]:
    score = "–" if exercise.score is None else f"{int(100 * exercise.score)}%"  # 99.5 is not 100
    return (
        exercise.exercise,
        f"{exercise.points:g}",
        "{}/{}".format(*exercise.mistakes),
        "{}/{}".format(*exercise.alternatives) if exercise.alternatives[1] else "–",
        "{}/{}".format(*exercise.mutants) if exercise.mutants[1] else "–",
        f"{exercise.excused or '–'}",
        score,
        f"{exercise.seconds:.2f}",
    )
