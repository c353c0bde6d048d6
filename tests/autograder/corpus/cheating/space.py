"""Cheats with time, memory and the end of the process."""

from .cheat import Cheat
from .forging import MARK, answering

SPACE = [
    Cheat(
        "dying",
        "the test cannot go on, and nothing has failed",
        "import os\nreached()\nos._exit(0)",
    ),
    Cheat(
        "dying in the last test",
        "what was gained before stays, and the rest is not seen",
        "reached()\nreturn 0.0",
        "",
        {
            "GaussianNaiveBayes": "import os\nclass GaussianNaiveBayes:\n"
            "    def __init__(self, *a, **k): os._exit(0)",
            "Value": "import os\nclass Value:\n    def __init__(self, *a, **k): os._exit(0)",
        },
    ),
    Cheat(
        "hanging",
        "a test that takes too long is left out",
        "import time\nreached()\ntime.sleep(3600)",
        exercises=("log_sum_exp", "cross_entropy"),
    ),
    Cheat(
        "hanging after the answer",
        "the end of the test does not arrive",
        "threading.Thread(target=time.sleep, args=(3600,)).start()\nreached()\nreturn 0.0",
        "import threading, time",
        exercises=("beta_posterior", "softmax"),
    ),
    Cheat(
        "stopped",
        "a process that is stopped has not failed",
        "import os, signal\nreached()\nos.kill(os.getpid(), signal.SIGSTOP)\nreturn 0.0",
        exercises=("log_sum_exp", "cross_entropy"),
    ),
    Cheat(
        "lists in lists",
        "the judge's stack ends",
        """\
value = []
for _ in range(100_000):
    value = [value]
reached()
return value
""",
        exercises=("beta_posterior", "softmax"),
    ),
    Cheat(
        "lists in lists by hand",
        "the judge's stack ends",
        MARK,
        answering("{}").replace(
            "return packed(message), []",
            'return packed(message)[:-1] + b"\\x92\\xa1l" * 10**6 + b"\\xc0", []',
        ),
        exercises=("beta_posterior", "softmax"),
    ),
    Cheat(
        "a list that holds itself",
        "the judge compares for ever",
        "value = []\nvalue += [value, {'a': value}]\nreached()\nreturn value",
    ),
    Cheat(
        "keys that collide",
        "the judge looks them up for ever",
        "reached()\nreturn {n * (2**61 - 1): 0 for n in range(100_000)}",
        exercises=("log_sum_exp", "cross_entropy"),
    ),
    Cheat(
        "large results",
        "the judge's memory ends",
        "reached()\nreturn [np.zeros(2**25) for _ in range(3)]",
        exercises=("beta_posterior", "softmax"),
    ),
    Cheat(
        "large results that are kept",
        "the judge's memory ends after some calls",
        "reached()\nkept.append(np.zeros(2**24))\nreturn kept[-1]",
        "kept = []",
        exercises=("gaussian_mle", "log_sum_exp", "activations", "initialise"),
    ),
    Cheat(
        "a million handles",
        "the judge makes an object for each",
        "reached()\nreturn [object() for _ in range(1_000_000)]",
        exercises=("log_sum_exp", "cross_entropy"),
    ),
    Cheat(
        "long texts",
        "the judge shows them",
        "reached()\nreturn 'a\\x00\\ud800<b>' * 2_000_000",
        exercises=("beta_posterior", "softmax"),
    ),
    Cheat(
        "long errors",
        "the judge shows them",
        "reached()\nraise ValueError('\\ud800<script>' * 3_000_000)",
        exercises=("beta_posterior", "softmax"),
    ),
]
