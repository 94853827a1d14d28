from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from video_pipeline.alerts.configured import channels
from video_pipeline.alerts.endpoints import Endpoint
from video_pipeline.errors import ConfigurationError

SECRET = "whsec_" + "A" * 32


NOTHING = SecretStr("")


@dataclass(frozen=True)
class Told:
    sentry_dsn: SecretStr = NOTHING
    slack_webhook_url: SecretStr = NOTHING
    webhook_endpoints: tuple[Endpoint, ...] = ()


def test_there_are_none_where_nothing_is_told() -> None:
    assert channels(Told()) == ()


def test_each_setting_makes_its_channels() -> None:
    endpoints = tuple(
        Endpoint(name=name, url=SecretStr("https://example.org/"), secrets=(SecretStr(SECRET),), types=("video.*",))
        for name in ("erp", "crm")
    )
    told = Told(SecretStr("https://public@example.org/1"), SecretStr("https://hooks.example.org/a"), endpoints)

    routes = [channel.route for channel in channels(told)]

    assert [route.channel for route in routes] == ["sentry", "slack", "webhook:erp", "webhook:crm"]
    assert routes[2].types == ("video.*",)


def test_a_dsn_that_is_none_is_told_of() -> None:
    with pytest.raises(ConfigurationError):
        channels(Told(sentry_dsn=SecretStr("https://example.org/1")))
