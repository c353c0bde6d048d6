"""NumPy's arrays and scalars cross by value, and keep what makes them."""

import numpy as np
import pytest

from autograder.boundary.exceptions import Failure

ECHO = """
import numpy as np

def echo(value):
    return value

def copied(value):
    return np.array(value, order="K", copy=True)

def flags(value):
    return value.shape, value.strides, value.flags.writeable, value.dtype.str
"""

ARRAYS = {
    "float64": np.linspace(-1, 1, 6).reshape(2, 3),
    "float32": np.ones((2, 2), np.float32),
    "float16": np.ones(3, np.float16),
    "int8": np.arange(3, dtype=np.int8),
    "uint64": np.array([2**64 - 1], np.uint64),
    "bool": np.array([True, False]),
    "complex128": np.array([1 + 2j]),
    "longdouble": np.array([1, 2], np.longdouble) / 3,
    "big-endian": np.arange(3, dtype=">f8"),
    "text": np.array(["a", "bcd"]),
    "bytes": np.array([b"a", b"bcd"]),
    "days": np.array(["2026-01-01", "NaT"], "datetime64[D]"),
    "seconds": np.array([5], "timedelta64[s]"),
    "0-d": np.array(2.5),
    "empty": np.zeros((0, 3)),
    "empty text": np.zeros(2, "U0"),
    "Fortran order": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "every other": np.arange(10)[::2],
    "backwards": np.arange(5)[::-1],
    "a column": np.arange(12.0).reshape(3, 4)[:, 1],
    "broadcast": np.broadcast_to(np.arange(3.0), (4, 3)),
    "four dimensions": np.arange(24).reshape(1, 2, 3, 4).transpose(2, 0, 3, 1),
    "not a number": np.array([np.nan, -0.0, np.inf]),
    "large": np.arange(200_000.0).reshape(1000, 200),
    "a part of a large one": np.arange(200_000.0).reshape(1000, 200)[3:5, ::7],
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_comes_back_as_it_was(notebook, name: str) -> None:
    array = ARRAYS[name]
    here = notebook(ECHO)
    for back in (here["echo"](array), here["copied"](array)):
        assert type(back) is np.ndarray
        assert back.dtype == array.dtype
        assert back.dtype.str == array.dtype.str
        assert back.shape == array.shape
        np.testing.assert_array_equal(back, array)
        assert array.tobytes() == back.tobytes()
    assert here["copied"](array).flags.f_contiguous == np.array(array, order="K").flags.f_contiguous


@pytest.mark.parametrize("name", ARRAYS)
def test_the_learner_gets_an_array_as_it_is(notebook, name: str) -> None:
    array = ARRAYS[name]
    shape, _, is_writeable, dtype = notebook(ECHO)["flags"](array)
    assert (shape, is_writeable, dtype) == (array.shape, array.flags.writeable, array.dtype.str)


def test_a_read_only_array_refuses_to_be_changed(notebook) -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        notebook("def f(x):\n    x[0] = 7")["f"](array)


@pytest.mark.parametrize(
    "number",
    [np.float64(0.1), np.float32(0.1), np.int64(-3), np.bool_(True), np.str_("ab"), np.bytes_(b"c"),
     np.complex64(1j), np.datetime64("2026-01-01"), np.timedelta64(3, "h"), np.longdouble(1) / 3],
    ids=lambda number: type(number).__name__,
)  # fmt: skip
def test_a_scalar_is_no_python_number(notebook, number: np.generic) -> None:
    back = notebook(ECHO)["echo"](number)
    assert type(back) is type(number)
    assert back == number
    assert back.dtype == number.dtype


def test_python_numbers_and_scalars_are_kept_apart(notebook) -> None:
    source = """
        import numpy as np
        def f():
            return [1, np.int64(1), 1.0, np.float64(1), True, np.True_, np.array(1.0)]
    """
    back = notebook(source)["f"]()
    kinds = [int, np.int64, float, np.float64, bool, np.bool_, np.ndarray]
    assert [type(value) for value in back] == kinds


@pytest.mark.parametrize("name", ["float32", ">i4", "U5", "datetime64[s]", "bool"])
def test_a_data_type_crosses(notebook, name: str) -> None:
    here = notebook(ECHO)
    assert here["echo"](np.dtype(name)) == np.dtype(name)
    assert here["echo"](np.float32) is np.float32


@pytest.mark.parametrize(
    "made",
    ["np.array([1, 'a', None], object)", "np.zeros(2, [('a', 'f8'), ('b', 'i4')])",
     "np.rec.array([(1, 2)], [('a', 'f8'), ('b', 'i4')])", "[np.array([{}], object)]"],
    ids=["objects", "structured", "records", "objects in a list"],
)  # fmt: skip
def test_an_array_that_is_no_numbers_is_no_answer(notebook, made: str) -> None:
    here = notebook(f"import numpy as np\ndef f():\n    return {made}\ndef g():\n    return 1")
    with pytest.raises(TypeError, match="array"):
        here["f"]()
    assert here["g"]() == 1
    assert here.another_test() is None


def test_an_array_of_objects_of_a_test_reaches_the_learner(notebook) -> None:
    ragged = np.array([np.arange(2), np.arange(3), None], object)
    source = "def f(x):\n    return x.dtype.kind, [None if a is None else a.tolist() for a in x]"
    assert notebook(source)["f"](ragged) == ("O", [[0, 1], [0, 1, 2], None])


def test_an_array_of_a_subclass_is_the_numbers_in_it(notebook) -> None:
    source = """
        import numpy as np
        class Liar(np.ndarray):
            def __array_ufunc__(self, *args, **kwargs): return np.array(True)
            def __eq__(self, other): return np.array(True)
            def __array_finalize__(self, other): pass
            def tobytes(self): return b""
            def __reduce__(self): return (list, ())
            @property
            def shape(self): return (5,)
        def f():
            return np.arange(3.0).view(Liar)
    """
    back = notebook(source)["f"]()
    assert type(back) is np.ndarray
    assert back.tolist() == [0, 1, 2]


def test_changes_of_an_array_come_back(notebook) -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert notebook("def f(x):\n    x[0] = 7\n    x *= 2")["f"](array) is None
    assert array.tolist() == [[14, 14, 14], [6, 8, 10]]


@pytest.mark.parametrize(
    "part",
    [np.s_[:, 1], np.s_[::-1], np.s_[::2, ::2], np.s_[1:2], np.s_[..., None], np.s_[1, 1]],
    ids=str,
)
def test_changes_of_a_view_come_back_and_nothing_else_is_changed(notebook, part: tuple) -> None:
    array = np.arange(12.0).reshape(3, 4)
    expected = array.copy()
    expected[part] = 7
    if array[part].ndim:
        notebook("def f(x):\n    x[...] = 7")["f"](array[part])
        assert array.tolist() == expected.tolist()


def test_changes_of_a_view_of_a_large_array_come_back(notebook) -> None:
    array = np.zeros((1000, 1000))
    notebook("def f(x):\n    x += 1")["f"](array[::100, ::100])
    assert array.sum() == 100
    assert array[100, 200] == 1


def test_two_views_of_one_array_share_memory_at_the_learners(notebook) -> None:
    array = np.zeros(10)
    source = """
        import numpy as np
        def f(a, b):
            a[:] = 1
            return np.shares_memory(a, b), b.sum()
    """
    assert notebook(source)["f"](array[2:8], array[5:]) == (True, 3.0)
    assert array.tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 0, 0]


