"""What the stack consists of, as data: servers that are kept running, and work that is done once while it starts."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TERMINATE = ((signal.SIGTERM, 10.0),)


def _nothing() -> None:
    """Nothing needs to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A server that runs as a child of the supervisor.

    It starts after what it `needs`. What it only `uses` once there is work may start meanwhile; both outlive it.
    `is_healthy` asks the running server whether it does its work, and answers within seconds. `prepare` comes before
    each start, `tidy` after a stop; `settle` comes once, when the server is healthy and before anything that needs it
    begins. `stop` is how it is asked to end: signals, each with the seconds it is given, and after the last SIGKILL by
    itself. `death_signal` is what the kernel sends it when the supervisor dies; it must end the part for certain.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    is_healthy: Callable[[], bool]
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    prepare: Callable[[], None] = _nothing
    settle: Callable[[], None] = _nothing
    tidy: Callable[[], None] = _nothing
    stop: Sequence[tuple[signal.Signals, float]] = TERMINATE
    death_signal: signal.Signals = signal.SIGKILL
    user: str | None = None
    start_seconds: float = 120.0  # a code server takes five here, and took more than sixty beside two other stacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Work that is done once while the stack starts and leaves no process; safe to repeat."""

    name: str
    action: Callable[[], None]
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()


Blueprint = Mapping[str, Part | Step]
"""Everything that a stack starts, by name."""


def with_needs(blueprint: Blueprint, names: frozenset[str]) -> Blueprint:
    """The part of `blueprint` that is `names` and all they need or use."""
    wanted, found = set(names), set[str]()
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted |= (blueprint[name].needs | blueprint[name].uses) - found
    return {name: node for name, node in blueprint.items() if name in found}
