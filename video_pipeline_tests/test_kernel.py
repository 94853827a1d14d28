import ctypes
import errno
import signal
import struct
import subprocess
import sys

import pytest

from video_pipeline import kernel

PR_GET_PDEATHSIG = 2
PR_GET_NO_NEW_PRIVS = 39
NOWHERE = 10_000  # a number that no call has


def python(script: str) -> list[str]:
    code = f"from video_pipeline import kernel\n{script}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_what_the_kernel_answers_is_the_result() -> None:
    assert kernel.prctl(PR_GET_NO_NEW_PRIVS) in {0, 1}


def test_a_refusal_is_an_error_that_says_why() -> None:
    with pytest.raises(OSError, match=r"syscall\(10000\): Function not implemented") as refusal:
        kernel.syscall(NOWHERE)
    assert refusal.value.errno == errno.ENOSYS


def test_bytes_are_handed_over_by_their_address() -> None:
    name = b"media-test\0"
    assert python(f"kernel.prctl(15, {name!r}); print(open('/proc/self/comm').read())") == ["media-test"]


def test_numbers_have_the_width_of_an_address() -> None:
    buffer = ctypes.create_string_buffer(4)
    kernel.prctl(PR_GET_PDEATHSIG, ctypes.addressof(buffer))
    assert struct.unpack("i", buffer.raw)[0] in {0, *signal.Signals}


def test_the_death_signal_is_set() -> None:
    script = "import ctypes; kernel.set_death_signal(15); told = ctypes.c_int(); "
    script += f"kernel.prctl({PR_GET_PDEATHSIG}, ctypes.addressof(told)); print(told.value)"
    assert python(script) == ["15"]


def test_a_signal_that_was_ignored_is_heeded() -> None:
    script = "import os, signal; signal.signal(15, signal.SIG_IGN); kernel.heed(15); os.kill(os.getpid(), 15)"
    with pytest.raises(subprocess.CalledProcessError) as ended:
        python(script)
    assert ended.value.returncode == -signal.SIGTERM


def test_new_privileges_are_forbidden_for_good() -> None:
    script = f"kernel.forbid_new_privileges(); print(kernel.prctl({PR_GET_NO_NEW_PRIVS}))"
    assert python(script) == ["1"]
