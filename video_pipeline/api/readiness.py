"""Whether everything that the product stands on is there: asked all at once, bounded in time, and not too often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

import anyio
import redis
from anyio import CapacityLimiter, to_thread
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine

from video_pipeline.catalog import gauges, heartbeats, queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.errors import CatalogUnavailable, StoreUnavailable
from video_pipeline.storage import bucket
from video_pipeline.storage.objects import ObjectStore

CHECK_SECONDS = 2.0
KEPT_SECONDS = 1.0
"""How long an answer is given again, so that nobody can have us ask all day."""
SILENCE_SECONDS = 60.0
"""The daemon's sensor beats every ten seconds or so."""


class NotReady(Exception):
    """A check found what is not as it should be; the message is a sentence without addresses."""


Check = Callable[[], str]
"""Gives a sentence, or raises `NotReady`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found, and how long it took."""

    ok: bool
    seconds: float
    sentence: str


class _Bounded:
    """A check in a thread that nobody waits for too long; while it hangs, it is not begun again."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._is_running = False

    async def find(self, limiter: CapacityLimiter) -> Outcome:
        began = monotonic()
        found = (False, f"There was no answer within {CHECK_SECONDS:g} seconds.")
        if not self._is_running:
            self._is_running = True
            with anyio.move_on_after(CHECK_SECONDS):
                found = await to_thread.run_sync(self._look, abandon_on_cancel=True, limiter=limiter)
        return Outcome(found[0], round(monotonic() - began, 3), found[1])

    def _look(self) -> tuple[bool, str]:
        try:
            return True, self._check()
        except NotReady as reason:
            return False, str(reason)
        finally:
            self._is_running = False


class Readiness:
    """Asks the checks, and remembers for a moment what they found."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = {name: _Bounded(check) for name, check in checks.items()}
        self._asked: asyncio.Task[dict[str, Outcome]] | None = None
        self._fresh_until = 0.0

    async def findings(self) -> dict[str, Outcome]:
        """What each check found; whoever asks at the same time is told the same."""
        if self._asked is None or (self._asked.done() and monotonic() > self._fresh_until):
            self._asked = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asked)

    async def _ask(self) -> dict[str, Outcome]:
        limiter = CapacityLimiter(len(self._checks))  # a check that hangs keeps no route from its thread
        found = await asyncio.gather(*(check.find(limiter) for check in self._checks.values()))
        self._fresh_until = monotonic() + KEPT_SECONDS
        return dict(zip(self._checks, found, strict=True))


def checks(
    catalog: Callable[[], Engine], store: Callable[[], ObjectStore], broker_url: str | None, queue_seconds: float
) -> dict[str, Check]:
    """Everything that uploads need to become videos."""
    found: dict[str, Check] = {
        "database": lambda: _database(catalog()),
        "bucket": lambda: _bucket(store()),
        "queue": lambda: _queue(catalog(), queue_seconds),
        "daemon": lambda: _daemon(catalog()),
    }
    return found if broker_url is None else {**found, "broker": lambda: _broker(broker_url)}


def _database(engine: Engine) -> str:
    try:
        with transaction(engine) as connection:
            queries.now(connection)
    except CatalogUnavailable as error:
        raise NotReady("The catalog's database does not answer.") from error
    return "The catalog's database answers."


def _bucket(store: ObjectStore) -> str:
    try:
        is_there = bucket.exists(store.client, store.bucket)
    except StoreUnavailable as error:
        raise NotReady("The object store does not answer.") from error
    if not is_there:
        raise NotReady("The bucket does not exist.")
    return "The bucket is there."


def _broker(url: str) -> str:
    once = Retry(NoBackoff(), 0)
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=once) as broker:
            broker.ping()
    except redis.RedisError as error:
        raise NotReady("The broker does not answer.") from error
    return "The broker answers."


def _queue(engine: Engine, longest_seconds: float) -> str:
    try:
        with transaction(engine) as connection:
            waiting = gauges.pending(connection)
    except CatalogUnavailable as error:
        raise NotReady("Nobody knows what waits.") from error
    if waiting.oldest_seconds > longest_seconds:
        raise NotReady(f"An upload has waited for {waiting.oldest_seconds:.0f} seconds; {waiting.number} wait in all.")
    return f"{waiting.number} uploads wait, the first for {waiting.oldest_seconds:.0f} seconds."


def _daemon(engine: Engine) -> str:
    try:
        with transaction(engine) as connection:
            age = heartbeats.ages(connection).get(heartbeats.DAEMON)
    except CatalogUnavailable as error:
        raise NotReady("Nobody knows when the daemon was last heard of.") from error
    if age is None:
        raise NotReady("The daemon has never given a sign of life.")
    if age > SILENCE_SECONDS:
        raise NotReady(f"The daemon's last sign of life is {age:.0f} seconds old.")
    return f"The daemon gave a sign of life {age:.0f} seconds ago."
