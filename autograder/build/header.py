"""The first two cells of every notebook: the Colab badge, and Colab's installation."""

from urllib.parse import quote

from autograder.build.appendix import FOLDER
from autograder.build.text import TextCell
from autograder.syllabus import Syllabus, Unit
from forwardpass.hints import FILE

_INSTALL = """\
# Works alike in JupyterLab and in Colab, where it installs the course's package and leaves Colab's
# own numpy, torch and tensorflow as they are.
import importlib.util
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("forwardpass") is None:
    %pip install --quiet "{package}"\
"""
_ALL_UNITS = "[All weeks](../README.md)"
_APPENDICES = f"[Appendices](../{FOLDER}/README.md)"
# Colab opens the notebook without the files beside it.
_HINTS = """

    # Hints for known mistakes, which nobody can read who has not made one.
    !curl --silent --fail --remote-name {address}\
"""


def colab_address(syllabus: Syllabus, unit: Unit, notebook_name: str) -> str:
    """Return the address that opens a published release notebook in Colab."""
    repository = syllabus.repository.removeprefix("https://github.com/")
    return (
        f"https://colab.research.google.com/github/{repository}/blob/{syllabus.branch}"
        f"/release/{quote(f'{unit.id}/{notebook_name}')}"
    )


def _raw_address(syllabus: Syllabus, path: str) -> str:
    """Return the address of a file in ``release/``, as it is."""
    repository = syllabus.repository.removeprefix("https://github.com/")
    host = "https://raw.githubusercontent.com"
    return f"{host}/{repository}/{syllabus.branch}/release/{quote(path)}"


def colab_badge(syllabus: Syllabus, unit: Unit, notebook_name: str) -> str:
    """Return the badge that opens a notebook in Colab, in Markdown."""
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({badge})]({colab_address(syllabus, unit, notebook_name)})"


def header_cells(
    syllabus: Syllabus, unit: Unit, notebook_name: str, *, has_hints: bool, has_appendices: bool
) -> list[TextCell]:
    """Return the badge with links to what lies beside it, and the installation, for one notebook.

    Parameters
    ----------
    syllabus : Syllabus
    unit : Unit
    notebook_name : str
    has_hints : bool
        Whether a file of hints lies beside the notebook, for its tests.
    has_appendices : bool
        Whether there are appendices to be linked.
    """
    install = _INSTALL.format(package=syllabus.package_address)
    if unit.colab:
        install += f"\n    %pip install --quiet {' '.join(unit.colab)}"
    if has_hints:
        install += _HINTS.format(address=_raw_address(syllabus, f"{unit.id}/{FILE}"))
    badge = colab_badge(syllabus, unit, notebook_name)
    links = " · ".join([_ALL_UNITS, *([_APPENDICES] if has_appendices else [])])
    return [
        TextCell("markdown", f"{badge} {links}", {}, 0),
        TextCell("code", install, {}, 0),
    ]
