from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from video_pipeline.catalog import outbox
from video_pipeline.catalog.outbox import DeliveryState, Route
from video_pipeline.catalog.records import deliveries
from video_pipeline_tests.catalog.mail import ERP, SLACK, alert, news, take


@pytest.mark.parametrize(
    ("types", "event", "takes"),
    [
        ((), "video.failed", True),
        (("video.failed",), "video.failed", True),
        (("video.failed",), "video.completed", False),
        (("video.*",), "video.completed", True),
        (("video.*", "upload.expired"), "upload.expired", True),
        (("video.*",), "videos.completed", False),
        (("watchdog.*",), "video.failed", False),
    ],
)
def test_a_route_takes_its_types(types: tuple[str, ...], event: str, takes: bool) -> None:
    assert Route("webhook:erp", types=types).takes(event) is takes


def test_what_has_not_arrived_is_listed(conn: Connection) -> None:
    news(conn, "arrives")
    (arrives,) = take(conn, ERP)
    deliveries.mark_delivered(conn, arrives.id)
    news(conn, "waits")
    (waits,) = take(conn, ERP)
    deliveries.set_back(conn, waits, error="It answered 500.", wait=timedelta(minutes=5))
    news(conn, "is given up")
    (given_up,) = take(conn, ERP)
    deliveries.give_up(conn, given_up.id, error="It answered 404.")

    found = {(each.subject, each.state, each.attempts, each.last_error) for each in outbox.undelivered(conn, limit=9)}

    assert found == {
        ("waits", DeliveryState.PENDING, 1, "It answered 500."),
        ("is given up", DeliveryState.GIVEN_UP, 1, "It answered 404."),
    }


def test_the_list_is_as_long_as_asked_for_and_leaves_out_what_was_held_back(conn: Connection) -> None:
    alert(conn, "first")
    alert(conn, "second")
    take(conn, SLACK, ERP)

    channels = [each.channel for each in outbox.undelivered(conn, limit=9)]

    assert sorted(channels) == ["slack", "webhook:erp", "webhook:erp"]
    assert len(outbox.undelivered(conn, limit=2)) == 2


def test_what_nobody_has_looked_at_is_counted(conn: Connection) -> None:
    news(conn)
    assert outbox.unrouted(conn) == 1
    take(conn)
    assert outbox.unrouted(conn) == 0
