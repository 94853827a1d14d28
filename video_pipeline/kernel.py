"""Calls of the Linux kernel for which Python has no function.

Like everything that the launcher imports, it needs next to nothing of the standard library: each millisecond of
importing is paid for every program that is started.
"""

from __future__ import annotations

import ctypes
import os

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: int | bytes) -> int:
    """Set or ask an attribute of this process; bytes are handed over as a pointer to them.

    Raises:
        OSError: the kernel refused.
    """
    rest = (0,) * (4 - len(arguments))  # some options insist on zeros where they take nothing
    return _called("prctl", option, *arguments, *rest)


def syscall(number: int, *arguments: int | bytes) -> int:
    """Call the kernel by number; bytes are handed over as a pointer to them.

    Raises:
        OSError: the kernel refused.
    """
    return _called("syscall", number, *arguments)


def set_death_signal(signal: int) -> None:
    """Ask the kernel to send this process `signal` when its parent thread ends.

    Raises:
        OSError: the kernel refused.
    """
    prctl(_PR_SET_PDEATHSIG, signal)


def heed(signal: int) -> None:
    """Let a signal do what it usually does, though whoever started this process ignored it: programs inherit that."""
    _libc.signal(ctypes.c_int(signal), ctypes.c_void_p(None))  # SIG_DFL is the null pointer


def forbid_new_privileges() -> None:
    """Let no program that this process becomes be more than it is now, whatever its file's set-user-ID bit says.

    Without that the kernel lets nobody but root confine a process.

    Raises:
        OSError: the kernel refused.
    """
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _called(function: str, *arguments: int | bytes) -> int:
    words = [ctypes.c_char_p(word) if isinstance(word, bytes) else ctypes.c_long(word) for word in arguments]
    result = int(_libc[function](*words))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}({arguments[0]!r}): {os.strerror(number)}")
    return result
