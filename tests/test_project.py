"""The project's own files agree with one another: dependencies, locks, recipes, style, build."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(lines: list[str]) -> list[Requirement]:
    return [
        Requirement(line)
        for line in lines
        if line and not line.startswith(("#", "--")) and not line.startswith("forwardpass[")
    ]


def locked(file: str) -> dict[str, str]:
    """Return version by name of a lock file, with those of the files that it includes."""
    lines = (ROOT / file).read_text().splitlines()
    pins = {}
    for line in lines:
        if line.startswith("--requirement "):
            pins |= locked(line.removeprefix("--requirement "))
    for requirement in requirements(lines):
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        pins[canonicalize_name(requirement.name)] = pin.version
    return pins


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_every_declared_dependency_is_locked_at_a_version_that_it_admits(variant: str) -> None:
    extras = PROJECT["optional-dependencies"]
    declared = [
        *PROJECT["dependencies"],
        *extras["learner"],
        *extras["instructor"],
        *extras["test"],
        *extras[variant],
    ]
    pins = locked(f"requirements-{variant}.lock")
    for requirement in requirements(declared):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is declared, but not in the lock: make lock"
        assert requirement.specifier.contains(pins[name], prereleases=True), requirement


def test_both_variants_lock_the_same_tensorflow_and_torch() -> None:
    cpu, gpu = locked("requirements-cpu.lock"), locked("requirements-gpu.lock")
    assert cpu["tensorflow-cpu"] == cpu["tensorflow"] == gpu["tensorflow"]
    assert cpu["torch"] == gpu["torch"] == "2.13.0"


@pytest.mark.parametrize(
    ("file", "variant"), [("environment.yml", "cpu"), ("environment-gpu.yml", "gpu")]
)
def test_the_conda_recipes_install_from_the_same_lock(file: str, variant: str) -> None:
    recipe = yaml.safe_load((ROOT / file).read_text())
    *conda, pip = recipe["dependencies"]
    assert conda == ["python=3.11", "pip"]
    assert pip["pip"] == [f"--requirement requirements-{variant}.lock", "--editable ."]


def test_make_installs_from_the_lock() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "LOCK ?= requirements-cpu.lock" in makefile
    assert "--requirement $(LOCK)" in makefile


@pytest.mark.parametrize("environment", ["conda", "venv"])
@pytest.mark.parametrize("works", [True, False])
def test_an_installation_shows_pips_lines_only_when_it_fails(
    works: bool, environment: str, tmp_path: Path
) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-cpu.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    folder = tmp_path / (".venv" if environment == "venv" else "conda")
    python = folder / "bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "pip says $*"\nexit {0 if works else 1}\n')
    python.chmod(0o755)
    # Not what a make that runs these tests hands on to a make of its own.
    alien = ("CONDA_PREFIX", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    variables = {name: value for name, value in os.environ.items() if name not in alien}
    if environment == "conda":
        variables["CONDA_PREFIX"] = str(folder)
    result = subprocess.run(
        ["make", "setup", f"PYTHON={sys.executable}"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert (result.returncode == 0) == works
    assert ("pip says" in result.stdout) != works
    assert "Installing the packages of requirements-cpu.lock" in result.stdout
    assert (folder / ".forwardpass-ready").exists() == works
    log = (folder / "forwardpass-setup.log").read_text()
    assert "--requirement requirements-cpu.lock" in log
    assert ("--editable ." in log) == works
    if works:
        assert len(result.stdout.splitlines()) == 1
    else:
        assert "make: pip failed" in result.stderr


def test_cleaning_leaves_a_learners_work() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (removed,) = re.findall(r"^clean:.*\n\trm -rf (.*)$", makefile, flags=re.MULTILINE)
    assert "work" not in removed.split()
    assert "/work/" in (ROOT / ".gitignore").read_text().splitlines()


def test_what_is_installed_here_is_what_is_locked() -> None:
    pins = locked("requirements.lock")
    installed = {name: version(name).split("+")[0] for name in pins}
    assert installed == pins


def test_a_learners_installation_leaves_the_platform_alone() -> None:
    names = {canonicalize_name(r.name) for r in requirements(PROJECT["dependencies"])}
    assert not names & {"torch", "tensorflow", "tensorflow-cpu", "keras", "jupyterlab"}
    for requirement in requirements(PROJECT["dependencies"]):
        assert [pin.operator for pin in requirement.specifier] == [">="], requirement
    assert PROJECT["requires-python"] == ">=3.11"


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    listed = re.findall(r"^  make ([\w-]+)", printed, flags=re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_code_keeps_to_the_style(command: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


def test_no_module_has_more_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in ("autograder", "forwardpass")
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_rooms_do_not_import_one_another() -> None:
    rooms = {"build", "grade", "run", "report", "similar"}
    crossing = [
        f"{path.relative_to(ROOT)}: {other}"
        for room in rooms
        for path in (ROOT / "autograder" / room).rglob("*.py")
        for other in re.findall(r"autograder\.(\w+)", path.read_text())
        if other in (rooms | {"check", "hints", "publish", "cli"}) - {room}
    ]
    assert crossing == []


def test_learners_code_does_not_know_the_autograder() -> None:
    users = [
        p for p in (ROOT / "forwardpass").rglob("*.py") if "import autograder" in p.read_text()
    ]
    assert users == []


def test_what_learners_are_told_to_install_is_all_that_the_notebooks_import() -> None:
    readmes = [(ROOT / name).read_text() for name in ("README.md", "release/README.md")]
    told = [re.search(r'pip install "(?:forwardpass|\.)\[([\w,]+)\]', text)[1] for text in readmes]
    assert told[0] == told[1]
    extras = PROJECT["optional-dependencies"]
    declared = PROJECT["dependencies"] + [
        one for name in told[0].split(",") for one in extras[name]
    ]
    names: set[str] = set()
    ahead = requirements(declared)
    while ahead:
        one = ahead.pop()
        name = canonicalize_name(one.name)
        if name not in names and (one.marker is None or one.marker.evaluate({"extra": ""})):
            names.add(name)
            ahead += [Requirement(line) for line in requires(name) or ()]
    imports = {
        module
        for path in (ROOT / "release").rglob("*.ipynb")
        for cell in json.loads(path.read_text())["cells"]
        if cell["cell_type"] == "code"
        for module in re.findall(
            r"^\s*(?:import|from) (\w+)", "".join(cell["source"]), re.MULTILINE
        )
    }
    distributions = packages_distributions()
    missing = {
        module
        for module in imports - sys.stdlib_module_names - {"forwardpass", "IPython"}
        if not names & set(map(canonicalize_name, distributions[module]))
    }
    assert missing == set()
