"""Modules across the boundary are modules, whichever process they live in."""

import copy
import textwrap
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from forwardpass import check

torch.set_num_threads(1)  # the threads of a process do not survive its fork

LEARNER = """
import copy
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("too few sizes")
        self.config = {"sizes": list(sizes), "dropout": dropout}
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.drop = nn.Dropout(dropout)
        self.register_buffer("scale", torch.ones(1))

    def forward(self, X):
        *hidden, last = self.layers
        for layer in hidden:
            X = self.drop(torch.tanh(layer(X)))
        return last(X) * self.scale

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)

def is_classifier(value):
    return isinstance(value, Classifier)

def normed():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))

def evaluate(model, loader):
    before = model.training
    model.eval()
    total = 0.0
    with torch.no_grad():
        for X, y in loader:
            total += F.cross_entropy(model(X), y, reduction="sum").item()
    model.train(before)
    return total

def fit(model, loader, optimiser, epochs):
    for _ in range(epochs):
        model.train()
        for X, y in loader:
            optimiser.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    return evaluate(model, loader)
"""


@pytest.fixture
def learner(notebook) -> Any:
    return notebook(LEARNER)


@pytest.fixture
def here() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "here"}
    exec(LEARNER, names)
    return names


def _same_weights(one: nn.Module, other: nn.Module) -> None:
    with torch.no_grad():
        for own, its in zip(one.parameters(), other.parameters(), strict=True):
            own.copy_(its)


# A learner's module in the judge


def test_a_learners_module_is_a_module(learner) -> None:
    Classifier = learner["Classifier"]
    model = Classifier([6, 4, 3], dropout=0.5)
    check.is_type(model, nn.Module, "model")
    assert isinstance(model, Classifier)
    assert learner["is_classifier"](model)
    assert model.config == {"sizes": [6, 4, 3], "dropout": 0.5}
    assert model.parameter_count() == 43
    assert len(model.layers) == 2
    assert [type(layer).__name__ for layer in model.layers] == ["Linear", "Linear"]
    check.is_type(model.layers[0], nn.Linear, "layer")
    assert model.layers[0] is model.layers[0] is next(iter(model.layers))
    assert model.layers[-1].in_features == 4
    assert [*model.children()] == [model.layers, model.drop]
    assert isinstance(model.drop, nn.Dropout)
    assert model.drop.p == 0.5
    with pytest.raises(ValueError, match="too few"):
        Classifier([6])
    with pytest.raises(AttributeError):
        _ = model.nothing


def test_its_parameters_have_their_names_and_their_order(learner, here) -> None:
    there, own = learner["Classifier"]([6, 4, 3]), here["Classifier"]([6, 4, 3])
    for part in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [n for n, _ in getattr(there, part)()] == [n for n, _ in getattr(own, part)()]
    assert [*there.state_dict()] == [*own.state_dict()]
    parameters = [*there.parameters()]
    assert all(type(one) is nn.Parameter for one in parameters)
    assert all(a is b for a, b in zip(parameters, there.parameters(), strict=True))
    assert there.layers[0].weight is parameters[0] is there.get_parameter("layers.0.weight")
    assert there.layers[0].weight.shape == (4, 6)
    assert not there.scale.requires_grad


def test_a_state_dictionary_is_loaded(learner, here) -> None:
    there, own = learner["Classifier"]([6, 4, 3]), here["Classifier"]([6, 4, 3])
    kept = there.layers[0].weight
    found = there.load_state_dict(own.state_dict())
    assert not found.missing_keys
    assert not found.unexpected_keys
    assert kept is there.layers[0].weight
    X = torch.linspace(-1, 1, 30).reshape(5, 6)
    assert torch.equal(there(X), own(X))
    ones = {name: torch.ones_like(P) for name, P in there.named_parameters()}
    assert there.load_state_dict(ones, strict=False).missing_keys == ["scale"]
    assert kept.sum() == 24
    own.load_state_dict(there.state_dict())
    assert own.layers[0].weight.sum() == 24
    with pytest.raises(RuntimeError, match="Missing key"):
        there.load_state_dict({})
    with pytest.raises(RuntimeError, match="size mismatch"):
        there.load_state_dict({"layers.0.weight": torch.ones(2)}, strict=False)


