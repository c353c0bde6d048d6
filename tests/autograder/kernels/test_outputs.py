"""What a notebook shows on a warm kernel is what it shows on Jupyter's own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grade.execute.kernel import OneSpec
from autograder.kernels.client import ShellChannel
from autograder.kernels.spec import kernel_spec

from ..corpus import needs_bwrap

# What the fork server imports: each of them sets something up for the IPython that it finds.
MODULES = (
    "IPython.display",
    "ipywidgets",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas",
    "rich.console",
    "sympy",
    "tqdm.auto",
    "tqdm.notebook",
)
CELLS = {
    "a figure without show": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "a figure with show": "plt.plot([1, 2])\nplt.show()",
    "a figure as a value": "figure, axes = plt.subplots()\nfigure",
    "a figure that is closed": "figure, axes = plt.subplots()\nplt.close(figure)",
    "another format": "%config InlineBackend.figure_format = 'svg'\nplt.plot([1]);",
    "the magic for figures": "%matplotlib inline\nplt.plot([1]);",
    "a widget": "import ipywidgets\nipywidgets.IntSlider()",
    "interact": "@ipywidgets.interact(x=(0, 3))\ndef show(x=1):\n    print(x)",
    "an output widget": "out = ipywidgets.Output()\nwith out:\n    print('in it')\nout",
    "what a widget's callback does": "out.outputs",
    "a progress bar for notebooks": "from tqdm.notebook import tqdm\nlist(tqdm(range(3)));",
    "a progress bar that chooses": "from tqdm.auto import tqdm\nlist(tqdm(range(3)));",
    "a table": "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "rich text": "from rich import print as show_rich\nshow_rich('[b]x[/b]')",
    "a formula": "import sympy\nsympy.init_printing()\nsympy.sqrt(8)",
    "HTML": "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
    "a display that is updated": "handle = display('a', display_id=True)\nhandle.update('b')",
    "a value": "41 + 1",
    "the last value": "_ + 1",
    "the history": "In[-2], Out[_ih.index('41 + 1')]",
    "the kind of shell": "type(get_ipython()).__name__, 'IPKernelApp' in get_ipython().config",
    "a module of the notebook's own": "import __main__\n__main__.figure is figure",
    "captured output": "%%capture captured\nprint('x')",
    "what was captured": "captured.stdout",
    "a command": "!echo hello",
    "an extension": "%load_ext autoreload\n%autoreload 2",
    "an error": "1 / 0",
    "a question": "input()",
}


def execute(cells: Sequence[str], folder: Path, manager: AsyncKernelManager | None) -> NotebookNode:
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    client = NotebookClient(
        notebook,
        km=manager,
        allow_errors=True,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def shown(cell: NotebookNode) -> list[tuple[Any, ...]]:
    """Return what is to be equal of a cell's outputs: kinds, types, names."""
    found = [
        (
            output.output_type,
            output.get("name"),
            output.get("ename"),
            *sorted(output.get("data", {})),
        )
        for output in cell.outputs
    ]
    return [one for number, one in enumerate(found) if number == 0 or one != found[number - 1]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, NotebookNode]:
    """Return the notebook as Jupyter's own kernel executes it, and as a warm one does."""
    folder = tmp_path_factory.mktemp("work")
    spec = KernelSpec(**kernel_spec(MODULES, "bwrap"))
    warm = AsyncKernelManager(kernel_spec_manager=OneSpec(spec), kernel_name="warm")
    return (
        execute(list(CELLS.values()), folder, None),
        execute(list(CELLS.values()), folder, warm),
    )


@needs_bwrap
@pytest.mark.parametrize("number", range(len(CELLS)), ids=list(CELLS))
def test_a_cell_shows_what_it_shows_on_jupyters_own_kernel(
    both: tuple[NotebookNode, NotebookNode], number: int
) -> None:
    stock, warm = (notebook.cells[number] for notebook in both)
    assert shown(warm) == shown(stock)


@needs_bwrap
@pytest.mark.parametrize("name", ["a value", "the last value", "the history", "the kind of shell"])
def test_a_value_is_the_same(both: tuple[NotebookNode, NotebookNode], name: str) -> None:
    stock, warm = (notebook.cells[list(CELLS).index(name)] for notebook in both)
    assert warm.outputs[0].data == stock.outputs[0].data


def test_a_message_sent_does_not_hide_the_reply_that_has_just_come() -> None:
    session = Session(key=b"key")

    async def ask() -> dict[str, Any]:
        with (
            zmq.asyncio.Context() as context,
            context.socket(zmq.DEALER) as near,
            zmq.Context.shadow(context.underlying).socket(zmq.DEALER) as far,
        ):
            far.bind("inproc://kernel")
            near.connect("inproc://kernel")
            channel = ShellChannel(near, session)
            reply = asyncio.ensure_future(channel.get_msg(timeout=600))
            await asyncio.sleep(0.1)  # it waits now
            session.send(far, "execute_reply", {"status": "ok"})
            # It has come, and before anything else happens here, a message is sent.
            channel.send(session.msg("comm_msg", {}))
            return await asyncio.wait_for(reply, 20)

    assert asyncio.run(ask())["msg_type"] == "execute_reply"
