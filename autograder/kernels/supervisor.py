"""The processes around one kernel: they confine it, watch it, and tell how it ended.

In namespaces there are three, each forked from the one before. The first stays outside and hands on
how the second ended. The second is process 1 in the namespaces: it mounts what the kernel may see,
and when it ends the system kills all that is left inside. The third is the kernel. Without
namespaces the first is the second.
"""

import json
import os
import select
import shutil
import signal
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from autograder.kernels import namespaces
from autograder.kernels.kernel import start_kernel
from autograder.kernels.limits import Limits, apply_limits
from autograder.kernels.protocol import ENDED_IN_ORDER, HOME, SHARED, SOCKETS, WORK, KernelRequest

_POLL_SECONDS = 0.1
_RESERVED_PIDS = 300
_FIRST_USER = 200_000  # kernels of a fork server that runs as root get user ids from here


def supervise(
    request: KernelRequest,
    folder: Path,
    report: int,
    boundary: int | None,
    *,
    in_namespaces: bool,
) -> int:
    """Start the kernel, wait for its end, and return the exit status for this process.

    Called in a process that was forked for nothing else and has one thread.

    Parameters
    ----------
    request : KernelRequest
    folder : pathlib.Path
        The kernel's own, in that which the fork server shares with its clients.
    report : int
        A file descriptor that gets a line of JSON for each event: ``{"event": "ready"}``,
        ``{"event": "limit", "what": "memory"}``, ``{"event": "failed", "why": …}``.
    boundary : int or None
        A file descriptor for the kernel alone: its end of a connection to a judge.
    in_namespaces : bool
        Whether to confine the kernel.
    """
    os.setsid()
    if not in_namespaces:
        return _oversee(request, folder, report, boundary, in_namespaces=False)
    others = (
        namespaces.NEW_MOUNTS
        | namespaces.NEW_PIDS
        | namespaces.NEW_NETWORK
        | namespaces.NEW_IPC
        | namespaces.NEW_HOSTNAME
        | namespaces.NEW_CGROUPS
    )
    if os.geteuid() == 0:
        namespaces.unshare(others)
    else:
        namespaces.enter_user_namespace(others)
    first = os.fork()
    if first == 0:
        namespaces.die_with_parent()
        return _oversee(request, folder, report, boundary, in_namespaces=True)
    os.close(report)
    _close(boundary)
    signal.signal(signal.SIGINT, lambda *_: _signal(first, signal.SIGINT))
    return _exit_code(os.waitpid(first, 0)[1])


def _oversee(
    request: KernelRequest,
    folder: Path,
    report: int,
    boundary: int | None,
    *,
    in_namespaces: bool,
) -> int:
    """Prepare the kernel's surroundings, start it and watch it."""
    sockets = SOCKETS if in_namespaces else folder / "sockets"
    user = os.geteuid() or (_FIRST_USER + request.number % 10_000 if in_namespaces else 0)
    if in_namespaces:
        _mount_all(request.limits, folder, user)
    else:
        with suppress(AttributeError, OSError):  # Linux only
            namespaces.adopt_orphans()
    bound_read, bound_write = os.pipe()
    go_read, go_write = os.pipe()
    kernel = os.fork()
    if kernel == 0:
        os.close(bound_read)
        os.close(go_write)

        def when_bound() -> None:
            os.close(report)
            apply_limits(request.limits)
            os.write(bound_write, b"b")
            if not os.read(go_read, 1):
                os._exit(1)  # the supervisor is gone
            os.close(bound_write)
            os.close(go_read)

        _live(request, sockets, user, when_bound, boundary, in_namespaces=in_namespaces)
        return ENDED_IN_ORDER
    _close(boundary)  # or the judge would not notice the kernel's end
    os.close(bound_write)
    os.close(go_read)
    signal.signal(signal.SIGINT, lambda *_: _signal(kernel, signal.SIGINT))
    # The fork server ends a kernel by this signal where no namespace ends everything at once.
    signal.signal(signal.SIGTERM, lambda *_: _kill_all(in_namespaces=in_namespaces))
    if _is_bound(request, kernel, bound_read, sockets):
        if in_namespaces:
            # Sockets stay reachable; the disk behind them is out of reach from here on.
            flags = namespaces.REMOUNT | namespaces.BIND | namespaces.READ_ONLY
            flags |= namespaces.NO_SETUID | namespaces.NO_DEVICES
            namespaces.mount("none", str(SOCKETS), flags=flags)
        _tell(report, event="ready")
        with suppress(BrokenPipeError):  # another program does not wait for it, and it may be dead
            os.write(go_write, b"g")
    return _watch(request.limits, kernel, report, in_namespaces=in_namespaces)