def test_what_is_written_into_parameters_counts(learner) -> None:
    model = learner["Classifier"]([2, 2])
    with torch.no_grad():
        for P in model.parameters():
            P.fill_(1)
    assert model(torch.ones(1, 2)).tolist() == [[3, 3]]
    model.layers[0].weight.data[0, 0] = 5
    model.scale += 1
    assert model(torch.ones(1, 2)).tolist() == [[14, 6]]
    model.layers[0].weight.detach().numpy()[:] = 0
    assert model(torch.ones(1, 2)).tolist() == [[2, 2]]
    model.layers[0].weight.requires_grad_(False)
    assert model.parameter_count() == 2
    model.requires_grad_(False)
    assert model.parameter_count() == 0
    model.layers[0].bias = nn.Parameter(torch.full((2,), 7.0))
    assert model(torch.ones(1, 2)).tolist() == [[14, 14]]
    assert model.layers[0].bias.tolist() == [7, 7]


def test_its_gradients_are_those_of_one_process(learner, here) -> None:
    there, own = learner["Classifier"]([6, 5, 4, 3]), here["Classifier"]([6, 5, 4, 3])
    _same_weights(there, own)
    X, other = (torch.linspace(-1, 1, 30).reshape(5, 6).requires_grad_() for _ in range(2))
    F.cross_entropy(there(X), torch.arange(5) % 3).backward()
    F.cross_entropy(own(other), torch.arange(5) % 3).backward()
    assert torch.equal(X.grad, other.grad)
    for one, its in zip(there.parameters(), own.parameters(), strict=True):
        assert torch.equal(one.grad, its.grad)
    there.zero_grad()
    assert all(P.grad is None for P in there.parameters())
    assert there(X).requires_grad
    with torch.no_grad():
        assert not there(X).requires_grad


def test_its_modes_are_exact_on_both_sides(learner) -> None:
    model = learner["Classifier"]([6, 4, 3], dropout=1.0)
    X = torch.ones(2, 6)
    assert model.training
    assert model.drop.training
    assert torch.equal(model(X)[0], model.layers[1].bias)
    assert model.eval() is model
    assert not model.training
    assert not any(module.training for module in model.modules())
    assert (model(X)[0] != model.layers[1].bias).any()
    assert model.train() is model
    model.drop.training = False
    assert [model.training, model.drop.training] == [True, False]
    assert (model(X)[0] != model.layers[1].bias).any()
    assert [model.train(mode)(X).requires_grad for mode in (True, False)] == [True, True]
    assert model.training is False


def test_dropout_draws_what_it_draws_in_one_process(learner, here) -> None:
    there, own = learner["Classifier"]([6, 50, 3], 0.5), here["Classifier"]([6, 50, 3], 0.5)
    _same_weights(there, own)
    X = torch.ones(4, 6)
    outputs = []
    for model in (there, own):
        torch.manual_seed(3)
        outputs.append(torch.cat([model(X), torch.rand(4, 3), model(X)]))
    assert torch.equal(*outputs)


def test_running_statistics_move(learner, here) -> None:
    there, own = learner["normed"](), here["normed"]()
    _same_weights(there, own)
    X = torch.linspace(0, 5, 24).reshape(8, 3)
    for model in (there, own):
        torch.manual_seed(0)
        model(X)
    for (name, found), (_, expected) in zip(
        there.state_dict().items(), own.state_dict().items(), strict=True
    ):
        assert torch.equal(found, expected), name
    assert there[1].num_batches_tracked == 1
    assert torch.equal(there.eval()(X), own.eval()(X))


def test_it_is_converted_where_it_lives(learner) -> None:
    model = learner["Classifier"]([3, 2])
    weight = model.layers[0].weight
    assert model.double() is model
    assert model.layers[0].weight is weight
    assert weight.dtype is torch.float64
    assert model(torch.ones(1, 3, dtype=torch.float64)).dtype is torch.float64
    assert model.to(torch.float32)(torch.ones(1, 3)).dtype is torch.float32


def test_a_copy_is_another_module(learner) -> None:
    model = learner["Classifier"]([3, 2])
    twin = copy.deepcopy(model)
    assert twin is not model
    assert isinstance(twin, learner["Classifier"])
    assert torch.equal(twin.layers[0].weight, model.layers[0].weight)
    with torch.no_grad():
        twin.layers[0].weight.zero_()
    assert (model.layers[0].weight != 0).all()


