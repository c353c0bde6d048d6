"""Linux namespaces, mounts and privileges: the system calls that Python 3.11 does not wrap."""

import ctypes
import fcntl
import os
import re
import socket
import struct

NEW_MOUNTS = 0x00020000  # CLONE_NEWNS, and so on: linux/sched.h
NEW_CGROUPS = 0x02000000
NEW_HOSTNAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USERS = 0x10000000
NEW_PIDS = 0x20000000
NEW_NETWORK = 0x40000000

READ_ONLY = 0x1  # MS_RDONLY, and so on: linux/mount.h
NO_SETUID = 0x2
NO_DEVICES = 0x4
NO_PROGRAMS = 0x8
REMOUNT = 0x20
BIND = 0x1000
RECURSIVE = 0x4000
PRIVATE = 0x40000

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Move this process into new namespaces, unshare(2).

    Raises
    ------
    OSError
        If the system does not allow it.
    """
    _call("unshare", ctypes.c_int(flags))


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system, mount(2).

    Raises
    ------
    OSError
        If the system does not allow it; its file name is the target.
    """
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
        about=target,
    )


def mount_points() -> list[str]:
    """Return where this process's mounts are, in their order, proc_pid_mountinfo(5)."""
    with open("/proc/self/mountinfo", "rb") as stream:
        names = [line.split()[4] for line in stream]
    # Blanks and the like are written as \\040; names need not be valid text.
    return [os.fsdecode(re.sub(rb"\\([0-7]{3})", _character, name)) for name in names]


def _character(octal: re.Match[bytes]) -> bytes:
    return bytes([int(octal[1], 8)])


def enter_user_namespace(extra: int = 0) -> None:
    """Enter a new user namespace, in which this process may mount, as the same user.

    Parameters
    ----------
    extra : int
        Other namespaces to enter at the same time, which then belong to the new one.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(NEW_USERS | extra)
    for name, text in (
        ("setgroups", "deny"),  # user_namespaces(7): needed before an ordinary user maps groups
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)


def forbid_user_namespaces() -> None:
    """Let no process of this user namespace make another: one would bring new privileges."""
    with open("/proc/sys/user/max_user_namespaces", "w", encoding="ascii") as stream:
        stream.write("0")


def drop_privileges() -> None:
    """Give up every capability, and the right to gain any by starting a program."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, bytes(24))  # effective, permitted, inheritable: none, capset(2)


def be_inspectable() -> None:
    """Let this process read its own /proc entries, which a change of user has closed, proc(5)."""
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when its parent ends."""
    _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start_loopback() -> None:
    """Bring up the loopback interface of a new network namespace, its only one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(asker, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(asker, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _call(name: str, *arguments: object, about: str | None = None) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", about)
