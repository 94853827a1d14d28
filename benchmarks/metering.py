"""What a piece of work costs: time, processor time and memory, its children's included."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

MIB_IN_KIB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of all processors, and the most memory (MiB) that any one child held."""

    seconds: float
    cpu_seconds: float
    child_mib: float


def cost(work: Callable[..., object], *arguments: object) -> Cost:
    """What `work(*arguments)` costs, done in a fresh process: the kernel keeps one peak for all children of one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_ready).result()
        return pool.submit(_measured, work, arguments).result()


def _ready() -> None:
    """Let the process start before the clock does."""


def _measured(work: Callable[..., object], arguments: tuple[object, ...]) -> Cost:
    before, began = _cpu_seconds(), time.perf_counter()
    work(*arguments)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Cost(seconds, _cpu_seconds() - before, peak / MIB_IN_KIB)


def _cpu_seconds() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