def _mount_all(limits: Limits, folder: Path, user: int) -> None:
    """Mount what the kernel sees, in the mount namespace of this process."""
    mount = namespaces.mount
    plain = namespaces.NO_SETUID | namespaces.NO_DEVICES
    mount("none", "/", flags=namespaces.RECURSIVE | namespaces.PRIVATE)
    owner = f"mode=0755,uid={user},gid={user if os.geteuid() == 0 else os.getegid()}"
    mount("tmpfs", str(HOME), "tmpfs", plain, f"size={limits.scratch},nr_inodes=100k,{owner}")
    temporary, shared = HOME / ".tmp", HOME / ".shm"
    for own in (temporary, shared):
        own.mkdir()
    try:
        shutil.copytree(folder / "files", WORK, symlinks=True)
    except shutil.Error as error:  # which lists every file
        _, name, why = error.args[0][0]
        raise OSError(f"{name} cannot be copied for the kernel: {why.split(':')[0]}") from None
    for path in (WORK, temporary, shared, *WORK.rglob("*")):
        if os.geteuid() == 0:
            os.chown(path, user, user, follow_symlinks=False)
    _replace_temporary_folder(temporary)
    mount(str(shared), "/dev/shm", flags=namespaces.BIND)
    sockets = folder / "sockets"
    if os.geteuid() == 0:
        os.chown(sockets, user, user)
    mount(str(sockets), str(SOCKETS), flags=namespaces.BIND)
    mount("tmpfs", str(SHARED), "tmpfs", plain | namespaces.READ_ONLY, "size=4k")
    mount("proc", "/proc", "proc", plain | namespaces.NO_PROGRAMS)
    namespaces.start_loopback()
    with suppress(OSError):  # Linux 6.14; before that, RLIMIT_NPROC and the watch have to suffice
        # Numbers are used again from 300 on (RESERVED_PIDS in Linux's pid.c), so that this many
        # can exist at a time, however many there ever were.
        Path("/proc/sys/kernel/pid_max").write_text(str(_RESERVED_PIDS + limits.processes))


def _replace_temporary_folder(own: Path) -> None:
    """Mount the kernel's own folder as /tmp, with what the fork server is shown there.

    It may be Python itself: an environment can lie anywhere.
    """
    places: list[str] = []
    for place in namespaces.mount_points():
        if place.startswith("/tmp/") and not place.startswith(tuple(f"{p}/" for p in places)):
            places.append(place)
    shown = [os.open(place, os.O_PATH) for place in places]  # they are about to be covered
    for place, descriptor in zip(places, shown, strict=True):
        inside = own / Path(place).relative_to("/tmp")
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            inside.mkdir(parents=True, exist_ok=True)
        elif not inside.exists():
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
    namespaces.mount(str(own), "/tmp", flags=namespaces.BIND)
    for place, descriptor in zip(places, shown, strict=True):
        # With what is mounted in it: an ordinary user may not uncover that, mount_namespaces(7).
        flags = namespaces.BIND | namespaces.RECURSIVE
        namespaces.mount(f"/proc/self/fd/{descriptor}", place, flags=flags)
        os.close(descriptor)


