"""What `forwardpass.features` promises: a frozen network for clothing, and what it is good for."""

import hashlib

import numpy as np
import pytest
import torch

from forwardpass import data, features
from forwardpass.data import store

FILE = "fashion_features.npz"


@pytest.fixture(scope="module")
def net():
    return features.fashion_net()


@pytest.fixture(scope="module")
def clothing():
    return data.fashion_mnist()


def test_the_packaged_weights_are_small_and_described() -> None:
    path = store.find(FILE)
    assert path.parent == store.PACKAGED
    assert path.stat().st_size < 200_000
    text = (store.PACKAGED / "README.md").read_text()
    assert FILE in text
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_it_is_frozen_and_behaves_alike_in_both_modes(net, clothing) -> None:
    assert not net.training
    assert not any(P.requires_grad for P in net.parameters())
    assert sum(P.numel() for P in net.parameters()) == 18_506
    images = clothing.X_test[:20]
    logits = net(images)
    assert torch.equal(net.train()(images), logits)
    net.eval()


def test_it_knows_nine_of_ten_test_pictures(net, clothing) -> None:
    answers = net(clothing.X_test).argmax(dim=1).numpy()
    assert 0.88 < (answers == clothing.y_test).mean() < 0.93


def test_features_are_32_numbers_a_picture_however_it_comes(net, clothing) -> None:
    images = clothing.X_test[:7]
    A = net.features(images)
    assert A.shape == (7, features.FEATURES)
    assert A.dtype == torch.float32
    for other in (images[:, None], torch.from_numpy(images), images.astype(np.float64)):
        assert torch.allclose(net.features(other), A, atol=1e-5)
    assert torch.equal(net.classifier(A.relu()), net(images))
    assert net.features(images[:0]).shape == (0, 32)


def test_gradients_reach_the_pictures(net, clothing) -> None:
    X = torch.from_numpy(clothing.X_test[:2]).requires_grad_()
    net.features(X).sum().backward()
    assert X.grad.abs().sum() > 0


def test_similar_clothes_lie_closer_together_than_others(net, clothing) -> None:
    A, y = net.features(clothing.X_test[:300]).numpy(), clothing.y_test[:300]
    distances = np.linalg.norm(A[:, None] - A[None], axis=2)
    same = y[:, None] == y[None]
    np.fill_diagonal(distances, np.nan)
    assert np.nanmean(distances[same]) < 0.6 * np.nanmean(distances[~same])


@pytest.mark.parametrize("shape", [(3, 8, 8), (3, 28), (3, 3, 28, 28), (2, 28, 27)])
def test_other_shapes_are_refused(net, shape) -> None:
    with pytest.raises(ValueError, match="not \\(m, 28, 28\\)"):
        net.features(np.zeros(shape, np.float32))


def test_brightness_up_to_255_is_refused(net) -> None:
    with pytest.raises(ValueError, match="255"):
        net.features(np.full((2, 28, 28), 255, np.uint8))
