"""Make forwardpass/data/files/fashion_features.npz: train the small network of clothing.

The committed file was made by exactly this, on the packaged part of Fashion-MNIST and with one
thread: `python tools/make_fashion_features.py`. It takes about two minutes. Another processor or
another version of PyTorch rounds otherwise, and gives other weights that are as good.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from forwardpass import data
from forwardpass.features import FashionNet

WEIGHTS = Path(__file__).parents[1] / "forwardpass/data/files/fashion_features.npz"
SEED = 0
EPOCHS = 25
BATCH_SIZE = 100


class Normalised(nn.Module):
    """A convolution and its batch norm, which become one convolution after training."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution
        self.norm = nn.BatchNorm2d(convolution.out_channels)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the maps of a batch."""
        return self.norm(self.convolution(X))

    @torch.no_grad()
    def folded(self) -> nn.Conv2d:
        """Return the convolution with the norm's running averages, scale and shift inside."""
        scale = self.norm.weight / (self.norm.running_var + self.norm.eps).sqrt()
        shift = self.norm.bias - self.norm.running_mean * scale
        self.convolution.weight.mul_(scale[:, None, None, None])
        self.convolution.bias.mul_(scale).add_(shift)
        return self.convolution


def shifted(images: torch.Tensor) -> torch.Tensor:
    """Return the pictures of a batch moved by up to one pixel, half of them mirrored."""
    padded = F.pad(images, (1, 1, 1, 1))
    corners = torch.randint(0, 3, (len(images), 2)).tolist()
    moved = [
        picture[:, top : top + 28, left : left + 28]
        for picture, (top, left) in zip(padded, corners, strict=True)
    ]
    batch = torch.stack(moved)
    mirrored = torch.rand(len(batch)) < 0.5
    batch[mirrored] = batch[mirrored].flip(-1)
    return batch


def share_right(net: FashionNet, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of pictures whose class the network names."""
    with torch.no_grad():
        answers = net(torch.from_numpy(images)).argmax(dim=1)
    return float((answers.numpy() == labels).mean())


def train() -> FashionNet:
    """Return the network after Adam with a rate that falls to nought, and light augmentation."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    clothing = data.fashion_mnist()
    X = torch.from_numpy(clothing.X_train)[:, None]
    y = torch.from_numpy(clothing.y_train)
    net = FashionNet()
    names = ("conv1", "conv2", "conv3")
    for name in names:
        setattr(net, name, Normalised(getattr(net, name)))
    steps = EPOCHS * (len(X) // BATCH_SIZE)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=steps)
    for epoch in range(EPOCHS):
        net.train()
        for rows in torch.randperm(len(X)).split(BATCH_SIZE):
            optimiser.zero_grad()
            F.cross_entropy(net(shifted(X[rows])), y[rows]).backward()
            optimiser.step()
            schedule.step()
        if epoch % 5 == 4:
            net.eval()
            accuracy = share_right(net, clothing.X_test, clothing.y_test)
            print(f"epoch {epoch + 1}: {accuracy:.1%} of the test pictures are right", flush=True)
    for name in names:
        setattr(net, name, getattr(net, name).folded())
    print(f"folded: {share_right(net, clothing.X_test, clothing.y_test):.1%}")
    return net


if __name__ == "__main__":
    weights = {name: tensor.numpy() for name, tensor in train().state_dict().items()}
    np.savez_compressed(WEIGHTS, **weights)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1000:.0f} kB")
