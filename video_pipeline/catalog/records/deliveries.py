"""Deliveries of events to channels: made, taken by a courier, and ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, Row, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog import outbox
from video_pipeline.catalog.alerting import deliveries, events, gone_receivers
from video_pipeline.catalog.outbox import Delivery, Event, Route
from video_pipeline.catalog.records.events import emit
from video_pipeline.errors import NotFound, RequestRefused

SAME_ALERT = timedelta(hours=1)
"""How long a channel for alerts is not told the same again."""

ROUTED_AT_ONCE = 200

_GONE = "Its receiver answered 410 Gone."
_LOCK = 5_105_006  # an advisory lock's number: any that nobody else in this database uses

_OPEN = (deliveries.c.delivered_at.is_(None), deliveries.c.given_up_at.is_(None), deliveries.c.suppressed_at.is_(None))


def route(conn: Connection, routes: Collection[Route]) -> int:
    """Decide for new events on which channels they go, and give how many events that was.

    One courier does it at a time: two that decide at once would both find that an alert is the first of its kind.
    """
    if not conn.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    waiting = select(events).where(events.c.routed_at.is_(None)).order_by(events.c.occurred_at, events.c.id)
    new = conn.execute(waiting.limit(ROUTED_AT_ONCE)).all()
    if not new:
        return 0
    gone = outbox.gone(conn)
    for event in new:
        _send_along(conn, event, [known for known in routes if known.channel not in gone])
    conn.execute(update(events).where(events.c.id.in_([event.id for event in new])).values(routed_at=func.now()))
    return len(new)


def _send_along(conn: Connection, event: Row[Any], routes: Iterable[Route]) -> None:
    for known in routes:
        if known.is_for_alerts and event.same_as is not None:
            conn.execute(_alert(event.id, known.channel, event.same_as))
        elif not known.is_for_alerts and known.takes(event.type):
            conn.execute(insert(deliveries).values(event_id=event.id, channel=known.channel))


def _alert(event_id: UUID, channel: str, same_as: str) -> Insert:
    """A delivery that is suppressed from the beginning where the channel was just told the same, or is about to be."""
    earlier = deliveries.alias()
    is_told = (
        select(earlier.c.id)
        .where(
            earlier.c.channel == channel,
            earlier.c.same_as == same_as,
            earlier.c.suppressed_at.is_(None),
            earlier.c.given_up_at.is_(None),
            or_(earlier.c.delivered_at.is_(None), earlier.c.delivered_at > func.now() - SAME_ALERT),
        )
        .exists()
    )
    return insert(deliveries).from_select(
        ["event_id", "channel", "same_as", "suppressed_at"],
        select(literal(event_id), literal(channel), literal(same_as), case((is_told, func.now()))),
    )


def claim(conn: Connection, channel: str, *, limit: int, lease_seconds: float) -> list[Delivery]:
    """Take what is due on a channel; for `lease_seconds` no other courier takes it, and then anybody may.

    The attempt counts from now on, so that what a courier sent before it died is marked when it is sent again.
    """
    due = (
        select(deliveries.c.id)
        .where(*_OPEN, deliveries.c.channel == channel, deliveries.c.next_attempt_at <= func.now())
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")  # not a subquery, which the planner may run more than once
    )
    lease = func.now() + timedelta(seconds=lease_seconds)
    take = update(deliveries).where(deliveries.c.id == due.c.id, deliveries.c.event_id == events.c.id)
    taken = take.values(attempts=deliveries.c.attempts + 1, next_attempt_at=lease)
    columns = (deliveries.c.id.label("delivery_id"), deliveries.c.attempts, *events.c)
    return [_taken(conn, channel, row) for row in conn.execute(taken.returning(*columns)).all()]


def _taken(conn: Connection, channel: str, row: Row[Any]) -> Delivery:
    event = Event(row.id, row.type, row.subject, row.data, row.same_as, row.occurred_at)
    held_back = _tell_of(conn, row.delivery_id, channel, event)
    return Delivery(row.delivery_id, channel, event, row.attempts, held_back)


def _tell_of(conn: Connection, delivery_id: UUID, channel: str, event: Event) -> int:
    """Let a delivery tell of those like it that were suppressed and that none has told of yet."""
    if event.same_as is None:
        return 0
    untold = update(deliveries).where(
        deliveries.c.channel == channel,
        deliveries.c.same_as == event.same_as,
        deliveries.c.suppressed_at.is_not(None),
        or_(deliveries.c.told_by.is_(None), deliveries.c.told_by == delivery_id),
    )
    return conn.execute(untold.values(told_by=delivery_id)).rowcount


def mark_delivered(conn: Connection, delivery_id: UUID) -> None:
    """It has arrived."""
    _end(conn, delivery_id, delivered_at=func.now(), last_error=None)


def set_back(conn: Connection, delivery: Delivery, *, error: str, wait: timedelta) -> None:
    """This attempt failed, and the next one comes after `wait`; unless another courier has begun it already."""
    step = update(deliveries).where(*_OPEN, deliveries.c.id == delivery.id, deliveries.c.attempts == delivery.attempt)
    conn.execute(step.values(last_error=error, next_attempt_at=func.now() + wait))


def give_up(conn: Connection, delivery_id: UUID, *, error: str) -> None:
    """No attempt follows; what it was to tell of others, the next one like it tells."""
    _end(conn, delivery_id, given_up_at=func.now(), last_error=error)
    conn.execute(update(deliveries).where(deliveries.c.told_by == delivery_id).values(told_by=None))


def _end(conn: Connection, delivery_id: UUID, **values: object) -> None:
    conn.execute(update(deliveries).where(*_OPEN, deliveries.c.id == delivery_id).values(**values))


def retry(conn: Connection, delivery_id: UUID) -> None:
    """Try a delivery now: one that waits goes on as before, one that was given up gets one more attempt.

    Raises:
        NotFound: there is no such delivery.
        RequestRefused: it has arrived, was suppressed, or another one that says the same is on its way.
    """
    found = conn.execute(select(deliveries).where(deliveries.c.id == delivery_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound(f"No delivery has the id {delivery_id}.")
    if found.delivered_at or found.suppressed_at:
        ended = "has arrived" if found.delivered_at else "was held back, since the same had just been told"
        raise RequestRefused(f"Delivery {delivery_id} {ended}.")
    if _is_on_its_way(conn, found):
        raise RequestRefused(f"Another alert that says the same is on its way to {found.channel}.")
    again = update(deliveries).where(deliveries.c.id == delivery_id)
    conn.execute(again.values(given_up_at=None, next_attempt_at=func.now()))


def _is_on_its_way(conn: Connection, alert: Row[Any]) -> bool:
    """Whether another delivery says what this one does; on channels that are told everything none does."""
    like_it = (deliveries.c.channel == alert.channel, deliveries.c.same_as == alert.same_as)
    others = select(deliveries.c.id).where(*_OPEN, *like_it, deliveries.c.id != alert.id)
    return alert.same_as is not None and conn.scalar(others) is not None


def mark_gone(conn: Connection, channel: str) -> None:
    """The receiver wants nothing any more: what waits for it is given up, nothing new is sent, operators are told."""
    waiting = update(deliveries).where(*_OPEN, deliveries.c.channel == channel)
    conn.execute(waiting.values(given_up_at=func.now(), last_error=_GONE))
    marked = insert(gone_receivers).values(channel=channel).on_conflict_do_nothing()
    if not conn.execute(marked).rowcount:
        return
    sentence = f"The receiver of {channel} answered 410 Gone. Nothing is sent to it until `alerts test` reaches it."
    kind = "watchdog.receiver_gone"
    emit(conn, kind, channel, {"channel": channel, "sentence": sentence}, same_as=f"{kind}:{channel}")


def mark_returned(conn: Connection, channel: str) -> None:
    """The receiver takes what it is sent, again."""
    conn.execute(delete(gone_receivers).where(gone_receivers.c.channel == channel))
