"""A small frozen network that turns a picture of clothing into 32 numbers.

Distances between pictures say little as long as they are distances between pixels. This network
was trained to classify Fashion-MNIST (``tools/make_fashion_features.py``), and what its last layer
but one returns describes a picture so that similar clothes lie close together. It serves for the
Frechet distance between real and generated pictures, and to watch for drift. ::

    net = features.fashion_net()
    A = net.features(X)  # (m, 32)
    logits = net(X)  # (m, 10), the classes of Fashion-MNIST
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from forwardpass.data.store import find

SIZE = 28
FEATURES = 32
CLASSES = 10

_FILE = "fashion_features.npz"


class FashionNet(nn.Module):
    """Three convolutions, 32 features, 10 classes: 18,506 parameters.

    Attributes
    ----------
    conv1, conv2, conv3 : torch.nn.Conv2d
        3x3 convolutions to 16, 32 and 32 channels, each with a ReLU; the first two with a 2x2
        maximum, too.
    dense : torch.nn.Linear
        From the means of the four quarters of the third's maps to the 32 features.
    classifier : torch.nn.Linear
        From the ReLU of the features to the ten classes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 32, 3, padding=1)
        self.dense = nn.Linear(32 * 4, FEATURES)
        self.classifier = nn.Linear(FEATURES, CLASSES)

    def features(self, X: Tensor | np.ndarray) -> Tensor:
        """Return the features of pictures.

        Parameters
        ----------
        X : torch.Tensor or numpy.ndarray, shape (m, 28, 28) or (m, 1, 28, 28)
            Brightness from 0 (black, the background) to 1.

        Returns
        -------
        torch.Tensor of float32, shape (m, 32)

        Raises
        ------
        ValueError
            If the pictures have another shape, or values that are far from 0 to 1.
        """
        images = torch.as_tensor(X)
        if images.shape[-2:] != (SIZE, SIZE) or images.numel() != len(images) * SIZE * SIZE:
            raise ValueError(f"The pictures have shape {tuple(images.shape)}, not (m, 28, 28).")
        if images.numel() and images.detach().abs().max() > 16:
            raise ValueError("The brightness is to be from 0 to 1: divide by 255.")
        images = images.reshape(-1, 1, SIZE, SIZE).to(self.dense.weight)
        A = F.max_pool2d(self.conv1(images).relu(), 2)
        A = F.max_pool2d(self.conv2(A).relu(), 2)
        A = F.adaptive_avg_pool2d(self.conv3(A).relu(), 2)
        return self.dense(A.flatten(1))

    def forward(self, X: Tensor | np.ndarray) -> Tensor:
        """Return the logits of pictures, shape (m, 10)."""
        return self.classifier(self.features(X).relu())


def fashion_net() -> FashionNet:
    """Return the trained network, frozen and in evaluation mode.

    Its answer is right on about nine of ten of the packaged test pictures; no layer behaves
    otherwise in training mode.

    Raises
    ------
    DataError
        If the packaged weights are missing or damaged.
    """
    net = FashionNet()
    with np.load(find(_FILE)) as arrays:
        net.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files})
    return net.eval().requires_grad_(False)