def test_hooks_see_the_calls_where_the_module_lives(learner) -> None:
    model = learner["Classifier"]([3, 4, 2])
    seen = []

    def note(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        seen.append((module is model.layers[0], inputs[0].shape, output.shape, module.training))

    hook = model.layers[0].register_forward_hook(note)
    model(torch.ones(5, 3))
    model.eval()(torch.ones(5, 3))
    hook.remove()
    model(torch.ones(5, 3))
    assert seen == [(True, (5, 3), (5, 4), True), (True, (5, 3), (5, 4), False)]


def test_containers_have_items(learner) -> None:
    model = learner["normed"]()
    assert isinstance(model, nn.Sequential)
    assert [type(part).__name__ for part in model] == ["Linear", "BatchNorm1d", "Dropout", "Linear"]
    assert len(model) == 4
    first, *_ = model
    assert first is model[0]
    assert len(model[1:]) == 3
    assert model[1:][0] is model[1]
    model[2] = nn.Identity()  # one of the judge's, in the learner's
    assert isinstance(model[2], nn.Identity)
    model.append(nn.Flatten())
    assert len(model) == 5
    assert model(torch.ones(2, 3)).shape == (2, 2)
    del model[4]
    assert len(model) == 4


def test_a_class_that_overrides_is_asked_itself(notebook) -> None:
    here = notebook("""
        import torch
        from torch import nn

        class Odd(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(2))
                self.named = nn.ModuleDict({"a": nn.Linear(1, 1)})
                self.list = nn.ParameterList([torch.ones(1), torch.ones(2)])
                self.plain = [nn.Linear(1, 1)]

            def parameters(self, recurse=True):
                return iter([self.weight])

            def train(self, mode=True):
                return super().train(not mode)

            def __len__(self):
                return 7

            def __getitem__(self, index):
                return 10 * index
        """)
    odd = here["Odd"]()
    assert [*odd.parameters()] == [odd.weight]
    assert len([*odd.named_parameters()]) == 5
    assert len(odd) == 7
    assert odd[3] == 30
    assert odd.eval().training
    assert [*odd.named] == ["a"]
    assert "a" in odd.named
    assert isinstance(odd.named["a"], nn.Linear)
    assert [name for name, _ in odd.named.items()] == ["a"]
    assert [P.shape for P in odd.list] == [(1,), (2,)]
    assert isinstance(odd.plain[0], nn.Linear)


def test_a_learners_module_in_one_of_the_judges(learner, here) -> None:
    there, own = learner["Classifier"]([4, 3]), here["Classifier"]([4, 3])
    _same_weights(there, own)
    first = nn.Linear(2, 4)
    both = [nn.Sequential(copy.deepcopy(first), model) for model in (there, own)]
    X = torch.ones(3, 2)
    for model in both:
        model.double().eval()
        assert not model[1].training
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimiser.zero_grad()
            model(X.double()).square().sum().backward()
            optimiser.step()
    for one, its in zip(both[0].parameters(), both[1].parameters(), strict=True):
        assert torch.equal(one, its)
    assert [*both[0].state_dict()] == [*both[1].state_dict()]


def test_structure_that_changes_is_read_again(notebook) -> None:
    here = notebook("""
        import torch
        from torch import nn

        model = nn.Sequential(nn.Linear(2, 2))

        def grow():
            model.append(nn.Linear(2, 1))

        def shrink():
            model[0].bias = None
        """)
    model = here["model"]
    assert len([*model.parameters()]) == 2
    for _ in model.children():  # while they are gone through
        here["grow"]()
    assert len(model) == 2
    here["shrink"]()
    assert model[0].bias is None
    assert len([*model.parameters()]) == 3


# A judge's module in the kernel


def _noisy() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.4), nn.Linear(6, 3))


def _batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(12, 4)), dtype=torch.float32)
    return [*zip(X.split(5), torch.tensor(rng.integers(3, size=12)).split(5), strict=True)]


def _record_modes(layer: nn.Module) -> list[tuple[bool, bool]]:
    modes = []
    layer.register_forward_pre_hook(
        lambda module, inputs: modes.append((module.training, torch.is_grad_enabled()))
    )
    return modes


