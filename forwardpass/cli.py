"""The learner's command: bring the notebooks, open JupyterLab, see how far you are."""

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from forwardpass.errors import InputError

# JupyterLab's settings for this course, in a folder `labconfig` as JupyterLab looks for them.
_SETTINGS = Path(__file__).parent / "lab"
_WORK = Path("work")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 when all is well, 2 for bad input, 130 for Ctrl-C; of ``lab``, JupyterLab's own.
    """
    parser = argparse.ArgumentParser(
        prog="forwardpass", description="For learners of a course: notebooks, JupyterLab, progress."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    lab = commands.add_parser(
        "lab", help="bring new notebooks from release/ into work/, and open JupyterLab there"
    )
    lab.set_defaults(execute=_lab)
    work = commands.add_parser("work", help="bring new notebooks from release/ into work/")
    work.set_defaults(execute=_work)
    progress = commands.add_parser("progress", help="how far your notebooks are, week by week")
    progress.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="where your notebooks are (default: work/, or else this folder)",
    )
    progress.set_defaults(execute=_progress)
    arguments = parser.parse_args(argv)
    try:
        return arguments.execute(arguments)
    except InputError as error:
        print(f"forwardpass {arguments.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"forwardpass {arguments.command}: stopped", file=sys.stderr)
        return 130


def _work(_: argparse.Namespace) -> int:
    from forwardpass.work import sentences, update

    arrivals = update(Path("release"), _WORK)
    print(*sentences(arrivals, _WORK), sep="\n", end="\n" if arrivals else "")
    return 0


def _lab(arguments: argparse.Namespace) -> int:
    _work(arguments)
    if importlib.util.find_spec("jupyterlab") is None:
        raise InputError('JupyterLab is not installed: pip install "forwardpass[learner]"')
    paths = filter(None, [str(_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")])
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={_WORK}"]
    command.append("--LabApp.default_url=/lab/tree/README.md")
    if os.name == "posix":  # JupyterLab itself then gets Ctrl-C, and asks
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)


def _progress(arguments: argparse.Namespace) -> int:
    from forwardpass.overview import print_progress

    folder = arguments.folder or (_WORK if _WORK.is_dir() else Path())
    print_progress(folder)
    return 0
