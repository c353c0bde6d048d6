"""What every command that works on an nbgrader course directory needs: its settings and names."""

import difflib
import logging
from collections.abc import Sequence
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from traitlets import TraitError
from traitlets.config import Application, Config

from autograder.errors import InputError


def load_settings(root: Path) -> Config:
    """Return the settings of a course directory, in the order in which nbgrader reads them.

    Those are the system's and the user's ``nbgrader_config.py``, that of the current folder, and
    last that of the course itself.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds ``gradebook.db``, ``submitted/``, ``autograded/``, ….

    Raises
    ------
    InputError
        If there is no such folder, or a configuration file does not load.
    """
    if not root.is_dir():
        raise InputError("there is no such course directory", root)
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    try:
        app.load_config_file()
        Application.load_config_file(app, "nbgrader_config.py", path=str(root.resolve()))
    except TraitError as error:
        raise InputError(f"a setting is wrong: {error}", root / "nbgrader_config.py") from None
    except Exception as error:  # a configuration file is a program: it can raise anything
        raise InputError(
            f"this file fails ({type(error).__name__}: {error})", root / "nbgrader_config.py"
        ) from None
    config = Config(app.config)
    config.CourseDirectory.root = str(root.resolve())
    return config


def find_assignment(name: str, known: Sequence[str], where: str) -> str:
    """Return the assignment that a name means: the name itself, or ``w05`` for ``w05_…``.

    Parameters
    ----------
    name : str
    known : sequence of str
        The assignments that there are.
    where : str
        What has or lacks the assignment, for the message: ``"the gradebook"``.

    Raises
    ------
    InputError
        If no assignment, or more than one, fits.
    """
    if name in known:
        return name
    begun = [assignment for assignment in known if assignment.startswith(f"{name}_")]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise InputError(f"{name!r} could be {' or '.join(begun)}: write it out")
    if not known:
        raise InputError(f"{where} has no assignment yet")
    close = [other for other in known if other.startswith(name)]
    close = close or difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
    raise InputError(f"{where} has no assignment {name!r}: {hint}")
