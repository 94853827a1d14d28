"""Which files a process may touch, held by the kernel from now on, through exec and in all its children.

Landlock needs no privilege, and being root is no way around it. Each version of its interface (ABI) governs more; what
a kernel does not govern stays allowed, as its documentation advises (docs.kernel.org/userspace-api/landlock.html).
Debian 12 has ABI 2.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from video_pipeline import kernel

# linux/landlock.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1
_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15

# How many bits of rights on files an ABI knows. What is handled and not granted is refused.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NEWEST = 5
_TCP, _TCP_SINCE = 0b11, 4  # bind and connect
_SCOPES, _SCOPED_SINCE = 0b11, 6  # abstract sockets of, and signals to, processes outside

_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # the rest is about folders; the kernel insists

LIST = READ_DIR
READ = READ_FILE | READ_DIR
RUN = READ | EXECUTE
# Plain files and folders alone. Links could lead the worker, which comes to fetch what was made, to files that the
# process itself must not read; at a FIFO it would wait for ever.
WRITE = READ | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR


def abi() -> int:
    """The version of Landlock that the kernel offers, from 1 on; 0 where it offers none, or asking is forbidden."""
    try:
        return kernel.syscall(_CREATE_RULESET, 0, 0, _VERSION)
    except OSError:
        return 0


def confine(grants: Iterable[tuple[str, int]], version: int | None = None) -> None:
    """Give up the right to touch any file but those granted, TCP, and signals and abstract sockets to the outside.

    Args:
        grants: paths, each with the rights (`LIST`, `READ`, `RUN`, `WRITE`) on it and on what lies beneath it. What is
            not there, or cannot be reached, is passed over: nobody can use it.
        version: the ABI to make use of; the newest one that the kernel offers where none is named.

    Raises:
        OSError: the kernel offers none, or refuses.
    """
    version = version or abi()
    handled = _handled(version)
    network = _TCP if version >= _TCP_SINCE else 0
    scoped = _SCOPES if version >= _SCOPED_SINCE else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)
    ruleset = kernel.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path, rights in grants:
            _grant(ruleset, path, rights & handled)
        kernel.forbid_new_privileges()
        kernel.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _handled(version: int) -> int:
    return (1 << _FILE_RIGHTS.get(min(version, _NEWEST), 0)) - 1


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(file).st_mode):
            rights &= _OF_A_FILE
        kernel.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, file), 0)
    finally:
        os.close(file)
