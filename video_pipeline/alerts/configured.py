"""The channels that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import SecretStr

from video_pipeline.alerts.channels import Channel
from video_pipeline.alerts.endpoints import Endpoint
from video_pipeline.alerts.slack import SlackChannel
from video_pipeline.alerts.webhooks import WebhookChannel


class Told(Protocol):
    """What the settings say of channels; empty means none."""

    @property
    def sentry_dsn(self) -> SecretStr: ...  # noqa: D102
    @property
    def slack_webhook_url(self) -> SecretStr: ...  # noqa: D102
    @property
    def webhook_endpoints(self) -> Sequence[Endpoint]: ...  # noqa: D102


def channels(told: Told) -> tuple[Channel, ...]:
    """Every channel there is.

    Raises:
        ConfigurationError: the DSN is none.
    """
    return (*_sentry(told.sentry_dsn), *_slack(told.slack_webhook_url), *map(_webhook, told.webhook_endpoints))


def _sentry(dsn: SecretStr) -> tuple[Channel, ...]:
    if not dsn.get_secret_value():
        return ()
    from video_pipeline.alerts.sentry import SentryChannel  # half a second, which only those pay who use it

    return (SentryChannel.of(dsn.get_secret_value()),)


def _slack(url: SecretStr) -> tuple[Channel, ...]:
    return (SlackChannel(url.get_secret_value()),) if url.get_secret_value() else ()


def _webhook(endpoint: Endpoint) -> Channel:
    secrets = tuple(secret.get_secret_value() for secret in endpoint.secrets)
    return WebhookChannel(endpoint.name, endpoint.url.get_secret_value(), secrets, tuple(endpoint.types))
