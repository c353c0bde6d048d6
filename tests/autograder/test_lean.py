"""The command line starts without what it does not need, and notebooks are checked all the same."""

import subprocess
import sys

PROGRAM = """\
import sys
import autograder.cli
import nbformat
assert sys.modules["rfc3987_syntax"] is None
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbformat.validate(notebook)
notebook.cells[0].cell_type = "unknown"
try:
    nbformat.validate(notebook)
except nbformat.ValidationError:
    print("validated")
"""


def test_the_grammar_of_internationalised_addresses_is_not_built() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.stdout == "validated\n", done.stderr