def test_a_learner_evaluates_a_module_of_the_judges(learner, here) -> None:
    model = _noisy()
    before = copy.deepcopy(model.state_dict())
    for P in model.parameters():
        P.grad = torch.ones_like(P)
    modes = _record_modes(model[0])
    expected = here["evaluate"](model, _batches())
    assert learner["evaluate"](model, _batches()) == expected
    assert learner["evaluate"](model, iter(_batches())) == expected
    assert learner["evaluate"](model.eval(), _batches()) == expected
    assert not model.training
    assert modes == [(False, False)] * 12
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all((P.grad == 1).all() for P in model.parameters())


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW", "RMSprop"])
def test_a_learner_trains_a_module_of_the_judges(learner, here, kind: str) -> None:
    runs = []
    for names in (learner, here):
        model = _noisy()
        modes = _record_modes(model[0])
        options = {"momentum": 0.9} if kind == "SGD" else {}
        optimiser = getattr(torch.optim, kind)(model.parameters(), lr=0.05, **options)
        torch.manual_seed(2)
        loss = names["fit"](model, _batches(), optimiser, 3)
        loss += names["fit"](model, _batches(), optimiser, 1)  # with the state of the first three
        state = {k: v.tolist() for k, v in model.state_dict().items()}
        runs.append((loss, state, modes, optimiser.state_dict()))
    assert runs[0][:3] == runs[1][:3]
    found, expected = runs[0][3], runs[1][3]
    assert found["param_groups"] == expected["param_groups"]
    for number, state in expected["state"].items():
        for name, value in state.items():
            assert torch.equal(
                torch.as_tensor(found["state"][number][name]), torch.as_tensor(value)
            )


class Small(nn.Module):
    """A module of the judge's with attributes and methods of its own."""

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.config = {"size": size}
        self.layers = nn.ModuleList([nn.Linear(size, size)])

    def forward(self, X: torch.Tensor, twice: bool = False) -> torch.Tensor:
        return self.layers[0](X) * (1 + twice)

    def size(self) -> int:
        return self.config["size"]


def test_what_a_learner_does_with_a_module_of_the_judges(notebook) -> None:
    here = notebook("""
        import copy
        import io
        import torch
        from torch import nn

        def used(model):
            buffer = io.BytesIO()
            torch.save({"config": model.config, "state": model.state_dict()}, buffer)
            buffer.seek(0)
            loaded = torch.load(buffer, weights_only=True)
            twin = copy.deepcopy(model)
            twin.load_state_dict({name: 0 * value for name, value in loaded["state"].items()})
            own = nn.Linear(2, 2)
            own.load_state_dict(model.layers[0].state_dict())
            with torch.no_grad():
                model.layers[0].weight.copy_(torch.eye(2))
                model.layers[0].bias.zero_()
            return (
                isinstance(model, nn.Module),
                isinstance(model.layers[0], nn.Linear),
                model.size(),
                loaded["config"],
                len(model.layers),
                model(torch.ones(1, 2), twice=True).tolist(),
                twin(torch.ones(1, 2)).tolist(),
                own,
                [name for name, _ in model.named_parameters()],
                next(model.parameters()).device,
            )

        def set_mode(model):
            model.training = False
            return model.layers.training

        def frozen(model):
            for P in model.parameters():
                P.requires_grad = False
        """)
    model = Small()
    before = copy.deepcopy(model.layers[0])
    *found, own, names, device = here["used"](model)
    assert found == [True, True, 2, {"size": 2}, 1, [[2, 2]], [[0, 0]]]
    assert torch.equal(own.weight, before.weight)
    assert names == ["layers.0.weight", "layers.0.bias"]
    assert device == torch.device("cpu")
    assert model.layers[0].weight.tolist() == [[1, 0], [0, 1]]
    assert here["set_mode"](model) is True
    assert not model.training
    assert model.layers.training
    here["frozen"](model)
    assert not any(P.requires_grad for P in model.parameters())


