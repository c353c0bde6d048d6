"""PyTorch's random state, and the modes that a caller has set. It is imported without PyTorch."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from autograder.boundary.ambient import add_settings


def _torch() -> Any:
    return sys.modules["torch"]


class _Random:
    name = "torch.random"

    def read(self) -> bytes:
        return _torch().get_rng_state().numpy().tobytes()

    def write(self, value: Any) -> None:
        _torch().set_rng_state(_torch().frombuffer(bytearray(value), dtype=_torch().uint8))


class _Inference:
    name = "torch.inference_mode"

    def read(self) -> bool:
        return _torch().is_inference_mode_enabled()

    def holding(self, value: Any) -> AbstractContextManager[Any]:
        # To switch it off where it is off would switch gradients on.
        return nullcontext() if value is self.read() else _torch().inference_mode(bool(value))


class _Gradients:
    name = "torch.is_grad_enabled"

    def read(self) -> bool:
        return _torch().is_grad_enabled()

    @contextmanager
    def holding(self, value: Any) -> Iterator[None]:
        with _torch().set_grad_enabled(value is True):
            yield


class _DefaultType:
    name = "torch.default_dtype"

    def read(self) -> str:
        return str(_torch().get_default_dtype())

    @contextmanager
    def holding(self, value: Any) -> Iterator[None]:
        before = _torch().get_default_dtype()
        _torch().set_default_dtype(getattr(_torch(), str(value).removeprefix("torch.")))
        try:
            yield
        finally:
            _torch().set_default_dtype(before)


# The gradients come after inference mode, which sets them, too.
add_settings("torch", [_Random()], [_Inference(), _Gradients(), _DefaultType()])
