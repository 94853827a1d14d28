from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from standardwebhooks import Webhook

from video_pipeline.alerts import courier
from video_pipeline.alerts.courier import LEASE_SECONDS, deliver_all, deliver_due, try_out
from video_pipeline.alerts.slack import SlackChannel
from video_pipeline.alerts.waits import WAITS
from video_pipeline.alerts.webhooks import WebhookChannel
from video_pipeline.catalog import outbox
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.outbox import DeliveryState
from video_pipeline.catalog.records import deliveries
from video_pipeline_tests.alerts.receiver import Receiver, answer, cut
from video_pipeline_tests.catalog.mail import alert, elapse, ends, news
from video_pipeline_tests.catalog.stories import completed
from video_pipeline_tests.desk import Killed

SECRET = "whsec_" + "A" * 32
LEASE = timedelta(seconds=LEASE_SECONDS)


@pytest.fixture
def channels(receiver: Receiver) -> list[WebhookChannel | SlackChannel]:
    return [WebhookChannel("erp", receiver.url + "/erp", (SECRET,)), SlackChannel(receiver.url + "/slack")]


def pass_time(engine: Engine, duration: timedelta) -> None:
    with transaction(engine) as connection:
        elapse(connection, duration)


def outcomes(engine: Engine) -> dict[str, str]:
    with transaction(engine) as connection:
        return ends(connection)


def test_what_happens_to_a_video_reaches_who_wants_to_know(engine: Engine, receiver: Receiver, channels) -> None:
    with transaction(engine) as connection:
        video_id = completed(connection)

    assert deliver_due(engine, channels) == 1
    assert deliver_due(engine, channels) == 0

    (came,) = receiver.received
    told = Webhook(SECRET).verify(came.body, came.headers)
    assert (came.path, told["type"], told["data"]["video_id"]) == ("/erp", "video.completed", str(video_id))
    assert outcomes(engine) == {str(video_id): "delivered"}


def test_an_alert_reaches_operators_as_well(engine: Engine, receiver: Receiver, channels) -> None:
    with transaction(engine) as connection:
        alert(connection, "a")
        alert(connection, "b")
    assert deliver_due(engine, channels) == 3
    (line,) = [came.body for came in receiver.received if came.path == "/slack"]
    assert re.search(r"It went wrong\. Video [ab]\. 1 more", json.loads(line)["text"])


@pytest.mark.parametrize("fault", [answer(500, "oops"), answer(404), cut], ids=["500", "404", "cut"])
def test_what_fails_comes_again_marked_and_with_the_same_id(
    engine: Engine, receiver: Receiver, channels, fault
) -> None:
    receiver.deeds.append(fault)
    with transaction(engine) as connection:
        news(connection)

    deliver_due(engine, channels)
    assert deliver_due(engine, channels) == 0  # not at once
    pass_time(engine, timedelta(seconds=WAITS[1] * 1.1))
    assert deliver_due(engine, channels) == 1

    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (first.headers["webhook-attempt"], second.headers["webhook-attempt"]) == ("1", "2")
    assert outcomes(engine) == {"a": "delivered"}


def test_it_is_given_up_after_the_last_attempt_and_what_was_wrong_is_known(
    engine: Engine, receiver: Receiver, channels
) -> None:
    receiver.deeds.extend([answer(500, "oops")] * len(WAITS))
    with transaction(engine) as connection:
        news(connection)
    for _ in WAITS:
        assert deliver_due(engine, channels) == 1
        pass_time(engine, timedelta(days=2))

    assert deliver_due(engine, channels) == 0

    assert [came.headers["webhook-attempt"] for came in receiver.received] == [str(n) for n in range(1, 11)]
    with transaction(engine) as connection:
        (lost,) = outbox.undelivered(connection, limit=9)
    assert (lost.state, lost.last_error) == (DeliveryState.GIVEN_UP, "It answered 500: oops.")


