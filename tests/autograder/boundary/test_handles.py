"""Objects of the learner's classes are used as if they were here, but decide nothing."""

import copy
import gc

import numpy as np
import pytest

SOURCE = """
class Box:
    kind = "box"
    def __init__(self, items):
        self.items = list(items)
        self.opened = 0
    def add(self, item, *, times=1):
        self.items += [item] * times
        return len(self.items)
    @property
    def first(self):
        return self.items[0]
    @classmethod
    def of(cls, *items):
        return cls(items)
    @staticmethod
    def twice(x):
        return 2 * x
    def __len__(self):
        return len(self.items)
    def __iter__(self):
        return iter(self.items)
    def __getitem__(self, place):
        return self.items[place]
    def __setitem__(self, place, item):
        self.items[place] = item
    def __delitem__(self, place):
        del self.items[place]
    def __contains__(self, item):
        return item in self.items
    def __enter__(self):
        self.opened += 1
        return self
    def __exit__(self, kind, error, trace):
        self.opened -= 1
        return kind is KeyError
    def __call__(self, x):
        return x + len(self.items)

class Number:
    def __init__(self, value):
        self.value = value
    def __add__(self, other):
        return Number(self.value + (other.value if isinstance(other, Number) else other))
    __radd__ = __add__
    def __mul__(self, other):
        return Number(self.value * (other.value if isinstance(other, Number) else other))
    def __neg__(self):
        return Number(-self.value)
    def __pow__(self, n):
        return Number(self.value ** n)
    def __matmul__(self, other):
        return self.value * other.value

class Plain:
    pass

def make():
    return Box([1, 2, 3])

def same(box):
    return box

def pair(box):
    return box, [box], {"a": box}

def is_box(x):
    return type(x) is Box

def number():
    return Number(3)
"""


@pytest.fixture
def here(notebook):
    return notebook(SOURCE)


def test_attributes_methods_and_properties(here) -> None:
    box = here["Box"]([1, 2])
    assert box.items == [1, 2]
    assert box.first == 1
    assert box.kind == "box"
    assert box.add(5, times=2) == 4
    assert box.items == [1, 2, 5, 5]
    assert [box.add(0), box.add(0)] == [5, 6]
    with pytest.raises(AttributeError, match="nothing"):
        box.nothing  # noqa: B018
    assert not hasattr(box, "nothing")
    assert getattr(box, "nothing", 5) == 5


def test_attributes_are_set_and_deleted(here) -> None:
    box = here["Box"]([1, 2])
    box.items = [7]
    assert box.first == 7
    box.label = "x"
    assert box.label == "x"
    del box.label
    assert not hasattr(box, "label")
    with pytest.raises(AttributeError):
        box.first = 3


def test_a_class_has_its_methods(here) -> None:
    Box = here["Box"]
    assert Box.of(1, 2).items == [1, 2]
    assert Box.twice(4) == 8
    assert Box.kind == "box"


def test_isinstance_knows_the_learner_s_class(here) -> None:
    Box = here["Box"]
    box = Box([1])
    assert isinstance(box, Box)
    assert type(box) is Box
    assert Box.__name__ == "Box"
    assert isinstance(here["make"](), Box)
    assert not isinstance(here["number"](), Box)


def test_one_object_is_one_handle(here) -> None:
    box = here["make"]()
    assert here["same"](box) is box
    first, (second,), table = here["pair"](box)
    assert first is box
    assert second is box
    assert table["a"] is box
    assert here["make"]() is not box
    assert here["is_box"](box) is True


def test_sequences_and_context_managers(here) -> None:
    box = here["make"]()
    assert len(box) == 3
    assert list(box) == [1, 2, 3]
    assert box[1] == 2
    assert box[0:2] == [1, 2]
    box[0] = 9
    del box[1]
    assert box.items == [9, 3]
    assert 9 in box
    assert 4 not in box
    assert box(1) == 3
    with box as opened:
        assert opened is box
        assert box.opened == 1
    assert box.opened == 0
    with box:
        raise KeyError
    with pytest.raises(ValueError), box:  # noqa: PT011
        raise ValueError
    with pytest.raises(IndexError):
        box[10]
    first, *_ = box
    assert first == 9


def test_operators_of_a_class_that_the_test_is_about(here) -> None:
    Number = here.judge.fetch("Number", is_class=True)
    a = Number(3)
    assert (a + 1).value == 4
    assert (1 + a).value == 4
    assert (a + a).value == 6
    assert sum([a, a]).value == 6
    assert (-a).value == -3
    assert (a**2).value == 9
    assert (np.float64(2.0) + a).value == 5
    assert (a * np.float64(2.0)).value == 6
    assert a @ a == 9
    with pytest.raises(TypeError):
        a - 1
    with pytest.raises(TypeError):
        a * "x" * Number(1.5)


def test_a_class_in_place_of_a_function_has_no_operators_either(here) -> None:
    with pytest.raises(TypeError):
        here["Number"](3) + 1


