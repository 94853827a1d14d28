"""When a delivery is tried again: as Standard Webhooks proposes, ten attempts within about three days."""

from __future__ import annotations

from datetime import timedelta
from random import SystemRandom

MINUTE, HOUR = 60, 3600

WAITS = (0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds before each attempt, from the end of the one before."""

LONGEST_WISH = 24 * HOUR
"""How long a receiver may ask to be left alone, in seconds."""

_JITTER = 0.1
_random = SystemRandom()


def wait_after(attempt: int, *, asked_seconds: float = 0.0) -> timedelta | None:
    """How long to wait after that attempt, counted from 1, has failed; None where it was the last one.

    It is up to a tenth longer than planned, so that what failed together does not come back together, and as long as
    the receiver asked for, within bounds.
    """
    if attempt >= len(WAITS):
        return None
    planned = WAITS[attempt] * (1 + _JITTER * _random.random())
    return timedelta(seconds=max(planned, min(asked_seconds, LONGEST_WISH)))
