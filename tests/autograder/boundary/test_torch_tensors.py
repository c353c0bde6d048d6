"""PyTorch's tensors without a gradient cross by value, and keep what makes them."""

import numpy as np
import pytest
import torch

torch.set_num_threads(1)  # the threads of a process do not survive its fork

ECHO = """
import torch

def echo(value):
    return value

def copied(value):
    return value.clone()

def described(value):
    return str(value.dtype), tuple(value.shape), value.stride(), value.requires_grad
"""

_NUMBERS = torch.linspace(-2, 2, 12).reshape(3, 4)
TENSORS = {
    **{
        str(dtype): _NUMBERS.to(dtype)
        for dtype in (
            *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
            *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
            *(torch.uint16, torch.uint64, torch.complex64, torch.complex128),
            *(torch.float8_e4m3fn, torch.float8_e5m2),
        )
    },
    "0-d": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "transposed": _NUMBERS.T,
    "a column": _NUMBERS[:, 1],
    "expanded": torch.arange(3.0).expand(4, 3),
    "channels last": torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last),
    "not a number": torch.tensor([np.nan, -0.0, np.inf]),
    "a part of a large one": torch.arange(200_000.0).reshape(1000, 200)[3:5, ::7],
    "of bfloat16, a column": _NUMBERS.to(torch.bfloat16)[:, 2],
}


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_comes_back_as_it_was(notebook, name: str) -> None:
    tensor = TENSORS[name]
    here = notebook(ECHO)
    assert here["echo"](tensor) is tensor
    back = here["copied"](tensor)
    assert type(back) is torch.Tensor
    assert back.dtype is tensor.dtype
    assert back.device == tensor.device
    assert back.shape == tensor.shape
    if back.numel():
        assert back.stride() == tensor.clone().stride()
        numbers = [
            one.contiguous().view(torch.uint8) for one in map(torch.atleast_1d, (back, tensor))
        ]
        assert torch.equal(*numbers)


@pytest.mark.parametrize("name", TENSORS)
def test_the_learner_gets_a_tensor_as_it_is(notebook, name: str) -> None:
    tensor = TENSORS[name]
    dtype, shape, stride, requires_grad = notebook(ECHO)["described"](tensor)
    assert (dtype, shape) == (str(tensor.dtype), tuple(tensor.shape))
    if name not in ("empty", "a part of a large one"):  # which comes alone
        assert stride == tensor.stride()
    assert not requires_grad


def test_a_conjugate_keeps_its_values(notebook) -> None:
    tensor = torch.tensor([1 + 2j]).conj()
    assert notebook(ECHO)["copied"](tensor)[0] == 1 - 2j


def test_a_tensor_that_is_changed_in_place_is_changed_here(notebook) -> None:
    tensor = torch.zeros(2, 3)
    array = tensor.numpy()
    back = notebook("def f(X):\n    X[0] += 1\n    return X")["f"](tensor)
    assert back is tensor
    assert array.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_a_column_that_is_changed_in_place_is_changed_here(notebook) -> None:
    tensor = torch.zeros(300, 400)
    notebook("def f(X):\n    X.add_(1)")["f"](tensor[:, 1])
    assert tensor.sum() == 300
    assert tensor[:, 1].sum() == 300


def test_tensors_and_arrays_of_the_same_memory_share_it_there(notebook) -> None:
    here = notebook("""
        def f(X, part, array):
            X[1, 1] = 5
            return part[1].item(), array[1, 1], X.T
        """)
    tensor = torch.zeros(2, 3)
    part, array, turned = here["f"](tensor, tensor[:, 1], tensor.numpy())
    assert (part, array) == (5, 5)
    tensor[0, 2] = 7
    assert turned[2, 0] == 7


def test_the_same_tensor_twice_stays_one(notebook) -> None:
    tensor = torch.zeros(3)
    same = notebook("def f(a, b):\n    return a is b")["f"]
    assert same(tensor, tensor)
    assert not same(tensor, tensor.clone())


def test_an_argument_that_is_made_a_leaf_becomes_one_here(notebook) -> None:
    tensor = torch.ones(3)
    here = notebook("""
        def f(X):
            X.requires_grad_()

        def g(X):
            return (X.requires_grad_() * 2).sum()
        """)
    here["f"](tensor)
    assert tensor.requires_grad
    other = torch.ones(3)
    here["g"](other).backward()
    assert other.grad.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "value",
    [
        torch.float32,
        torch.bfloat16,
        torch.Size([2, 3]),
        torch.device("cpu"),
        torch.device("cuda", 1),
    ],
)
def test_what_describes_a_tensor_is_itself(notebook, value) -> None:
    back = notebook(ECHO)["echo"](value)
    assert type(back) is type(value)
    assert back == value


