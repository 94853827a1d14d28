from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine

from video_pipeline.catalog import outbox
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.outbox import Route
from video_pipeline.catalog.records import deliveries
from video_pipeline.errors import NotFound, RequestRefused
from video_pipeline_tests.catalog.mail import ERP, LEASE_SECONDS, SLACK, alert, elapse, ends, news, take

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=LEASE_SECONDS)


def test_an_event_goes_once_to_everybody_who_takes_it(conn: Connection) -> None:
    event_id = alert(conn)
    other = Route("webhook:other", types=("upload.*",))

    taken = take(conn, SLACK, ERP, other)

    assert [(each.channel, each.event.id, each.attempt) for each in taken] == [
        ("slack", event_id, 1),
        ("webhook:erp", event_id, 1),
    ]
    assert taken[0].event.data["sentence"] == "It went wrong."
    assert take(conn, SLACK, ERP, other) == []


def test_operators_are_not_told_what_is_no_alert(conn: Connection) -> None:
    news(conn)
    assert take(conn, SLACK) == []


def test_a_channel_that_comes_later_is_not_sent_what_was_before(conn: Connection) -> None:
    news(conn, "before")
    take(conn)
    news(conn, "after")
    assert [each.event.subject for each in take(conn, ERP)] == ["after"]


def test_while_one_decides_nobody_else_does(engine: Engine) -> None:
    with transaction(engine) as conn:
        news(conn)
    with transaction(engine) as one, transaction(engine) as another:
        assert deliveries.route(one, [ERP]) == 1
        assert deliveries.route(another, [ERP]) == 0


def test_operators_hear_the_same_once_an_hour_and_how_often_it_was(conn: Connection) -> None:
    for subject in "abc":
        alert(conn, subject)
    (first,) = take(conn, SLACK)
    deliveries.mark_delivered(conn, first.id)
    elapse(conn, HOUR - timedelta(minutes=1))
    alert(conn, "d")
    assert take(conn, SLACK) == []
    elapse(conn, timedelta(minutes=2))
    alert(conn, "e")

    (second,) = take(conn, SLACK)

    assert first.held_back == 2  # they were known when it left
    assert (second.event.subject, second.held_back) == ("e", 1)
    assert Counter(ends(conn).values()) == {"delivered": 1, "suppressed": 3, "open": 1}


def test_what_says_something_else_is_told_at_once(conn: Connection) -> None:
    alert(conn, code="store_unavailable")
    alert(conn, code="internal_error")
    assert len(take(conn, SLACK)) == 2


def test_webhooks_are_sent_every_event(conn: Connection) -> None:
    alert(conn, "a")
    alert(conn, "b")
    assert {each.event.subject for each in take(conn, ERP)} == {"a", "b"}


def test_an_alert_that_waits_holds_back_those_like_it_however_long(conn: Connection) -> None:
    alert(conn, "a")
    (waits,) = take(conn, SLACK)
    deliveries.set_back(conn, waits, error="It answered 503.", wait=5 * HOUR)
    elapse(conn, 4 * HOUR)
    alert(conn, "b")
    assert take(conn, SLACK) == []
    elapse(conn, 2 * HOUR)

    (again,) = take(conn, SLACK)

    assert (again.id, again.attempt, again.held_back) == (waits.id, 2, 1)


def test_what_a_given_up_alert_was_to_tell_the_next_one_tells(conn: Connection) -> None:
    alert(conn, "a")
    alert(conn, "b")
    (lost,) = take(conn, SLACK)
    deliveries.give_up(conn, lost.id, error="It answered 404.")
    alert(conn, "c")

    (following,) = take(conn, SLACK)

    assert (following.event.subject, following.held_back) == ("c", 1)


def test_what_is_taken_is_nobody_elses_until_the_lease_is_over(conn: Connection) -> None:
    news(conn)
    (taken,) = take(conn, ERP)
    elapse(conn, LEASE / 2)
    assert take(conn, ERP) == []
    elapse(conn, LEASE)

    (again,) = take(conn, ERP)

    assert (again.id, again.event.id, again.attempt) == (taken.id, taken.event.id, 2)


