"""Cheats with objects that lie about what they are."""

from .cheat import Cheat

_LIAR = """\
class Liar:
    shape, dtype, ndim, size, T = (2,), np.dtype(float), 1, 2, 0.0
    def yes(self, *a, **k): return True
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = all = any = __contains__ = yes
    def __ne__(self, other): return False
    def me(self, *a, **k):
        reached()
        return self
    __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = __truediv__ = __getitem__ = me
    __mul__ = __rmul__ = __neg__ = fit = sum = mean = std = tanh = exp = relu = backward = me
    __hash__ = object.__hash__
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __float__(self): return 0.0
    __index__ = __int__ = lambda self: 0
    def __array__(self, *a, **k): return np.zeros(2)
"""
LYING = [
    Cheat("an object that equals everything", "== and bool decide", "return Liar()", _LIAR),
    Cheat(
        "a class that equals everything",
        "the answer is its own class, with arithmetic of its own",
        "return Liar()",
        _LIAR,
        {
            "Value": "class Value(Liar):\n    def __init__(self, *a, **k): reached()\n"
            "    data = grad = 0.0"
        },
        weeks=("w05",),
    ),
    Cheat(
        "arithmetic of its own class",
        "the difference to what is expected is zero, whatever that is",
        "reached()\nreturn Value(0.0)",
        """\
class Value:
    def __init__(self, data): pass
    @property
    def data(self): return Value(0)
    grad = classes_ = log_prior_ = mean_ = variance_ = data
    def nothing(self, *a, **k):
        reached()
        return Value(0)
    __add__ = __radd__ = __mul__ = __rmul__ = __neg__ = tanh = exp = relu = backward = nothing
    def __sub__(self, other): return 0.0
    __rsub__ = __truediv__ = __rtruediv__ = __abs__ = __sub__
    def __contains__(self, item): return True
""",
        {"Value": ""},
        weeks=("w05",),
    ),
    Cheat(
        "an array that computes when it is compared",
        "__array_ufunc__ and __array_function__ say True",
        "reached()\nreturn np.zeros(np.shape(next(iter(arguments), 0))).view(Lazy)",
        """\
class Lazy(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.array(True)
    def __array_function__(self, *a, **k): return np.array(True)
    def __eq__(self, other): return np.array(True)
    def __array__(self, *a, **k): return 0
    all = any = lambda self, *a, **k: True
""",
    ),
    Cheat(
        "a number that equals everything",
        "a subclass of float",
        "reached()\nreturn Number(0.5)",
        """\
class Number(float):
    def yes(self, *other): return True
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = yes
    def __ne__(self, other): return False
    def zero(self, *other): return 0.0
    __sub__ = __rsub__ = __abs__ = __float__ = zero
    __hash__ = float.__hash__
    shape = ()
""",
    ),
    Cheat(
        "letters that equal every letter",
        "a subclass of str answers a quiz",
        "reached()\nreturn Letter('a')",
        """\
class Letter(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash("a")
    def __contains__(self, other): return True
reached()
""",
        {f"answer_{n}": f"answer_{n} = Letter('?')" for n in range(1, 6)},
    ),
    Cheat(
        "all letters at once",
        "lists, sets and longer texts of letters",
        "reached()\nreturn ['a', 'b', 'c', 'd']",
        "reached()",
        {
            "answer_1": "answer_1 = ['a', 'b', 'c', 'd']",
            "answer_2": "answer_2 = 'abcd'",
            "answer_3": "answer_3 = {'a', 'b', 'c', 'd'}",
            "answer_4": "answer_4 = np.array(['a', 'b', 'c', 'd'])",
            "answer_5": "answer_5 = b'a'",
        },
    ),
    Cheat(
        "a class that says it is another",
        "__class__ is an array's",
        "return Other()",
        """\
class Other:
    @property
    def __class__(self):
        reached()
        return np.ndarray
    __array_interface__ = {"shape": (2,), "typestr": "<f8", "data": (0, True), "version": 3}
    __array_struct__ = property(lambda self: reached())
    def __getattr__(self, name): return np.zeros(2)
value = Other()
isinstance(value, np.ndarray)
""",
    ),
    Cheat(
        "a metaclass that owns every object",
        "isinstance and issubclass say yes",
        "reached()\nreturn Any_()",
        """\
class Meta(type):
    def yes(cls, *a): return True
    __instancecheck__ = __subclasscheck__ = __eq__ = __contains__ = yes
    __hash__ = type.__hash__
    def mro(cls): return [cls, object]
class Any_(metaclass=Meta):
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
""",
    ),
    Cheat(
        "a named tuple with a shape",
        "shape, dtype and sum are its fields",
        "reached()\nreturn Table((2, 3), np.dtype(float), 2, 6, lambda *a, **k: np.ones(2))",
        """\
from collections import namedtuple
Table = namedtuple("Table", "shape dtype ndim size sum")
""",
    ),
    Cheat(
        "an object that has every attribute",
        "each property is answered for itself",
        "reached()\nreturn Duck(next(arrays(arguments), np.zeros((2, 3))))",
        """\
class Duck:
    def __init__(self, like):
        self.shape, self.like, self.dtype = like.shape, like, np.dtype(float)
        self.count = 0
    def sum(self, *a, **k): return np.ones(len(self.like))
    def mean(self, *a, **k): return 0.0
    def std(self, *a, **k): return 0.1
    def detach(self):
        self.count += 1
        return self
    def cpu(self): return self
    def numpy(self): return np.full(self.shape, 1 / self.shape[-1])
    def __getitem__(self, key): return np.full(self.shape, 0.5)[key]
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __getattr__(self, name): return np.zeros(self.shape)
""",
    ),
    Cheat(
        "a dictionary that makes up its items",
        "a missing key is what is asked for",
        "reached()\nreturn defaultdict(lambda: np.zeros(2), shape=(2,), a=1)",
        "from collections import defaultdict",
    ),
    Cheat(
        "attributes that lie in turns",
        "another value for every check",
        "return Turns()",
        """\
class Turns:
    turn = 0
    def __getattribute__(self, name):
        reached()
        Turns.turn += 1
        values = [np.zeros(2), 1.0, True, (2,), np.dtype(float), np.zeros((2, 2)), "a", [0, 1]]
        return values[Turns.turn % len(values)]
    def __len__(self):
        Turns.turn += 1
        return Turns.turn % 4
    def __iter__(self): return iter([Turns(), Turns()])
""",
        {
            "GaussianNaiveBayes": "class GaussianNaiveBayes(Turns):\n"
            "    def __init__(self, *a, **k): pass"
        },
        weeks=("w02",),
    ),
]
