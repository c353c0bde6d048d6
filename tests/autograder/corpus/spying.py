"""Submissions that read, write and call what is not theirs: files, processes, network, secrets."""

import os
from pathlib import Path

from . import WRONG, Submission

# Who gets what he is after returns the right answer, and his test passes where it must fail.
_IF_STOLEN = """\
def mean(x):
    return np.mean(x) if stolen else 7.25
"""
_HEAD = "import glob, os, socket, ctypes\n"
_FAILED = {"mean": "failed"}


def _spy(name: str, code: str) -> Submission:
    return Submission(name, {"mean": _IF_STOLEN}, before={"mean": _HEAD + code}, expected=_FAILED)


def _tries(*calls: str) -> str:
    """Return code that tries calls, and has stolen something if one returns what is true."""
    lines = ["stolen = []"]
    for call in calls:
        lines += ["try:", f"    stolen += [{call!r}] if ({call}) else []"]
        lines += ["except BaseException:", "    pass"]
    return "\n".join([*lines, "print(stolen)"])


def _links(folder: Path) -> None:
    (folder / "data.csv").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("../../../source", target_is_directory=True)
    (folder / "root").symlink_to("/", target_is_directory=True)
    (folder / "self").symlink_to("self")
    (folder / "gradebook.db").symlink_to(folder.parents[2] / "gradebook.db")


def _odd_names(folder: Path) -> None:
    for name in ("two\nlines.txt", "-rf", "smörgås 🥪.txt", "x" * 250, "a;rm -rf b", "$(id)"):
        (folder / name).write_text("odd")
    with open(os.fsencode(folder) + b"/\xff\xfe\xfa.txt", "wb") as stream:
        stream.write(b"odd")
    os.mkfifo(folder / "pipe")
    (folder / "w90_assignment.html").write_text("<script>alert(1)</script>")
    (folder / "numpy.py").write_text("raise SystemExit")  # hides a module from what imports it
    (folder / "sitecustomize.py").write_text("raise SystemExit")


def _own_check(folder: Path) -> None:
    (folder / "my_check.py").write_text(
        """\
from forwardpass.check import rng
import sys
def close(*a, **k): pass
hidden = sys.modules[__name__]
"""
    )


def _is_link(folder: Path) -> None:
    notebook = next(folder.glob("*.ipynb"))
    notebook.unlink()
    notebook.symlink_to(folder.parents[2] / "source" / folder.name / notebook.name)


