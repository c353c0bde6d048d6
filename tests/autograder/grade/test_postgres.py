"""The engine on PostgreSQL, by nbgrader's own setting ``CourseDirectory.db_url``."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from autograder.course import open_course
from autograder.grade.skeleton import read_skeletons
from tests.autograder.equality import courses

STUB = "### BEGIN SOLUTION\nNone\n### END SOLUTION"
RIGHT = {"double": "def double(x):\n    return x + x", "why": "Because."}


def program(name: str) -> Path | None:
    """Return one of the server's programs, which Debian keeps out of PATH."""
    found = shutil.which(name)
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return Path(found) if found else next(iter(debian[::-1]), None)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a server of our own and return its URL without a database."""
    pytest.importorskip("psycopg2", reason="psycopg2-binary is not installed")
    if program("initdb") is None or program("pg_ctl") is None:
        pytest.skip("there is no PostgreSQL server here (apt install postgresql)")
    user = None
    if os.getuid() == 0:  # as root, it does not start
        try:
            user = pwd.getpwnam("postgres").pw_uid
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="fp-pg-") as folder:  # short: it holds a socket
        if user is not None:
            os.chown(folder, user, -1)

        def run(name: str, *arguments: str) -> None:
            done = subprocess.run(
                [program(name), "-D", f"{folder}/data", *arguments],
                user=user,
                extra_groups=None if user is None else [],
                cwd="/",
                stdout=subprocess.PIPE,  # the server keeps its parent's outputs open
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout

        run("initdb", "-A", "trust", "-U", "teacher", "--no-sync", "--encoding=UTF8")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", settings, "start")
        try:
            yield f"postgresql+psycopg2://teacher@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def make(course: Path, server: str) -> Path:
    """Make a course whose gradebook is a database of the server."""
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {course.name}"))
    engine.dispose()
    course.mkdir()
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        # Without one, nbgrader's first row breaks a foreign key, which SQLite does not mind.
        "c.CourseDirectory.course_id = 'postgres'\n"
        f"c.CourseDirectory.db_url = {server.format(database=course.name)!r}\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    cells = [
        courses.solution("double", STUB),
        courses.test("visible", 1.5, "assert double(2) == 4"),
        courses.test("hidden", 2, "### BEGIN HIDDEN TESTS\ndouble(1) / 4\n### END HIDDEN TESTS"),
        courses.answer("why", 2, STUB, "markdown"),
        courses.task("essay", 4, "Draw."),
    ]
    courses.write_source(course, "ps1", {"first": cells, "second": cells})
    with Gradebook(url(course)) as book:
        book.update_or_create_assignment("ps1", duedate=datetime(2031, 5, 2))
    late = {"timestamp.txt": "2031-05-03 12:00:00 UTC"}
    courses.hand_in(course, "ps1", "ada", {"first": RIGHT, "second": RIGHT})
    courses.hand_in(course, "ps1", "bob", {"first": {}})
    courses.hand_in(course, "ps1", "cyd", {"first": RIGHT}, late)
    return course


def url(course: Path) -> str:
    return open_course(course).directory("ps1").db_url


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, server: str) -> Path:
    """Return a course that we have graded."""
    course = make(tmp_path_factory.mktemp("postgres") / "ours", server)
    assert courses.grade(course, "ps1") == 0
    return course


def grade_by_nbgrader(course: Path) -> None:
    courses.nbgrader(course, "autograde", "ps1", "*")


def test_the_gradebook_is_the_same_as_nbgraders(ours: Path, server: str) -> None:
    theirs = make(ours.parent / "theirs", server)
    grade_by_nbgrader(theirs)
    tables = courses.tables(url(ours))
    assert courses.first_difference(courses.tables(url(theirs)), tables) is None
    scores = [row["auto_score"] for row in tables["grade"].values()]
    assert {None, 0, 0.5, 1.5} == set(scores)
    assert not (ours / "gradebook.db").exists()


def test_a_second_run_keeps_the_grades(ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = courses.tables(url(ours))
    assert courses.grade(ours, "ps1") == 0
    found = re.findall(r"^(\w+): kept", capsys.readouterr().err, re.MULTILINE)
    assert sorted(found) == ["ada", "bob", "cyd"]
    assert courses.tables(url(ours)) == before


def test_the_cells_stay_in_order_when_the_source_changes(ours: Path) -> None:
    """An updated row comes last from PostgreSQL, and nbgrader updates a cell in its place."""
    path = ours / "source/ps1/first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "assert double(2) == 4, 'changed'"
    nbformat.write(notebook, path)
    assert courses.grade(ours, "ps1") == 0
    first, _ = read_skeletons(open_course(ours), "ps1")
    names = [cell.grade_id for cell in first.cells]
    assert names == ["double", "visible", "hidden", "why", "essay"]
    executed = courses.executed(ours / "autograded/ada/ps1/first.ipynb")
    assert [cell["nbgrader"]["grade_id"] for cell in executed] == names
    assert "changed" in executed[1]["source"]
