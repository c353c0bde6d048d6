"""PyTorch's tensors on their way to the other process, by value, and what describes them.

A tensor is sent as an array of its memory, so tensors and arrays that share memory share it on the
other side, too, and what is changed in place is changed on both sides. Tensors that have a gradient
are the business of :mod:`autograder.boundary.torch_leaves` and, where they were computed, of
:mod:`autograder.boundary.torch_gradients`.
"""

import warnings
from typing import Any

import numpy as np
import torch

from autograder.boundary.codec import Cannot, Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.kinds import Kind
from autograder.boundary.twins import TwinKind

_DTYPES = {str(one): one for one in vars(torch).values() if isinstance(one, torch.dtype)}
# What NumPy does not have is sent as whole numbers of the same size.
_CARRIERS = {
    one: torch.int16 if one is torch.bfloat16 else torch.uint8
    for name, one in _DTYPES.items()
    if name.startswith(("torch.bfloat16", "torch.float8"))
}
_ARRAY_TYPES: dict[torch.dtype, np.dtype] = {}
for _dtype in (
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.uint16, torch.uint32, torch.uint64, torch.float16, torch.float32, torch.float64),
    *(torch.complex64, torch.complex128),
):
    _ARRAY_TYPES[_dtype] = torch.empty(0, dtype=_dtype).numpy().dtype
_SPARSE = {torch.sparse_coo: "coo", torch.sparse_csr: "csr"}


def array_of(tensor: torch.Tensor) -> np.ndarray:
    """Return an array of a tensor's memory.

    Parameters
    ----------
    tensor : torch.Tensor

    Returns
    -------
    numpy.ndarray, shape of the tensor
        Of the numbers, or of what carries them.

    Raises
    ------
    Cannot
        If the tensor has no memory of plain numbers.
    """
    with torch.no_grad(), torch._C.DisableTorchFunctionSubclass():
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            raise Cannot(f"a tensor on {tensor.device} of {tensor.layout} is no value for a test")
        plain = tensor.detach()
        if plain.device.type != "cpu":
            warnings.warn(f"a tensor on {plain.device} crosses as one on the CPU", stacklevel=2)
        plain = plain.cpu().resolve_conj().resolve_neg()
        carrier = _CARRIERS.get(plain.dtype, plain.dtype)
        if carrier not in _ARRAY_TYPES:
            raise Cannot(f"a tensor of {plain.dtype} is no value for a test")
        if carrier is not plain.dtype:
            plain = plain.view(carrier)
        storage = plain.untyped_storage()
        if plain.is_contiguous() and storage.nbytes() == plain.nbytes:
            return plain.numpy()
        # The array of the whole storage is its base: other tensors may be views of it.
        whole = torch.empty(0, dtype=torch.uint8).set_(storage).numpy()
        size = plain.element_size()
        strides = [size * step for step in plain.stride()]
        begin = size * plain.storage_offset()
        return np.ndarray(tuple(plain.shape), _ARRAY_TYPES[carrier], whole, begin, strides)


def tensor_of(dtype: Any, array: Any) -> torch.Tensor:
    """Return a tensor of an array's memory.

    Parameters
    ----------
    dtype : str
        Name of the tensor's data type.
    array : numpy.ndarray
        As :func:`array_of` returns it.

    Raises
    ------
    Malformed
        If they do not fit.
    """
    wanted = dtype_of(dtype)
    carrier = _CARRIERS.get(wanted, wanted)
    if type(array) is not np.ndarray or array.dtype != _ARRAY_TYPES.get(carrier):
        raise Malformed("a tensor of other numbers")
    if not array.flags.aligned:
        raise Malformed("a tensor of crooked memory")
    if carrier is torch.bool and array.size and array.view(np.uint8).max() > 1:
        raise Malformed("truth values that are neither")
    tensor = torch.from_numpy(array if array.flags.writeable else array.copy())
    return tensor if carrier is wanted else tensor.view(wanted)


def dtype_of(name: Any) -> torch.dtype:
    """Return a data type by its name.

    Raises
    ------
    Malformed
        If there is none.
    """
    if type(name) is not str or name not in _DTYPES:
        raise Malformed("an unknown data type")
    return _DTYPES[name]


def array_type_of(dtype: torch.dtype) -> np.dtype:
    """Return the data type of the arrays that tensors of a data type are sent as."""
    return _ARRAY_TYPES[_CARRIERS.get(dtype, dtype)]


