"""Put an assignment into the gradebook, and learn from its source what its kernels need."""

import importlib.util
import logging
import os
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from jupyter_client.kernelspec import (
    NATIVE_KERNEL_NAME,
    KernelSpec,
    KernelSpecManager,
    NoSuchKernel,
)
from jupyter_client.manager import KernelManager
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from autograder.course import Course
from autograder.errors import InputError
from autograder.files import TemporaryFolder
from autograder.grade.refusal import explain
from autograder.grade.skeleton import Skeleton
from autograder.notebooks import read_notebook
from autograder.source_code import imported_modules, parsed_anyway, possible_modules


def register(course: Course, assignment: str) -> None:
    """Put the assignment's cells into the gradebook, from ``source/``, as nbgrader does.

    nbgrader does so while it makes the release version; that one goes to a temporary folder here,
    so that ``release/`` stays as it is.

    Raises
    ------
    InputError
        If nbgrader refuses the source.
    """
    if not any(course.folder("source_directory", assignment).glob("*.ipynb")):
        return  # the gradebook alone knows it, from an earlier nbgrader generate_assignment
    with TemporaryFolder() as temporary:
        directory = course.directory(assignment)
        directory.release_directory = os.path.relpath(temporary, course.root)
        converter = GenerateAssignment(coursedir=directory, config=course.config)
        log = logging.getLogger("autograder.grade.register")
        log.propagate = False
        errors = _Errors()
        log.handlers = [errors]
        converter.log = log
        try:
            converter.start()
        except (NbGraderException, SystemExit):
            raise explain(course, assignment, errors.reason()) from None


def modules_of(course: Course, assignment: str) -> tuple[str, ...]:
    """Return the installed modules that an assignment's instructor version uses.

    What the guard watches over has to be loaded when a kernel starts, and a package need not load
    its own submodules. A module that lies beside the notebook is none of them: it is part of the
    assignment.
    """
    folder = course.folder("source_directory", assignment)
    found: set[str] = set()
    for path in sorted(folder.glob("*.ipynb")):
        cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
        trees = [tree for cell in cells if (tree := parsed_anyway(cell.source)) is not None]
        found |= imported_modules(trees) | set(filter(_is_module, possible_modules(trees)))
    beside = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    return tuple(
        module
        for module in sorted(found)
        if (top := module.partition(".")[0]) not in beside and _is_module(top)
    )


def programs_of(skeletons: Sequence[Skeleton], config: Config) -> dict[str, tuple[str, ...]]:
    """Return the kernel's command by notebook, for those that the warm kernel is not for.

    A kernel that the course's settings name is taken before the notebook's own, as nbclient does.

    Raises
    ------
    InputError
        If a notebook's kernel is not installed.
    """
    programs = {}
    chosen = Execute(config=config).kernel_name
    for skeleton in skeletons:
        name = chosen or (skeleton.kernelspec or {}).get("name") or NATIVE_KERNEL_NAME
        try:
            # Its manager, since that knows what a name may mean: "python" is this Python's kernel.
            spec = KernelManager(kernel_name=name).kernel_spec
        except NoSuchKernel:
            installed = ", ".join(sorted(KernelSpecManager().find_kernel_specs()))
            raise InputError(
                f"{skeleton.name}.ipynb wants the kernel {name!r}, which is not installed here "
                f"(these are: {installed}). Install it, or name another one in nbgrader_config.py: "
                f"c.ExecutePreprocessor.kernel_name = {NATIVE_KERNEL_NAME!r}"
            ) from None
        if not _is_this_python(spec):
            programs[skeleton.name] = tuple(spec.argv)
    return programs


class _Errors(logging.Handler):
    """Keeps what nbgrader writes to its log, which is where it explains a failure."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def reason(self) -> str:
        """Return the last line of the first traceback, or the first message."""
        for message in self.messages:
            lines = message.strip().splitlines()
            if lines and lines[0].startswith("Traceback"):
                return re.sub(r"^(\w+\.)+(?=\w+Error|\w+Exception)", "", lines[-1])
        return self.messages[0] if self.messages else "nbgrader gives no reason"


def _is_this_python(spec: KernelSpec) -> bool:
    """Whether a kernel is ipykernel in the environment that this process runs in."""
    if "ipykernel_launcher" not in spec.argv and "ipykernel" not in spec.argv:
        return False
    program = spec.argv[0]
    return program in _names_of_this_python() or _prefix_of(program) == Path(sys.prefix)


def _names_of_this_python() -> Iterable[str]:
    version = sys.version_info
    return {"python", f"python{version.major}", f"python{version.major}.{version.minor}"}


def _prefix_of(program: str) -> Path:
    return Path(program).parent.parent


def _is_module(name: str) -> bool:
    """Whether there is a module of this name; nothing is imported to know it."""
    top, *below = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for part in below:
            if spec is None or spec.submodule_search_locations is None:
                return False
            whole = f"{spec.name}.{part}"
            spec = PathFinder.find_spec(whole, spec.submodule_search_locations)
    except (ImportError, ValueError):
        return False
    return spec is not None
