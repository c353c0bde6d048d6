"""PyTorch's leaves, which both processes have.

A leaf that requires a gradient, or a parameter, is a twin: value, gradient and ``requires_grad``
are kept alike on both sides, however they are changed.
"""

from typing import Any, NamedTuple

import numpy as np
import torch

from autograder.boundary.arrays import aligned
from autograder.boundary.codec import Cannot, Decoder, Encoder
from autograder.boundary.kinds import Kind
from autograder.boundary.torch_gradients import encode_graft
from autograder.boundary.torch_tensors import TENSORS, array_of, array_type_of, dtype_of, tensor_of
from autograder.boundary.twins import TwinKind

_Content = tuple[str, tuple[int, ...], bytes]  # of a tensor: data type, shape, numbers
# Of a leaf: whether it requires a gradient, content, that of its gradient, and its version, which
# counts the changes that graphs notice.
_Snapshot = tuple[bool, _Content, _Content | None, int]


class AsTwin(NamedTuple):
    """A tensor that is to be a twin although it has no gradient: a module's buffer."""

    tensor: torch.Tensor


class _Leaves(TwinKind):
    """Leaves that require a gradient, and parameters. All tensors are asked of this kind first."""

    tag = "torch.leaf"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, torch.Tensor)

    def encode(self, value: torch.Tensor, encoder: Encoder) -> list[Any]:
        if value.layout is torch.strided:
            if torch.nn.parameter.is_lazy(value):
                raise Cannot("a parameter that has no shape yet is no value for a test")
            if value.is_leaf:
                is_parameter = isinstance(value, torch.nn.Parameter)
                if is_parameter or value.requires_grad or encoder.peer.twins.has(value):
                    return super().encode(value, encoder)
            elif value.requires_grad:
                return encode_graft(value, encoder)
        return TENSORS.encode(value, encoder)

    def encode_twin(self, value: torch.Tensor, encoder: Encoder) -> list[Any]:
        """Return an encoded tensor that is to be a twin."""
        if value.is_leaf and value.layout is torch.strided:
            return super().encode(value, encoder)
        return encoder(value)

    def snapshot(self, value: torch.Tensor) -> _Snapshot:
        return self.refreshed(value, (False, None, None, 0))

    def refreshed(self, value: torch.Tensor, snapshot: Any) -> _Snapshot:
        _, content, grad, _ = snapshot
        is_leaf = value.is_leaf  # or a buffer that is computed with
        grad = None if not is_leaf or value.grad is None else content_of(value.grad, grad)
        return (
            is_leaf and value.requires_grad,
            content_of(value, content),
            grad,
            0 if value.is_inference() else value._version,
        )

    def is_same(self, value: torch.Tensor, snapshot: Any) -> bool:
        requires_grad, content, grad, _ = self.refreshed(value, snapshot)
        return requires_grad is snapshot[0] and content is snapshot[1] and grad is snapshot[2]

    def encode_state(self, value: torch.Tensor, encoder: Encoder) -> list[Any]:
        requires_grad, content, grad, _ = self.snapshot(value)
        is_parameter = isinstance(value, torch.nn.Parameter)
        return [requires_grad, packed(content, encoder), packed(grad, encoder), is_parameter]

    def encode_change(self, value: torch.Tensor, snapshot: Any, encoder: Encoder) -> list[Any]:
        requires_grad, content, grad, version = self.refreshed(value, snapshot)
        return [
            requires_grad,
            None if content is snapshot[1] else packed(content, encoder),
            False if grad is snapshot[2] else packed(grad, encoder),
            version != snapshot[3],
        ]

    def make(self, content: Any, decoder: Decoder) -> torch.Tensor:
        requires_grad, numbers, grad, is_parameter = content
        with torch.inference_mode(False), torch.no_grad():
            value = unpacked(numbers, decoder)
            if is_parameter is True:
                value = torch.nn.Parameter(value, requires_grad is True)
            else:
                value.requires_grad_(requires_grad is True)
            if grad is not None:
                value.grad = unpacked(grad, decoder)
        return value

    def replace(self, value: torch.Tensor, content: Any, decoder: Decoder) -> None:
        requires_grad, numbers, grad, is_noticed = content
        with torch.inference_mode(value.is_inference()), torch.no_grad():
            if numbers is not None:
                new = unpacked(numbers, decoder)
                if new.dtype is value.dtype and new.shape == value.shape:
                    # In place, for arrays may lie in the same memory; and only as far as graphs
                    # have noticed it there do they notice it here.
                    (value if is_noticed is True else value.data).copy_(new)
                else:
                    value.grad = None
                    value.data = new
            if value.is_leaf and value.requires_grad is not requires_grad:
                value.requires_grad_(requires_grad is True)
            if grad is not False:
                value.grad = None if grad is None else unpacked(grad, decoder)


class _Twins(Kind):
    """Marks for tensors that are to be twins; the tensors themselves arrive."""

    tag = "torch.twin"

    def fits(self, kind: type) -> bool:
        return kind is AsTwin

    def encode(self, value: AsTwin, encoder: Encoder) -> list[Any]:
        return LEAVES.encode_twin(value.tensor, encoder)


LEAVES = _Leaves()
KINDS = [LEAVES, _Twins()]


def content_of(tensor: torch.Tensor, before: _Content | None = None) -> _Content:
    """Return a tensor's data type, shape and numbers, which compare with ``==``.

    Parameters
    ----------
    tensor : torch.Tensor
    before : tuple, optional
        What is returned if it is the same.
    """
    if tensor.layout is not torch.strided:  # the gradient of a sparse embedding
        tensor = tensor.to_dense()
    form, array = (str(tensor.dtype), tuple(tensor.shape)), array_of(tensor)
    if before is not None and form == before[:2]:
        old = np.frombuffer(before[2], np.uint8)
        new = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        if np.array_equal(new, old):
            return before
    return (*form, array.tobytes())


def packed(content: _Content | None, encoder: Encoder) -> list[Any] | None:
    """Return an encoded tensor that shares its memory with no other; None stays None."""
    if content is None:
        return None
    dtype, shape, numbers = content
    return [dtype, list(shape), encoder.buffer(numbers)]


def unpacked(content: Any, decoder: Decoder) -> torch.Tensor:
    """Return a tensor that was encoded by :func:`packed`.

    Raises
    ------
    Malformed, or whatever a wrong content makes of it
    """
    dtype, shape, number = content
    numbers = aligned(decoder.buffer(number)).view(array_type_of(dtype_of(dtype)))
    return tensor_of(dtype, numbers.reshape(shape))