class _Tensors(Kind):
    """Tensors without a gradient.

    All tensors are asked of :mod:`autograder.boundary.torch_leaves` first, which hands these on.
    """

    tag = "torch"

    def fits(self, kind: type) -> bool:
        return issubclass(kind, torch.Tensor)

    def encode(self, value: torch.Tensor, encoder: Encoder) -> list[Any]:
        if value.layout in _SPARSE:
            return _SPARSE_TENSORS.encode(value, encoder)
        array = array_of(value)
        encoder.share(value)
        return [self.tag, str(value.dtype), encoder(array)]

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Tensor:
        place = decoder.share(None)  # before its array, as it was encoded
        tensor = tensor_of(content[1], decoder(content[2]))
        decoder.shared[place] = tensor
        decoder.note(place, self, None)
        return tensor

    def is_changed(self, value: torch.Tensor, state: None) -> bool:
        """Whether it has been made to require a gradient; numbers are the memory's business."""
        return value.is_leaf and value.requires_grad

    def encode_state(self, value: torch.Tensor, encoder: Encoder) -> bool:
        return value.requires_grad

    def replace(self, value: Any, content: Any, decoder: Decoder) -> None:
        if not isinstance(value, torch.Tensor) or not value.is_leaf:
            raise Malformed("a change of another kind")
        value.requires_grad_(content is True)


class _SparseTensors(Kind):
    """Sparse tensors, as their indices and values."""

    tag = "torch.sparse"

    def fits(self, kind: type) -> bool:
        return False

    def encode(self, value: torch.Tensor, encoder: Encoder) -> list[Any]:
        if value.requires_grad:
            raise Cannot("a sparse tensor with a gradient is no value for a test")
        encoder.share(value)
        if value.layout is torch.sparse_coo:
            parts, is_ordered = [value._indices(), value._values()], value.is_coalesced()
        else:
            parts, is_ordered = [value.crow_indices(), value.col_indices(), value.values()], True
        content = [encoder(part) for part in parts]
        return [self.tag, _SPARSE[value.layout], list(value.shape), is_ordered, *content]

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Tensor:
        _, layout, shape, is_ordered, *parts = content
        place = decoder.share(None)
        make = torch.sparse_coo_tensor if layout == "coo" else torch.sparse_csr_tensor
        tensor = make(*decoder.many(parts), size=shape, check_invariants=True)
        if layout == "coo" and is_ordered:
            tensor = tensor.coalesce()
        decoder.shared[place] = tensor
        return tensor


class _Sizes(Kind):
    """Shapes, which are tuples of their own kind."""

    tag = "torch.size"

    def fits(self, kind: type) -> bool:
        return kind is torch.Size

    def encode(self, value: torch.Size, encoder: Encoder) -> list[Any]:
        return [self.tag, *value]

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Size:
        return torch.Size(content[1:])


class _DataTypes(Kind):
    """Data types, ``torch.float32``."""

    tag = "torch.dtype"

    def fits(self, kind: type) -> bool:
        return kind is torch.dtype

    def encode(self, value: torch.dtype, encoder: Encoder) -> list[Any]:
        return [self.tag, str(value)]

    def decode(self, content: list[Any], decoder: Decoder) -> torch.dtype:
        return dtype_of(content[1])


class _Devices(Kind):
    """Devices, ``torch.device("cpu")``."""

    tag = "torch.device"

    def fits(self, kind: type) -> bool:
        return kind is torch.device

    def encode(self, value: torch.device, encoder: Encoder) -> list[Any]:
        return [self.tag, value.type, value.index]

    def decode(self, content: list[Any], decoder: Decoder) -> torch.device:
        _, kind, index = content
        return torch.device(kind) if index is None else torch.device(kind, index)


class _Results(Kind):
    """What functions with several results return, ``torch.return_types.max``."""

    tag = "torch.results"

    def fits(self, kind: type) -> bool:
        return kind.__module__ == "torch.return_types" and issubclass(kind, tuple)

    def encode(self, value: Any, encoder: Encoder) -> list[Any]:
        encoder.keep(value)
        return [self.tag, type(value).__name__, *encoder.many(value)]

    def decode(self, content: list[Any], decoder: Decoder) -> Any:
        kind = vars(torch.return_types).get(content[1])
        if not isinstance(kind, type) or not issubclass(kind, tuple):
            raise Malformed("unknown results")
        return kind(decoder.many(content[2:]))


class _Generators(TwinKind):
    """Random generators, which are advanced on both sides alike."""

    tag = "torch.generator"

    def fits(self, kind: type) -> bool:
        return kind is torch.Generator

    def encode(self, value: torch.Generator, encoder: Encoder) -> list[Any]:
        if value.device.type != "cpu":
            raise Cannot(f"a generator on {value.device} is no value for a test")
        return super().encode(value, encoder)

    def snapshot(self, value: torch.Generator) -> bytes:
        return value.get_state().numpy().tobytes()

    def encode_state(self, value: torch.Generator, encoder: Encoder) -> bytes:
        return self.snapshot(value)

    def make(self, content: Any, decoder: Decoder) -> torch.Generator:
        generator = torch.Generator()
        self.replace(generator, content, decoder)
        return generator

    def replace(self, value: torch.Generator, content: Any, decoder: Decoder) -> None:
        value.set_state(torch.frombuffer(bytearray(content), dtype=torch.uint8))


TENSORS = _Tensors()
_SPARSE_TENSORS = _SparseTensors()
KINDS = [
    TENSORS,
    _SPARSE_TENSORS,
    _Sizes(),
    _DataTypes(),
    _Devices(),
    _Results(),
    _Generators(),
]
