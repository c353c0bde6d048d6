"""What a learner's side says of tensors, leaves, modules and optimisers is not believed."""

import socket
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import torch
from torch import nn

from autograder.boundary.connection import Connection
from autograder.boundary.exceptions import Failure
from autograder.boundary.judge_peer import JudgePeer

BUFFERS = [b"\x02\x00\x80\x3f", bytes([9] + [0] * 15)]


@pytest.fixture
def liar(notebook) -> Callable[..., JudgePeer]:
    """A function that starts a learner's side which has its answers ready."""

    def start(*answers: dict[str, Any]) -> JudgePeer:
        def lie(sock: socket.socket, _: dict[str, Any]) -> None:
            connection = Connection(sock)

            def heard() -> Any:
                return msgpack.unpackb(connection.receive(lambda: 20.0)[0])

            begun = {"begun": heard()["begin"]}
            connection.send(msgpack.packb(begun), [], lambda: 20.0)
            for answer in answers:
                content = {"r": heard()["q"], "v": None, "c": []} | answer
                connection.send(msgpack.packb(content), BUFFERS, lambda: 20.0)
            heard()

        return notebook("", other_end=lie).judge

    return start


TENSORS = {
    "an unknown data type": ["torch", "torch.float99", ["a", "<f4", [1], [4], 0, True, ["b", 0]]],
    "other numbers": ["torch", "torch.float64", ["a", "<f4", [1], [4], 0, True, ["b", 0]]],
    "no array": ["torch", "torch.float32", 7],
    "truth values that are neither": [
        "torch",
        "torch.bool",
        ["a", "|b1", [4], [1], 0, True, ["b", 0]],
    ],
    "crooked memory": ["torch", "torch.int16", ["a", "<i2", [1], [2], 1, True, ["b", 0]]],
    "beyond its memory": ["torch", "torch.float32", ["a", "<f4", [9], [4], 0, True, ["b", 0]]],
    "a sparse one beyond its size": [
        *["torch.sparse", "coo", [1, 1], False],
        ["torch", "torch.int64", ["a", "<i8", [2, 1], [8, 8], 0, True, ["b", 1]]],
        ["torch", "torch.float32", ["a", "<f4", [1], [4], 0, True, ["b", 0]]],
    ],
    "a size of text": ["torch.size", "a"],
    "a device that is none": ["torch.device", "cheese", None],
    "results that are none": ["torch.results", "__name__"],
    "a generator with a short state": ["torch.generator", -1, b"abc"],
    "a generator of the judge's": ["torch.generator", 1, b"abc"],
    "a tensor of no tensors": [
        *["torch.graft", 1, "torch.float32"],
        *[["a", "<f4", [1], [4], 0, True, ["b", 0]], [3]],
    ],
    "a tensor that is none": ["torch.own", 1],
    "a leaf of another size": ["torch.leaf", -1, [True, ["torch.float32", [2], 0], None, True]],
    "a leaf of whole numbers": ["torch.leaf", -1, [True, ["torch.int32", [1], 0], None, False]],
    "a leaf with another gradient": [
        *["torch.leaf", -1],
        [True, ["torch.float32", [1], 0], ["torch.float32", [1, 1], 0], False],
    ],
    "a leaf without numbers": ["torch.leaf", -1, [True, ["torch.float32", [1], -1], None, True]],
    "a leaf of endless numbers": [
        *["torch.leaf", -1],
        [True, ["torch.float32", [2**40, 2**40], 0], None, True],
    ],
}


@pytest.mark.parametrize("name", TENSORS)
def test_what_is_no_tensor_costs_the_test(liar, name: str) -> None:
    judge = liar({"v": TENSORS[name]})
    with pytest.raises(Failure):
        judge.fetch("answer")
    assert judge.end().kind == "garbage"


ARRAY = ["a", "<f4", [1], [4], 0, True, ["b", 0]]
FORM = ["torch.float32", [1], 0]
FUNCTION = {"v": ["h", 1, "f", "function"]}
GRAFT = {"v": ["torch.graft", 2, "torch.float32", ARRAY, [["tw", 1]]]}

