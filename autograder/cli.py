"""The command line: it parses, calls one room, and turns an error into a line and an exit code."""

import argparse
import importlib
import sys
from collections.abc import Sequence

import autograder.lean  # noqa: F401  # first
from autograder.errors import InputError

# Each room's `command` module has a docstring (the help), add_arguments(parser) and run(arguments).
ROOMS = ("build", "check", "hints", "grade", "run", "report", "similar", "publish")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 when all is well, 1 when what was examined has faults, 2 for bad input, 130 for Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog="autograder", description="Build, check, grade, run and report on a notebook course."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in ROOMS:
        module = importlib.import_module(f"autograder.{room}.command")
        summary = module.__doc__.splitlines()[0]
        subparser = commands.add_parser(room, help=summary, description=summary)
        module.add_arguments(subparser)
        subparser.set_defaults(execute=module.run)
    arguments = parser.parse_args(argv)
    try:
        return arguments.execute(arguments)
    except InputError as error:
        print(f"autograder {arguments.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"autograder {arguments.command}: stopped", file=sys.stderr)
        return 130
