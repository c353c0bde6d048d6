r"""Run every release notebook where learners run them: inside Colab's own image.

It installs the package as the first cell of a notebook does, checks that this leaves Colab's numpy,
torch and tensorflow alone, and runs the lessons and the untouched assignments, in which
NotImplementedError is the one error allowed. From the root of the repository::

    docker run --rm --shm-size 2g --entrypoint python3 \
        --volume "$PWD:/course:ro" --volume "$PWD/runs:/runs" \
        us-docker.pkg.dev/colab-images/public/runtime:latest \
        /course/tools/run_in_colab_image.py --output /runs

The output folder receives ``installation.md``, the executed notebooks, ``index.html`` and
``junit.xml``. Exit code 1 means that something breaks in Colab.
"""

import argparse
import importlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.run.plan import Job
    from autograder.syllabus import Unit

ROOT = Path(__file__).parents[1]
# What Colab provides, matched to its GPUs and to one another: an installation must not touch it.
KEPT = ("numpy", "torch", "tensorflow")
# What the runner needs and Colab may lack; installed after the check, since no learner needs it.
RUNNER = ("jinja2", "nbclient", "nbconvert", "nbformat", "papermill", "psutil", "pyyaml", "rich")
CELL_LIMIT_SECONDS = 600
PARALLEL = 2


def main() -> int:
    """Install, compare, run; return 1 when something breaks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)

    before = installed_versions()
    if not install_package():
        (output / "installation.md").write_text("`pip install .` **fails** in Colab's image.\n\n")
        return 1
    # pip replaces files of this very process's packages: look at them with fresh eyes.
    importlib.invalidate_caches()
    after = installed_versions()
    report = installation_report(before, after)
    (output / "installation.md").write_text(report)
    if not pip_install(*RUNNER):
        report += "Nothing was run: pip could not install what runs the notebooks.\n\n"
        (output / "installation.md").write_text(report)
        return 1
    importlib.invalidate_caches()

    from autograder.run.session import run_jobs
    from autograder.syllabus import load_syllabus

    syllabus = load_syllabus(ROOT)
    jobs = release_jobs(ROOT, syllabus.units)
    runs = run_jobs(jobs, output=output, parallel=PARALLEL, title=f"{syllabus.title} in Colab")
    return 0 if before == after and all(run.ok for run in runs) else 1


def installed_versions() -> dict[str, str]:
    """Return the version of every package that must be kept; ``"absent"`` for one not installed."""
    versions = {}
    for name in KEPT:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions


def installation_report(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return, in Markdown, what installing the package did to the packages that must be kept."""
    rows = [
        f"| {name} | {before[name]} | {after[name]}"
        + (" |" if before[name] == after[name] else " (**changed**) |")
        for name in before
    ]
    python = ".".join(map(str, sys.version_info[:3]))
    table = ["| package | Colab's | after `pip install .` |", "|---|---|---|", *rows]
    return "\n".join([f"Colab's image, Python {python}:", "", *table, "", ""])


def release_jobs(root: Path, units: Sequence["Unit"]) -> list["Job"]:
    """Return the jobs for what a learner gets: every lesson, and every untouched assignment."""
    from autograder.run.plan import Job

    return [
        Job(
            unit=unit.id,
            source=root / "release" / unit.id / notebook.name,
            folder=root / "release" / unit.id,
            profile="quick",
            budget=None,  # Colab's two slow cores are not what the syllabus promises
            cell_limit=CELL_LIMIT_SECONDS,
            allowed_errors=("NotImplementedError",) if notebook.kind == "assignment" else (),
        )
        for unit in units
        for notebook in unit.notebooks
    ]


def install_package() -> bool:
    """Install the repository's package from a copy, since pip writes where it builds."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, "course")
        ignore = shutil.ignore_patterns(".git", ".venv", "runs")
        shutil.copytree(ROOT, copy, ignore=ignore)
        return pip_install(str(copy))


def pip_install(*what: str) -> bool:
    """Install with the pip of this Python, and say whether it went well."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", *what]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
