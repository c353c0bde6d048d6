"""Plain data crosses by value, and keeps its types."""

import math
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath

import pytest

ECHO = """
def echo(value):
    return value

def described(value):
    return f"{type(value).__name__} {value!r}"
"""

PLAIN = {
    "None": None,
    "True": True,
    "an int": 3,
    "the largest 64-bit int": 2**64 - 1,
    "an int beyond it": 2**64,
    "the smallest 64-bit int": -(2**63),
    "an int below it": -(2**63) - 1,
    "a googol": 10**100,
    "a float": 0.1,
    "minus zero": -0.0,
    "infinity": -math.inf,
    "the smallest float": 5e-324,
    "a complex number": complex(-0.0, 2.5),
    "text": "naïve ∑ 𝔸",
    "half a surrogate": "a\ud800b",
    "no text": "",
    "bytes": b"\x00\xff",
    "a bytearray": bytearray(b"ab"),
    "a list": [1, [2.0, [True, None]], []],
    "a tuple": (1, (2, ()), []),
    "a list in a tuple in a dictionary": {"a": ([1], {2: (3,)})},
    "an ordered dictionary": {"z": 1, "a": 2, 3: "x", (1, 2): None, None: 0, 1.5: 1},
    "a set": {1, "a", (2, 3), 2.5},
    "an empty set": set(),
    "a frozenset": frozenset({1, frozenset({2})}),
    "a range": range(10, -3, -2),
    "a slice": slice(None, 5, -1),
    "a fraction": Fraction(-1, 3),
    "a decimal": Decimal("1.10"),
    "an ellipsis": ...,
    "NotImplemented": NotImplemented,
    "a path": Path("a/b.txt"),
    "a type": float,
    "the type of None": type(None),
    "an OrderedDict": OrderedDict(b=1, a=2),
    "a Counter": Counter("abba"),
    "a deque": deque([1, 2, 3], maxlen=3),
    "a defaultdict": defaultdict(list, a=[1]),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_value_comes_back_as_it_was(notebook, name: str) -> None:
    value = PLAIN[name]
    echo = notebook(ECHO)["echo"]
    back = echo(value)
    assert type(back) is type(value)
    assert back == value
    assert repr(back) == repr(value)


@pytest.mark.parametrize("name", PLAIN)
def test_the_learner_gets_what_a_test_passes(notebook, name: str) -> None:
    value = PLAIN[name]
    described = notebook(ECHO)["described"]
    if isinstance(value, set | frozenset):
        assert described(value).startswith(type(value).__name__)
    else:
        assert described(value) == f"{type(value).__name__} {value!r}"


def test_nan_stays_nan(notebook) -> None:
    assert math.isnan(notebook(ECHO)["echo"](math.nan))


def test_items_keep_their_types(notebook) -> None:
    back = notebook("def f():\n    return [1, 1.0, True, (1,), [1], {1}, {1: 1}]")["f"]()
    assert [type(item) for item in back] == [int, float, bool, tuple, list, set, dict]


def test_a_dictionary_keeps_its_order(notebook) -> None:
    assert list(notebook("def f():\n    return {'z': 1, 'a': 2, 'm': 3}")["f"]()) == ["z", "a", "m"]


def test_an_object_of_a_subclass_is_the_plain_data_in_it(notebook) -> None:
    source = """
        class Text(str):
            def __eq__(self, other): return True
            def __hash__(self): return 0
            def __str__(self): return "other"
        class Number(float):
            def __eq__(self, other): return True
            def __hash__(self): return 0
            def __float__(self): return 7.0
        class Integer(int):
            def __int__(self): return 7
        class Many(list):
            def __eq__(self, other): return True
            def __iter__(self): return iter([7])
            def __getitem__(self, key): return 7
        class Table(dict):
            def items(self): return [("a", 7)]
            def __eq__(self, other): return True
        class Pair(tuple):
            def __iter__(self): return iter([7])
        class Several(set):
            def __iter__(self): return iter([7])
        class Raw(bytes):
            def __getitem__(self, key): return b"7"
        def f():
            return [Text("a"), Number(2.5), Integer(3), Many([1]), Table(b=1), Pair((1, 2)),
                    Several({1}), Raw(b"x")]
    """
    back = notebook(source)["f"]()
    assert back == ["a", 2.5, 3, [1], {"b": 1}, (1, 2), {1}, b"x"]
    assert [type(item) for item in back] == [str, float, int, list, dict, tuple, set, bytes]


def test_a_named_tuple_comes_back_with_its_names(notebook) -> None:
    source = """
        from collections import namedtuple
        Split = namedtuple("Split", "train test")
        def f():
            return Split([1], test=(2.0,))
        def g(pair):
            return pair.x + pair.y
    """
    here = notebook(source)
    split = here["f"]()
    assert isinstance(split, tuple)
    assert type(split).__name__ == "Split"
    assert (split.train, split.test) == ([1], (2.0,))
    assert split == ([1], (2.0,))
    assert here["g"](namedtuple("Pair", "x y")(1, 2)) == 3


def test_a_named_tuple_that_computes_its_items_gives_what_is_in_it(notebook) -> None:
    source = """
        from collections import namedtuple
        class Liar(namedtuple("Liar", "a b")):
            def __iter__(self): return iter((7, 7))
            def __getitem__(self, place): return 7
            def __eq__(self, other): return True
        def f():
            return Liar(1, 2)
    """
    back = notebook(source)["f"]()
    assert back == (1, 2)
    assert back != (7, 7)
    assert back.a == 1


@pytest.mark.parametrize(
    "field",
    ["class", "_x", "a b", "a", "x" * 101],
    ids=["word", "private", "space", "twice", "long"],
)
def test_a_named_tuple_with_names_that_are_none_costs_the_test(notebook, field: str) -> None:
    source = f"""
        class Odd(tuple):
            _fields = ("a", {field!r})
        def f():
            return Odd((1, 2))
    """
    from autograder.boundary.exceptions import Failure

    with pytest.raises(Failure):
        notebook(source)["f"]()


def test_paths_are_paths_of_the_same_text(notebook) -> None:
    source = """
        from pathlib import Path
        def f(folder):
            return folder / "weights.npz", isinstance(folder, Path)
    """
    back, is_path = notebook(source)["f"](Path("results"))
    assert back == Path("results/weights.npz")
    assert is_path
    assert isinstance(back, PurePosixPath)


def test_what_a_subclass_of_a_test_holds_stays_with_the_judge(notebook) -> None:
    class Reader(dict):
        def latest(self) -> str:
            return self["name"]

    reader = Reader(name="a")
    source = """
        def f(table):
            table["name"] = "b"
            return table.latest(), table["name"], len(table), list(table)
    """
    assert notebook(source)["f"](reader) == ("b", "b", 1, ["name"])
    assert reader["name"] == "b"


def test_deep_data_crosses_and_deeper_data_is_a_fault(notebook) -> None:
    from autograder.boundary.exceptions import Failure

    source = """
        def nested(depth):
            value = []
            for _ in range(depth):
                value = [value]
            return value
    """
    here = notebook(source)
    value, depth = here["nested"](60), 0
    while value:
        value, depth = value[0], depth + 1
    assert depth == 60
    with pytest.raises((Failure, TypeError, RecursionError)):
        here["nested"](100_000)
    here.another_test()
    assert here["nested"](1) == [[]]


def test_a_long_text_and_long_bytes_cross(notebook) -> None:
    here = notebook("def f(n):\n    return 'ä' * n, b'x' * n")
    assert here["f"](3_000_000) == ("ä" * 3_000_000, b"x" * 3_000_000)
