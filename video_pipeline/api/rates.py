"""How often somebody may ask, counted in the broker, so that all processes of the API count together.

Where there is no broker, or it does not answer, each process counts for itself: a limit that is kept a little worse is
better than an API that answers nobody; see docs/decisions/0014-the-edges-of-the-api.md.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Mapping
from enum import StrEnum
from threading import Lock

import structlog
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from video_pipeline.errors import Allowance, TooManyRequests

OFF = "off"
KEYS = "video-pipeline:rates"
ANSWER_SECONDS = 0.25
"""How long the broker may take: every request waits for it."""
AWAY_SECONDS = 5.0
"""How long a broker that did not answer is left alone: until then no request waits for it."""

SHARES = 100
"""A process takes a hundredth of a limit at once: the broker writes every count to disk before it answers."""
REMEMBERED = 10_000
"""Of how many it remembers what it has taken; what it forgets counts as spent."""

_log = structlog.stdlib.get_logger(__name__)


class Rule(StrEnum):
    """What is limited, each by the setting `RATE_LIMIT_…` of its name."""

    LOGIN = "login"
    UPLOADS = "uploads"
    REQUESTS = "requests"
    ANONYMOUS = "anonymous"
    MEDIA = "media"


class Rates:
    """Counts who asks by which rule; `limits` are as the settings write them, threads may share it."""

    def __init__(self, limits: Mapping[Rule, str], broker_url: str | None) -> None:
        self._limits = {rule: [] if text == OFF else parse_many(text) for rule, text in limits.items()}
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_broker(broker_url)) if broker_url else None
        self._away_until = 0.0
        self._taken: dict[tuple[str, Rule, str], int] = {}
        self._taking = Lock()

    def spend(self, rule: Rule, who: str) -> None:
        """Count one request of `who`.

        Raises:
            TooManyRequests: the rule has no room for it; it is not counted.
        """
        for limit in self._limits[rule]:
            wait_seconds = self._spend(limit, rule, who)
            if wait_seconds:
                window = limit.get_expiry()
                raise TooManyRequests(
                    f"You have asked too often: {limit.amount} times in {window} seconds is the limit. "
                    f"Try again in {wait_seconds} seconds.",
                    allowance=Allowance(rule, limit.amount, window, wait_seconds),
                )

    def _spend(self, limit: RateLimitItem, rule: Rule, who: str) -> int:
        """Zero if there was room, else after how many seconds to try again."""
        key = (str(limit), rule, who)
        with self._taking:
            left = self._taken.get(key, 0)
            if left:
                self._taken[key] = left - 1
                return 0
        taken, wait_seconds = self._take(limit, rule, who)
        if taken > 1:
            with self._taking:
                if len(self._taken) >= REMEMBERED:
                    self._taken.clear()
                self._taken[key] = self._taken.get(key, 0) + taken - 1  # another thread may have taken some too
        return wait_seconds

    def _take(self, limit: RateLimitItem, rule: Rule, who: str) -> tuple[int, int]:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return _take(self._shared, limit, rule, who)
            except RedisError as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                _log.warning("rates_counted_here", reason=type(error).__name__, seconds=AWAY_SECONDS)
        return _take(self._here, limit, rule, who)


def _take(counter: RateLimiter, limit: RateLimitItem, rule: Rule, who: str) -> tuple[int, int]:
    """How many requests are granted at once, and where none is, after how many seconds to try again."""
    for number in dict.fromkeys((max(1, limit.amount // SHARES), 1)):
        if counter.hit(limit, rule, who, cost=number):
            return number, 0
    reset_time = counter.get_window_stats(limit, rule, who).reset_time
    return 0, max(1, math.ceil(reset_time - time.time()))


def _broker(url: str) -> RedisStorage:
    """The broker, asked once and not for long; redis-py would try three times by itself."""
    options = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    return RedisStorage(url, key_prefix=KEYS, retry=Retry(NoBackoff(), 0), **options)  # type: ignore[arg-type]


def of_address(host: str | None) -> str:
    """By what an address is counted: itself, or of IPv6 the network that a single customer has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"  # a socket file, or a proxy that says something else
    if address.version == 6 and (mapped := address.ipv4_mapped):
        return str(mapped)
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def of_email(email: str) -> str:
    """By what an e-mail address is counted; it does not stand in the broker."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]
