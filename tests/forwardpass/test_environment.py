"""Setting a notebook up: profiles, seeds, and an import that stays light."""

import random
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import forwardpass as fp
from forwardpass import train


def test_the_same_seed_gives_the_same_numbers_everywhere() -> None:
    def draw() -> tuple[float, float, float]:
        fp.seed_everything(7)
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert draw() == draw()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="seed is"):
        fp.seed_everything(seed)


def test_setup_sets_seed_and_style_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with mpl.rc_context():
        fp.setup(profile="quick", seed=3)
        assert mpl.rcParams["axes.grid"]
        first = np.random.rand()
        fp.setup(profile="quick", seed=3)
        assert np.random.rand() == first
    assert "profile quick, seed 3" in capsys.readouterr().out


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="'fast'"):
        fp.setup(profile="fast")


def test_the_device_is_one_that_torch_can_use() -> None:
    assert torch.ones(1, device=fp.device()).sum().item() == 1


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, forwardpass, forwardpass.check, forwardpass.data, forwardpass.train\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'transformers', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert loaded.strip() == "[]"


class TestMinibatches:
    X = np.arange(14).reshape(7, 2)
    y = np.arange(7)

    def test_every_example_comes_once_with_its_label(self) -> None:
        batches = list(train.minibatches(self.X, self.y, 3, np.random.default_rng(0)))
        assert [len(y) for _, y in batches] == [3, 3, 1]
        X = np.concatenate([X for X, _ in batches])
        y = np.concatenate([y for _, y in batches])
        assert sorted(y) == list(range(7))
        assert np.array_equal(X, self.X[y])

    def test_each_pass_has_another_order(self) -> None:
        rng = np.random.default_rng(0)
        first, second = (
            next(train.minibatches(self.X, self.y, 7, rng))[1].tolist() for _ in range(2)
        )
        assert first != second

    def test_lengths_and_batch_size_are_checked(self) -> None:
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match="7 examples, y has 6"):
            next(train.minibatches(self.X, self.y[:6], 3, rng))
        with pytest.raises(ValueError, match="batch_size"):
            next(train.minibatches(self.X, self.y, 0, rng))


def test_progress_leaves_no_widget_in_a_notebook_and_nothing_to_read() -> None:
    loop = "for step in train.progress(range(3), 'step'):\n    print(step, end=' ')"
    cells = [new_code_cell(f"from forwardpass import train\n{loop}")]
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    texts = [output.text for output in cells[0].outputs if output.output_type == "stream"]
    shown = [output.data for output in cells[0].outputs if output.output_type == "display_data"]
    assert texts == ["0 1 2 "]
    assert shown == [{"text/plain": ""}]


def test_progress_yields_what_it_wraps() -> None:
    assert list(train.progress(range(3), "epoch")) == [0, 1, 2]
