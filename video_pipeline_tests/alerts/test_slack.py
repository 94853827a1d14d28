from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from video_pipeline.alerts.slack import LONGEST, SlackChannel
from video_pipeline.catalog.outbox import Delivery, Route

CHANNEL = SlackChannel("https://hooks.slack.example/services/secret")
NOW = datetime(2026, 3, 29, tzinfo=UTC)


def test_it_is_sent_alerts() -> None:
    assert CHANNEL.route == Route("slack", is_for_alerts=True)


def test_an_alert_is_a_line_that_calls_nobody(delivery: Delivery) -> None:
    told = json.loads(CHANNEL.request(delivery, NOW).body)
    assert told["text"].startswith("video.failed: It went &lt;!channel&gt; wrong &amp; stayed so.")
    assert (told["mrkdwn"], told["unfurl_links"]) == (False, False)


def test_a_long_story_is_cut(delivery: Delivery) -> None:
    endless = replace(delivery, event=replace(delivery.event, data={"sentence": "a" * 100_000}))
    assert len(json.loads(CHANNEL.request(endless, NOW).body)["text"]) == LONGEST


def test_it_shows_no_secret() -> None:
    assert "secret" not in repr(CHANNEL)
