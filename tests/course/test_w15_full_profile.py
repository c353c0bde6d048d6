"""Week 15 trains a DCGAN in the full profile: its own code, on a few random pictures."""

import ast
import gzip
import hashlib
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.notebooks import read_notebook
from forwardpass.data import store

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "source/w15_generative_models/w15_assignment.ipynb"
DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


def idx(values: np.ndarray) -> bytes:
    """Return an array of bytes in the format of the MNIST family."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape)
    return gzip.compress(header + values.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture
def few_clothes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files of Fashion-MNIST be 256 + 40 random pictures in a local mirror."""
    rng, entries = np.random.default_rng(0), {}
    for part, m in (("train", 256), ("t10k", 40)):
        for kind, values in (
            ("images-idx3", rng.integers(256, size=(m, 28, 28))),
            ("labels-idx1", rng.integers(10, size=m)),
        ):
            path = tmp_path / "fashion_mnist" / f"{part}-{kind}-ubyte.gz"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(idx(values))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            entries[f"fashion_mnist/{path.name}"] = {"checksum": f"sha256:{digest}"}
    known = store.registry() | entries
    monkeypatch.setattr(store, "registry", lambda: known)
    monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path))


@pytest.mark.usefixtures("few_clothes")
def test_the_dcgan_of_the_full_profile_is_trained_and_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    space: dict = {"PROFILE": "full", "SEED": 0}
    extra: list[ast.stmt] = []
    for cell in read_notebook(NOTEBOOK).cells:
        if cell.cell_type != "code" or "%pip" in cell.source or "HIDDEN TESTS" in cell.source:
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, DEFINITIONS):
                exec(compile(ast.Module([node], []), NOTEBOOK.name, "exec"), space)
            elif isinstance(node, ast.If) and "PROFILE" in ast.unparse(node.test):
                extra.append(node)
    exec(compile(ast.Module(extra, []), NOTEBOOK.name, "exec"), space)
    plt.close("all")
    printed = capsys.readouterr().out
    assert re.search(r"Fréchet distance of 500 pictures: \d+\.\d", printed), printed