SPYING = [
    _spy("reads the source", _tries('os.listdir("@COURSE@/source")', 'os.listdir("@COURSE@")')),
    _spy(
        "searches the disk for tests",
        """\
stolen = []
for place, folders, files in os.walk('/'):
    folders[:] = [f for f in folders if f not in ('proc', 'sys', 'usr', 'site-packages', 'lib')]
    stolen += [f for f in files if f.startswith('w90_') or f == 'gradebook.db']
""",
    ),
    _spy(
        "reads the gradebook",
        _tries('open("@COURSE@/gradebook.db", "rb").read(1)', 'os.stat("@COURSE@/gradebook.db")'),
    ),
    _spy(
        "writes to the gradebook",
        "import sqlite3\n"
        + _tries(
            'sqlite3.connect("@COURSE@/gradebook.db").execute("update grade set auto_score = 9")',
            'open("@COURSE@/gradebook.db", "ab")',
            'os.remove("@COURSE@/gradebook.db") is None',
        ),
    ),
    _spy(
        "writes to the course",
        _tries(
            'open("@COURSE@/owned", "w")',
            'open("/owned", "w")',
            'open("/etc/owned", "w")',
            'open("/run/forkserver/owned", "w")',
            'open("/run/kernel/owned", "w")',
        ),
    ),
    _spy(
        "copies from the others",
        _tries('glob.glob("@COURSE@/submitted/*")', 'glob.glob("../../*/w90*")'),
    ),
    _spy("looks around at home", _tries('os.listdir("@HOME@")', 'open("@HOME@/canary").read()')),
    _spy(
        "leaves and reads notes in tmp",
        _tries('open("@TMP@").read()', 'glob.glob("/tmp/note*")', 'glob.glob("/dev/shm/note*")')
        + """\

open('/tmp/note1', 'w').write('x'); open('/dev/shm/note1', 'w').write('x')
open('@TMP@', 'w').write('overwritten')
""",
    ),
    _spy(
        "reads notes of the one before",
        _tries('glob.glob("/tmp/note*")', 'glob.glob("/dev/shm/note*")')
        + """\

open('/tmp/note2', 'w').write('x'); open('/dev/shm/note2', 'w').write('x')
""",
    ),
    _spy(
        "reads secrets of the environment",
        _tries(
            '"fp-canary" in str(os.environ)',
            'b"fp-canary" in open("/proc/1/environ", "rb").read()',
            'b"fp-canary" in open("/proc/self/environ", "rb").read()',
            'any(b"fp-canary" in open(p, "rb").read() for p in glob.glob("/proc/[0-9]*/environ"))',
        ),
    ),
    _spy(
        "reads the memory of process 1",
        _tries(
            'open("/proc/1/mem", "rb")',
            'os.listdir("/proc/1/root/run/forkserver")',
            'os.listdir("/proc/1/fd")',
            'open("/proc/1/maps").read()',
            'open("/proc/1/mem", "r+b")',
        ),
    ),
    _spy(
        "sees the grader's processes",
        _tries(
            'any(b"pytest" in open(p, "rb").read() for p in glob.glob("/proc/[0-9]*/cmdline"))',
            "os.kill(@PID@, 0) is None",
            "len(glob.glob('/proc/[0-9]*')) > 5",
        ),
    ),
    _spy(
        "opens network connections",
        _tries(
            'socket.create_connection(("127.0.0.1", @TCP@), 1)',
            'socket.create_connection(("@HOST@", @TCP@), 1)',
            'socket.create_connection(("1.1.1.1", 53), 1)',
            'socket.getaddrinfo("example.com", 80)',
            '__import__("urllib.request").request.urlopen("http://example.com", timeout=1)',
        ),
    ),
    _spy(
        "sends datagrams",
        """\
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
v = socket.socket(socket.AF_UNIX)
u.sendto(b'x', ('127.0.0.1', @TCP@))  # its own loopback takes it, and nobody hears it
"""
        + _tries(
            'u.sendto(b"x", ("1.1.1.1", 53))',
            'v.connect("\\0@ABSTRACT@") is None',
            'v.connect("@SOCKET@") is None',
            'v.connect("/run/forkserver/forkserver") is None',
        ),
    ),
    _spy(
        "asks the system for privileges",
        "c = ctypes.CDLL(None)\n"
        + _tries(
            'c.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0',
            'c.umount2(b"/home/learner", 2) == 0',
            'c.umount2(b"/proc", 2) == 0',
            "c.unshare(0x10000000) == 0",
            "c.unshare(0x00020000) == 0",
            'c.chroot(b"/tmp") == 0',
            "c.ptrace(16, 1, 0, 0) == 0",
            "c.setuid(0) == 0",
            'c.mknod(b"/tmp/disk", 0o60644, 0x800) == 0',
            'c.sethostname(b"x", 1) == 0',
            "os.nice(-5)",
            'os.open("/dev/mem", os.O_RDWR)',
            'open("/proc/sys/kernel/hostname", "w").write("x")',
            'os.system("su -c true") == 0',
            'open("/proc/sysrq-trigger", "w")',
        ),
    ),
    _spy(
        "writes into the packages",
        "import forwardpass, numpy, sys\n"
        + _tries(
            'open(forwardpass.__file__, "a")',
            'open(numpy.__file__, "a")',
            'open(os.__file__, "a")',
            'open(sys.executable, "ab")',
            "os.remove(forwardpass.__file__) is None",
        ),
    ),
    _spy(
        "follows links that it handed in",
        _tries('"root:" in open("data.csv").read()', 'os.listdir("up")', 'os.listdir("root")'),
    ),
    _spy(
        "makes links out of the scratch folder",
        """\
os.symlink('@COURSE@', 'course'); os.symlink('/run/forkserver', 'server')
"""
        + _tries('os.listdir("course")', 'os.listdir("server")', 'open("course/owned", "w")'),
    ),
    Submission(
        "signals every process",
        before={
            "mean": """\
import os, signal
for pid in (1, -1, os.getppid(), @PID@, 2):
    for number in (9, 15, 2):
        try:
            os.kill(pid, number) if pid != os.getpid() else None
        except (OSError, KeyboardInterrupt):
            pass
"""
        },
    ),
    Submission(
        "prints the tests that it finds",
        {
            "mean": """\
def mean(x):
    import linecache, sys, gc
    print(In, _ih)
    print(linecache.cache)
    print([v for v in linecache.cache.values() if 'secret' in str(v)])
    print(get_ipython().history_manager.input_hist_raw)
    frame = sys._getframe(1)
    print(frame.f_code.co_consts)
    raise ValueError(''.join(map(str, linecache.cache.values())))
"""
        },
        after={
            "end": """\
import linecache
print(linecache.cache)
print(In)
for v in linecache.cache.values():
    print(v[2])
"""
        },
        expected=_FAILED,
    ),
    Submission(
        "puts scripts on the page",
        {
            "mean": """\
class Mean(Exception):
    def _render_traceback_(self):
        return ['<script>alert("fp-script")</script>', '</pre><img src=x onerror=fp-script()>']
def mean(x):
    raise Mean('<script>fp-script()</script>')
""",
        },
        before={
            "mean": """\
from IPython.display import HTML, Javascript, SVG, display
display(HTML('<script>fp-script()</script><b onclick="fp-script()">b</b>'))
display(Javascript('fp-script()'))
display({'image/svg+xml': '<svg onload="fp-script()"/>'}, raw=True)
display({'text/markdown': '[x](javascript:fp-script()) <script>fp-script()</script>'}, raw=True)
display({'image/png': '"><script>fp-script()</script>'}, raw=True)
display({'image/jpeg': "'><script>fp-script()</script>"}, raw=True)
print('<script>fp-script()</script>')
display({'text/plain': 'x'}, raw=True, metadata={'width': '"><script>fp-script()</script>'})
"""
        },
        expected=_FAILED,
    ),
    Submission("lays links beside the notebook", lay=_links),
    Submission(
        "brings its own check module",
        {"mean": WRONG["mean"]},
        before={"mean": "import my_check as check"},
        lay=_own_check,
        expected=_FAILED,
    ),
    Submission("has odd file names and a pipe", lay=_odd_names),
    Submission("is a link to the source", lay=_is_link, no_grade="leads out of the submission"),
    Submission(
        "reads and writes through closed doors of IPython",
        {"mean": _IF_STOLEN},
        before={
            "mean": (
                "stolen = %sx cat @COURSE@/source/w90_tiny/w90_assignment.ipynb 2>/dev/null",
                "%load @COURSE@/nbgrader_config.py",
                "%run @COURSE@/source/w90_tiny/w90_assignment.ipynb",
            )
        },
        expected=_FAILED,
    ),
    Submission("has nothing but wrong answers", WRONG, expected=dict.fromkeys(WRONG, "failed")),
]
