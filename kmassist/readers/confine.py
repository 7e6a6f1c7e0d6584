"""What a reading process may not do, whatever a flaw in a parser makes it try.

    everywhere   an audit hook: Python code opens no connection, looks up no name, starts no program
    POSIX        limits of the kernel on memory, time, files and processes
    Linux        seccomp: the kernel refuses sockets, programs, new processes and what reaches into others
                 Landlock: the kernel refuses writing and running any file

It may still read what its user may read. Where the kernel has one of these not, the others hold; `in_force` says which.
On Windows there is the audit hook and the parent's clock: a job object would need a service or an installer of ours.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import Any

KEPT = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "TESSDATA_PREFIX", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "TMPDIR",
)  # fmt: skip
"""What of the environment a reader needs; tokens and passwords that stand in the rest are none of its business."""

_REFUSED = frozenset(
    """
    socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr
    socket.getnameinfo
    """.split()  # noqa: SIM905 - a list of names reads better than a literal
)
_PROGRAMS = frozenset(
    "subprocess.Popen os.exec os.fork os.forkpty os.posix_spawn os.spawn os.system os.startfile pty.spawn".split()  # noqa: SIM905
)
_CALLS = """
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg execve execveat fork vfork ptrace
    process_vm_readv process_vm_writev pidfd_open pidfd_getfd kill mount umount2 move_mount open_tree chroot pivot_root setns
    unshare bpf perf_event_open add_key request_key keyctl io_uring_setup userfaultfd init_module finit_module kexec_load
    open_by_handle_at personality
""".split()  # noqa: SIM905
_NEW_THREAD = 0x10000  # CLONE_THREAD

_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_ACCESS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version of Landlock -> how many kinds of access to files it knows; later ones know those of 5."""


def environment() -> dict[str, str]:
    """The parent's environment for a reading process."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}


def confine(
    *, memory_bytes: int, file_bytes: int, may_start_programs: bool = False
) -> tuple[str, ...]:
    """Limit this process for the rest of its life; gives the names of what is in force.

    Args:
        memory_bytes: address space.
        file_bytes: of any file it writes.
        may_start_programs: for character recognition, which is a program and writes pictures of the pages.
    """
    refused = _REFUSED if may_start_programs else _REFUSED | _PROGRAMS

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event in refused:
            raise PermissionError("a reader may not use the network or start a program")

    in_force = ["audit hook"]
    if _limit(memory_bytes, file_bytes, may_start_programs=may_start_programs):
        in_force.append("limits")
    if sys.platform == "linux" and not may_start_programs:
        in_force += [
            name for name, put in (("landlock", _landlock), ("seccomp", _seccomp)) if put()
        ]
    sys.addaudithook(refuse)
    return tuple(in_force)


def _limit(memory_bytes: int, file_bytes: int, *, may_start_programs: bool) -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    limits = {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_FSIZE": file_bytes,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 128,
        **({} if may_start_programs else {"RLIMIT_NPROC": 0}),
    }
    for name, value in limits.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    return True


def _seccomp() -> bool:
    try:
        from pyseccomp import ALLOW, EQ, ERRNO, MASKED_EQ, Arg, SyscallFilter
    except (
        ImportError,
        OSError,
        RuntimeError,
    ):  # the package, or the system's libseccomp, is not there
        return False
    import errno

    try:
        rules = SyscallFilter(defaction=ALLOW)
        for call in _CALLS:
            with contextlib.suppress(ValueError, OSError):  # not a call of this architecture
                rules.add_rule(ERRNO(errno.EPERM), call)
        rules.add_rule(ERRNO(errno.EPERM), "clone", Arg(0, MASKED_EQ, _NEW_THREAD, 0))
        rules.add_rule(
            ERRNO(errno.ENOSYS), "clone3"
        )  # its flags cannot be looked at; libraries fall back on clone
        rules.add_rule(ERRNO(errno.EPERM), "prctl", Arg(0, EQ, 4))  # PR_SET_DUMPABLE
        rules.load()
    except (OSError, ValueError):
        return False
    return True


def _landlock() -> bool:
    """Refuse writing, making, removing and running files everywhere; reading stays."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    every = (1 << _ACCESS_BY_VERSION[min(version, max(_ACCESS_BY_VERSION))]) - 1
    # Access to files; from version 4 on also TCP, to listen and to connect.
    handled = (ctypes.c_uint64 * (2 if version >= 4 else 1))(every & ~(_READ_FILE | _READ_FOLDER))
    if version >= 4:
        handled[1] = 3
    rules = libc.syscall(
        _LANDLOCK_CREATE,
        ctypes.byref(handled),
        ctypes.c_size_t(ctypes.sizeof(handled)),
        ctypes.c_uint32(0),
    )
    if rules < 0:
        return False
    try:
        no_new_privileges = 38
        if libc.prctl(no_new_privileges, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(_LANDLOCK_RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def limit_cpu(seconds: int) -> None:
    """CPU seconds from now on; the kernel ends the process that goes beyond."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def peak_bytes() -> int:
    """Bytes of memory this process has held at most; 0 where it cannot be known.

    ``ru_maxrss`` would begin at what the parent held when it forked, so the kernel's own mark is read where there is one.
    """
    with (
        contextlib.suppress(OSError, ValueError, IndexError),
        Path("/proc/self/status").open(encoding="ascii") as status,
    ):
        for line in status:
            if line.startswith("VmHWM:"):  # some kernels of containers leave it out
                return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