def test_who_asks_for_time_is_left_alone(engine: Engine, receiver: Receiver, channels) -> None:
    receiver.deeds.append(answer(429, retry_after="7200"))
    with transaction(engine) as connection:
        news(connection)
    deliver_due(engine, channels)
    pass_time(engine, timedelta(minutes=119))
    assert deliver_due(engine, channels) == 0
    pass_time(engine, timedelta(minutes=1))
    assert deliver_due(engine, channels) == 1


def test_one_killed_between_sending_and_writing_it_down_sends_again(
    engine: Engine, receiver: Receiver, channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    with transaction(engine) as connection:
        news(connection)
    with monkeypatch.context() as patch:
        patch.setattr(courier, "_record", die)
        with pytest.raises(Killed):
            deliver_due(engine, channels)
    assert deliver_due(engine, channels) == 0  # as far as anybody knows, the other one is still on its way
    pass_time(engine, LEASE)

    assert deliver_due(engine, channels) == 1

    first, second = receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert second.headers["webhook-attempt"] == "2"
    assert outcomes(engine) == {"a": "delivered"}


def test_two_couriers_at_once_bring_everything_once(engine: Engine, receiver: Receiver, channels) -> None:
    subjects = [str(number) for number in range(50)]
    with transaction(engine) as connection:
        for subject in subjects:
            news(connection, subject)
    start = threading.Barrier(2)

    def run() -> int:
        start.wait()
        return deliver_all(engine, channels)

    with ThreadPoolExecutor(2) as pool:
        sent = sum(future.result() for future in [pool.submit(run), pool.submit(run)])
    sent += deliver_all(engine, channels)  # where both ended while one was still routing

    assert sent == len(subjects)
    assert sorted(json.loads(came.body)["data"]["video_id"] for came in receiver.received) == sorted(subjects)


def test_one_channel_that_is_down_keeps_no_other_waiting(engine: Engine, receiver: Receiver) -> None:
    dead = WebhookChannel("dead", "http://127.0.0.1:1/", (SECRET,))
    alive = WebhookChannel("alive", receiver.url, (SECRET,))
    with transaction(engine) as connection:
        for number in range(courier.AT_ONCE + 5):
            news(connection, str(number))

    assert deliver_due(engine, [dead, alive]) == 2 * courier.AT_ONCE

    assert len(receiver.received) == courier.AT_ONCE


def test_who_is_gone_is_sent_nothing_more_until_a_test_reaches_it(engine: Engine, receiver: Receiver, channels) -> None:
    receiver.deeds.append(answer(410))
    with transaction(engine) as connection:
        news(connection, "first")
    deliver_due(engine, channels)
    with transaction(engine) as connection:
        news(connection, "second")
    deliver_due(engine, channels)

    assert outcomes(engine)["first"] == "given up"
    assert "second" not in outcomes(engine)
    assert [came.path for came in receiver.received] == ["/erp", "/slack"]

    assert all(trial.answer.is_success for trial in try_out(engine, channels))
    with transaction(engine) as connection:
        news(connection, "third")
    deliver_due(engine, channels)
    assert outcomes(engine)["third"] == "delivered"


def test_a_test_tells_how_each_channel_took_it_and_leaves_nothing_behind(
    engine: Engine, receiver: Receiver, channels
) -> None:
    receiver.deeds.extend([answer(403, "no_service")] * 2)
    trials = try_out(engine, [*channels, WebhookChannel("dead", "http://127.0.0.1:1/", (SECRET,))])
    assert [(trial.channel, trial.answer.status) for trial in trials] == [
        ("webhook:erp", 403),
        ("slack", 403),
        ("webhook:dead", None),
    ]
    with transaction(engine) as connection:
        assert outbox.unrouted(connection) == 0
        assert deliveries.claim(connection, "slack", limit=1, lease_seconds=1) == []


def test_nothing_is_asked_of_anybody_where_nothing_is_due(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(courier, "post_all")
    assert deliver_due(engine, [WebhookChannel("erp", f"http://{uuid4()}/", (SECRET,))]) == 0
