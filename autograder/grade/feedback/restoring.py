"""Feedback pages that somebody else changed: found, and made again without executing anything."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course import SubmissionFolders
from autograder.files import write_text
from autograder.grade.exporter import EXPORTER, FeedbackExporter


def page_digest(text: str | None) -> str | None:
    """Return what a feedback page is recognised by; None where there is none."""
    if text is None:
        return None
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def strangers(folder: Path, notebooks: Mapping[str, Any]) -> list[str]:
    """Return the names of the pages in a folder that are not as they were written here.

    Parameters
    ----------
    folder : pathlib.Path
        ``feedback/<learner>/<assignment>``.
    notebooks : mapping of str to dict
        From the cache, by notebook: ``page`` is the page's digest.
    """
    return [
        path.name
        for path in sorted(folder.glob("*.html"))
        if hashlib.sha256(path.read_bytes()).hexdigest() != notebooks.get(path.stem, {}).get("page")
    ]


def restore(
    directory: CourseDirectory, config: Config, submission: SubmissionFolders, names: Iterable[str]
) -> None:
    """Make pages again, from the executed notebooks and the gradebook.

    Parameters
    ----------
    directory : nbgrader.coursedir.CourseDirectory
        For this assignment and this learner.
    config : traitlets.config.Config
        The course's.
    submission : SubmissionFolders
    names : iterable of str
        Of the pages, with ``.html``.
    """
    converter = GenerateFeedback(coursedir=directory, config=config)
    exporter = FeedbackExporter(parent=converter, config=converter.config)
    for preprocessor in converter.preprocessors:
        exporter.register_preprocessor(preprocessor)
    permissions = int(str(converter.permissions), 8)
    for name in names:
        notebook = submission.autograded / f"{Path(name).stem}.ipynb"
        resources = converter.init_single_notebook_resources(str(notebook))
        text, _ = exporter.from_filename(str(notebook), resources=resources)
        page = submission.feedback / name
        write_text(page, text.encode("utf-8", "backslashreplace").decode("utf-8"))
        page.chmod(permissions)


def offer(config: Config) -> str | None:
    """Return what a course should set so that nbgrader's own commands write our pages, too."""
    if "exporter_class" in config.GenerateFeedback:
        return None
    return (
        "nbgrader's own feedback pages (formgrader, nbgrader generate_feedback) would show hidden "
        "tests. To get these pages there, too, add to nbgrader_config.py:\n"
        f'c.GenerateFeedback.exporter_class = "{EXPORTER}"'
    )
