"""What the learners' repository holds, made from a built course."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.files import read_utf8
from autograder.syllabus import Syllabus
from forwardpass.published import MANIFEST, manifest_text

_TEMPLATES = Path(__file__).parent / "templates"
_PACKAGE = "forwardpass"
# What learners install beside the package itself.
_EXTRAS = ("learner", "cpu", "gpu")
_LICENCES = "LICENSE*"


def learners_files(
    root: Path, syllabus: Syllabus, release: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of the learners' repository by path.

    Parameters
    ----------
    root : pathlib.Path
        The course's folder. Where the learner's package lies in it, the repository has the package,
        too; else learners install it from where the syllabus says.
    syllabus : Syllabus
    release : mapping of str to bytes
        What a fresh build gives for ``release/``, by path relative to it.
    """
    files = {f"release/{path}": content for path, content in release.items()}
    files[f"release/{MANIFEST}"] = manifest_text(release).encode()
    licences = sorted(root.glob(_LICENCES))
    files |= {path.name: path.read_bytes() for path in licences}
    package = _package_files(root)
    files |= package
    told = {
        "title": syllabus.title,
        "repository": syllabus.repository,
        "folder": syllabus.repository.rsplit("/", 1)[-1],
        "branch": syllabus.branch,
        "has_package": bool(package),
        "install": ".[learner,cpu]" if package else _requirement(syllabus),
        "licences": [path.name for path in licences],
        "has_data_licences": "forwardpass/data/files/README.md" in package,
    }
    texts = {"README.md": "README.md.j2", "environment.yml": "environment.yml.j2"}
    texts[".gitignore"] = "gitignore.j2"
    if package:
        texts["pyproject.toml"] = "pyproject.toml.j2"
        told["project"] = _project(root, package)
    return files | {path: _render(name, told).encode() for path, name in texts.items()}


def _requirement(syllabus: Syllabus) -> str:
    return f"{_PACKAGE}[learner,cpu] @ {syllabus.package_address}"


def _package_files(root: Path) -> dict[str, bytes]:
    """Return the learner's package as it stands in the course's folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / _PACKAGE).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def _project(root: Path, package: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the package's own description takes over from that of the whole project."""
    content = tomllib.loads(read_utf8(root / "pyproject.toml"))
    project, setuptools = content["project"], content["tool"]["setuptools"]
    extras = project["optional-dependencies"]
    return {
        **{key: project[key] for key in ("requires-python", "license", "dependencies")},
        "extras": {name: extras[name] for name in _EXTRAS},
        "command": project["scripts"][_PACKAGE],
        "version": setuptools["dynamic"]["version"]["attr"],
        "data": setuptools["package-data"][_PACKAGE],
        "build": content["build-system"],
    }


def _render(name: str, told: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # Markdown and TOML, from the author's own files
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # A string of JSON is one of TOML, too.
    environment.filters["toml"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.get_template(name).render(**told)