def _live(
    request: KernelRequest,
    sockets: Path,
    user: int,
    when_bound: Callable[[], None],
    boundary: int | None,
    *,
    in_namespaces: bool,
) -> None:
    """Drop privileges, apply the limits and run the kernel in this process."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()  # so that Ctrl-C of its own children stays with them
    os.chdir(request.workplace)
    if in_namespaces:
        os.environ.update(HOME=str(HOME), TMPDIR="/tmp")
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            namespaces.be_inspectable()
        namespaces.enter_user_namespace()
        namespaces.forbid_user_namespaces()
        namespaces.drop_privileges()
    path = sockets / "connection.json"
    connection = {**request.connection, "ip": str(sockets / "c")}
    path.write_text(json.dumps(connection), encoding="utf-8")
    if request.program is not None:
        apply_limits(request.limits)
        arguments = [part.replace("{connection_file}", str(path)) for part in request.program]
        try:
            os.execvp(arguments[0], arguments)  # which closes all pipes of this process
        except OSError as error:
            raise OSError(error.errno, error.strerror, arguments[0]) from None
    start_kernel(path, request.guard, when_bound, boundary)


def _is_bound(request: KernelRequest, kernel: int, bound: int, sockets: Path) -> bool:
    """Wait until the kernel's sockets are there; False if it ends before."""
    if request.program is None:
        return bool(os.read(bound, 1))
    ports = [port for name, port in request.connection.items() if name.endswith("_port")]
    places = [f"{sockets}/c-{port}" for port in ports]
    deadline = time.monotonic() + request.limits.seconds
    while not all(os.path.exists(place) for place in places):
        ended = os.waitid(os.P_PID, kernel, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None or time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS / 10)
    return True


def _watch(limits: Limits, kernel: int, report: int, *, in_namespaces: bool) -> int:
    """Wait for the kernel's end, and end it when it exceeds its limits."""
    deadline = time.monotonic() + limits.seconds
    baseline = psutil.Process(os.getpid()).memory_info().rss
    told = False
    while True:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == kernel:
            break
        if pid != 0:
            continue  # an adopted orphan
        if _is_abandoned(report):
            _kill_all(in_namespaces=in_namespaces)
        broken = _broken_limit(limits, baseline, deadline, in_namespaces=in_namespaces)
        if broken and not told:
            told = True
            _tell(report, event="limit", what=broken)
            _kill_all(in_namespaces=in_namespaces)
        time.sleep(_POLL_SECONDS)
    if not told and _has_used_up_its_time(status, used.ru_utime + used.ru_stime, limits):
        _tell(report, event="limit", what="time")
    _kill_all(in_namespaces=in_namespaces)
    return _exit_code(status)


def _has_used_up_its_time(status: int, seconds: float, limits: Limits) -> bool:
    """Whether the system has ended a kernel for its processor time, see `apply_limits`."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return ended_by == signal.SIGXCPU or (
        ended_by == signal.SIGKILL and seconds >= limits.seconds  # it ignored the first signal
    )


def _broken_limit(
    limits: Limits, baseline: int, deadline: float, *, in_namespaces: bool
) -> str | None:
    """Return which limit the kernel and what it started exceed."""
    if time.monotonic() > deadline:
        return "time"
    processes = _below(in_namespaces=in_namespaces)
    if len(processes) > limits.processes:
        return "processes"
    # Pages that a fork shares with its parent are resident in both: no process is charged for
    # what it has in common with this one.
    excess = 0
    for process in processes:
        with suppress(psutil.Error):
            excess += max(0, process.memory_info().rss - baseline)
    if excess > limits.memory:
        return "memory"
    return None


def _below(*, in_namespaces: bool) -> list[psutil.Process]:
    """Return the kernel and what it started."""
    with suppress(psutil.Error):
        if in_namespaces:  # where this process sees no other than those and itself
            own = os.getpid()
            return [psutil.Process(pid) for pid in psutil.pids() if pid != own]
        return psutil.Process().children(recursive=True)
    return []


def _is_abandoned(report: int) -> bool:
    """Whether the reports are no longer read: the fork server was killed."""
    poll = select.poll()
    poll.register(report, 0)
    return bool(poll.poll(0))


def _kill_all(*, in_namespaces: bool) -> None:
    if in_namespaces:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all in this namespace except process 1, this one
        return
    for process in _below(in_namespaces=False):
        with suppress(psutil.Error):
            process.kill()


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _tell(report: int, **event: Any) -> None:
    with suppress(OSError):
        os.write(report, (json.dumps(event) + "\n").encode())


def _exit_code(status: int) -> int:
    """Return an exit status that a shell would give: 128 and the signal's number for a signal."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
