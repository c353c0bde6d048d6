"""PyTorch's gradients across the boundary.

A tensor that was computed from leaves stays where its graph is. The other process gets its value,
*grafted* onto the same leaves: the backward pass of a graft asks the owner for the gradients of
what its tensor was computed from.

What a tensor was computed from ends at leaves, at grafts of the other process's own tensors, and at
what the other process has handed over with the call. So a graph that goes to and fro is, piece by
piece, the one that it would be in one process, and so are the numbers.
"""

from contextlib import ExitStack
from typing import Any

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge

from autograder.boundary.codec import Decoder, Encoder
from autograder.boundary.connection import Malformed
from autograder.boundary.handles import Reference
from autograder.boundary.kinds import Kind
from autograder.boundary.peer import LIBRARY_OPERATIONS, Peer
from autograder.boundary.torch_tensors import array_of, tensor_of


class _Node:
    """A tensor of this process that the other has a graft of.

    Parameters
    ----------
    tensor : torch.Tensor
    encoder : Encoder

    Attributes
    ----------
    inputs : list
        What it was computed from, encoded.
    """

    def __init__(self, tensor: torch.Tensor, encoder: Encoder) -> None:
        self.tensor = tensor
        self.inputs: list[Any] = []
        # Where it is in its graph, whatever is done to it in place later.
        self._edge = get_gradient_edge(tensor)
        self._edges: list[GradientEdge] = []  # of the inputs
        self._look(encoder)

    def _look(self, encoder: Encoder) -> None:
        """Go through the graph."""
        arguments = _own_arguments(encoder)
        start = _place(self._edge)
        seen, left = {(None, 0), start}, [start]
        while left:
            node, _ = edge = left.pop()
            if isinstance(node, torch._C._functions.AccumulateGrad):
                self._add(edge, encoder(node.variable))
            elif isinstance(node, _Graft._backward_cls) and _is_current(node.reference, encoder):
                self._add(edge, ["torch.input", node.reference.number])
            elif (number := arguments.get(edge)) is not None:
                self._add(edge, ["@a", number])
            else:
                following = [o for o in dict.fromkeys(node.next_functions) if o not in seen]
                seen.update(following)
                left += reversed(following)

    def _add(self, edge: Any, encoded: list[Any]) -> None:
        self._edges.append(GradientEdge(*edge))
        self.inputs.append(encoded)

    def gradients(self, upstream: Any, wanted: list[int], *, is_graph: bool) -> list[Any]:
        """Return the gradients of some inputs, for a gradient of the tensor."""
        if not isinstance(upstream, torch.Tensor) or upstream.shape != self.tensor.shape:
            raise Malformed("a gradient of another shape")
        with ExitStack() as stack:
            for node, number in map(_place, self._edges):
                if not isinstance(node, torch._C._functions.AccumulateGrad):
                    # What lies behind it is the business of the process that asks.
                    stack.callback(node.register_prehook(_cut(number)).remove)
            return list(
                torch.autograd.grad(
                    [self._edge],
                    [self._edges[number] for number in wanted],
                    [upstream.to(self.tensor.dtype)],
                    retain_graph=True,
                    create_graph=is_graph,
                    allow_unused=True,
                )
            )


def _cut(number: int) -> Any:
    """Return a hook that lets no gradient through one output of a node."""

    def cut(upstream: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*upstream[:number], None, *upstream[number + 1 :])

    return cut


def _own_arguments(encoder: Encoder) -> dict[Any, int]:
    """Return the numbers of the other process's grafts among a call's arguments, by their edges."""
    states = [] if encoder.known is None else encoder.known.states
    return {place: number for number, (kind, place) in enumerate(states) if kind is OWN}


def _place(edge: GradientEdge) -> tuple[Any, int]:
    return edge.node, edge.output_nr


