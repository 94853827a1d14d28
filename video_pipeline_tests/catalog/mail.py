"""Events and deliveries for tests, and the passing of time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, select, text, update

from video_pipeline.catalog.alerting import deliveries as table
from video_pipeline.catalog.alerting import events
from video_pipeline.catalog.outbox import Delivery, Route
from video_pipeline.catalog.records.deliveries import claim, route
from video_pipeline.catalog.records.events import emit

SLACK = Route("slack", is_for_alerts=True)
ERP = Route("webhook:erp")

LEASE_SECONDS = 60.0


def news(conn: Connection, subject: str = "a") -> UUID:
    """Something that only webhooks are sent."""
    return emit(conn, "video.completed", subject, {"video_id": subject})


def alert(conn: Connection, subject: str = "a", *, code: str = "internal_error") -> UUID:
    """Something that operators are told as well."""
    told = {"video_id": subject, "code": code, "sentence": "It went wrong."}
    return emit(conn, "video.failed", subject, told, same_as=f"video.failed:{code}")


def take(conn: Connection, *routes: Route) -> list[Delivery]:
    """Route what is new, and take what is due."""
    route(conn, routes)
    return [due for known in routes for due in claim(conn, known.channel, limit=10, lease_seconds=LEASE_SECONDS)]


def elapse(conn: Connection, duration: timedelta) -> None:
    """Let time pass for everything that is to be delivered or has been."""
    moments = ("created_at", "next_attempt_at", "delivered_at", "given_up_at", "suppressed_at")
    conn.execute(update(table).values({name: table.c[name] - duration for name in moments}))


def ends(conn: Connection) -> dict[str, str]:
    """What became of each subject's event, on whichever channel."""
    end = text(
        "CASE WHEN delivered_at IS NOT NULL THEN 'delivered' WHEN given_up_at IS NOT NULL THEN 'given up' "
        "WHEN suppressed_at IS NOT NULL THEN 'suppressed' ELSE 'open' END AS end"
    )
    rows = conn.execute(select(events.c.subject, end).join_from(table, events))
    return {row.subject: row.end for row in rows}
