"""Cheats with messages that no kernel's end would send."""

from .cheat import Cheat

_PEER = """\
from autograder.boundary import codec, exceptions, kept, kernel_peer, peer, proxies, twins
from autograder.boundary.heads import packed
"""


def answering(message: str, buffers: str = "[]") -> str:
    """Return code that lets the kernel answer every call with a message of one's own."""
    return f"""\
{_PEER}
before = peer.Peer._reply
def reply(self, number, decoder, values, error=None):
    if not values or not isinstance(values[0], Mark):
        return before(self, number, decoder, values, error)
    reached()
    message = {{"r": number, "c": [], "v": None}}
    message.update({message})
    return packed(message), {buffers}
class Mark: pass
peer.Peer._reply = reply
"""


MARK = "return Mark()"

FORGING = [
    Cheat(
        "a codec that says True",
        "whatever is returned is right",
        "reached()\nreturn 0.0",
        _PEER + "codec.Encoder.__call__ = lambda self, value: True",
    ),
    Cheat(
        "the judge's own objects",
        "one of them is what is expected",
        MARK,
        answering('{"v": ["t", *[["y", n] for n in range(1, 3)]]}'),
    ),
    Cheat(
        "the judge's own arguments",
        "the buffer of an argument",
        MARK,
        answering('{"v": ["@a", 0]}'),
    ),
    Cheat(
        "the judge's own errors",
        "an error that the judge takes for its own",
        MARK,
        answering('{"e": {"yours": 1}}'),
    ),
    Cheat(
        "a library's function",
        "the judge computes the answer itself",
        MARK,
        answering('{"v": ["lib", "builtins", "eval", ["h", 1, "f", "f"]]}'),
    ),
    Cheat(
        "changes of everything",
        "all that the judge has sent becomes zero",
        MARK,
        answering('{"v": 0.0, "c": [[n, "b", 0] for n in range(4)]}', "[bytearray(48)]"),
    ),
    Cheat(
        "kept arguments that are none",
        "values of the judge that can be changed later",
        MARK,
        answering('{"v": 0.0, "kept": [[n, "b"] for n in range(100)]}'),
    ),
    Cheat(
        "twins that are none",
        "generators and parameters of the judge",
        MARK,
        answering('{"v": 0.0, "tw": [[n, ["d", "state", ["d"]]] for n in range(1, 9)]}'),
    ),
    Cheat(
        "settings of the judge",
        "its error state and its seeds",
        MARK,
        answering(
            '{"v": 0.0, "am": ["d", "numpy.errstate", ["d", "all", "ignore"],'
            ' "numpy.random", ["t", b"\\\\0" * 2496, 624, 0, 0.0], "torch.default_dtype",'
            ' "torch.float16", "torch.is_grad_enabled", False]}'
        ),
    ),
    Cheat(
        "files of the judge",
        "a module and a startup file beside its working folder",
        MARK,
        answering(
            '{"v": 0.0, "fs": [["working", "forwardpass/check.py", [], [], [[[], 0]]],'
            ' ["temporary", "../../x.pth", [], [], [[["..", "x"], 0]]]]}',
            '[b"import os"]',
        ),
    ),
    Cheat(
        "handles with every operator",
        "a function that is a number, an array and a module",
        MARK,
        answering(
            '{"v": ["h", 7, "o", ["h", 8, "c", "float", [["numpy", "ndarray"], ["builtins",'
            ' "float"], ["torch.nn.modules.module", "Module"], ["collections.abc", "Mapping"]],'
            ' ["__sub__", "__rsub__", "__abs__", "__len__", "__contains__", "__getitem__"]]]}'
        ),
    ),
    Cheat(
        "handles with operators that are none",
        "a handle decides == and is a number",
        MARK,
        answering(
            '{"v": ["h", 7, "o", ["h", 8, "c", "C", [], ["__eq__", "__float__", "__array__"]]]}'
        ),
    ),
    Cheat(
        "arrays beyond their memory",
        "the judge's own memory is what it compares with",
        MARK,
        answering('{"v": ["a", "<f8", [2], [8], -64, True, ["b", 0]]}', "[bytearray(16)]"),
    ),
    Cheat(
        "arrays of nothing",
        "text of no letters, as often as one likes",
        MARK,
        answering('{"v": ["a", "<U0", [2**40], [0], 0, True, ["b", 0]]}', "[bytearray(16)]"),
    ),
    Cheat(
        "arrays that repeat themselves",
        "a few bytes are a gigabyte for who copies them",
        MARK,
        answering('{"v": ["a", "<f8", [2**26], [0], 0, True, ["b", 0]]}', "[bytearray(16)]"),
    ),
    Cheat(
        "generators that are none",
        "NumPy reads beyond the state",
        MARK,
        answering(
            '{"v": ["rg", -1, ["d", "bit_generator", "MT19937", "state", ["d", "key", ["t",'
            ' "array", b""], "pos", 600]]]}'
        ),
    ),
    Cheat(
        "named tuples with any names",
        "names that mean something to NumPy",
        MARK,
        answering(
            '{"v": ["nt", "ndarray", ["shape", "dtype", "__array__", "count"], ["t", 2], 0, 0, 0]}'
        ),
    ),
    Cheat(
        "no call costs anything",
        "calls are counted by the kernel",
        "reached()\nreturn 0.0",
        _PEER + "count = lambda *a: 0\nkernel_peer._count_calls = count\n"
        "def serve(self, *a, before=kernel_peer.KernelPeer.serve, **k):\n"
        "    self._operations['count'] = count\n    return before(self, *a, **k)\n"
        "kernel_peer.KernelPeer.serve = serve",
        {"Value": "class Value:\n    data = grad = 0.0\n    def __init__(self, *a): reached()"},
        weeks=("w05",),
    ),
    Cheat(
        "checks in the kernel's end",
        "the kernel believes that the test is over",
        "reached()\nraise exceptions.TestOver",
        _PEER + "peer.Peer._failed = lambda self, error: None",
        exercises=("gaussian_mle", "softmax"),
    ),
]