class _Graft(torch.autograd.Function):
    """The value of a tensor of the other process's, as a function of what it was computed from."""

    @staticmethod
    def forward(ctx: Any, reference: Reference, held: list[torch.Tensor], *inputs: Any) -> Any:
        ctx.set_materialize_grads(False)
        ctx.reference = reference
        ctx.forms = [(one.dtype, one.shape) for one in inputs]
        return held[0]  # no argument itself: a result that is one could not be changed in place

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor | None) -> Any:
        if upstream is None:
            return (None,) * (2 + len(ctx.forms))
        wanted = [number for number, needed in enumerate(ctx.needs_input_grad[2:]) if needed]
        peer = ctx.reference.peer
        found = peer.request(
            "torch.gradients", ctx.reference, upstream, wanted, torch.is_grad_enabled()
        )
        gradients = [None] * len(ctx.forms)
        with peer.believing_nothing():
            for number, gradient in zip(wanted, found, strict=True):
                form = None if gradient is None else (gradient.dtype, gradient.shape)
                if form not in (None, ctx.forms[number]):
                    raise Malformed("a gradient of another form")
                gradients[number] = gradient
        return None, None, *gradients


class _Grafts(Kind):
    """Tensors that were computed from leaves."""

    tag = "torch.graft"

    def fits(self, kind: type) -> bool:
        return False

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Tensor:
        _, number, dtype, array, inputs = content
        if type(number) is not int:
            raise Malformed("a tensor without a number")
        place = decoder.share(None)  # before its parts, as it was encoded
        with torch.inference_mode(False), torch.no_grad():
            value = tensor_of(dtype, decoder(array))
        found = [_differentiable(decoder(one), decoder) for one in inputs]
        reference = Reference(decoder.peer, number, times=1)
        with torch.inference_mode(False), torch.enable_grad():
            graft = _Graft.apply(reference, [value], *found)
        graft._graft = reference, graft.grad_fn, graft._version
        decoder.shared[place] = graft
        return graft


class _Own(Kind):
    """Tensors that the receiver has itself."""

    tag = "torch.own"

    def fits(self, kind: type) -> bool:
        return False

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Tensor:
        tensor = _node(decoder.peer.proxies.own(content[1])).tensor
        number = decoder.share(tensor)
        if tensor.grad_fn is not None:
            decoder.note(number, self, _place(get_gradient_edge(tensor)))
        return tensor


class _Inputs(Kind):
    """Tensors that the receiver has itself, and that another was computed from."""

    tag = "torch.input"

    def fits(self, kind: type) -> bool:
        return False

    def decode(self, content: list[Any], decoder: Decoder) -> torch.Tensor:
        return _node(decoder.peer.proxies.own(content[1])).tensor


OWN = _Own()
KINDS = [_Grafts(), OWN, _Inputs()]


def encode_graft(value: torch.Tensor, encoder: Encoder) -> list[Any]:
    """Return an encoded tensor that was computed from others."""
    reference, node, version = getattr(value, "_graft", (None, None, None))
    if node is value.grad_fn and version == value._version and _is_current(reference, encoder):
        encoder.share(value)
        return ["torch.own", reference.number]
    array = array_of(value)
    encoder.share(value)
    content = [str(value.dtype), encoder(array)]
    node = _Node(value, encoder)
    return ["torch.graft", encoder.peer.proxies.number(node), *content, node.inputs]


def _is_current(reference: Any, encoder: Encoder) -> bool:
    """Whether a tensor is the other process's of this test."""
    return type(reference) is Reference and reference.proxies is encoder.peer.proxies


def _differentiable(value: Any, decoder: Decoder) -> torch.Tensor:
    """Return what a tensor was computed from, which the other process may have made a leaf."""
    if not isinstance(value, torch.Tensor):
        raise Malformed("a tensor of no tensors")
    if value.is_leaf and not value.requires_grad and not decoder.peer.twins.has(value):
        value.requires_grad_()
    return value


def _node(target: Any) -> _Node:
    if type(target) is not _Node:
        raise Malformed("a tensor that is none")
    return target


def _gradients(_: Peer, target: Any, upstream: Any, wanted: Any, is_graph: Any) -> list[Any]:
    """Return the gradients that a graft asks for."""
    return _node(target).gradients(upstream, wanted, is_graph=is_graph is True)


LIBRARY_OPERATIONS["torch.gradients"] = _gradients
