"""Whether nbgrader can write to a gradebook, asked before anything is done that it should hold."""

from pathlib import Path

from nbgrader.api import Base
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError

from autograder.errors import InputError

# Another run writes a submission down in less; somebody who waits does not want more.
_LOCK_SECONDS = 5


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
