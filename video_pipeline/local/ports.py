"""Ports on loopback that nobody listens on."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection, Iterator, Mapping

HOST = "127.0.0.1"

_RANGE = range(20_000, 32_000)  # below the ports that Linux gives to outgoing connections, 32768 and up
_random = random.SystemRandom()


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not hinder a server
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def assign(names: Collection[str], *, wished: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name: the one that is wished where nobody has it, else any.

    Any means a random one, so that stacks that start at the same time do not all take the first that looks free.
    """
    assigned: dict[str, int] = {}
    for name in names:
        assigned[name] = next(port for port in _candidates(wished.get(name)) if _fits(port, assigned))
    return assigned


def _candidates(wished: int | None) -> Iterator[int]:
    if wished is not None:
        yield wished
    while True:
        yield _random.choice(_RANGE)


def _fits(port: int, assigned: Mapping[str, int]) -> bool:
    return port not in assigned.values() and is_free(port)