@pytest.mark.parametrize(
    "attempt",
    [
        "model.config = {}",
        "model.forward = lambda X: X",
        "del model.config",
        "model.layers[0] = nn.Identity()",
        "del model.layers[0]",
        "model.layers.append(nn.Identity())",
        "model.add_module('more', nn.Identity())",
        "model.register_forward_hook(print)",
        "model.layers[0].register_forward_pre_hook(print)",
        "model.register_buffer('more', torch.ones(1))",
        "model.layers[0].weight = nn.Parameter(torch.ones(2, 2))",
        "model.compile()",
    ],
)
def test_a_learner_hangs_nothing_into_a_module_of_the_judges(notebook, attempt: str) -> None:
    source = f"import torch\nfrom torch import nn\n\ndef attempt(model):\n    {attempt}\n"
    here = notebook(source)
    model = Small()
    with pytest.raises((AttributeError, TypeError), match=r"of the test's|the test's own"):
        here["attempt"](model)
    assert [*vars(model)] == [*vars(Small())]
    assert [*model.state_dict()] == ["layers.0.weight", "layers.0.bias"]
    assert not model._forward_hooks
    assert type(model.layers[0]) is nn.Linear


def test_a_lent_class_makes_modules_of_the_judges(notebook) -> None:
    Small.__module__ = "__main__"  # as in a notebook
    here = notebook("""
        import torch

        Small = None

        def make(size):
            model = Small(size)
            with torch.no_grad():
                for P in model.parameters():
                    P.fill_(1)
            return model.eval()

        def is_small(model):
            return isinstance(model, Small)
        """)
    with here.judge.lend({"Small": Small}):
        model = here["make"](3)
        assert type(model) is Small
        assert not model.training
        assert model(torch.ones(1, 3)).tolist() == [[4, 4, 4]]
        assert here["is_small"](model)
        assert not here["is_small"](nn.Linear(2, 2))


def test_lent_functions_and_the_learners_module_share_a_graph(notebook) -> None:
    source = """
        import torch
        from torch import nn

        def activation(X, b):
            raise NotImplementedError

        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList([nn.Linear(3, 4), nn.Linear(4, 2)])

            def forward(self, X):
                return self.layers[1](activation(self.layers[0](X), 2.0))
        """

    def plain(X: torch.Tensor, b: float) -> torch.Tensor:
        return 0.5 * (X + torch.sqrt(torch.square(X) + b))

    there = notebook(source)
    here: dict[str, Any] = {}
    exec(textwrap.dedent(source), here)
    here["activation"] = plain
    own = here["Network"]()
    with there.judge.lend({"activation": plain}):
        model = there["Network"]()
        model.load_state_dict(own.state_dict())
        X = torch.linspace(-1, 1, 6).reshape(2, 3)
        found, expected = model(X), own(X)
        found.square().sum().backward()
        expected.square().sum().backward()
    assert torch.equal(found, expected)
    for one, its in zip(model.parameters(), own.parameters(), strict=True):
        assert torch.equal(one.grad, its.grad)


# Data sets, loaders and optimisers


def test_data_sets_and_loaders_of_a_learner(notebook) -> None:
    here = notebook("""
        import torch
        from torch.utils.data import DataLoader, Dataset

        asked = []

        class Squares(Dataset):
            def __init__(self, n, generator):
                self.X = torch.arange(n)
                self.generator = generator

            def __len__(self):
                return len(self.X)

            def __getitem__(self, i):
                asked.append(i)
                return self.X[i] ** 2, torch.rand((), generator=self.generator)

        def make_loader(n, seed):
            source = torch.Generator().manual_seed(seed)
            return DataLoader(Squares(n, source), batch_size=3, shuffle=True, generator=source)

        def how_many():
            return len(asked)
        """)
    from torch.utils.data import DataLoader, Dataset

    generator = torch.Generator().manual_seed(1)
    squares = here["Squares"](5, generator)
    assert isinstance(squares, Dataset)
    assert len(squares) == 5
    assert squares[2][0] == 4
    assert squares[2][1] != squares[2][1]
    assert squares.X.tolist() == [0, 1, 2, 3, 4]
    assert torch.rand((), generator=generator) not in (None,)
    loader = here["make_loader"](7, 4)
    assert isinstance(loader, DataLoader)
    assert len(loader) == 3
    before = here["how_many"]()
    batches = iter(loader)
    X, _ = next(batches)
    assert X.shape == (3,)
    assert here["how_many"]() == before + 3
    epochs = [torch.cat([X for X, _ in loader]) for _ in range(2)]
    assert sorted(epochs[0].tolist()) == [0, 1, 4, 9, 16, 25, 36]
    assert epochs[0].tolist() != epochs[1].tolist()
    torch.rand(3)
    again = [torch.cat([X for X, _ in here["make_loader"](7, 4)]) for _ in range(2)]
    assert torch.equal(*again)