def test_operators_of_another_object_would_decide_and_are_refused(notebook) -> None:
    source = """
        class Liar:
            def __sub__(self, other): return 0.0
            __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __sub__
            def __abs__(self): return 0.0
            def __contains__(self, item): return True
            def __eq__(self, other): return True
            def __hash__(self): return 0
            def __lt__(self, other): return True
            __le__ = __gt__ = __ge__ = __lt__
            def __bool__(self): return True
            def __float__(self): return 4.0
            def __int__(self): return 4
            def __index__(self): return 4
            def __complex__(self): return 4j
            def __array__(self, *a, **k):
                import numpy as np
                return np.array(4.0)
            def __str__(self): return "4"
            __repr__ = __str__
            def __format__(self, form): return "4"
            def __iter__(self): return iter([1])
        def f(x):
            return Liar()
    """
    value = notebook(source)["f"](2)
    for compute in (
        lambda: abs(value - 4) < 1e-9,
        lambda: abs(4 - value) < 1e-9,
        lambda: abs(np.float64(4) - value) < 1e-9,
        lambda: np.abs(np.array([4.0]) - value).max() < 1e-9,
        lambda: (value + 1) == 0.0,
        lambda: value * 2,
        lambda: value % 2,
        lambda: value < 5,
        lambda: value >= 4,
        lambda: bool(value),
        lambda: not value,
        lambda: float(value),
        lambda: int(value),
        lambda: complex(value),
        lambda: [1, 2, 3, 4, 5][value],
        lambda: np.asarray(value),
        lambda: np.array([value, value]),
        lambda: np.allclose(value, 4.0),
        lambda: np.isclose(value, 4.0),
        lambda: np.equal(value, 4.0),
        lambda: np.testing.assert_allclose(value, 4.0),
        lambda: np.float64(value),
        lambda: range(value),
    ):
        with pytest.raises(TypeError):
            compute()
    assert (value == 4) is False
    assert (4 == value) is False  # noqa: SIM300
    assert (np.float64(4) == value) in (False, np.False_)
    assert value != 4
    assert value not in [4, 4.0, "4"]
    assert value not in {4: 1}
    assert 4 not in value
    assert 1 in value
    assert "4" not in (str(value), repr(value), f"{value}")
    assert not np.array_equal(value, 4.0) if _is_quiet(value) else True


def _is_quiet(value: object) -> bool:
    try:
        np.array_equal(value, 4.0)
    except TypeError:
        return False
    return True


def test_a_bound_that_the_learner_s_class_claims_decides_nothing(notebook) -> None:
    source = """
        from collections import UserString, UserList, Counter
        import collections.abc
        class Text(UserString):
            def __eq__(self, other): return True
            def __hash__(self): return hash("4")
        class Many(UserList): pass
        class Mine(collections.abc.Sequence):
            def __len__(self): return 1
            def __getitem__(self, i): return [7][i]
        def f(): return Text("4")
        def g(): return Many([1])
        def h(): return Mine()
    """
    here = notebook(source)
    text = here["f"]()
    for compute in (
        lambda: float(text),
        lambda: int(text),
        lambda: text < "5",
        lambda: text % 4,
        lambda: text + "4",
        lambda: np.asarray(text),
    ):
        with pytest.raises((TypeError, AttributeError)):
            compute()
    assert text != "4"
    assert str(text) != "4"
    assert (here["g"]() == [1]) is False
    assert isinstance(here["h"](), __import__("collections").abc.Sequence)
    assert list(here["h"]()) == [7]


def test_a_handle_has_no_private_attributes_of_its_object(here) -> None:
    box = here["make"]()
    for name in ("__dict__", "_secret", "__globals__"):
        assert "items" not in repr(getattr(box, name, ""))
    with pytest.raises(AttributeError):
        box._hidden = 1


def test_a_deep_copy_is_another_object_of_the_learner_s(here) -> None:
    box = here["make"]()
    other = copy.deepcopy(box)
    assert other is not box
    other.items.append(5)
    other.add(4)
    assert box.items == [1, 2, 3]
    assert other.items == [1, 2, 3, 4]
    with pytest.raises(TypeError):
        copy.copy(box)


def test_a_handle_is_a_key_by_its_identity(here) -> None:
    box, other = here["make"](), here["make"]()
    table = {box: 1, other: 2}
    assert table[here["same"](box)] == 1
    assert len({box, other, here["same"](box)}) == 2


def test_objects_are_released_once_their_handles_are_gone(notebook) -> None:
    source = """
        import gc, weakref
        class Thing:
            pass
        alive = weakref.WeakSet()
        def make():
            thing = Thing()
            alive.add(thing)
            return thing
        def count():
            gc.collect()
            return len(alive)
    """
    here = notebook(source)
    things = [here["make"]() for _ in range(5)]
    assert here["count"]() == 5
    kept = things[0]
    del things
    gc.collect()
    here["count"]()
    assert here["count"]() == 1
    assert type(kept).__name__ == "Thing"
    here.another_test()
    assert here["count"]() == 0


def test_a_test_s_objects_are_released_once_the_learner_has_let_go(notebook) -> None:
    here = notebook("def f(x):\n    return x.value\ndef g():\n    pass")

    class Thing:
        value = 5

    f, g = here["f"], here["g"]
    for _ in range(20):
        assert f(Thing()) == 5
    g()
    g()
    things = [own for own, _ in here.judge.proxies._own.values() if isinstance(own, Thing)]
    assert len(things) <= 1


def test_a_test_s_object_works_at_the_learner_s(notebook) -> None:
    class Scale:
        def __init__(self, factor: float) -> None:
            self.factor = factor
            self.calls = 0

        def __call__(self, x: float) -> float:
            self.calls += 1
            return self.factor * x

        def __len__(self) -> int:
            return 3

        def __getitem__(self, place: int) -> int:
            return [4, 5, 6][place]

        def __add__(self, other: float) -> "Scale":
            return Scale(self.factor + other)

        def __enter__(self) -> str:
            return "entered"

        def __exit__(self, *_: object) -> None:
            self.calls += 10

    source = """
        def f(scale):
            with scale as word:
                pass
            more = scale + 1
            return scale(2), len(scale), list(scale), more.factor, word, bool(scale), 5 in scale
    """
    scale = Scale(3)
    assert notebook(source)["f"](scale) == (6, 3, [4, 5, 6], 4, "entered", True, True)
    assert scale.calls == 11
