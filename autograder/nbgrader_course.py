"""What every command that works on an nbgrader course directory needs: its settings and names."""

import difflib
import logging
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Base
from nbgrader.apps.baseapp import NbGrader
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from traitlets import TraitError
from traitlets.config import Application, Config

from autograder.errors import InputError

# Another run writes a submission down in less; somebody who waits does not want more.
_LOCK_SECONDS = 5
# In a course directory: what `autograder grade` remembers of each submission.
LEDGER_FOLDER = ".autograder"
REFUSALS = "refused"  # therein, below the assignment: why a submission has no grade


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


def require_usable_gradebook(url: str) -> None:
    """Refuse a gradebook that nbgrader cannot write to; one that is not there yet is fine.

    Parameters
    ----------
    url : str
        nbgrader's ``CourseDirectory.db_url``.

    Raises
    ------
    InputError
        If it cannot be opened, is of another version of nbgrader, is locked or read-only.
    """
    place = make_url(url)
    is_file = place.get_backend_name() == "sqlite"
    if is_file and not Path(place.database or "").is_file():
        return
    name = place.database if is_file else place.render_as_string()
    options = {"connect_args": {"timeout": _LOCK_SECONDS}} if is_file else {}
    engine = create_engine(place.set(query={}) if is_file else place, **options)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            lacks = _lacking_columns(connection)
            if lacks:
                raise InputError(
                    f"the gradebook {name} is of an older nbgrader (it has no {lacks[0]}): copy "
                    "it, then run nbgrader db upgrade in the course directory"
                )
            if is_file:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # asks for the right to write
                connection.exec_driver_sql("ROLLBACK")
    except DBAPIError as error:
        if "locked" in str(error.orig):
            raise InputError(
                f"another program holds the gradebook {name} (formgrader, a database browser, "
                "another run): end that, then try again. Nothing was changed"
            ) from None
        reason = str(error.orig).strip().splitlines()[0]
        raise InputError(f"the gradebook {name} cannot be used: {reason}") from None
    finally:
        engine.dispose()


def _lacking_columns(connection: Connection) -> list[str]:
    """Return the columns that nbgrader's models have and a database with tables lacks."""
    database = inspect(connection)
    present = set(database.get_table_names())
    if not present:
        return []  # nbgrader will make them all
    return [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if table.name not in present
        or column.name not in {found["name"] for found in database.get_columns(table.name)}
    ]
