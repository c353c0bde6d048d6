"""Gradients across the boundary are those of one process, to the last bit."""

import textwrap

import pytest
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # the threads of a process do not survive its fork

SQUAREPLUS = """
import torch
from torch import nn

class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None

def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)

def plain(X, b=4.0):
    return 0.5 * (X + torch.sqrt(torch.square(X) + b))
"""
_HERE: dict = {}
exec(SQUAREPLUS, _HERE)


def _leaf(*shape: int, seed: int = 0, dtype=torch.float32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()


@pytest.mark.parametrize("name", ["squareplus", "plain"])
def test_a_backward_pass_is_that_of_one_process(notebook, name: str) -> None:
    there, here = notebook(SQUAREPLUS)[name], _HERE[name]
    found, expected = _leaf(5, 3), _leaf(5, 3)
    for function, leaf in ((there, found), (here, expected)):
        weights = torch.linspace(-1, 1, 15).reshape(5, 3)
        (function(torch.tanh(leaf), 2.0) * weights).sum().backward()
    assert torch.equal(found.grad, expected.grad)


def test_the_result_is_a_tensor_like_any_other(notebook) -> None:
    here = notebook(SQUAREPLUS)
    leaf = _leaf(3)
    result = here["squareplus"](leaf)
    assert type(result) is torch.Tensor
    assert result.requires_grad
    assert not result.is_leaf
    assert not result.detach().requires_grad
    result += 1  # in place
    result.sum().backward()
    other = _leaf(3)
    (_HERE["squareplus"](other) + 1).sum().backward()
    assert torch.equal(leaf.grad, other.grad)


def test_without_gradients_there_is_no_graph(notebook) -> None:
    squareplus = notebook(SQUAREPLUS)["squareplus"]
    leaf = _leaf(3)
    with torch.no_grad():
        assert not squareplus(leaf).requires_grad
    with torch.inference_mode():
        assert squareplus(leaf).is_inference()
    assert squareplus(leaf).requires_grad
    assert not squareplus(leaf.detach()).requires_grad


def test_gradcheck_passes(notebook) -> None:
    here = notebook(SQUAREPLUS)
    leaf = _leaf(4, 3, dtype=torch.float64)
    for name in ("squareplus", "plain"):
        assert torch.autograd.gradcheck(lambda X, name=name: here[name](X, 2.0), (leaf,))
    assert torch.autograd.gradgradcheck(lambda X: here["plain"](X, 2.0), (leaf,))


def test_gradcheck_finds_what_is_wrong(notebook) -> None:
    wrong = notebook(SQUAREPLUS.replace("dA * slope", "dA * slope * 1.1"))["squareplus"]
    leaf = _leaf(4, dtype=torch.float64)
    assert not torch.autograd.gradcheck(wrong, (leaf,), raise_exception=False)


def test_two_calls_in_a_row_obey_the_chain_rule(notebook) -> None:
    there = notebook(SQUAREPLUS)["squareplus"]
    leaf = _leaf(3, 2, dtype=torch.float64)
    found = torch.autograd.grad(there(there(leaf, 2.0), 3.0).sum(), leaf)
    here = _HERE["squareplus"]
    assert torch.equal(*found, *torch.autograd.grad(here(here(leaf, 2.0), 3.0).sum(), leaf))
    middle = there(leaf, 2.0)
    inner, outer = torch.autograd.grad(there(middle, 3.0).sum(), [leaf, middle])
    expected = here(leaf, 2.0)
    own = torch.autograd.grad(here(expected, 3.0).sum(), [leaf, expected])
    assert torch.equal(inner, own[0])
    assert torch.equal(outer, own[1])


def test_a_graft_that_goes_home_is_the_tensor_itself(notebook) -> None:
    here = notebook("""
        kept = []

        def make(X):
            kept.append(2 * X)
            return kept[-1]

        def is_kept(X):
            return X is kept[-1]
        """)
    made = here["make"](_leaf(2))
    assert here["is_kept"](made)
    assert not here["is_kept"](made + 0)


def test_several_results_of_one_graph_go_back_together(notebook) -> None:
    source = """
        import torch

        def several(X):
            middle = torch.sin(X)
            return middle * 2, [middle.exp(), X.detach()], {"sum": middle.sum()}
        """
    double, (power, _), named = notebook(source)["several"](found := _leaf(4))
    ((double * power).sum() + named["sum"]).backward()
    middle = torch.sin(expected := _leaf(4))
    ((middle * 2 * middle.exp()).sum() + middle.sum()).backward()
    torch.testing.assert_close(found.grad, expected.grad)


def test_the_backward_pass_can_be_gone_through_twice(notebook) -> None:
    leaf = _leaf(3)
    result = notebook(SQUAREPLUS)["squareplus"](leaf).sum()
    result.backward(retain_graph=True)
    once = leaf.grad.clone()
    result.backward()
    assert torch.equal(leaf.grad, 2 * once)


def test_a_callback_in_the_middle_of_a_graph(notebook) -> None:
    here = notebook("""
        import torch

        def through(function, X):
            inner = X * 3
            result = function(inner)
            assert result.requires_grad
            return torch.exp(result) + inner

        def slopes(function, X):
            return torch.autograd.grad(function(torch.sin(X)).sum(), X)[0]
        """)
    found, expected = _leaf(4), _leaf(4)
    here["through"](torch.tanh, found).sum().backward()
    inner = expected * 3
    (torch.exp(torch.tanh(inner)) + inner).sum().backward()
    torch.testing.assert_close(found.grad, expected.grad)

    found = here["slopes"](lambda X: torch.tanh(X) ** 2, _leaf(4))
    expected = torch.autograd.grad((torch.tanh(torch.sin(expected)) ** 2).sum(), expected)[0]
    assert torch.equal(found, expected)


def test_what_is_done_in_place_after_a_callback_changes_no_gradient(notebook) -> None:
    source = """
        def through(function, X):
            inner = X * 3
            result = function(inner)
            inner.mul_(5)
            return result + inner
        """
    found, expected = _leaf(4), _leaf(4)
    notebook(source)["through"](lambda X: X + 1, found).sum().backward()
    (expected * 3 + 1 + expected * 15).sum().backward()
    assert torch.equal(found.grad, expected.grad)


def test_leaves_of_the_learner_are_leaves_here(notebook) -> None:
    here = notebook("""
        import torch
        from torch import nn

        weight = nn.Parameter(torch.ones(3))

        def predict(X):
            return X @ weight

        def gradient():
            return weight.grad
        """)
    found = torch.ones(2, 3).requires_grad_()
    here["predict"](found).sum().backward()
    weight = here["weight"]
    assert type(weight) is nn.Parameter
    assert weight is here["weight"]
    assert weight.grad.tolist() == [2, 2, 2]
    assert here["gradient"]().tolist() == [2, 2, 2]
    assert found.grad.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_leaves_are_kept_alike(notebook) -> None:
    here = notebook("""
        import torch

        def step(weights):
            torch.optim.SGD(weights, lr=0.5).step()

        def forget(weights):
            for weight in weights:
                weight.grad = None

        def freeze(weight):
            weight.requires_grad_(False)

        def set_data(weight):
            weight.data = torch.zeros(4, dtype=torch.float64)

        def write(weight):
            weight.detach().numpy()[0] = 9

        def scale(weight):
            weight.grad *= 2

        def seen(weight):
            grad = None if weight.grad is None else weight.grad.tolist()
            return weight.tolist(), grad, weight.requires_grad, str(weight.dtype), id(weight)

        def same(weight, other):
            return weight is other
        """)
    weight = nn.Parameter(torch.ones(3))
    view = weight.detach().numpy()
    (weight.sum() * 2).backward()
    here["step"]([weight])
    assert view.tolist() == [0, 0, 0]
    assert weight.grad.tolist() == [2, 2, 2]
    here["scale"](weight)
    assert weight.grad.tolist() == [4, 4, 4]
    first = here["seen"](weight)
    assert first[:4] == ([0, 0, 0], [4, 4, 4], True, "torch.float32")
    here["forget"]([weight])
    assert weight.grad is None
    here["write"](weight)
    assert view.tolist() == [9, 0, 0]
    with torch.no_grad():
        weight -= 1
    weight.grad = torch.full((3,), 7.0)
    assert here["seen"](weight) == ([8, -1, -1], [7, 7, 7], True, "torch.float32", first[4])
    weight.grad[0] = 1
    view[0] = 5
    assert here["seen"](weight)[:2] == ([5, -1, -1], [1, 7, 7])
    here["freeze"](weight)
    assert not weight.requires_grad
    weight.requires_grad_()
    assert here["seen"](weight)[2]
    here["set_data"](weight)
    assert weight.dtype is torch.float64
    assert weight.tolist() == [0, 0, 0, 0]
    weight.data = torch.ones(2)
    assert here["seen"](weight) == ([1, 1], None, True, "torch.float32", first[4])
    assert here["same"](weight, weight)


def test_a_gradient_that_is_new_leaves_the_graph_usable(notebook) -> None:
    here = notebook("""
        def backward(loss):
            loss.backward(retain_graph=True)
        """)
    leaf = _leaf(3)
    loss = (leaf * leaf).sum()
    here["backward"](loss)
    here["backward"](loss)
    assert torch.equal(leaf.grad, 4 * leaf.detach())
    loss.backward()


def test_training_there_is_training_here(notebook) -> None:
    source = """
        import torch
        from torch.nn import functional as F

        def train(predict, weights, X, y):
            optimiser = torch.optim.Adam(weights, lr=0.1)
            losses = []
            for _ in range(5):
                optimiser.zero_grad()
                loss = F.cross_entropy(predict(X), y)
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
            return losses
        """
    X, y = torch.randn(6, 4, generator=torch.Generator().manual_seed(1)), torch.arange(6) % 3
    runs = []
    here: dict = {}
    exec("import torch\nfrom torch.nn import functional as F\n" + textwrap.dedent(source), here)
    for train in (notebook(source)["train"], here["train"]):
        weights = [_leaf(4, 3, seed=2), _leaf(3, seed=3)]
        losses = train(lambda X, w=weights: X @ w[0] + w[1], weights, X, y)
        runs.append((losses, [weight.tolist() for weight in weights], weights[0].grad.tolist()))
    assert runs[0] == runs[1]


def test_an_error_in_a_backward_pass_is_the_learners(notebook) -> None:
    source = SQUAREPLUS.replace("return dA * slope, None", 'raise KeyError("slope")')
    result = notebook(source)["squareplus"](_leaf(2))
    with pytest.raises(KeyError, match="slope"):
        result.sum().backward()


def test_a_hook_on_a_leaf_is_asked_where_it_lives(notebook) -> None:
    here = notebook("""
        import torch

        weight = torch.ones(2, requires_grad=True)
        weight.register_hook(lambda gradient: gradient * 10)

        def times(X):
            return (weight * X).sum()
        """)
    here["times"](torch.ones(2)).backward()
    assert here["weight"].grad.tolist() == [10, 10]


def test_a_long_graph_is_read_once(notebook) -> None:
    source = """
        def many(X):
            for _ in range(3000):
                X = X + X * 0.001
            return X
        """
    leaf = _leaf(2, dtype=torch.float64)
    notebook(source)["many"](leaf).sum().backward()
    torch.testing.assert_close(leaf.grad, torch.full((2,), 1.001**3000, dtype=torch.float64))


def test_a_loss_of_two_networks(notebook) -> None:
    there = notebook(SQUAREPLUS)["plain"]
    weights = [_leaf(3, 3, seed=seed) for seed in (1, 2)]
    found = F.mse_loss(there(weights[0]) @ weights[1], there(weights[1]))
    gradients = torch.autograd.grad(found, weights)
    plain = _HERE["plain"]
    expected = F.mse_loss(plain(weights[0]) @ weights[1], plain(weights[1]))
    for one, other in zip(gradients, torch.autograd.grad(expected, weights), strict=True):
        torch.testing.assert_close(one, other)


def test_a_step_before_the_backward_pass_is_an_error_as_in_one_process(notebook) -> None:
    source = """
        import torch

        def early(weight, predict):
            loss = predict(weight)
            torch.optim.SGD([weight], lr=0.1).step()
            loss.backward()
        """
    weight = _leaf(3)
    weight.grad = torch.ones(3)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        notebook(source)["early"](weight, lambda w: (w**2).sum())
