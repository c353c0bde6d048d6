"""An executed notebook as a page that is read without Jupyter and without a network."""

from pathlib import Path

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.files import write_text
from autograder.formulas import STYLE
from autograder.markdown import formulas_as_markdown, markdown_to_html, with_formulas
from autograder.notebooks import read_notebook


def write_page(notebook: Path) -> None:
    """Write an executed notebook as an HTML page beside it."""
    page, _ = _PageExporter().from_notebook_node(read_notebook(notebook))
    write_text(notebook.with_suffix(".html"), page)


class _PageExporter(HTMLExporter):
    """nbconvert's exporter, with formulas made here and nothing that a browser loads."""

    @property
    def default_config(self) -> Config:
        ours = Config()
        ours.HTMLExporter.template_name = "offline"
        ours.HTMLExporter.extra_template_basedirs = [str(Path(__file__).parent / "templates")]
        # What was a widget while it ran is its text here: its scripts are on the network.
        kinds = super().default_config.NbConvertBase.display_data_priority
        ours.NbConvertBase.display_data_priority = [
            kind
            for kind in kinds
            if kind not in ("application/vnd.jupyter.widget-view+json", "text/vnd.mermaid")
        ]
        settings = super().default_config.copy()
        settings.merge(ours)
        return settings

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Render Markdown with its formulas."""
        attachments = context.get("cell", {}).get("attachments") or {}
        return with_formulas(markdown_to_html(source, self, attachments))

    def _preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        nb, resources = formulas_as_markdown(*super()._preprocess(nb, resources))
        nb.metadata.pop("widgets", None)  # the state of scripts that are not there
        resources["formula_style"] = STYLE
        return nb, resources
