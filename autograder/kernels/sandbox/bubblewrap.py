"""The walls around a fork server: Bubblewrap, or none."""

import importlib.util
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import InputError
from autograder.kernels.sandbox.choice import Level

# What of /etc programs need that is nobody's secret.
_ETC = (
    "alternatives",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "protocols",
    "services",
    "ssl",
    "timezone",
)
_PROCESSORS = Path("/sys/devices/system/cpu")  # how many there are

# Inside the walls, as a kernel and its supervisor see them.
HOME = Path("/home/learner")  # a file system of its own, of limited size
SOCKETS = Path("/run/kernel")
OUTSIDE = Path("/run/forkserver")  # what the fork server shares with its clients
SOCKET = "forkserver"  # in there
# The status of a kernel whose loop has come to its end, which none of its cells has seen.
ENDED_IN_ORDER = 77
IMPORTED = "imported.json"  # likewise, written when the server is ready: {"failed": {module: why}}


@dataclass(frozen=True)
class View:
    """What a kernel sees of the machine, read-only: its Python and its packages.

    Attributes
    ----------
    paths : tuple of pathlib.Path
        Files and folders, at the same place as outside.
    hidden : tuple of pathlib.Path
        Folders within them that stay invisible: the course directory.
    """

    paths: tuple[Path, ...]
    hidden: tuple[Path, ...] = ()


def view_of(
    modules: Iterable[str], visible: Iterable[Path] = (), hidden: Iterable[Path] = ()
) -> View:
    """Return the view that a kernel needs to import modules with this Python.

    Parameters
    ----------
    modules : iterable of str
        Those that are installed elsewhere, as in development, are found one by one.
    visible : iterable of pathlib.Path
        What a course wants to be seen beyond that.
    hidden : iterable of pathlib.Path
        What must not be seen wherever it lies.
    """
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    if site.ENABLE_USER_SITE:
        prefixes.add(Path(site.getusersitepackages()))
    places = {*prefixes, *visible}
    for module in {"autograder", *(name.partition(".")[0] for name in modules)}:
        spec = importlib.util.find_spec(module)
        found = [] if spec is None else [*(spec.submodule_search_locations or [spec.origin])]
        places |= {
            Path(place)
            for place in found
            if place and Path(place).exists() and not _is_within(Path(place), prefixes)
        }
    resolved = {place.resolve() for place in places} | places
    existing = sorted(place.absolute() for place in resolved if place.exists())
    return View(tuple(existing), tuple(sorted(path.resolve() for path in hidden)))


def choose(wish: str) -> Level:
    """Return the level that a wish, one of ``levels.LEVELS``, means on this machine.

    Raises
    ------
    InputError
        If the chosen one does not work here; ``auto`` never means no sandbox.
    """
    if wish == Level.NONE:
        return Level.NONE
    problem = _problem()
    if problem is None:
        return Level.BWRAP
    raise InputError(
        f"there is no sandbox for learners' code (bwrap: {problem}). Install bubblewrap "
        "(apt install bubblewrap), or say --sandbox none to run it in your own account"
    )


def command(level: Level, folder: Path, view: View, server: Sequence[str]) -> list[str]:
    """Return the command that starts a fork server behind these walls.

    Parameters
    ----------
    level : Level
    folder : pathlib.Path
        Shared with the server, which sees it as :data:`~autograder.kernels.supervisor.OUTSIDE`.
    view : View
    server : sequence of str
        The server's own command, with ``{folder}`` where its folder's name belongs.
    """
    inside = folder if level is Level.NONE else OUTSIDE
    own = [part.replace("{folder}", str(inside)) for part in server]
    return own if level is Level.NONE else [*_bubblewrap(folder, view), *own]


def environment(level: Level, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a fork server: one thread, no GPU, nothing of the user's own.

    Parameters
    ----------
    level : Level
        Without a sandbox the user's environment stays as it is.
    extra : mapping of str to str
        What a course wants to be set.
    """
    # A pool of threads that a numeric library has begun does not survive a fork, and as many
    # kernels run as there are cores.
    threads = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM", "TF_INTRAOP", "TF_INTEROP")
    fixed = {
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",  # CUDA cannot be forked
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel sets it
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NBGRADER_EXECUTION": "autograde",  # as nbgrader sets it
        **extra,
    }
    if level is Level.NONE:
        return {**os.environ, **fixed}
    kept = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "FORWARDPASS_TEST_SEED")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]),
        "HOME": str(HOME),
        "USER": "learner",
        "LOGNAME": "learner",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        **fixed,
    }


def _bubblewrap(folder: Path, view: View) -> list[str]:
    """Return Bubblewrap's part of the command, bwrap(1)."""
    command = ["bwrap", "--die-with-parent", "--new-session"]
    if os.geteuid() == 0:
        # As root, Bubblewrap makes no user namespace: the server keeps what it needs to make one
        # for each kernel, under a user number of the kernel's own.
        command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        command += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
        for capability in ("SYS_ADMIN", "SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"):
            command += ["--cap-add", f"CAP_{capability}"]
        command += ["--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SETPCAP"]
        command += ["--cap-add", "CAP_SYS_RESOURCE", "--cap-add", "CAP_FOWNER"]
        command += ["--cap-add", "CAP_SYS_PTRACE"]
    else:
        command += ["--unshare-all", "--unshare-user"]
    command += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
    for name in ("usr", "bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--perms", "1777", "--tmpfs", "/tmp"]
    made: set[Path] = {Path("/"), Path("/tmp")}
    for path in (Path("/etc"), _PROCESSORS, HOME, SOCKETS, OUTSIDE, *view.paths):
        # Bubblewrap would make a parent folder that only root may pass where the real one is so.
        for parent in [*reversed(path.parents), *([path] if not path.is_file() else [])]:
            if parent not in made and not str(parent).startswith("/usr"):
                command += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
    for path in (*(Path("/etc", name) for name in _ETC), _PROCESSORS):
        command += ["--ro-bind-try", str(path), str(path)]
    for path in view.paths:
        command += ["--ro-bind", str(path), str(path)]
    for path in view.hidden:
        if _is_within(path, {place for place in view.paths if place.is_dir()}):
            command += ["--tmpfs", str(path), "--remount-ro", str(path)]
    command += ["--bind", str(folder), str(OUTSIDE)]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def _problem() -> str | None:
    """Return why Bubblewrap does not work here, or None."""
    if sys.platform != "linux":
        return "works on Linux alone"  # the walls are Linux's, and so are the files behind them
    if shutil.which("bwrap") is None:
        return "not installed"
    trial = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "true"]
    try:
        done = subprocess.run(trial, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not run ({type(error).__name__})"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return lines[-1]
    return None


def _is_within(path: Path, folders: set[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
