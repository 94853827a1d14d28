"""Ports on loopback that nobody listens on, and that no other stack on this machine has in mind."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager

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


@contextmanager
def reserved(names: Collection[str], *, wished: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """A free port for each name: the one that is wished where nobody has it, else any.

    Until the end of the block no other stack is given the same ones, though nobody listens on them yet.
    """
    with ExitStack() as claims:
        yield {name: _reserve(wished.get(name), claims) for name in names}


def _reserve(wished: int | None, claims: ExitStack) -> int:
    return next(port for port in _candidates(wished) if _take(port, claims))


def _take(port: int, claims: ExitStack) -> bool:
    claim = _claim(port)
    if claim is None:
        return False
    claims.enter_context(claim)
    return is_free(port)


def _candidates(wished: int | None) -> Iterator[int]:
    if wished is not None:
        yield wished
    while True:
        yield _random.choice(_RANGE)


def _claim(port: int) -> socket.socket | None:
    """Hold a name that stands for the port, None where another stack holds it.

    An abstract Unix socket, see unix(7): it is seen wherever the port is, and goes when its process does.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0video-pipeline-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim
