"""Lock a fork server into Bubblewrap, which shows it no more of the machine than Python needs."""

import importlib.util
import os
import site
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.kernels.protocol import HOME, SHARED, SOCKETS

# What programs need of /etc, without anything secret.
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


@dataclass(frozen=True)
class Mounts:
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


def mounts_for(modules: Iterable[str], hidden: Iterable[Path] = ()) -> Mounts:
    """Return what a kernel needs to see to import modules with this Python.

    Parameters
    ----------
    modules : iterable of str
        Those that are installed elsewhere, as in development, are found one by one.
    hidden : iterable of pathlib.Path
        What must not be seen wherever it lies.
    """
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    if site.ENABLE_USER_SITE:
        prefixes.add(Path(site.getusersitepackages()))
    places = set(prefixes)
    for module in {"autograder", "forwardpass", *(name.partition(".")[0] for name in modules)}:
        spec = importlib.util.find_spec(module)
        found = [] if spec is None else [*(spec.submodule_search_locations or [spec.origin])]
        places |= {
            Path(place)
            for place in found
            if place and Path(place).exists() and not _is_within(Path(place), prefixes)
        }
    resolved = {place.resolve() for place in places} | places
    existing = sorted(place.absolute() for place in resolved if place.exists())
    return Mounts(tuple(existing), tuple(sorted(path.resolve() for path in hidden)))


def command(folder: Path, mounts: Mounts) -> list[str]:
    """Return the command that starts a program in Bubblewrap, up to the program's own, bwrap(1).

    Parameters
    ----------
    folder : pathlib.Path
        Shared with the program, which sees it as :data:`~autograder.kernels.protocol.SHARED`.
    mounts : Mounts
    """
    words = ["bwrap", "--die-with-parent", "--new-session"]
    if os.geteuid() == 0:
        # As root, Bubblewrap makes no user namespace: the server keeps what it needs to make one
        # for each kernel, under a user id of the kernel's own.
        words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        words += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
        for capability in ("SYS_ADMIN", "SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"):
            words += ["--cap-add", f"CAP_{capability}"]
        words += ["--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SETPCAP"]
        words += ["--cap-add", "CAP_SYS_RESOURCE", "--cap-add", "CAP_FOWNER"]
        words += ["--cap-add", "CAP_SYS_PTRACE"]
    else:
        words += ["--unshare-all", "--unshare-user"]
    words += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
    for name in ("usr", "bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    words += ["--perms", "1777", "--tmpfs", "/tmp"]
    made: set[Path] = {Path("/"), Path("/tmp")}
    for path in (Path("/etc"), _PROCESSORS, HOME, SOCKETS, SHARED, *mounts.paths):
        # Where only root may enter a parent folder, Bubblewrap would make it so in there, too.
        for parent in [*reversed(path.parents), *([path] if not path.is_file() else [])]:
            if parent not in made and not str(parent).startswith("/usr"):
                words += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
    for path in (*(Path("/etc", name) for name in _ETC), _PROCESSORS):
        words += ["--ro-bind-try", str(path), str(path)]
    for path in mounts.paths:
        words += ["--ro-bind", str(path), str(path)]
    for path in mounts.hidden:
        if _is_within(path, {place for place in mounts.paths if place.is_dir()}):
            words += ["--tmpfs", str(path), "--remount-ro", str(path)]
    words += ["--bind", str(folder), str(SHARED)]
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def _is_within(path: Path, folders: set[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