GRADIENTS = {
    "of another shape": ["l", ["torch", "torch.float32", ["a", "<f4", [], [], 0, True, ["b", 0]]]],
    "of another type": ["l", ["torch", "torch.int16", ["a", "<i2", [1], [2], 0, True, ["b", 0]]]],
    "too many": ["l", None, None],
    "too few": ["l"],
    "no list": 3,
    "no tensor": ["l", "gradient"],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_gradient_that_is_none_costs_the_test(liar, name: str) -> None:
    judge = liar(FUNCTION, GRAFT, {"v": GRADIENTS[name]})
    leaf = torch.ones(1, requires_grad=True)
    result = judge.fetch("function")(leaf)
    with pytest.raises(Failure):
        result.backward()
    assert judge.end().kind == "garbage"
    assert leaf.grad is None


NEWS = {
    "of nobody's end": [[1]],
    "without numbers": [[1, [True]]],
    "of another gradient": [[1, [True, None, ["torch.float32", [1, 1], 0], False]]],
    "of whole numbers": [[1, [True, ["torch.int32", [1], 0], False, False]]],
    "of no buffer": [[1, [True, ["torch.float32", [1], 9], False, False]]],
    "of no list": 5,
}


@pytest.mark.parametrize("name", NEWS)
def test_news_of_a_leaf_that_cannot_be_cost_the_test(liar, name: str) -> None:
    judge = liar(FUNCTION, {"tw": NEWS[name]})
    leaf = torch.ones(1, requires_grad=True)
    function = judge.fetch("function")
    with pytest.raises(Failure):
        function(leaf)
    assert judge.end().kind == "garbage"


CLASS = ["h", 2, "c", "Net", [["torch.nn.modules.module", "Module"]], ["__call__"]]
MODULE = ["h", 3, "o", CLASS]
LEAF = ["torch.leaf", -1, [True, FORM, None, True]]


def _row(**changed: Any) -> list[Any]:
    row = {
        "module": MODULE,
        "training": True,
        "own": ["t"],
        "parameters": ["d", "weight", LEAF],
        "buffers": ["d"],
        "passing": ["t"],
        "children": ["d"],
    } | changed
    return ["l", ["t", *row.values()]]


STRUCTURES = {
    "of no rows": ["l"],
    "of no list": 3,
    "of another module": _row(module=["h", 4, "o", CLASS]),
    "of no module": _row(module=["h", 1, "f", "function"]),
    "of a mode that is none": _row(training=1),
    "of a parameter that is none": _row(parameters=["d", "weight", 3]),
    "of a tensor for a parameter": _row(parameters=["d", "w", ["torch", "torch.float32", ARRAY]]),
    "of a parameter without a name": _row(parameters=["d", 3, LEAF]),
    "of a child that is none": _row(children=["d", "child", LEAF]),
    "of a list for a dictionary": _row(children=["l"]),
    "with too little": ["l", ["t", MODULE, True]],
}


def test_a_structure_that_is_one_is_taken(liar) -> None:
    model = liar({"v": MODULE}, {"v": _row()}).fetch("model")
    assert [name for name, _ in model.named_parameters()] == ["weight"]


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_that_is_none_costs_the_test(liar, name: str) -> None:
    judge = liar({"v": MODULE}, {"v": STRUCTURES[name]})
    model = judge.fetch("model")
    with pytest.raises(Failure):
        list(model.parameters())
    assert judge.end().kind == "garbage"


def test_a_module_in_itself_ends_in_an_error(liar) -> None:
    judge = liar({"v": MODULE}, {"v": _row(children=["d", "child", MODULE])})
    model = judge.fetch("model")
    assert len(list(model.parameters())) == 1
    with pytest.raises(RecursionError):
        model.state_dict()


GROUP = [[LEAF], ["dict", ["lr", 0.5]]]
OPTIMISERS = {
    "of no class": ["Optimizer", [GROUP], ["dict"], []],
    "of a module": ["swa_utils", [GROUP], ["dict"], []],
    "of no groups": ["SGD", [], ["dict"], []],
    "of no parameters": ["SGD", [[[3], ["dict"]]], ["dict"], []],
    "of options that are none": ["SGD", [[[LEAF], 3]], ["dict"], []],
    "of a state of nobody": ["SGD", [GROUP], ["dict"], [[7, ["dict"]]]],
    "of a list for a text": [["SGD"], [GROUP], ["dict"], []],
}


def test_an_optimiser_that_is_one_is_taken(liar) -> None:
    answer = ["torch.optimiser", -2, ["SGD", [GROUP], ["dict", ["lr", 0.5]], []]]
    optimiser = liar({"v": answer}).fetch("optimiser")
    assert type(optimiser) is torch.optim.SGD
    assert optimiser.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_that_is_none_costs_the_test(liar, name: str) -> None:
    judge = liar({"v": ["torch.optimiser", -2, OPTIMISERS[name]]})
    with pytest.raises(Failure):
        judge.fetch("optimiser")
    assert judge.end().kind == "garbage"


# What a learner's side may ask of the judge's own


@pytest.mark.parametrize(
    "question",
    [
        '"torch.structure", function._reference',
        '"torch.mode", function._reference, True',
        '"torch.gradients", function._reference, torch.ones(1), [0], False',
        '"torch.gradients", model._reference, torch.ones(1), [0], False',
        '"method", model._reference, "register_forward_hook", print',
        '"method", model._reference, "__setattr__", "a", 1',
        '"__setitem__", model._reference, 0, model',
        '"set", model._reference, "training", False',
        '"torch.gradients", result._graft[0], torch.ones(3), [0], False',
        '"torch.gradients", result._graft[0], "gradient", [0], False',
        '"torch.gradients", result._graft[0], torch.ones(1), [7], False',
    ],
)
def test_a_question_that_is_none_is_answered_with_an_error(notebook, question: str) -> None:
    source = f"""
        import torch

        def ask(function, model, result):
            try:
                model._reference.peer.request({question})
            except Exception as error:
                return str(error)
        """
    here = notebook(source)
    model = nn.Sequential(nn.Linear(2, 2))
    before = list(vars(model))
    result = model[0].bias[:1] * 2
    assert type(here["ask"](lambda: None, model, result)) is str
    assert here.judge.failure is None
    assert list(vars(model)) == before
    assert not model._forward_hooks
    assert model.training
