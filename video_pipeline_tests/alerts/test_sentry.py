from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sentry_sdk.envelope import Envelope

from video_pipeline.alerts.channels import Request
from video_pipeline.alerts.sentry import SentryChannel
from video_pipeline.catalog.outbox import Delivery, Route
from video_pipeline.errors import ConfigurationError

CHANNEL = SentryChannel.of("https://public@sentry.example.org/42")
NOW = datetime(2026, 3, 29, 2, tzinfo=UTC)


def event_in(request: Request) -> dict[str, object]:
    event = Envelope.deserialize(request.body).get_event()
    assert event
    return dict(event)


def test_it_is_sent_alerts() -> None:
    assert CHANNEL.route == Route("sentry", is_for_alerts=True)


def test_it_goes_to_the_project_of_the_dsn(delivery: Delivery) -> None:
    request = CHANNEL.request(delivery, NOW)
    assert request.url == "https://sentry.example.org/api/42/envelope/"
    assert "sentry_key=public" in request.headers["x-sentry-auth"]


def test_an_alert_is_an_event_of_one_issue(delivery: Delivery) -> None:
    event = event_in(CHANNEL.request(replace(delivery, held_back=4), NOW))
    assert event["fingerprint"] == ["video.failed:internal_error"]
    assert event["tags"] == {"type": "video.failed", "code": "internal_error"}
    assert "4 more" in str(event["logentry"])
    assert event["timestamp"] == delivery.event.occurred_at.timestamp()


def test_another_attempt_is_the_same_event(delivery: Delivery) -> None:
    again = CHANNEL.request(replace(delivery, attempt=2), NOW)
    assert event_in(again)["event_id"] == event_in(CHANNEL.request(delivery, NOW))["event_id"]


def test_nothing_of_this_machine_or_a_person_goes_along(delivery: Delivery) -> None:
    known = {
        "event_id",
        "timestamp",
        "platform",
        "level",
        "logger",
        "logentry",
        "release",
        "fingerprint",
        "tags",
        "extra",
    }
    assert event_in(CHANNEL.request(delivery, NOW)).keys() == known


@pytest.mark.parametrize("dsn", ["https://sentry.example.org/42", "https://public@sentry.example.org/", "nonsense"])
def test_what_is_no_dsn_is_refused(dsn: str) -> None:
    with pytest.raises(ConfigurationError, match="SENTRY_DSN"):
        SentryChannel.of(dsn)


def test_it_shows_no_secret() -> None:
    assert "public" not in repr(CHANNEL)