def test_a_loader_of_the_judges_is_gone_through_by_the_learner(notebook) -> None:
    from torch.utils.data import DataLoader, TensorDataset

    here = notebook("""
        def sizes(loader):
            return len(loader), [len(X) for X, y in loader], loader.batch_size
        """)
    loader = DataLoader(TensorDataset(torch.ones(7, 2), torch.arange(7)), batch_size=3)
    assert here["sizes"](loader) == (3, [3, 3, 1], 3)


def test_an_optimiser_is_one_on_both_sides(notebook) -> None:
    here = notebook("""
        import torch

        def make(parameters):
            return torch.optim.SGD(parameters, lr=0.5, momentum=0.9)

        def same(one, other):
            return one is other

        def slower(optimiser):
            for group in optimiser.param_groups:
                group["lr"] /= 10

        def scheduled(optimiser):
            scheduler = torch.optim.lr_scheduler.StepLR(optimiser, 1, gamma=0.5)
            for _ in range(2):
                optimiser.step()
                scheduler.step()

        def freeze(optimiser, parameter):
            optimiser.add_param_group({"params": [parameter], "lr": 0.125})
        """)
    weight = nn.Parameter(torch.ones(2))
    optimiser = here["make"]([weight])
    assert type(optimiser) is torch.optim.SGD
    assert optimiser.param_groups[0]["params"][0] is weight
    assert (optimiser.defaults["momentum"], optimiser.param_groups[0]["lr"]) == (0.9, 0.5)
    weight.grad = torch.ones(2)
    optimiser.step()
    assert weight.tolist() == [0.5, 0.5]
    assert here["same"](optimiser, optimiser)
    here["slower"](optimiser)
    assert optimiser.param_groups[0]["lr"] == 0.05
    own = torch.optim.Adam([weight], lr=1.0)
    here["scheduled"](own)
    assert own.param_groups[0]["lr"] == 0.25
    assert own.state[weight]["step"] == 2
    other = nn.Parameter(torch.zeros(1))
    here["freeze"](own, other)
    assert own.param_groups[1]["params"][0] is other
    assert own.param_groups[1]["lr"] == 0.125


def test_an_optimiser_of_a_learners_class_is_a_handle(notebook) -> None:
    here = notebook("""
        import torch

        class Plain(torch.optim.Optimizer):
            def __init__(self, parameters, lr):
                super().__init__(parameters, {"lr": lr})

            @torch.no_grad()
            def step(self):
                for group in self.param_groups:
                    for P in group["params"]:
                        P -= group["lr"] * P.grad
        """)
    weight = nn.Parameter(torch.ones(2))
    optimiser = here["Plain"]([weight], lr=0.5)
    assert isinstance(optimiser, torch.optim.Optimizer)
    (weight * torch.tensor([1.0, 2.0])).sum().backward()
    optimiser.step()
    assert weight.tolist() == [0.5, 0.0]
    optimiser.zero_grad()
    assert weight.grad is None
    assert optimiser.param_groups[0]["params"][0] is weight


def test_an_ordered_state_dictionary_crosses(notebook) -> None:
    names = notebook("def names(state):\n    return list(state)")["names"]
    assert names(nn.Linear(2, 1).state_dict()) == ["weight", "bias"]
    assert names(OrderedDict(b=1, a=2)) == ["b", "a"]


def test_a_module_of_a_test_that_is_over_spoils_nothing(notebook) -> None:
    here = notebook("""
        kept = []

        def keep(model):
            kept.append(model)

        def use():
            kept[0].weight

        def let_go():
            kept.clear()
        """)
    here["keep"](nn.Linear(2, 2))
    assert here.another_test() is None
    with pytest.raises(RuntimeError, match="over"):
        here["use"]()
    here["let_go"]()
    here["keep"](nn.Linear(2, 2))
    assert here.judge.failure is None
