"""Submissions with a breakpoint that was forgotten: the test that meets it fails, and no more."""

from . import Submission

RIGHT_MEAN = "    return np.sum(x) / np.size(x)"


def _forgotten(name: str, line: str) -> Submission:
    """Return one whose right answer stops at a breakpoint."""
    answer = f"def mean(x):\n    {line}\n{RIGHT_MEAN}"
    return Submission(name, {"mean": answer}, expected={"mean": "failed"})


DEBUGGING = [
    _forgotten("forgot pdb set_trace", "import pdb; pdb.set_trace()"),
    _forgotten(
        "forgot IPython set_trace", "from IPython.core.debugger import set_trace; set_trace()"
    ),
    _forgotten("forgot input", "input('go on?')"),
    _forgotten(
        "forgot a breakpoint that it catches",
        """\
import pdb
    try:
        pdb.set_trace()
        x = x
    except BaseException: pass
    raise ValueError('after the breakpoint')""",
    ),
    # In Jupyter that one waits for JupyterLab's debugger, and does nothing where there is none.
    Submission(
        "forgot breakpoint",
        {"mean": f"def mean(x):\n    breakpoint()\n{RIGHT_MEAN}"},
    ),
    Submission(
        "forgot breakpoints in its own cells",
        before={"mean": "import pdb; pdb.set_trace()\nvalue = 3"},
        after={"relu": "import pdb; pdb.set_trace()\nvalue = 4", "count": "%debug"},
    ),
]
