"""The courier: takes events from the outbox to their channels, and writes down what came of it.

It sends between two transactions. One that dies there has perhaps sent: when its lease is over, the same is sent again
with the same id and the next attempt's number. Nothing is lost, and what comes twice can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine

from video_pipeline.alerts.channels import Channel
from video_pipeline.alerts.posting import SECONDS, Answer, post_all
from video_pipeline.alerts.waits import wait_after
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.outbox import Delivery, Event
from video_pipeline.catalog.records import deliveries

AT_ONCE = 20
"""Deliveries that are taken at once for each channel, so that none waits for another's."""

LEASE_SECONDS = SECONDS + 100


def deliver_all(engine: Engine, channels: Sequence[Channel]) -> int:
    """Send until nothing is due any more, and give how many deliveries that was."""
    return sum(iter(lambda: deliver_due(engine, channels), 0))


def deliver_due(engine: Engine, channels: Sequence[Channel]) -> int:
    """Send what is due now, and give how many deliveries that was."""
    named = {channel.route.channel: channel for channel in channels}
    with transaction(engine) as connection:
        deliveries.route(connection, [channel.route for channel in channels])
        due = [
            delivery
            for name in named
            for delivery in deliveries.claim(connection, name, limit=AT_ONCE, lease_seconds=LEASE_SECONDS)
        ]
    if not due:
        return 0
    now = datetime.now(UTC)
    answers = post_all([named[delivery.channel].request(delivery, now) for delivery in due])
    with transaction(engine) as connection:
        for delivery, answer in zip(due, answers, strict=True):
            _record(connection, delivery, answer)
    return len(due)


def _record(connection: Connection, delivery: Delivery, answer: Answer) -> None:
    wait = wait_after(delivery.attempt, asked_seconds=answer.wait_seconds)
    if answer.is_success:
        deliveries.mark_delivered(connection, delivery.id)
    elif answer.is_gone:
        deliveries.mark_gone(connection, delivery.channel)
    elif wait is None:
        deliveries.give_up(connection, delivery.id, error=answer.fault)
    else:
        deliveries.set_back(connection, delivery, error=answer.fault, wait=wait)


@dataclass(frozen=True, slots=True)
class Trial:
    """How a channel took a message that was only a test."""

    channel: str
    answer: Answer


def try_out(engine: Engine, channels: Sequence[Channel]) -> list[Trial]:
    """Send a test along every channel, past the outbox. One whose receiver was gone is used again if it takes it."""
    test = Event(uuid4(), "alerts.test", "installation", {"sentence": _TEST}, None, datetime.now(UTC))
    named = [channel.route.channel for channel in channels]
    sent = [Delivery(uuid4(), name, test, attempt=1, held_back=0) for name in named]
    requests = [channel.request(delivery, test.occurred_at) for channel, delivery in zip(channels, sent, strict=True)]
    trials = [Trial(name, answer) for name, answer in zip(named, post_all(requests), strict=True)]
    with transaction(engine) as connection:
        for trial in trials:
            if trial.answer.is_success:
                deliveries.mark_returned(connection, trial.channel)
    return trials


_TEST = "This is a test: somebody ran `video-pipeline alerts test`. Nothing is wrong."
