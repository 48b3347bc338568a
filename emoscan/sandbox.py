"""What a worker process gives up before it looks at a sample: memory, processes, files, the network.

Best effort by platform: limits work on every POSIX system, Landlock (ABI 1 to 6) and an own network namespace on Linux.
`confine` says what is in force, `emoscan doctor` shows it.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from emoscan.budget import MIB, Limits

DESCRIPTORS: Final = 64
FILE_BYTES: Final = 64 * MIB
CPU_SLACK: Final = 5

PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000

# linux/landlock.h; system call numbers are the same on every architecture since 5.13.
LANDLOCK_CREATE_RULESET: Final = 444
LANDLOCK_ADD_RULE: Final = 445
LANDLOCK_RESTRICT_SELF: Final = 446
LANDLOCK_READ: Final = 1 << 2 | 1 << 3  # READ_FILE, READ_DIR
LANDLOCK_FS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
LANDLOCK_NET: Final = 1 << 0 | 1 << 1  # BIND_TCP, CONNECT_TCP; from ABI 4
LANDLOCK_SCOPE: Final = 1 << 0 | 1 << 1  # ABSTRACT_UNIX_SOCKET, SIGNAL; from ABI 6


def confine(limits: Limits, readable: tuple[str, ...] = ()) -> dict[str, str]:
    """Give up what a worker does not need. Call once, early, in the worker. Returns what is in force, by name.

    `readable`: files and folders that stay readable beside the Python installation (rules of the user).
    """
    state = {"processes": "own session", "limits": "none", "landlock": "none", "network": "open"}
    if os.name != "posix":
        state["processes"] = "shared"
        return state
    with suppress(OSError):
        os.setsid()
    state["limits"] = _limit_resources(limits)
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
            state["network"] = "own empty namespace"
        state["landlock"] = _landlock(libc, readable)
        if state["network"] == "open" and "TCP" in state["landlock"]:
            state["network"] = "TCP refused by Landlock"
    return state


def _limit_resources(limits: Limits) -> str:
    import resource

    set_: list[str] = []
    wanted = {
        "RLIMIT_AS": address_space() + limits.memory_bytes,
        "RLIMIT_FSIZE": FILE_BYTES,
        "RLIMIT_NOFILE": DESCRIPTORS,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }
    for name, value in wanted.items():
        if hasattr(resource, name):
            with suppress(OSError, ValueError):
                resource.setrlimit(getattr(resource, name), (value, value))
                set_.append(name.removeprefix("RLIMIT_").lower())
    return " ".join(set_) or "none"


def allow_cpu(seconds: float) -> None:
    """Let this process use so many more seconds of processor time; beyond them the system kills it. For each input."""
    if os.name != "posix":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds + CPU_SLACK)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def address_space() -> int:
    """Bytes of address space in use, 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def resident() -> int:
    """Bytes of memory in use, 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _landlock(libc: ctypes.CDLL, readable: tuple[str, ...]) -> str:
    """Nothing may be written, and read only what Python itself lies in and `readable`."""
    abi = libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    if abi < 1:
        return "not offered by this kernel"
    words = [LANDLOCK_FS[min(abi, 5)], *([LANDLOCK_NET] if abi >= 4 else []), *([LANDLOCK_SCOPE] if abi >= 6 else [])]
    attributes = struct.pack(f"={len(words)}Q", *words)
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return "refused"
    try:
        for path in dict.fromkeys((*_python_paths(), *readable)):
            with suppress(OSError):
                descriptor = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
                try:
                    access = LANDLOCK_READ if Path(path).is_dir() else LANDLOCK_READ & ~(1 << 3)
                    libc.syscall(LANDLOCK_ADD_RULE, rules, 1, struct.pack("=Qi", access, descriptor), 0)
                finally:
                    os.close(descriptor)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0) != 0:
            return "refused"
    finally:
        os.close(rules)
    return f"ABI {abi}, nothing written{', TCP refused' if abi >= 4 else ''}{', no signals sent' if abi >= 6 else ''}"


def _python_paths() -> tuple[str, ...]:
    """Where imports come from: they go on after confinement. `/proc/self` and the loader's libraries belong to it."""
    here = str(Path(__file__).parent.parent)
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, here, *filter(None, sys.path))
    system = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/proc", "/dev/null", "/dev/urandom")
    return (*own, *system)
