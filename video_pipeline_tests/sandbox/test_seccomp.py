from __future__ import annotations

import errno
import json
import subprocess
import sys

import pytest

from video_pipeline import kernel
from video_pipeline.sandbox import seccomp
from video_pipeline.sandbox.seccomp import ABSENT, ALLOW, AUDIT_ARCHITECTURES, KILL, REFUSE, REFUSED, program

MACHINES = list(AUDIT_ARCHITECTURES)
I386 = 0x40000003
READ, OPENAT, CLONE = (0, 63), (257, 56), (56, 220)
A_THREAD = 0x3D0F00  # what pthread_create asks of clone(2)
A_CHILD = 0x11  # fork: SIGCHLD
NEW_USER, NEW_NET = 0x10000000, 0x40000000


def answer(machine: str, number: int, *, argument: int = 0, architecture: int | None = None) -> int:
    """What a filter answers to one call: classic BPF as seccomp(2) uses it, interpreted."""
    data = {0: number, 4: architecture or AUDIT_ARCHITECTURES[machine], 16: argument}
    steps, at, register = program(machine), 0, 0
    while True:
        code, when_true, when_false, constant = steps[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            register = data[constant]
            continue
        holds = {0x15: register == constant, 0x35: register >= constant, 0x45: bool(register & constant)}[code]
        at += when_true if holds else when_false


def of(machine: str, numbers: tuple[int | None, int | None]) -> int | None:
    return numbers[MACHINES.index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(machine: str, name: str) -> None:
    number = of(machine, REFUSED[name])
    assert number is None or answer(machine, number) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_everything_else_is_allowed(machine: str) -> None:
    refused = {of(machine, numbers) for numbers in REFUSED.values()} | {of(machine, seccomp.CLONE3)}
    allowed = {number for number in range(512) if answer(machine, number) == ALLOW}
    assert allowed == set(range(512)) - refused


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_and_children_are_allowed_and_namespaces_are_not(machine: str) -> None:
    clone = CLONE[MACHINES.index(machine)]
    assert answer(machine, clone, argument=A_THREAD) == ALLOW
    assert answer(machine, clone, argument=A_CHILD) == ALLOW
    assert answer(machine, clone, argument=A_CHILD | NEW_USER) == REFUSE
    assert answer(machine, clone, argument=A_CHILD | NEW_NET) == REFUSE
    assert answer(machine, seccomp.CLONE3[0]) == ABSENT


@pytest.mark.parametrize("machine", MACHINES)
def test_who_calls_by_the_numbers_of_another_architecture_is_ended(machine: str) -> None:
    assert answer(machine, READ[MACHINES.index(machine)], architecture=I386) == KILL


def test_the_second_set_of_numbers_is_refused_whole() -> None:
    assert answer("x86_64", 0x40000000 | READ[0]) == REFUSE
    assert answer("x86_64", 0x40000000 | 41) == REFUSE


def test_numbers_are_not_guessed() -> None:
    with pytest.raises(OSError, match="riscv64"):
        program("riscv64")


#: Makes every call that is refused here, with arguments of which none can come true, and says how the kernel answers.
CALLS = """
import errno, json, os, sys, threading
from video_pipeline import kernel
from video_pipeline.sandbox import seccomp
column = list(seccomp.AUDIT_ARCHITECTURES).index(os.uname().machine)
if sys.argv[1] == "confined":
    seccomp.confine()
answers = {}
for name, numbers in seccomp.REFUSED.items():
    if numbers[column] is not None:
        try:
            kernel.syscall(numbers[column], -1, -1, -1, -1, -1)
        except OSError as error:
            answers[name] = error.errno
thread = threading.Thread(target=lambda: answers.update(thread=0))
thread.start()
thread.join()
if (child := os.fork()) == 0:
    os._exit(7)
answers["fork"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(answers))
"""


def calls(mode: str) -> dict[str, int]:
    ended = subprocess.run([sys.executable, "-c", CALLS, mode], capture_output=True, text=True, check=True)
    told: dict[str, int] = json.loads(ended.stdout)
    return told


def test_the_kernel_does_as_the_filter_says() -> None:
    answers = calls("confined")
    assert (answers.pop("thread"), answers.pop("fork")) == (0, 7)
    assert set(answers.values()) == {errno.EPERM}
    assert len(answers) > 30


def test_it_is_the_filter_that_refuses() -> None:
    """Some of the calls nobody but root may make anyway; sockets, files and other processes are anybody's."""
    answers = calls("free")
    anybodys = {"socket", "socketpair", "ptrace", "process_vm_readv", "truncate", "fchmodat", "setxattr"}
    assert {name for name in anybodys if answers[name] == errno.EPERM} == set()


def test_whether_the_kernel_takes_filters_is_asked_without_setting_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seccomp.is_offered()
    assert kernel.prctl(21) in {0, 2}  # PR_GET_SECCOMP: 2 where the tests themselves run under a filter
    monkeypatch.setattr(seccomp, "_machine", lambda: "riscv64")
    assert not seccomp.is_offered()


def test_a_kernel_without_filters_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EINVAL, "syscall")

    monkeypatch.setattr(kernel, "syscall", refuse)
    assert not seccomp.is_offered()


def test_a_filter_that_is_none_is_an_error() -> None:
    code = "from video_pipeline.sandbox import seccomp; seccomp.install([(0xFFFF, 0, 0, 0)])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "OSError: [Errno 22] syscall(" in ended.stderr
