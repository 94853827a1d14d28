"""What waits to be told to the outside, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, case, func, select

from video_pipeline.catalog.alerting import deliveries, events, gone_receivers


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `same_as` is what alerts have in common that say the same."""

    id: UUID
    type: str
    subject: str
    data: Mapping[str, Any]
    same_as: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one channel, for the `attempt`th time, counted from 1.

    `held_back` is how many alerts that said the same were not sent, which this one is to tell.
    """

    id: UUID
    channel: str
    event: Event
    attempt: int
    held_back: int


@dataclass(frozen=True, slots=True)
class Route:
    """What a channel is sent: alerts, each at most once an hour, or all events of these types.

    A type is one of `alerting.EVENTS`, or all those that begin with a word, as `video.*`. No types means all of them.
    """

    channel: str
    is_for_alerts: bool = False
    types: tuple[str, ...] = ()

    def takes(self, event_type: str) -> bool:
        """Whether events of this type go along."""
        return not self.types or any(_matches(event_type, wanted) for wanted in self.types)


def _matches(event_type: str, wanted: str) -> bool:
    return event_type == wanted or (wanted.endswith(".*") and event_type.startswith(wanted[:-1]))


class DeliveryState(StrEnum):
    """Where a delivery stands that has not arrived."""

    PENDING = "pending"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A delivery that has not arrived, as an operator looks at it."""

    id: UUID
    channel: str
    type: str
    subject: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    occurred_at: datetime
    last_error: str | None


def undelivered(conn: Connection, *, limit: int) -> list[Undelivered]:
    """What waits or has been given up, the newest first."""
    state = case((deliveries.c.given_up_at.is_(None), DeliveryState.PENDING), else_=DeliveryState.GIVEN_UP)
    wanted = (
        select(
            deliveries.c.id,
            deliveries.c.channel,
            events.c.type,
            events.c.subject,
            state.label("state"),
            deliveries.c.attempts,
            deliveries.c.next_attempt_at,
            events.c.occurred_at,
            deliveries.c.last_error,
        )
        .join_from(deliveries, events)
        .where(deliveries.c.delivered_at.is_(None), deliveries.c.suppressed_at.is_(None))
        .order_by(events.c.occurred_at.desc(), deliveries.c.id)
        .limit(limit)
    )
    rows = conn.execute(wanted)
    return [Undelivered(**{**row._mapping, "state": DeliveryState(row.state)}) for row in rows]


def unrouted(conn: Connection) -> int:
    """How many events no courier has looked at yet."""
    return conn.scalar(select(func.count()).select_from(events).where(events.c.routed_at.is_(None))) or 0


def gone(conn: Connection) -> set[str]:
    """The channels whose receivers said that they are no more."""
    return set(conn.scalars(select(gone_receivers.c.channel)))
