"""Resolve every dependency of the project to one version and write the lock files.

`make lock` runs this. pip resolves, with nothing installed; the result is written as

* requirements.lock: everything but TensorFlow,
* requirements-cpu.lock and requirements-gpu.lock: the same with one of TensorFlow's two builds.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADER = "# Written by `make lock` from pyproject.toml. Do not edit.\n"
# The version that the course is written and tested with, the CPU and the CUDA build alike.
PINNED = ["torch==2.13.0"]
TENSORFLOW = {
    "cpu": "tensorflow-cpu=={version}; platform_system != 'Darwin'\n"
    "tensorflow=={version}; platform_system == 'Darwin'\n",
    "gpu": "tensorflow[and-cuda]=={version}\n",
}


def resolve() -> dict[str, str]:
    """Return the version of every distribution, by normalised name."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--quiet", "--report", "-", f"{ROOT}[instructor,cpu,test]", *PINNED]
    report = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [item["metadata"] for item in json.loads(report)["install"]]
    return {re.sub(r"[-_.]+", "-", item["name"]).lower(): public(item["version"]) for item in found}


def public(version: str) -> str:
    """Drop a local version label: 2.13.0+cpu pins 2.13.0, which its CUDA build satisfies too."""
    return version.split("+")[0]


def main() -> None:
    """Write the three files."""
    print("Resolving, which takes a minute or two …", flush=True)
    versions = resolve()
    del versions["forwardpass"]
    tensorflow = versions.pop("tensorflow-cpu")
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    (ROOT / "requirements.lock").write_text(HEADER + "".join(lines))
    for variant, line in TENSORFLOW.items():
        (ROOT / f"requirements-{variant}.lock").write_text(
            f"{HEADER}--requirement requirements.lock\n{line.format(version=tensorflow)}"
        )
    print(f"{len(lines) + 1} distributions locked.")


if __name__ == "__main__":
    main()
