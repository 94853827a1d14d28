from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, insert, update
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import outbox
from video_pipeline.catalog.alerting import EVENTS, deliveries, events
from video_pipeline_tests.catalog.mail import ERP, SLACK, alert, take
from video_pipeline_tests.catalog.stories import broken


def test_every_documented_type_of_event_can_be_written(conn: Connection) -> None:
    rows = [{"type": event, "subject": "a", "data": {}} for event in EVENTS]
    conn.execute(insert(events), rows)
    assert outbox.unrouted(conn) == len(EVENTS)


@pytest.mark.parametrize("word", ["video", "Video.failed", "video.failed ", "video..failed", ""])
def test_a_type_is_words_with_dots(conn: Connection, word: str) -> None:
    with pytest.raises(IntegrityError) as error:
        conn.execute(insert(events).values(type=word, subject="a", data={}))
    assert broken(error) == "ck_events_type"
    conn.rollback()


def test_a_delivery_ends_once(conn: Connection) -> None:
    alert(conn)
    take(conn, ERP)
    with pytest.raises(IntegrityError) as error:
        conn.execute(update(deliveries).values(delivered_at=func.now(), given_up_at=func.now()))
    assert broken(error) == "ck_deliveries_one_end"
    conn.rollback()


def test_no_two_alerts_that_say_the_same_are_on_their_way(conn: Connection) -> None:
    alert(conn)
    alert(conn)
    take(conn, SLACK)
    with pytest.raises(IntegrityError) as error:
        conn.execute(update(deliveries).values(suppressed_at=None))
    assert broken(error) == "uq_deliveries_open_alert"
    conn.rollback()
