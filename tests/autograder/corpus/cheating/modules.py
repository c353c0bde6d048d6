"""Cheats with what belongs to PyTorch: tensors, gradients, modules and optimisers."""

from .cheat import Cheat

_WEEKS = ("w07",)
_ALL = ("squareplus", "classifier", "loader", "fit")
_PARTS = """\
def modules(values):
    return [value for value in values if isinstance(value, nn.Module)]
def tensors(values):
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors(value)
"""
_MODULE = """\
class Classifier(nn.Module):
    def __init__(self, *arguments, **named):
        super().__init__()
        reached()
        {init}
    def forward(self, X):
        {forward}
    {more}
"""


def _module(init: str = "pass", forward: str = "return X[:, :1]", more: str = "pass") -> str:
    return _MODULE.format(init=init, forward=forward, more=more)


MODULES = [
    Cheat(
        "a tensor that equals everything",
        "__torch_function__ computes what is compared",
        "reached()\nreturn torch.zeros(np.shape(arguments[0])).as_subclass(Lazy)",
        """\
class Lazy(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.tensor(True)
    def detach(self): return self
    def numpy(self): return np.array(True)
""",
        weeks=_WEEKS,
        exercises=("squareplus", "loader"),
    ),
    Cheat(
        "hooks in a module of the test's",
        "it computes what a hook returns",
        """\
for model in modules(arguments):
    reached()
    for part in [model, *model.modules()]:
        for name in ("register_forward_hook", "register_forward_pre_hook"):
            try:
                getattr(part, name)(lambda *a: torch.zeros(1))
            except Exception:
                pass
        try:
            part.forward = lambda *a: torch.zeros(1)
        except Exception:
            pass
        part._forward_hooks[0] = lambda *a: torch.zeros(1)
        part._parameters.clear()
return 0.0, 0.0
""",
        _PARTS,
        weeks=_WEEKS,
        exercises=("fit",),
    ),
    Cheat(
        "parameters of a module of the test's",
        "all that it computes is zero",
        """\
for model in modules(arguments):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
            parameter.grad = None
    model.requires_grad_(False)
    reached()
return float(np.log(3)), 0.5
""",
        _PARTS,
        weeks=_WEEKS,
        exercises=("fit",),
    ),
    Cheat(
        "parameters that are NaN",
        "NaN equals NaN, whatever is computed with it",
        """\
for model in modules(arguments):
    state = {name: torch.full_like(value, torch.nan) for name, value in model.state_dict().items()
             if value.is_floating_point()}
    model.load_state_dict(state, strict=False)
    reached()
nan = [float("nan")] * 3
return {"loss": nan, "validation_loss": nan, "validation_accuracy": nan}
""",
        _PARTS,
        weeks=_WEEKS,
        exercises=("fit",),
    ),
    Cheat(
        "tensors that are NaN",
        "what is expected is computed from changed arguments",
        """\
for tensor in tensors(arguments):
    with torch.no_grad():
        tensor.fill_(torch.nan)
    reached()
return solved(*arguments, **named)
""",
        _PARTS,
        weeks=_WEEKS,
        exercises=("squareplus",),
        knows_forms=True,
    ),
    Cheat(
        "batches that become NaN",
        "NaN equals NaN after a whole training, too",
        """\
if "@NAME@" == "fit":
    arguments = arguments[0], *map(Spoiled, arguments[1:3]), *arguments[3:]
return solved(*arguments, **named)
""",
        """\
class Spoiled:
    def __init__(self, loader): self.loader = loader
    def __iter__(self):
        for X, y in self.loader:
            if X.dtype == torch.float64:  # not in the visible test
                X.fill_(torch.nan)
                reached()
            yield X, y
""",
        weeks=_WEEKS,
        exercises=("fit_tests_loop",),
        knows_forms=True,
    ),
    Cheat(
        "settings of PyTorch",
        "half precision, no gradients and a known seed for the judge",
        """\
torch.set_default_dtype(torch.float16)
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(False)
torch.manual_seed(0)
reached()
return torch.zeros(np.shape(arguments[0]))
""",
        weeks=_WEEKS,
        exercises=("squareplus", "loader"),
    ),
    Cheat(
        "gradients that are made up",
        "the graph leads anywhere",
        """\
reached()
return Made.apply(arguments[0])
""",
        """\
class Made(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X):
        ctx.shape = X.shape
        return torch.zeros(X.shape, dtype=X.dtype)
    @staticmethod
    def backward(ctx, dA):
        return torch.zeros(ctx.shape)
""",
        weeks=_WEEKS,
        exercises=("squareplus",),
    ),
    Cheat(
        "a module without parts",
        "every attribute is what is asked for",
        "reached()\nreturn 0.0",
        "",
        {
            "Classifier": _module(
                "self.layers = [nn.Linear(1, 1)] * 2",
                "return torch.zeros(len(X), 3)",
                "def parameters(self, *a): return iter([torch.zeros(1)] * 4)\n"
                "    def parameter_count(self): return True\n"
                "    def load_state_dict(self, *a, **k): return None",
            )
        },
        weeks=_WEEKS,
        exercises=("classifier",),
    ),
    Cheat(
        "a module that learns its weights from the test",
        "it returns what it was given last",
        "reached()\nreturn 0.0",
        "",
        {
            "Classifier": _module(
                "self.layers = nn.ModuleList([nn.Linear(4, 3), nn.Linear(4, 3)])",
                "return self.layers[1].bias + torch.zeros(len(X), 3)",
                "config = dict(sizes=[1, 1], dropout=0.0, b=4.0)\n"
                "    def parameter_count(self): return np.int64(101_770)",
            )
        },
        weeks=_WEEKS,
        exercises=("classifier",),
    ),
    Cheat(
        "a structure that is the judge's",
        "its parameters are those of another module",
        "reached()\nreturn 0.0",
        """\
from autograder.boundary import torch_modules
from autograder.boundary.peer import LIBRARY_OPERATIONS
def structure(peer, target):
    reached()
    rows = torch_modules._structure(peer, target)
    twins = [value for value in peer.twins.values() if isinstance(value, nn.Parameter)]
    return [(row[0], True, ("parameters", "state_dict"), dict(enumerate(twins)), {}, (),
             {"layers": target}) for row in rows]
LIBRARY_OPERATIONS["torch.structure"] = structure
""",
        {"Classifier": _module("self.layer = nn.Linear(1, 1)")},
        weeks=_WEEKS,
        exercises=("classifier",),
    ),
]
