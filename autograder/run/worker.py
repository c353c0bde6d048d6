"""The process that runs one notebook, so that a crash or a leak of memory stays with that notebook.

``python -m autograder.run.worker REQUEST`` takes the arguments of `execution.execute` as JSON. It
answers on standard output with one JSON object a line: ``{"cell": 3, "cells": 40}`` when a cell
starts, and one ``{"outcome": …}`` at the end. When its standard input closes, because its parent
stops it or is gone, it stops its kernel, says how far it came, and ends.
"""

import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the notebook that the request names."""
    # The kernel and what it starts inherit standard output, and may write there: answers take a
    # private copy of it, and everything else goes where errors go.
    channel = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    # A shell starts background commands with SIGINT ignored, and that would be inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_interrupt_at_end_of_input, daemon=True).start()

    from autograder.run.execution import execute
    from autograder.run.page import write_page

    def answer(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")

    request = json.loads(sys.argv[1])
    output = Path(request["output"])
    answer(cell=0, cells=0)  # ready: the notebook's time begins
    outcome = execute(
        Path(request["source"]),
        output,
        Path(request["folder"]),
        profile=request["profile"],
        cell_limit=request["cell_limit"],
        allowed_errors=request["allowed_errors"],
        on_cell=lambda cell, cells: answer(cell=cell, cells=cells),
    )
    answer(outcome=asdict(outcome))
    if output.exists():
        write_page(output)


def _interrupt_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