def test_two_who_take_at_once_take_different_ones(engine: Engine) -> None:
    with transaction(engine) as conn:
        for subject in "abc":
            news(conn, subject)
        deliveries.route(conn, [ERP])
    with transaction(engine) as one, transaction(engine) as another:
        first = deliveries.claim(one, ERP.channel, limit=2, lease_seconds=LEASE_SECONDS)
        second = deliveries.claim(another, ERP.channel, limit=2, lease_seconds=LEASE_SECONDS)
    assert (len(first), len(second)) == (2, 1)
    assert len({each.id for each in (*first, *second)}) == 3


def test_one_who_was_late_does_not_set_back_what_another_has_begun(conn: Connection) -> None:
    news(conn)
    (late,) = take(conn, ERP)
    elapse(conn, 2 * LEASE)
    (begun,) = take(conn, ERP)

    deliveries.set_back(conn, late, error="It answered 500.", wait=timedelta())

    assert take(conn, ERP) == []
    deliveries.mark_delivered(conn, begun.id)
    assert ends(conn) == {"a": "delivered"}


def test_what_has_arrived_stays_so(conn: Connection) -> None:
    news(conn)
    (taken,) = take(conn, ERP)
    deliveries.mark_delivered(conn, taken.id)
    deliveries.give_up(conn, taken.id, error="It answered 500.")
    assert ends(conn) == {"a": "delivered"}


def test_an_operator_brings_back_what_was_given_up(conn: Connection) -> None:
    news(conn)
    (lost,) = take(conn, ERP)
    deliveries.give_up(conn, lost.id, error="It answered 404.")

    deliveries.retry(conn, lost.id)

    (again,) = take(conn, ERP)
    assert (again.id, again.attempt) == (lost.id, 2)


def test_other_events_on_their_way_do_not_keep_a_webhook_from_being_tried(conn: Connection) -> None:
    news(conn, "lost")
    (lost,) = take(conn, ERP)
    deliveries.give_up(conn, lost.id, error="It answered 404.")
    news(conn, "on its way")
    take(conn, ERP)

    deliveries.retry(conn, lost.id)

    assert [each.event.subject for each in take(conn, ERP)] == ["lost"]


def test_what_has_arrived_or_was_held_back_is_not_tried_again(conn: Connection) -> None:
    alert(conn, "a")
    (taken,) = take(conn, SLACK)
    deliveries.give_up(conn, taken.id, error="It answered 404.")
    alert(conn, "b")
    (other,) = take(conn, SLACK)
    with pytest.raises(RequestRefused, match="says the same"):
        deliveries.retry(conn, taken.id)
    deliveries.mark_delivered(conn, other.id)
    with pytest.raises(RequestRefused, match="has arrived"):
        deliveries.retry(conn, other.id)
    with pytest.raises(NotFound):
        deliveries.retry(conn, uuid4())


def test_nothing_is_sent_to_a_receiver_that_is_gone_and_operators_are_told(conn: Connection) -> None:
    news(conn, "waits")
    take(conn, ERP, SLACK)
    deliveries.mark_gone(conn, ERP.channel)
    deliveries.mark_gone(conn, ERP.channel)
    news(conn, "later")

    (told,) = take(conn, ERP, SLACK)

    assert (told.channel, told.event.type, told.event.subject) == ("slack", "watchdog.receiver_gone", ERP.channel)
    assert ends(conn)["waits"] == "given up"
    assert outbox.gone(conn) == {ERP.channel}


def test_a_receiver_that_is_back_is_sent_what_happens_from_then_on(conn: Connection) -> None:
    deliveries.mark_gone(conn, ERP.channel)
    deliveries.mark_returned(conn, ERP.channel)
    news(conn, "later")
    assert "later" in [each.event.subject for each in take(conn, ERP)]
