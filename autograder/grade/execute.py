"""Run a submission so that a dead kernel or a warning never changes what a test cell is worth."""

from nbclient.exceptions import DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade


class SafeExecute(Execute):
    """nbgrader's execution, with two holes closed.

    nbgrader gives full points to a test cell without output. When the kernel dies, it therefore
    drops the submission altogether; here the cell that killed the kernel and all later ones get an
    error, so that they score zero and the earlier ones keep their points.

    nbgrader gives no points to a test cell that writes to stderr, so that a warning costs as much
    as an error; here it costs nothing.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: object = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Execute all cells; called by nbconvert for each notebook."""
        self._reached = 0
        if nb.metadata.get("kernelspec", {}).get("language") == "python":
            # ipykernel warns about its transport for every kernel, on the grader's own terminal.
            self.extra_arguments = [*self.extra_arguments, "--IPKernelApp.log_level=40"]
        try:
            nb, resources = super().preprocess(nb, resources, km)
        except DeadKernelError:
            number = self._reached + 1
            died = f"the Python process ended while cell {number} ran; later cells did not run"
            nb.cells[self._reached].outputs.append(_error("DeadKernelError", died))
            for cell in nb.cells[number:]:
                if cell.cell_type == "code":
                    not_run = f"the Python process had ended in cell {number}"
                    cell.outputs.append(_error("NotRunError", not_run))
        for cell in nb.cells:
            if is_grade(cell) and cell.cell_type == "code":
                for output in cell.outputs:
                    if output.output_type == "stream" and output.name == "stderr":
                        output.name = "stdout"
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Execute one cell, remembering which; called by nbconvert in order."""
        self._reached = index
        return super().preprocess_cell(cell, resources, index)


def _error(name: str, explanation: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=explanation, traceback=[f"{name}: {explanation}"])
