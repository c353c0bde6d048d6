"""Execute one notebook with papermill, in this process, and say how far its kernel came."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.execute import ERROR_MARKER_TAG, remove_error_markers

from autograder.files import write_text
from autograder.notebooks import notebook_text, read_notebook
from autograder.run.result import RunOutcome, RunStatus

# Both bound what the worker sends home: a framework's error can hold a whole tensor.
_TEXT_CHARACTERS = 2000
_SOURCE_LINES = 6

_STATUS_OF_ERROR = {
    DeadKernelError.__name__: RunStatus.DIED,
    CellTimeoutError.__name__: RunStatus.HUNG,
    KeyboardInterrupt.__name__: RunStatus.STOPPED,
}


class CourseEngine(NBClientEngine):
    """Papermill's own engine, for which every way to end early is an error of the cell that ran.

    Papermill lets a dead kernel, a hung cell and Ctrl-C through as exceptions that name no cell,
    and marks the cell as completed. Here they become an error output of that cell, as if it had
    raised.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        on_cell: Callable[[int, int], None],
        execution_timeout: int,
        **kwargs: Any,
    ) -> None:
        """Run the cells; called by papermill once the parameters are in.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
        kernel_name : str
        on_cell : callable
            Gets the number of each cell that starts, from 1, and how many there are.
        execution_timeout : int
            Seconds after which a cell is given up.
        **kwargs
            What nbclient's ``NotebookClient`` takes.
        """
        cells = nb_man.nb.cells
        try:
            super().execute_managed_notebook(
                nb_man,
                kernel_name,
                execution_timeout=execution_timeout,
                on_cell_start=lambda cell, cell_index: on_cell(cell_index + 1, len(cells)),
                **kwargs,
            )
        except DeadKernelError:
            _blame_running_cell(
                nb_man,
                DeadKernelError,
                "the kernel's process ended while this cell ran: it ran out of memory, crashed, or "
                "left by itself",
            )
        except CellTimeoutError:
            message = f"the cell ran for longer than {execution_timeout} s"
            _blame_running_cell(nb_man, CellTimeoutError, message)
        except KeyboardInterrupt:
            _blame_running_cell(nb_man, KeyboardInterrupt, "stopped by the user")


papermill_engines.register("course", CourseEngine)


def execute(
    source: Path,
    output: Path,
    folder: Path,
    *,
    profile: str,
    cell_limit: int,
    allowed_errors: Sequence[str],
    on_cell: Callable[[int, int], None],
) -> RunOutcome:
    """Run a notebook from top to bottom and write it, with its outputs, as it goes.

    Parameters
    ----------
    source, output : pathlib.Path
        The notebook, and where the executed one goes.
    folder : pathlib.Path
        The kernel's working directory.
    profile : {"quick", "full"}
        Injected as ``PROFILE`` below the notebook's own parameters.
    cell_limit : int
        Seconds after which a cell is given up as hung.
    allowed_errors : sequence of str
        Names of errors after which the notebook goes on.
    on_cell : callable
        Gets the number of each cell that starts, from 1, and how many there are.
    """
    try:
        # Whatever cell failed is marked in the notebook, which says more than the exception does:
        # papermill also raises for errors that the cell's tags allow, and not for sys.exit().
        with contextlib.suppress(PapermillExecutionError):
            execute_notebook(
                source,
                output,
                parameters={"PROFILE": profile},
                engine_name="course",
                progress_bar=False,
                cwd=folder,
                on_cell=on_cell,
                execution_timeout=cell_limit,
                iopub_timeout=cell_limit,  # nbclient's 4 s are short for a figure on a busy machine
                allow_error_names=list(allowed_errors),
                shutdown_kernel="immediate",  # a hung kernel would sit out the polite request
            )
    except KeyboardInterrupt:
        return RunOutcome(RunStatus.STOPPED, error="KeyboardInterrupt: stopped by the user")
    except Exception as error:  # no such kernel, no parameters for its language, a full disk …
        return RunOutcome(RunStatus.FAILED, error=_shortened(f"{type(error).__name__}: {error}"))
    executed = read_notebook(output)
    outcome = outcome_of(executed)
    if outcome.status is RunStatus.OK:
        # Papermill marks errors that are allowed, too.
        write_text(output, notebook_text(remove_error_markers(executed)))
    return outcome


def outcome_of(executed: NotebookNode) -> RunOutcome:
    """Return how far a notebook came that papermill executed.

    Parameters
    ----------
    executed : nbformat.NotebookNode
        With papermill's metadata; a cell that failed has the status ``"failed"`` there.
    """
    added = {ERROR_MARKER_TAG, "injected-parameters"}
    number = 0
    for cell in executed.cells:
        number += added.isdisjoint(cell.metadata.get("tags", []))
        if cell.metadata.get("papermill", {}).get("status") != NotebookExecutionManager.FAILED:
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        name, value = (errors[-1].ename, errors[-1].evalue) if errors else ("unknown error", "")
        return RunOutcome(
            status=_STATUS_OF_ERROR.get(name, RunStatus.FAILED),
            failing_cell=number,
            error=_shortened(f"{name}: {value}" if value else name),
            source=_shortened("\n".join(cell.source.strip().splitlines()[:_SOURCE_LINES])),
        )
    return RunOutcome()


def _blame_running_cell(
    nb_man: NotebookExecutionManager, error: type[BaseException], message: str
) -> None:
    """Give the error to the cell that started last, or raise it when none has."""
    started = [cell for cell in nb_man.nb.cells if cell.metadata.papermill.start_time]
    if not started:
        raise error(message)
    cell = started[-1]
    cell.outputs.append(
        nbformat.v4.new_output("error", ename=error.__name__, evalue=message, traceback=[message])
    )
    nb_man.cell_exception(cell)


def _shortened(text: str) -> str:
    return text if len(text) <= _TEXT_CHARACTERS else f"{text[:_TEXT_CHARACTERS]} …"
