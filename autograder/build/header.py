"""The first two cells of every notebook: the Colab badge, and Colab's installation."""

from urllib.parse import quote

from autograder.build.text import TextCell
from autograder.syllabus import Syllabus, Unit

_INSTALL = """\
# Works alike in JupyterLab and in Colab, where it installs the course's package and leaves Colab's
# own numpy, torch and tensorflow as they are.
import importlib.util
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("forwardpass") is None:
    %pip install --quiet "{package}"\
"""


def colab_address(syllabus: Syllabus, unit: Unit, notebook_name: str) -> str:
    """Return the address that opens a published release notebook in Colab."""
    repository = syllabus.repository.removeprefix("https://github.com/")
    return (
        f"https://colab.research.google.com/github/{repository}/blob/{syllabus.branch}"
        f"/release/{quote(f'{unit.id}/{notebook_name}')}"
    )


def colab_badge(syllabus: Syllabus, unit: Unit, notebook_name: str) -> str:
    """Return the badge that opens a notebook in Colab, in Markdown."""
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({badge})]({colab_address(syllabus, unit, notebook_name)})"


def header_cells(syllabus: Syllabus, unit: Unit, notebook_name: str) -> list[TextCell]:
    """Return the badge and the installation for one notebook of a unit."""
    install = _INSTALL.format(package=syllabus.package_address)
    if unit.colab:
        install += f"\n    %pip install --quiet {' '.join(unit.colab)}"
    return [
        TextCell("markdown", colab_badge(syllabus, unit, notebook_name), {}, 0),
        TextCell("code", install, {}, 0),
    ]
