"""Promises of the workflows on GitHub: they run what exists, with few rights and a time limit."""

import argparse
import importlib.util
import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from autograder.run import command as run_command
from autograder.run.result import NotebookRun, RunStatus
from autograder.run.summary import junit_summary
from autograder.syllabus import Unit, UnitNotebook, load_syllabus

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GPU_LABEL = "vars.GPU_RUNNER_LABEL"

each_workflow = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def workflow(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["on"] = content.pop(True)  # YAML 1.1 reads the key `on` as a truth value
    return content


def named(name: str) -> dict[str, Any]:
    return workflow(ROOT / ".github" / "workflows" / name)


def steps_of(path: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


def scripts_of(path: Path) -> list[str]:
    return [step["run"] for step in steps_of(path) if "run" in step]


def tool(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "triggers"),
    [
        ("tests.yml", {"push", "pull_request", "schedule"}),
        ("run-quick.yml", {"schedule", "workflow_dispatch"}),
        ("run-full-gpu.yml", {"schedule", "workflow_dispatch"}),
        ("colab.yml", {"schedule", "workflow_dispatch"}),
        ("publish.yml", {"push", "workflow_dispatch"}),
    ],
)
def test_each_workflow_starts_when_it_should(name: str, triggers: set[str]) -> None:
    assert set(named(name)["on"]) == triggers


def test_the_quick_run_is_nightly_and_the_others_run_weekly() -> None:
    days = {
        path.name: workflow(path)["on"]["schedule"][0]["cron"].split()[4]
        for path in FILES
        if "schedule" in workflow(path)["on"]
    }
    assert days.pop("run-quick.yml") == "*"
    assert set(days) == {"run-full-gpu.yml", "colab.yml", "tests.yml"}
    assert all(day.isdigit() for day in days.values())


def test_every_unit_is_tested_in_a_job_of_its_own() -> None:
    jobs = named("tests.yml")["jobs"]
    (script,) = [step["run"] for step in jobs["units"]["steps"] if "run" in step]
    (listing,) = re.findall(r"ids=\$\((sed .*?) \| jq", script)
    printed = subprocess.run(listing, shell=True, cwd=ROOT, capture_output=True, text=True).stdout
    assert printed.split() == [unit.id for unit in load_syllabus(ROOT).units]
    assert (
        jobs["course"]["strategy"]["matrix"]["unit"] == "${{ fromJSON(needs.units.outputs.ids) }}"
    )


def test_kept_results_are_not_brought_back_once_a_week() -> None:
    steps = named("tests.yml")["jobs"]["course"]["steps"]
    (kept,) = [step for step in steps if step.get("uses", "").startswith("actions/cache@")]
    assert kept["if"] == "${{ github.event_name != 'schedule' }}"
    assert kept["with"]["path"].startswith("~/.cache/forwardpass")


@each_workflow
def test_make_targets_that_are_called_exist(path: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    for script in scripts_of(path):
        for target in re.findall(r"^\s*make ([a-z-]+)", script, flags=re.MULTILINE):
            assert target in targets


@each_workflow
def test_autograder_is_called_with_options_that_it_has(path: Path) -> None:
    parser = argparse.ArgumentParser()
    run_command.add_arguments(parser)
    for script in scripts_of(path):
        for line in re.findall(r"(?:^|/)autograder run (.*)$", script, flags=re.MULTILINE):
            parser.parse_args(shlex.split(line))


@each_workflow
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text()
    named_files = re.findall(r"\b(?:tools|forwardpass)/[\w/]+\.\w+", text)
    named_files += re.findall(r"environment-file: (\S+)", text)
    assert all((ROOT / name).is_file() for name in named_files), named_files
    for pattern in re.findall(r"cache-dependency-path: (\S+)", text):
        assert list(ROOT.glob(pattern))


@each_workflow
def test_every_script_is_valid_shell(path: Path) -> None:
    for script in scripts_of(path):
        plain = re.sub(r"\$\{\{.*?\}\}", "value", script)
        checked = subprocess.run(["bash", "-n"], input=plain, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


@each_workflow
def test_nothing_from_outside_is_pasted_into_a_script(path: Path) -> None:
    assert not any("${{" in script for script in scripts_of(path))


@each_workflow
def test_rights_are_few_and_time_is_limited(path: Path) -> None:
    content = workflow(path)
    rights = {"contents": "read"} | ({"issues": "write"} if path.stem == "colab" else {})
    assert content["permissions"] == rights
    assert content["concurrency"]["group"]
    for job in content["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 360
        assert "permissions" not in job


@each_workflow
def test_actions_are_pinned_to_a_major_version(path: Path) -> None:
    for step in steps_of(path):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])
        if step.get("uses", "").startswith("actions/setup-python@"):
            assert step["with"]["python-version"] == "3.11"


def test_nothing_is_published_without_the_name_of_a_repository() -> None:
    job = named("publish.yml")["jobs"]["publish"]
    assert job["if"] == "${{ vars.LEARNERS_REPOSITORY != '' }}"
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    (folder,) = {
        step["path"] for step in (s.get("with", {}) for s in job["steps"]) if "path" in step
    }
    assert f".venv/bin/autograder publish {folder}" in scripts


def test_the_gpu_runner_is_named_by_one_variable_and_skipped_without_it() -> None:
    job = named("run-full-gpu.yml")["jobs"]["run"]
    assert job["runs-on"] == f"${{{{ {GPU_LABEL} }}}}"
    assert job["if"] == f"${{{{ {GPU_LABEL} != '' }}}}"
    for path in FILES:
        for job in workflow(path)["jobs"].values():
            assert (job["runs-on"] == "ubuntu-latest") != (path.stem == "run-full-gpu")
        assert (GPU_LABEL in path.read_text()) == (path.stem == "run-full-gpu")


def test_the_gpu_run_activates_the_environment_that_the_recipe_makes() -> None:
    steps = named("run-full-gpu.yml")["jobs"]["run"]["steps"]
    (conda,) = [step for step in steps if "setup-miniconda" in step.get("uses", "")]
    recipe = yaml.safe_load((ROOT / conda["with"]["environment-file"]).read_text())
    assert conda["with"]["activate-environment"] == recipe["name"]


def test_the_report_names_notebook_cell_and_error_and_nothing_in_it_is_markup() -> None:
    runs = [
        NotebookRun("w90_tiny", "w90_lesson.ipynb", RunStatus.OK, seconds=2.0),
        NotebookRun(
            unit="w91_next",
            notebook="w91_lesson.ipynb",
            status=RunStatus.FAILED,
            seconds=3.0,
            failing_cell=7,
            error="AttributeError: no `rcond` for @someone\nsecond line",
            source="np.linalg.pinv(A)",
        ),
    ]
    report = ElementTree.fromstring(junit_summary(runs).encode())
    text = tool("junit_to_markdown").markdown(report)
    assert "2 notebooks run, 1 with a fault" in text
    assert "`w91_next/w91_lesson.ipynb` (failed)" in text
    assert "`` cell 7: AttributeError: no `rcond` for @someone ``" in text
    assert "  np.linalg.pinv(A)" in text
    assert "| w90_lesson.ipynb | ok | 2.0 |" in text


def test_in_colab_lessons_run_clean_and_untouched_assignments_may_lack_answers() -> None:
    week = Unit(
        kind="week",
        id="w90_tiny",
        part=1,
        title="Tiny",
        builds="what is tiny",
        points=10,
        objectives=(),
        prerequisites=(),
        packages=(),
        data=(),
        notebooks=(
            UnitNotebook("lesson", "w90_lesson.ipynb", 1, 30),
            UnitNotebook("assignment", "w90_assignment.ipynb", 1, 20),
        ),
    )
    brief = UnitNotebook("assignment", "p90_assignment.ipynb", 1, 20)
    project = replace(week, kind="project", id="p90_whole", part=None, notebooks=(brief,))
    lesson, assignment, other = tool("run_in_colab_image").release_jobs(ROOT, [week, project])
    assert lesson.source == ROOT / "release" / "w90_tiny" / "w90_lesson.ipynb"
    assert lesson.allowed_errors == ()
    assert assignment.source == ROOT / "release" / "w90_tiny" / "w90_assignment.ipynb"
    assert assignment.allowed_errors == ("NotImplementedError",)
    assert other.source == ROOT / "release" / "p90_whole" / "p90_assignment.ipynb"
    assert other.allowed_errors == ("NotImplementedError",)


def test_a_package_that_the_installation_replaces_is_marked() -> None:
    before = {"numpy": "2.0.2", "torch": "2.9.0"}
    report = tool("run_in_colab_image").installation_report(before, before | {"numpy": "2.4.6"})
    changed = [line for line in report.splitlines() if "changed" in line]
    assert changed == ["| numpy | 2.0.2 | 2.4.6 (**changed**) |"]