def test_several_results_keep_their_names(notebook) -> None:
    largest = notebook("def f(X):\n    return X.max(dim=1)")["f"](_NUMBERS)
    assert type(largest) is torch.return_types.max
    assert largest.values.tolist() == _NUMBERS.max(dim=1).values.tolist()
    assert largest.indices.dtype is torch.int64


@pytest.mark.parametrize("form", ["to_sparse", "to_sparse_csr"])
def test_sparse_tensors_stay_sparse(notebook, form: str) -> None:
    dense = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    sparse = getattr(dense, form)()
    back = notebook("def f(X):\n    return 2 * X")["f"](sparse)
    assert back.layout is sparse.layout
    assert torch.equal(back.to_dense(), 2 * dense)


def test_a_generator_is_advanced_on_both_sides(notebook) -> None:
    here = notebook("""
        import torch

        def draw(generator):
            return torch.rand(3, generator=generator)

        def same(a, b):
            return a is b

        own = torch.Generator().manual_seed(5)

        def again():
            return torch.rand(3, generator=own)
        """)
    generator, expected = (torch.Generator().manual_seed(3) for _ in range(2))
    for _ in range(2):
        assert torch.equal(here["draw"](generator), torch.rand(3, generator=expected))
        assert torch.equal(torch.rand(2, generator=generator), torch.rand(2, generator=expected))
    assert here["same"](generator, generator)
    own, expected = here["own"], torch.Generator().manual_seed(5)
    assert own is here["own"]
    assert torch.equal(torch.rand(3, generator=own), torch.rand(3, generator=expected))
    assert torch.equal(here["again"](), torch.rand(3, generator=expected))


def test_the_global_random_state_goes_along_and_comes_back(notebook) -> None:
    here = notebook("import torch\n\ndef draw(n):\n    return torch.rand(n)")
    draw = here["draw"]
    torch.manual_seed(4)
    drawn = [draw(3), torch.rand(2), draw(1)]
    torch.manual_seed(4)
    assert torch.equal(torch.cat(drawn), torch.cat([torch.rand(n) for n in (3, 2, 1)]))


def test_gradients_that_a_function_switches_off_for_good_are_off_for_its_caller(notebook) -> None:
    here = notebook("""
        import torch

        def switch(is_on):
            torch.set_grad_enabled(is_on)

        def fail():
            torch.set_grad_enabled(False)
            raise ValueError("no")

        def is_on():
            return torch.is_grad_enabled()
    """)
    try:
        here["switch"](False)
        assert not torch.is_grad_enabled()
        assert not here["is_on"]()
        here["switch"](True)
        assert torch.is_grad_enabled()
        with pytest.raises(ValueError, match="no"):
            here["fail"]()
        assert not torch.is_grad_enabled()
        with torch.enable_grad():
            assert here["is_on"]()
        assert not torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)


def test_modes_go_along_with_a_call(notebook) -> None:
    here = notebook("""
        import torch

        def modes():
            return torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.ones(1).dtype

        def with_modes(function):
            with torch.no_grad():
                function()
            with torch.inference_mode():
                function()
            torch.set_default_dtype(torch.float16)
            function()
            torch.set_default_dtype(torch.float32)
        """)
    modes = here["modes"]
    assert modes() == (True, False, torch.float32)
    with torch.no_grad():
        assert modes() == (False, False, torch.float32)
    with torch.inference_mode():
        assert modes() == (False, True, torch.float32)
        assert here["modes"]() == (False, True, torch.float32)
    torch.set_default_dtype(torch.float64)
    try:
        assert modes() == (True, False, torch.float64)
    finally:
        torch.set_default_dtype(torch.float32)

    seen = []

    def note() -> None:
        kind = torch.ones(1).dtype
        seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled(), kind))
        seen.append(modes())

    here["with_modes"](note)
    assert seen == [
        *[(False, False, torch.float32)] * 2,
        *[(False, True, torch.float32)] * 2,
        *[(True, False, torch.float16)] * 2,
    ]
    note()
    assert seen[-1] == seen[-2] == (True, False, torch.float32)