def test_the_same_array_twice_is_one_array(notebook) -> None:
    array = np.zeros(2)
    source = "def f(a, b):\n    a += 1\n    return a is b, [a, b]"
    is_same, (first, second) = notebook(source)["f"](array, array)
    assert is_same
    assert first is array
    assert second is array
    assert array.tolist() == [1, 1]


def test_a_view_of_an_argument_comes_back_as_one(notebook) -> None:
    array = np.arange(12.0)
    here = notebook("def f(x):\n    return x.reshape(3, 4)[:, 1:3].T\ndef g(x):\n    return x")
    back = here["f"](array)
    assert np.shares_memory(back, array)
    assert back.tolist() == array.reshape(3, 4)[:, 1:3].T.tolist()
    assert here["g"](array) is array


def test_a_copy_is_no_view(notebook) -> None:
    array = np.arange(4.0)
    assert not np.shares_memory(notebook("def f(x):\n    return x.copy()")["f"](array), array)


def test_what_a_test_does_not_pass_of_an_array_is_not_sent(notebook) -> None:
    table = np.arange(1, 13).reshape(4, 3)
    source = """
        def f(x):
            base = x if x.base is None else x.base
            return base.view("u1").copy().view("i8").ravel()
    """
    seen = notebook(source)["f"](table[:, :2])
    assert not {3, 6, 9, 12} & set(seen.tolist())
    seen = notebook(source)["f"](table[:2])
    assert not {7, 8, 9, 10, 11, 12} & set(seen.tolist())


def test_what_a_test_did_not_pass_of_an_array_cannot_be_had_back(notebook) -> None:
    table = np.arange(12.0).reshape(4, 3)
    source = """
        import numpy as np
        def f(x):
            whole = x
            while isinstance(whole.base, np.ndarray):
                whole = whole.base
            return whole.view("f8")[-3:]
    """
    try:
        back = notebook(source)["f"](table[:2])
    except Failure:
        return
    assert not np.shares_memory(back, table[2:])
    assert back.tolist() != [9, 10, 11]


def test_what_a_test_did_not_pass_of_an_array_is_not_changed(notebook) -> None:
    table = np.arange(12.0).reshape(4, 3)
    before = table.copy()
    source = """
        import numpy as np
        def f(x):
            whole = x
            while isinstance(whole.base, np.ndarray):
                whole = whole.base
            whole.view("u1")[:] = 0
    """
    notebook(source)["f"](table[:2, :2])
    assert table[:2, :2].tolist() == [[0, 0], [0, 0]]
    assert table[2:].tolist() == before[2:].tolist()
    assert table[:, 2].tolist() == before[:, 2].tolist()


def test_a_change_of_a_read_only_array_costs_the_test(notebook) -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    here = notebook("def f(x):\n    x.flags.writeable = True\n    x[0] = 7")
    with pytest.raises(Failure, match="read-only"):
        here["f"](array)
    assert array.tolist() == [0, 1, 2]
