"""PyTorch's random state, and the modes that a caller has set."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from autograder.boundary.ambient import add_settings
from autograder.boundary.kinds import Kind


class _Random:
    name = "torch.random"

    def read(self) -> bytes:
        return torch.get_rng_state().numpy().tobytes()

    def write(self, value: Any) -> None:
        torch.set_rng_state(torch.frombuffer(bytearray(value), dtype=torch.uint8))


class _Inference:
    name, outlives_a_call = "torch.inference_mode", False

    def read(self) -> bool:
        return torch.is_inference_mode_enabled()

    def holding(self, value: Any) -> AbstractContextManager[Any]:
        # To switch it off where it is off would switch gradients on.
        return nullcontext() if value is self.read() else torch.inference_mode(bool(value))


class _Gradients:
    name, outlives_a_call = "torch.is_grad_enabled", True

    def read(self) -> bool:
        return torch.is_grad_enabled()

    def write(self, value: Any) -> None:
        torch.set_grad_enabled(value is True)

    @contextmanager
    def holding(self, value: Any) -> Iterator[None]:
        with torch.set_grad_enabled(value is True):
            yield


class _DefaultType:
    name, outlives_a_call = "torch.default_dtype", False

    def read(self) -> str:
        return str(torch.get_default_dtype())

    @contextmanager
    def holding(self, value: Any) -> Iterator[None]:
        before = torch.get_default_dtype()
        torch.set_default_dtype(getattr(torch, str(value).removeprefix("torch.")))
        try:
            yield
        finally:
            torch.set_default_dtype(before)


KINDS: list[Kind] = []
# The gradients come after inference mode, which sets them, too.
add_settings("torch", [_Random()], [_Inference(), _Gradients(), _DefaultType()])
