"""Week 9 trains on Pascal VOC in the full profile: the lesson's own code, on a tiny archive."""

import ast
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.notebooks import read_notebook
from forwardpass.data import store

from ..voc_archive import write_both

LESSON = Path(__file__).parents[2] / "release/w09_detection_and_segmentation/w09_lesson.ipynb"


@pytest.fixture
def lesson() -> dict:
    """Return the imports and the functions of the lesson, without what it computes."""
    space = {"SEED": 0, "CLASSES": 4, "STRIDE": 8, "GRID": (6, 8)}
    for cell in read_notebook(LESSON).cells:
        if cell.cell_type != "code" or "%pip" in cell.source:
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                exec(compile(ast.Module([node], []), "lesson", "exec"), space)
    return space


def test_the_lesson_trains_on_an_archive_of_the_same_format(
    lesson: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = write_both(tmp_path)
    monkeypatch.setattr(store, "registry", lambda: entries)
    monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path))
    images, classes, numbers, boxes, labels = lesson["voc_arrays"]("trainval", edge=64)
    assert images.shape == (2, 3, 64, 64)
    assert classes.shape == (2, 20, 4, 4)
    assert numbers.shape == (2, 4, 4, 4)
    # From (2, 1, 10, 9) in a photograph of 12 times 9 pixels.
    assert np.allclose(boxes, [[[32 / 3, 64 / 9, 160 / 3, 64]]] * 2)
    assert np.array_equal(labels, [[11], [11]])
    # One dog; the person in the file is difficult.
    assert [int(n) for n in classes.sum(dim=(2, 3)).nonzero()[:, 1]] == [11, 11]
    monkeypatch.setitem(sys.modules, "torchvision.models", None)  # no weights
    torch.manual_seed(0)
    network = lesson["photograph_network"]()
    assert network(images.float()).shape == (2, 24, 4, 4)
    costs = lesson["train_network"](
        network,
        (images, classes, numbers),
        lambda outputs, *truth: lesson["detector_cost"](outputs, *truth)[0],
        epochs=150,
        batch_size=2,
    )
    assert np.isfinite(costs).all()
    assert costs[-1] < costs[0]
    assert not network.training
    # All photographs are alike: whoever has learned them by heart finds the one of the test split.
    assert lesson["mean_ap_on_photographs"](network, edge=64) == 1.0
