"""Which calls of the kernel a process may not make, held from now on, through exec and in all its children.

It complements Landlock, which knows nothing of UDP and of sockets with a path, and little of what is no file. A list of
what is refused, not of what is allowed: the latter breaks with each new libc, and this one is the second fence.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Sequence

from video_pipeline import kernel

# What is refused, by its numbers on x86_64 and aarch64; None where it does not exist.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # The network, every kind of it, and the way around socket(2).
    "socket": (41, 198),
    "socketpair": (53, 199),
    "io_uring_setup": (425, 425),
    # Other processes: the worker runs as the same user and has the credentials in its memory.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    # Namespaces and mounts, in which the same file has another name; and files by handle, which have none.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    # Files that may not be opened, which Landlock lets be changed all the same: their sizes (before ABI 3), their
    # modes, owners and attributes.
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    # Parts of the kernel that no codec has a use for, and in which the holes are found.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # The machine itself, where the worker is root.
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
}

CLONE = (56, 220)
CLONE3 = (435, 435)
NAMESPACES = 0x7E020000  # linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h; the columns above, in this order
X32 = 0x40000000  # on x86_64, this bit calls the same kernel by other numbers

# linux/bpf_common.h, linux/seccomp.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD, JEQ, JGE, JSET, RET
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | errno.EPERM
ABSENT = 0x00050000 | errno.ENOSYS

_SECCOMP = (317, 277)  # the call's own numbers
_SET_MODE_FILTER = 1
# Without this flag, kernels before 5.16 slow a filtered process down, for the sake of programs that run scripts.
_SPEC_ALLOW = 1 << 2

Instruction = tuple[int, int, int, int]  # code, instructions to skip when true, when false, constant


def is_offered() -> bool:
    """Whether the kernel takes filters, and we know the numbers of its calls."""
    try:
        _set_filter(0)
    except OSError as error:
        return error.errno == errno.EFAULT  # it looked for a filter at address 0
    return False


def confine() -> None:
    """Give up the right to make any of the calls above; they fail with EPERM.

    Raises:
        OSError: the kernel offers no filters, or we do not know the numbers of its calls.
    """
    install(program(_machine()))


def install(instructions: Sequence[Instruction]) -> None:
    """Let the kernel ask a filter, from now on, before each call.

    Raises:
        OSError: the kernel offers no filters, or refuses this one.
    """
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in instructions))
    kernel.forbid_new_privileges()
    _set_filter(struct.pack("@HP", len(instructions), ctypes.addressof(code)))


def program(machine: str) -> list[Instruction]:
    """The filter for a kind of machine, as classic BPF; see seccomp(2).

    Raises:
        OSError: we do not know the numbers of its calls.
    """
    column = _column(machine)
    refused = [numbers[column] for numbers in REFUSED.values()]
    return [
        *_only_on(machine),
        *(step for number in refused if number is not None for step in _answered(number, REFUSE)),
        # What glibc takes for an old kernel, and calls clone instead, whose flags a filter can see.
        *_answered(CLONE3[column], ABSENT),
        *_without_namespaces(CLONE[column]),
        (_RETURN, 0, 0, ALLOW),
    ]


def _only_on(machine: str) -> list[Instruction]:
    """Nothing of ours calls by the numbers of another architecture, by which each call below has another name."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    x32 = [(_AT_LEAST, 0, 1, X32), (_RETURN, 0, 0, REFUSE)]
    return steps + (x32 if machine == "x86_64" else [])


def _answered(number: int, answer: int) -> list[Instruction]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]


def _without_namespaces(clone: int) -> list[Instruction]:
    """In a namespace of users of its own, a process is root and reaches what root alone does; threads stay possible."""
    return [
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, NAMESPACES),
        (_RETURN, 0, 0, REFUSE),
    ]


def _set_filter(program: int | bytes) -> None:
    kernel.syscall(_SECCOMP[_column(_machine())], _SET_MODE_FILTER, _SPEC_ALLOW, program)


def _column(machine: str) -> int:
    if machine not in AUDIT_ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"the numbers of the kernel's calls on {machine} are not known")
    return list(AUDIT_ARCHITECTURES).index(machine)


def _machine() -> str:
    return os.uname().machine if sys.maxsize > 2**32 else "32 bits"
