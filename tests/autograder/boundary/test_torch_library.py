"""Modules of the judge's that a notebook computes with itself."""

import copy

import pytest
import torch
from torch import nn

torch.set_num_threads(1)  # the threads of a process do not survive its fork

LEARNER = """
import torch
from torch.nn import functional as F

def fit(model, X, y, optimiser, steps):
    model.train()
    for _ in range(steps):
        optimiser.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimiser.step()
    return loss.item()

def called(model, X, times):
    return [model(X) for _ in range(times)]

def kind(model):
    return type(model(torch.ones(1, 3))) is torch.Tensor, isinstance(model[0], torch.nn.Linear)
"""


def net() -> nn.Sequential:
    torch.manual_seed(3)
    head = nn.Sequential(nn.Dropout(0.3), nn.Linear(5, 2))
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), head)


def messages(model: object, learner: object, steps: int) -> int:
    """Return how many messages a training takes."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
    before = learner.judge.received
    learner["fit"](model, torch.ones(4, 3), torch.tensor([0, 1, 1, 0]), optimiser, steps)
    return learner.judge.received - before


def test_a_training_computes_what_it_does_in_one_process(notebook) -> None:
    X, y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.tensor([0, 1, 1, 0])
    here: dict = {}
    exec(LEARNER, here)
    runs = []
    for names in (notebook(LEARNER), here):
        model = net()
        optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
        torch.manual_seed(5)
        losses = [names["fit"](model, X, y, optimiser, 4) for _ in range(2)]
        drawn = torch.rand(3).tolist()  # dropout has drawn from the same generator
        state = {name: value.tolist() for name, value in model.state_dict().items()}
        runs.append((losses, drawn, state, [P.grad.tolist() for P in model.parameters()]))
    assert runs[0] == runs[1]


def test_its_steps_need_no_messages(notebook) -> None:
    learner = notebook(LEARNER)
    assert messages(net(), learner, 20) == messages(net(), learner, 2)


def _hook(model: nn.Module) -> None:
    model[3][1].register_forward_hook(lambda *_: None)


def _hook_of_a_parameter(model: nn.Module) -> None:
    model[0].weight.register_hook(lambda gradient: gradient)


def _own_method(model: nn.Module) -> None:
    model[2].forward = lambda X: X.relu()


def _own_class(model: nn.Module) -> None:
    class Rectifier(nn.ReLU):
        pass

    model[2] = Rectifier()


@pytest.mark.parametrize("change", [_hook, _hook_of_a_parameter, _own_method, _own_class])
def test_a_module_whose_calls_are_seen_is_called_where_it_lives(notebook, change) -> None:
    learner, model = notebook(LEARNER), net()
    messages(model, learner, 1)
    change(model)
    assert messages(model, learner, 20) > messages(model, learner, 2)


def test_hooks_are_heeded_from_when_they_are_there(notebook) -> None:
    learner, model, seen = notebook(LEARNER), net().eval(), []
    X = torch.ones(2, 3)
    learner["called"](model, X, 3)
    handle = model[3].register_forward_hook(lambda *_: seen.append(1))
    learner["called"](model, X, 3)
    handle.remove()
    results = learner["called"](model, X, 3)
    assert seen == [1, 1, 1]
    assert torch.equal(results[0], model(X))


def test_a_module_that_the_test_changes_is_another(notebook) -> None:
    learner, model = notebook(LEARNER), net().eval()
    X = torch.ones(2, 3)
    learner["called"](model, X, 1)
    model[3] = nn.Linear(5, 7)
    model[1].eps = 0.5
    (found,) = learner["called"](model, X, 1)
    assert torch.equal(found, model(X))


def test_parts_are_what_they_were(notebook) -> None:
    assert notebook(LEARNER)["kind"](net().eval()) == (True, True)


def test_a_shared_part_is_one_part(notebook) -> None:
    torch.manual_seed(1)
    shared = nn.Linear(3, 3)
    model = nn.Sequential(shared, nn.Tanh(), shared)
    twin = copy.deepcopy(model)
    X, y = torch.ones(2, 3), torch.tensor([0, 2])
    learner = notebook(LEARNER)
    learner["fit"](model, X, y, torch.optim.SGD(model.parameters(), lr=0.1), 3)
    here: dict = {}
    exec(LEARNER, here)
    here["fit"](twin, X, y, torch.optim.SGD(twin.parameters(), lr=0.1), 3)
    assert torch.equal(shared.weight, twin[0].weight)
    assert model[0] is model[2]
