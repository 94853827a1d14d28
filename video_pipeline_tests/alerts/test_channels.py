from __future__ import annotations

from dataclasses import replace

from video_pipeline.alerts.channels import Request, sentence
from video_pipeline.catalog.outbox import Delivery
from video_pipeline_tests.alerts.conftest import VIDEO


def test_an_alert_says_what_happened_to_what(delivery: Delivery) -> None:
    assert sentence(delivery) == f"video.failed: It went <!channel> wrong & stayed so. Video {VIDEO}."


def test_it_tells_of_those_held_back_and_that_it_may_have_come_before(delivery: Delivery) -> None:
    told = sentence(replace(delivery, held_back=7, attempt=3))
    assert "7 more that say the same were held back." in told
    assert "Attempt 3" in told


def test_an_alert_without_words_names_its_subject(delivery: Delivery) -> None:
    silent = replace(delivery, event=replace(delivery.event, data={}))
    assert sentence(silent) == f"video.failed: {VIDEO}"


def test_a_request_shows_no_secret() -> None:
    shown = repr(Request("https://hooks.example.org/secret", {"x-sentry-auth": "secret"}, b"body"))
    assert "secret" not in shown
