from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from standardwebhooks import Webhook

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import deliveries
from video_pipeline.config import settings
from video_pipeline_tests.alerts.receiver import Receiver, answer, listening
from video_pipeline_tests.catalog.mail import ERP, news, take

SECRET = "whsec_" + "A" * 32


@pytest.fixture
def receiver(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that the settings name, for Slack and as a webhook."""
    with listening() as receiver:
        erp = {"name": "erp", "url": receiver.url + "/erp", "secrets": [SECRET]}
        monkeypatch.setenv("WEBHOOK_ENDPOINTS", json.dumps([erp]))
        monkeypatch.setenv("SLACK_WEBHOOK_URL", receiver.url + "/services/hidden")
        settings.cache_clear()
        yield receiver


def test_a_test_goes_to_every_channel(run, receiver: Receiver) -> None:
    result = run("alerts", "test")

    assert result.exit_code == 0, result.output
    assert "slack: it took the test (204)" in result.output
    assert "webhook:erp: it took the test (204)" in result.output
    (came,) = [each for each in receiver.received if each.path == "/erp"]
    assert Webhook(SECRET).verify(came.body, came.headers)["type"] == "alerts.test"


def test_what_does_not_take_it_is_told_without_its_secrets(run, receiver: Receiver) -> None:
    receiver.deeds.extend([answer(403, "[bold]no_service")] * 2)

    result = run("alerts", "test")

    assert result.exit_code == 1
    assert result.output.count("It answered 403: [bold]no_service.") == 2
    assert "hidden" not in result.output
    assert SECRET not in result.output


def test_it_says_where_there_is_no_channel(run, environment: dict[str, str]) -> None:
    result = run("alerts", "test")
    assert result.exit_code == 1
    assert "SLACK_WEBHOOK_URL" in result.output


def test_what_has_not_arrived_is_listed_and_tried_again(run, engine: Engine, receiver: Receiver) -> None:
    with transaction(engine) as connection:
        news(connection, "some-video")
        (lost,) = take(connection, ERP)
        deliveries.give_up(connection, lost.id, error="It answered 404: [red].")
        news(connection, "later")
        deliveries.mark_gone(connection, "slack")

    listed = run("alerts", "list").output

    for words in (str(lost.id), "some-video", "given up", "It answered 404: [red].", "2 events wait", "slack is gone"):
        assert words in listed
    assert run("alerts", "retry", lost.id).exit_code == 0
    assert "pending" in run("alerts", "list").output


def test_there_is_nothing_to_list_where_everything_has_arrived(run, engine: Engine, receiver: Receiver) -> None:
    assert run("alerts", "list").output.strip() == "0 deliveries have not arrived."


def test_a_delivery_that_is_none_is_told_of(run, engine: Engine, receiver: Receiver) -> None:
    result = run("alerts", "retry", "5c9e0f6e-0000-4000-8000-000000000001")
    assert result.exit_code == 1
    assert "not_found" in result.output
